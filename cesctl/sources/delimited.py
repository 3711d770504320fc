"""CSV and its like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.sources import cells, jsonvalue, separated
from cesctl.sources.records import lazy

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from cesctl.sources.parts import Part, Ways


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
        quote_char='"' if first.quotes else None,
        skip_rows=first.blank_lines + first.header,
        schema=dict.fromkeys([*have.values(), beyond], pl.String),
        missing_columns="insert",
        infer_schema=False,
        glob=False,
    ).filter(pl.col(beyond).cast(pl.Enum([])).is_null())
    columns: list[tuple[str, pl.Expr | cells.Inside]] = []
    for w in part.wanted:
        way = _way(w.ways, have)
        if way is None:
            columns.append((w.name, pl.lit(None, dtype=pl.String)))
        elif len(way) == 1:
            columns.append((w.name, pl.col(have[way[0]])))
        else:
            columns.append((w.name, cells.Inside(way[0], pl.col(have[way[0]]), way[1:])))
    return cells.select(frame, columns)


def _way(ways: Ways, have: Container[str]) -> tuple[str, ...] | None:
    """The column of that name, else a path into a cell."""
    there = [w for w in ways if w[0] in have]
    return min(there, key=len, default=None)


def _rows(part: Part) -> Iterator[tuple[str | None, ...]]:
    have = list(part.files[0].columns)
    found = [_way(w.ways, have) for w in part.wanted]
    places = [(len(have), ()) if w is None else (have.index(w[0]), w[1:]) for w in found]
    for file in part.files:
        for _, row in separated.records(file):
            width = len(row)
            yield tuple(
                (jsonvalue.inside(row[p], way) if way else row[p] or None) if p < width else None
                for p, way in places
            )
