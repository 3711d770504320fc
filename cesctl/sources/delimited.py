"""CSV and its like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.sources import separated
from cesctl.sources.records import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.sources.parts import Part


def scan(part: Part) -> pl.LazyFrame:
    """One row a record, in file order, all text."""
    if part.careful:
        return lazy(part, lambda: _rows(part))
    first = part.files[0]
    frame = pl.scan_csv(
        [f.path for f in part.files],
        separator=first.separator,
        eol_char=first.eol,
        infer_schema=False,
        glob=False,
    )
    have = set(first.columns)
    return frame.select(
        pl.col(name).alias(w.name)
        if (name := _column(w.ways, have)) is not None
        else pl.lit(None, dtype=pl.String).alias(w.name)
        for w in part.wanted
    )


def _column(ways: tuple[tuple[str, ...], ...], have: set[str]) -> str | None:
    return next((w[0] for w in ways if len(w) == 1 and w[0] in have), None)


def _rows(part: Part) -> Iterator[tuple[str | None, ...]]:
    have = list(part.files[0].columns)
    names = [_column(w.ways, set(have)) for w in part.wanted]
    places = [have.index(n) if n is not None else len(have) for n in names]
    for file in part.files:
        for _, row in separated.records(file):
            width = len(row)
            yield tuple(row[p] or None if p < width else None for p in places)
