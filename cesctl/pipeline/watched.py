"""Looking on while a log is counted, so that what is asked of all rows needs no pass of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl


def watched(
    events: pl.LazyFrame, column: str, note: Callable[[pl.Series, pl.Series], None]
) -> pl.LazyFrame:
    """The events as they are, for one collect; ``note`` is told the reasons of each batch, and that column.

    Threads may tell it at once: what it keeps it must keep in one step.
    """

    def told(columns: Sequence[pl.Series]) -> pl.Series:
        reason, other = columns
        note(reason, other)
        return reason

    seen = pl.map_batches(["reason", column], told, return_dtype=pl.UInt8, is_elementwise=True)
    watching = events.with_columns(seen.alias("reason"))
    # a filter of what is counted must not hide the rows that it leaves out
    return watching.map_batches(_as_it_is, predicate_pushdown=False, streamable=True)


def _as_it_is(batch: pl.DataFrame) -> pl.DataFrame:
    return batch
