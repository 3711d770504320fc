"""Parquet."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.errors import InputError, InputProblem
from cesctl.sources import typed
from cesctl.sources.duck import no_glob
from cesctl.sources.records import numbered

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from pathlib import Path

    from cesctl.sources.parts import InputFile, Part


def schema_of(path: Path) -> dict[str, pl.DataType]:
    """Columns and types, from the file's end."""
    return dict(pl.scan_parquet(path, glob=False).collect_schema())


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """What polars cannot read of a file is damaged."""
    try:
        yield
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(InputProblem(f"a damaged Parquet file ({reason})", name)) from None


def layout(name: str, path: Path) -> tuple[tuple[str, ...], int]:
    """(columns and dotted paths, number of rows)."""
    with refusing(name):
        schema = schema_of(path)
        rows = pl.scan_parquet(path, glob=False).select(pl.len()).collect().item()
    return tuple(typed.paths(schema)), int(rows)


def scan(part: Part) -> pl.LazyFrame:
    """One row a record, in file order, and FILE."""
    schema = schema_of(part.files[0].path)
    binary = any(
        typed.type_at(schema, way) == pl.Binary
        for w in part.wanted
        for way in typed.ways_that_exist(schema, w.ways)[:1]
    )
    uuids = _uuids(part.files[0].path) if binary else frozenset()
    frames = (_rows(file) for file in part.files)
    return numbered([typed.select(f, schema, part.wanted, uuids) for f in frames])


def _rows(file: InputFile) -> pl.LazyFrame:
    frame = pl.scan_parquet(file.path, glob=False)
    return frame if file.rows_at is None else frame.slice(*file.rows_at)


def row_groups(path: Path) -> list[int]:
    """How many rows each of the groups has that can be read by themselves, in their order."""
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct row_group_id, row_group_num_rows from parquet_metadata(?) order by 1",
            [no_glob(path)],
        ).fetchall()
    return [count for _, count in rows]


def rows(file: InputFile) -> int:
    """How many it has."""
    return int(_rows(file).select(pl.len()).collect().item())


def largest_group(path: Path, columns: Container[str]) -> int:
    """Bytes, unpacked, of those columns (by their first name) in the largest group of rows that is read by
    itself.
    """
    import duckdb

    with duckdb.connect() as connection:
        cells = connection.execute(
            "select row_group_id, path_in_schema, total_uncompressed_size from parquet_metadata(?)",
            [no_glob(path)],
        ).fetchall()
    found: Counter[int] = Counter()
    for group, column, size in cells:
        if column.split(",")[0].split(".")[0].strip() in columns:
            found[group] += size
    return max(found.values(), default=0)


def _uuids(path: Path) -> frozenset[str]:
    """Dotted paths whose bytes are UUIDs, which polars does not tell."""
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(
            "select name, num_children, logical_type from parquet_schema(?)", [no_glob(path)]
        ).fetchall()
    nodes = iter(rows)
    return frozenset(_uuids_below(nodes, next(nodes)[1], ""))


def _uuids_below(nodes: Iterator[tuple[Any, ...]], children: int, before: str) -> Iterator[str]:
    """The schema is a tree written parents first, each with the number of its children."""
    for _ in range(children):
        name, below, logical_type = next(nodes)
        if below:
            yield from _uuids_below(nodes, below, f"{before}{name}.")
        elif "uuid" in str(logical_type).lower():
            yield before + name
