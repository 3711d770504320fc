"""A store's log with some stretches of time only, or without them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import polars as pl

from cesctl.engines.measures import epoch_us
from cesctl.engines.summed import Stretch
from cesctl.store import names

if TYPE_CHECKING:
    from cesctl.model.types import Signal
    from cesctl.store.log import StoreLog

_LAST = timedelta(microseconds=1)
_BEGINS = pl.col("day").cast(pl.Datetime("us", "UTC"))  # of a data file, which holds a day (UTC)
_ENDS = _BEGINS + timedelta(days=1)


def within(log: StoreLog, stretch: Stretch) -> StoreLog:
    """Only the events of the stretch, their ids not replaced."""
    paths = log.files.filter(_touched(stretch))["path"].to_list()
    return log.of_rows(log.of_files(paths).filter(_has(stretch)))


def without(log: StoreLog, stretches: Sequence[Stretch]) -> StoreLog:
    """Only the events of no stretch; what is carried over stays."""
    files = log.files
    touched = _any(_touched(s) for s in stretches)
    inside = _any((s.first <= _BEGINS) & (s.end >= _ENDS) for s in stretches)
    rows = [log.of_files(files.filter(~touched)["path"].to_list())]
    cut = files.filter(touched & ~inside)["path"].to_list()
    if cut:
        rows.append(log.of_files(cut).filter(~_any(_has(s) for s in stretches)))
    return log.reading(pl.concat(rows))


def looking_at(log: StoreLog, signals: Sequence[Signal], times: Sequence[datetime]) -> StoreLog:
    """Without the days that no window of these signals looks at, at any of the T."""
    first, last = (at.to_physical() for at in (_BEGINS, _ENDS - _LAST))
    seen = _any((first <= end) & (last > begin) for begin, end in _windows(signals, times))
    return log.reading(log.of_files(log.files.filter(seen)["path"].to_list()))


def _windows(signals: Sequence[Signal], times: Sequence[datetime]) -> list[tuple[int, int]]:
    """The last instant before each window begins and its last, in microseconds; those that meet are one."""
    found: list[tuple[int, int]] = []
    ends = [(s, epoch_us(at) - s.offset_us) for s in signals for at in times]
    all_there_is = -(2**62)
    for begin, end in sorted(
        (all_there_is if s.window_us is None else max(end - s.window_us, all_there_is), end)
        for s, end in ends
    ):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same in as few as can be, each beginning later than the last ends."""
    found: list[Stretch] = []
    for stretch in sorted(stretches):
        goes_on = bool(found) and found[-1].end == stretch.first
        found.append(Stretch(found.pop().first, stretch.end) if goes_on else stretch)
    return found


def _touched(stretch: Stretch) -> pl.Expr:
    """Whether a data file may have events of it."""
    return (stretch.end > _BEGINS) & (stretch.first < _ENDS)


def _has(stretch: Stretch) -> pl.Expr:
    """Whether a row is of it."""
    at = pl.col(names.AT)
    return (at >= stretch.first) & (at < stretch.end)


def _any(parts: Iterable[pl.Expr]) -> pl.Expr:
    return reduce(or_, parts, pl.lit(value=False))
