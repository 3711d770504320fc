"""What an engine is asked and gives: the measures of every customer at one or more T, and the count of all
rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import polars as pl

    from cesctl.pipeline.log import Log


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
    ``of_files``: rows by the number of their file, none where the events do not say theirs.
    """

    activity: list[pl.DataFrame]
    read: int
    aside: dict[tuple[int, int], int] = field(default_factory=dict)
    newest: datetime | None = None
    of_files: dict[int, int] = field(default_factory=dict)

    @property
    def reasons(self) -> dict[int, int]:
        """Rows that are not scored, by reason code or AFTER."""
        found: Counter[int] = Counter()
        for (_, code), rows in self.aside.items():
            found[code] += rows
        return dict(found)


@dataclass(frozen=True)
class Asked:
    """What is to be counted of a log.

    ``times``: the T, the latest first. ``reported``: the places of those T of which a customer's events and
    activity are wanted, too; the others are only compared with. ``attributed``: of which attributes are
    wanted (None: of the same). ``occurrences``: also how many events each signal takes. ``among``: count
    the events of these customers (see ``score_times``); None: of all.
    """

    times: list[datetime]
    reported: Container[int] = (0,)
    attributed: Container[int] | None = None
    occurrences: bool = False
    among: pl.Series | None = None


class Counting(Protocol):
    """One log that is counted, maybe several times; an engine may keep what the first time has cost."""

    def newest(self) -> datetime | None:
        """The newest accepted event; None where there is none."""
        ...

    def aggregate(self, asked: Asked) -> Aggregate:
        """Measures every signal of the log's model for every customer at each T, and counts all rows."""
        ...

    def check_scored(self, customers: int, asked: Asked) -> None:
        """Raises UsageError where so many customers, those of the roster among them, are too many to be
        scored at those T.
        """
        ...


class Engine(Protocol):
    """What counts a log. All engines give the same to the bit, but for the order of customers.

    Counting raises what reading a log raises: see ``cesctl.sources.carefully``.
    """

    def over(self, log: Log) -> Counting:
        """The log, to be counted; nothing is read yet."""
        ...
