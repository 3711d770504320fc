"""CSV and its like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.sources import csvblocks
from cesctl.sources.parts import BROKEN
from cesctl.sources.records import from_batches

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from cesctl.sources.parts import Part


def scan(part: Part) -> pl.LazyFrame:
    """One row a record, in file order, all text, and BROKEN."""
    have = part.files[0].columns
    first = {name: n for n, name in reversed(list(enumerate(have)))}
    ways = {w.name: _column(w.ways, first) for w in part.wanted}
    places = {name: first[column] for name, column in ways.items() if column is not None}

    def batches(columns: list[str] | None, _n_rows: int | None) -> Iterator[pl.DataFrame]:
        names = [n for n in ways if columns is None or n in columns]
        chosen = [
            pl.col(f"column_{places[n]}").alias(n)
            if n in places
            else pl.lit(None, dtype=pl.String).alias(n)
            for n in names
        ]
        for file in part.files:
            for block in csvblocks.blocks(file, [places[n] for n in names if n in places]):
                yield block.rows.select(*chosen, BROKEN)

    return from_batches(dict.fromkeys([*ways, BROKEN], pl.String()), batches)


def _column(ways: tuple[tuple[str, ...], ...], have: Container[str]) -> str | None:
    return next((w[0] for w in ways if len(w) == 1 and w[0] in have), None)
