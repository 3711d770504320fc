"""About how much memory it takes to count a log and to score its customers: estimates that err on the large
side.

The figures are those of polars 2.1, measured as the growth of a process's peak by the row, with logs of which
each row is another customer's, and with a hundred rows a customer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.model.measured import measured
from cesctl.model.scored_by import all_signals
from cesctl.pipeline.log import used_properties
from cesctl.sources import columnar, lengths

if TYPE_CHECKING:
    from cesctl.engines.base import Asked
    from cesctl.model.types import Model, Signal
    from cesctl.pipeline.log import Log
    from cesctl.sources import Part

READING = 256 << 20  # bytes that reading takes, whatever the log

# Bytes a row, by what an engine keeps of a group, or of each row where its events must be seen together.
_KEY = 160
_TIME, _NAMED, _ATTRIBUTE, _HASH = 20, 8, 110, 40
_STATE = {"count": 8, "once": 8, "sum": 40, "mean": 66, "min": 38, "max": 38, "recency": 32,
          "tenure": 32}  # fmt: skip
_SEEN_TOGETHER = {"days": 90, "weeks": 90, "distinct": 130, "last": 110, "sessions": 85,
                  "session_minutes": 85, "bounces": 85}  # fmt: skip
_LIMIT, _PLACES, _DECAY = 360, 90, 30
_COPY, _PER_PROPERTY = 440, 110  # of rows that are compared, with what they are

# Bytes a customer that is scored: its steps at one T; each signal's measure, value and points.
_SCORED, _PER_SIGNAL, _PER_ATTRIBUTE = 160, 24, 32
_COMPARED = 150  # of a T that is only compared with


def rows_in(log: Log) -> int:
    """About how many rows there are; of Parquet, frames and stores exactly."""
    return sum(_rows(part) for part in log.raw.parts)


def a_row(model: Model, asked: Asked) -> int:
    """Bytes that counting takes by the row, where each is another customer's, or kept."""
    wanted = measured(model)
    signals = sum(_of_signal(s) for s in wanted.signals)
    named = sum(len(own) > 0 for own in wanted.events.values()) + len(wanted.activity)
    paths = len(model.attributes) + (model.roll_up is not None)
    told = _TIME + _NAMED * named + _ATTRIBUTE * paths
    return _KEY + len(asked.times) * (signals + told)


def of_one_customer(model: Model, asked: Asked) -> int:
    """Bytes that counting keeps by the row of a single customer: nothing where sums do, for its events must
    not be seen together then.
    """
    kept = [s for s in measured(model).signals if s.measure in _SEEN_TOGETHER or s.limit]
    return _KEY + len(asked.times) * sum(map(_of_signal, kept)) if kept else 0


def a_customer(model: Model, asked: Asked) -> int:
    """Bytes that scoring takes by the customer, at all T together."""
    signals, attributes = len(all_signals(model)), len(model.attributes)
    one = _SCORED + _PER_SIGNAL * signals + _PER_ATTRIBUTE * attributes
    reported = sum(n in asked.reported for n in range(len(asked.times)))
    # in the end one T is put in order, and the columns of its scores stand beside
    return one * (reported + 2) + _COMPARED * (len(asked.times) - reported)


def of_copies(log: Log) -> int:
    """Bytes by the row to tell records that are there twice apart, of those that are."""
    if not log.has_duplicates:
        return 0
    return _COPY + _PER_PROPERTY * len(used_properties(log.model))


def of_hashes(log: Log) -> int:
    """Bytes by the row to see which records are there twice."""
    return _HASH if log.has_duplicates else 0


def largest_piece(log: Log) -> tuple[int, str]:
    """Bytes of the largest piece of a file that is read at once, unpacked, and the file's name."""
    found = [(0, "")]
    for part in log.raw.parts:
        if part.format == "parquet":
            columns = {way[0] for w in part.wanted for way in w.ways}
            found += [(columnar.largest_group(f.path, columns), f.name) for f in part.files]
    return max(found)


def _of_signal(signal: Signal) -> int:
    """By the row and T."""
    needed = _STATE.get(signal.measure) or _SEEN_TOGETHER[signal.measure]
    if signal.limit is not None:
        needed += _LIMIT if signal.measure == "count" else _PLACES
    if signal.half_life_us or signal.linear_decay_us:
        needed += _DECAY
    return needed


def _rows(part: Part) -> int:
    if part.given is not None:
        return int(part.given.select(pl.len()).collect(engine="streaming").item())
    if part.format == "parquet":
        return sum(columnar.rows(f) for f in part.files)
    return sum(map(lengths.records, part.files))
