"""What an engine gives: the measures of every customer at one or more T, and the count of all rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


AFTER = 255  # events later than the first T, beside the reasons of cesctl.pipeline.normalise


@dataclass(frozen=True)
class Aggregate:
    """One pass over the log.

    Names of signals, ``events`` and ``activity_at`` are those of Measured. ``activity``: for each T one frame
    with a row per customer that has an event by then: ``customer``, ``m:<signal>`` (Float64, the measure;
    null is nothing), ``last_at`` (UTC) and, of those T that are reported, ``events`` (UInt32, events that at
    least one signal takes) and ``activity_at`` (UTC); of those T of which attributes are wanted,
    ``attr:<name>`` (text, as of then); when asked for, ``n:<signal>`` (UInt32, events the signal takes);
    of the first T ``x:<signal>`` (events whose property is there but no number), where it looks for numbers.
    Where the model rolls up also ``account`` (text, the customer's by then) and ``attr_at:<name>`` (UTC, when
    the attribute was given).
    ``aside``: rows that are not scored, by (number of the file, reason code or AFTER); the file is 0 where
    the events do not say theirs. ``newest``: the newest accepted event of all, whatever T is.
    """

    activity: list[pl.DataFrame]
    read: int
    aside: dict[tuple[int, int], int] = field(default_factory=dict)
    newest: datetime | None = None

    @property
    def reasons(self) -> dict[int, int]:
        """Rows that are not scored, by reason code or AFTER."""
        found: Counter[int] = Counter()
        for (_, code), rows in self.aside.items():
            found[code] += rows
        return dict(found)
