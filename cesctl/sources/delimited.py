"""CSV and its like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.sources import separated
from cesctl.sources.records import lazy

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from cesctl.sources.parts import Part


def scan(part: Part) -> pl.LazyFrame:
    """One row a record, in file order, all text."""
    if part.careful:
        return lazy(part, lambda: _rows(part))
    first = part.files[0]
    have = {name: f"column_{n}" for n, name in enumerate(first.columns)}
    # Of columns that nobody asks for polars does not notice that a line has too many fields, and then
    # those asked for may be shifted. So one column more is declared than the header has: it must be
    # null in every row, and casting anything else to an enum of nothing fails. The cost is not measurable.
    beyond = f"column_{len(have)}"
    frame = pl.scan_csv(
        [f.path for f in part.files],
        separator=first.separator,
        eol_char=first.eol,
        has_header=False,
        skip_rows=first.blank_lines + 1,
        schema=dict.fromkeys([*have.values(), beyond], pl.String),
        missing_columns="insert",
        infer_schema=False,
        glob=False,
    ).filter(pl.col(beyond).cast(pl.Enum([])).is_null())
    return frame.select(
        pl.col(have[name]).alias(w.name)
        if (name := _column(w.ways, have)) is not None
        else pl.lit(None, dtype=pl.String).alias(w.name)
        for w in part.wanted
    )


def _column(ways: tuple[tuple[str, ...], ...], have: Container[str]) -> str | None:
    return next((w[0] for w in ways if len(w) == 1 and w[0] in have), None)


def _rows(part: Part) -> Iterator[tuple[str | None, ...]]:
    have = list(part.files[0].columns)
    names = [_column(w.ways, have) for w in part.wanted]
    places = [have.index(n) if n is not None else len(have) for n in names]
    for file in part.files:
        for _, row in separated.records(file):
            width = len(row)
            yield tuple(row[p] or None if p < width else None for p in places)
