"""``limit``: which place an event has among those of its customer and period that a signal takes.

Ordering the log is the dearest thing an engine does, so it is not done once per T. An event's place depends
on T only in the period in which T's window begins: there what is before the window takes no place. Such a
period is ordered in two parts, from its beginning and from where the window begins; all others once for all
T. What is later than T comes later in the order, and changes no place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.engines.measures import AT, epoch_us
from cesctl.pipeline.conditions import event_property
from cesctl.pipeline.numbers import number

if TYPE_CHECKING:
    from cesctl.model.types import Signal


@dataclass(frozen=True)
class Places:
    """``layers``: columns to be there, a layer may use the last. ``place``: by the index of T, the event's
    place (from 0) among those taken.
    """

    layers: list[list[pl.Expr]]
    place: dict[int, pl.Expr]


def places(
    signal: Signal,
    times: Sequence[datetime],
    takes: Callable[[int | None], pl.Expr],
    calendar: Callable[[pl.DataFrame], pl.DataFrame],
) -> Places:
    """``takes``: whether the signal takes an event at the T of an index; of None, at whatever time.
    ``calendar``: adds the calendar columns to a frame with ``at``.
    """
    assert signal.limit is not None
    if len(times) == 1:
        return _each(signal, takes, 1)
    starts = _starts(signal, times)
    begins = dict(zip(starts, _periods(list(starts.values()), signal, calendar), strict=True))
    # two windows that begin in one period would part it in three
    if len(set(begins.values())) < len(set(starts.values())):
        return _each(signal, takes, len(times))
    taken, place, tail, tail_place = (
        f"{c}:{signal.name}" for c in ("taken", "place", "tail", "rest")
    )
    layers = [
        [takes(None).fill_null(value=False).alias(taken)],
        [_order(signal, [taken]).alias(place)],
    ]
    if not starts:
        return Places(layers, {n: pl.col(place) for n in range(len(times))})
    period = pl.col(signal.limit.per)
    inside = [
        (period == begins[n]) & (AT.to_physical() > epoch_us(start)) for n, start in starts.items()
    ]
    layers[0].append(reduce(or_, inside).fill_null(value=False).alias(tail))
    layers[1].append(_order(signal, [taken, tail]).alias(tail_place))
    return Places(
        layers,
        {
            n: pl.when(period == begins[n]).then(pl.col(tail_place)).otherwise(pl.col(place))
            for n in range(len(times))
        },
    )


def _each(signal: Signal, takes: Callable[[int | None], pl.Expr], times: int) -> Places:
    """Ordered anew for each T."""
    first: list[pl.Expr] = []
    second: list[pl.Expr] = []
    found = {}
    for n in range(times):
        taken, place = f"taken:{signal.name}|{n}", f"place:{signal.name}|{n}"
        first.append(takes(n).fill_null(value=False).alias(taken))
        second.append(_order(signal, [taken]).alias(place))
        found[n] = pl.col(place)
    return Places([first, second], found)


def _order(signal: Signal, apart: Sequence[str]) -> pl.Expr:
    """By instant, then the larger number, one without a number last; per customer, period and ``apart``."""
    assert signal.limit is not None
    order = [AT.to_physical()]
    if signal.property is not None:
        order += [-number(event_property(signal.property)).fill_null(float("-inf"))]
    return pl.int_range(pl.len()).over(["key", signal.limit.per, *apart], order_by=order)


def _starts(signal: Signal, times: Sequence[datetime]) -> dict[int, datetime]:
    """Where the window of each T begins (events at that instant are before it), by the index of T."""
    if signal.window_us is None:
        return {}
    back = timedelta(microseconds=signal.offset_us + signal.window_us)
    found = {}
    for n, at in enumerate(times):
        try:
            found[n] = at - back
        except OverflowError:  # before the year 1
            found[n] = datetime.min.replace(tzinfo=UTC)
    return found


def _periods(
    at: list[datetime], signal: Signal, calendar: Callable[[pl.DataFrame], pl.DataFrame]
) -> list[Any]:
    """The period in which each instant lies."""
    assert signal.limit is not None
    frame = pl.DataFrame({"at": at}, schema={"at": pl.Datetime("us", "UTC")})
    return calendar(frame)[signal.limit.per].to_list()
