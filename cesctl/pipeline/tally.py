"""How many rows each file has, counted while the log is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from cesctl.sources.parts import FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Counted = TypeVar("Counted")


def tallied(
    events: pl.LazyFrame, collect: Callable[[pl.LazyFrame], Counted]
) -> tuple[Counted, dict[int, int]]:
    """What ``collect`` makes of the events in one pass, and the rows by the number of the file; none where
    the events do not say their file.
    """
    tally = Tally()
    watched = tally.over(events) if FILE in events.collect_schema() else events
    return collect(watched), tally.rows


class Tally:
    """Looks on while a log is counted. ``rows``: by the number of the file; whole after one collect."""

    def __init__(self) -> None:
        self._seen: list[tuple[int, int]] = []

    def over(self, events: pl.LazyFrame) -> pl.LazyFrame:
        """The events, watched: for one collect."""
        watched = pl.map_batches(
            ["reason", FILE], self._note, return_dtype=pl.UInt8, is_elementwise=True
        )
        return events.with_columns(watched.alias("reason"))

    def _note(self, columns: Sequence[pl.Series]) -> pl.Series:
        reason, file = columns
        first = file.first() if len(file) else None
        if first is not None and (file == first).all():  # as nearly always
            self._seen.append(
                (int(str(first)), len(file))
            )  # one step, as threads may do so at once
        else:
            self._seen += file.value_counts().rows()
        return reason

    @property
    def rows(self) -> dict[int, int]:
        """Rows by the number of the file."""
        counts: Counter[int] = Counter()
        for number, rows in self._seen:
            counts[number] += rows
        return dict(counts)
