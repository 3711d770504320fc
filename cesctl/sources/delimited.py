"""CSV and its like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.sources import cells, csvblocks, csvwhole
from cesctl.sources.parts import BROKEN, FILE
from cesctl.sources.records import from_batches

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from cesctl.sources.parts import Part, Ways


def scan(part: Part) -> pl.LazyFrame:
    """One row a record, in file order, all text; FILE, and BROKEN where a row may be no record."""
    have = {name: n for n, name in reversed(list(enumerate(part.files[0].columns)))}
    if not part.careful and csvwhole.simple(part):
        frame = csvwhole.scan(part)
        beside = [FILE]
    else:
        frame = _columns(part, len(part.files[0].columns))
        beside = [BROKEN, FILE]
    columns: list[tuple[str, pl.Expr | cells.Inside]] = []
    for w in part.wanted:
        way = _way(w.ways, have)
        if way is None:
            columns.append((w.name, pl.lit(None, dtype=pl.String)))
            continue
        column = pl.col(f"column_{have[way[0]]}")
        columns.append((w.name, cells.Inside(way[0], column, way[1:]) if way[1:] else column))
    columns += [(name, pl.col(name)) for name in beside]
    return cells.select(frame, columns)


def _columns(part: Part, count: int) -> pl.LazyFrame:
    """All columns by their places, BROKEN and FILE; only those asked for are read."""
    names = [f"column_{n}" for n in range(count)]

    def batches(asked: list[str] | None, _n_rows: int | None) -> Iterator[pl.DataFrame]:
        places = [n for n, name in enumerate(names) if asked is None or name in asked]
        for number, file in enumerate(part.files):
            of_file = pl.lit(number, dtype=pl.UInt32).alias(FILE)
            for block in csvblocks.blocks(file, places):
                yield block.rows.with_columns(of_file)

    schema: dict[str, pl.DataType] = dict.fromkeys([*names, BROKEN], pl.String())
    return from_batches(schema | {FILE: pl.UInt32()}, batches)


def _way(ways: Ways, have: Container[str]) -> tuple[str, ...] | None:
    """The column of that name, else a path into a cell."""
    there = [w for w in ways if w[0] in have]
    return min(there, key=len, default=None)
