"""How many rows each file has, counted while the log is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from cesctl.pipeline.watched import watched
from cesctl.sources.parts import FILE

if TYPE_CHECKING:
    from collections.abc import Callable

Counted = TypeVar("Counted")


def tallied(
    events: pl.LazyFrame, collect: Callable[[pl.LazyFrame], Counted]
) -> tuple[Counted, dict[int, int]]:
    """What ``collect`` makes of the events in one pass, and the rows by the number of the file; none where
    the events do not say their file.
    """
    tally = Tally()
    if FILE in events.collect_schema():
        events = tally.over(events)
    return collect(events), tally.rows


class Tally:
    """Looks on while a log is counted. ``rows``: by the number of the file; whole after one collect."""

    def __init__(self) -> None:
        self._seen: list[tuple[int, int]] = []

    def over(self, events: pl.LazyFrame) -> pl.LazyFrame:
        """The events, watched: for one collect."""
        return watched(events, FILE, self._note)

    def _note(self, _: pl.Series, file: pl.Series) -> None:
        first = file.first() if len(file) else None
        if first is not None and (file == first).all():  # as nearly always
            self._seen.append((int(str(first)), len(file)))
        else:
            self._seen += file.value_counts().rows()

    @property
    def rows(self) -> dict[int, int]:
        """Rows by the number of the file."""
        counts: Counter[int] = Counter()
        for number, rows in self._seen:
            counts[number] += rows
        return dict(counts)
