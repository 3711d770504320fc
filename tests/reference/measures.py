"""Measures (section 4): a signal's events, limited and decayed, to one number or nothing."""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from cesctl.model.types import Model, Signal
from tests.reference import clock
from tests.reference.conditions import all_hold, matches
from tests.reference.events import Event
from tests.reference.numbers import number, round_half_away

MINUTE = 60_000_000  # µs
UNIT = {"hour": clock.hour, "day": clock.day, "week": clock.week}


def measures(model: Model, events: list[Event], t: int) -> dict[str, Fraction | None]:
    """Each signal's measure of one customer's events at or before ``t``; None is nothing."""
    zone = ZoneInfo(model.timezone)
    found = {
        signal.name: measure(signal, taken(signal, events, t), t, zone)
        for signal in model.signals
        if signal.measure != "ratio"
    }
    return {
        s.name: ratio(s, found) if s.measure == "ratio" else found[s.name] for s in model.signals
    }


def counts(model: Model, events: list[Event], t: int) -> dict[str, int]:
    """How many events each signal counts, within its limit."""
    zone = ZoneInfo(model.timezone)
    return {s.name: len(limited(s, taken(s, events, t), zone)) for s in model.signals}


def taken(signal: Signal, events: list[Event], t: int) -> list[Event]:
    """The events that a signal takes by its event, where, window and offset."""
    if signal.measure == "ratio":
        return []
    end = t - signal.offset_us
    return [
        e
        for e in events
        if matches(signal.match, e.name)
        and all_hold(signal.where, e.row)
        and e.at <= end
        and (signal.window_us is None or e.at > end - signal.window_us)
    ]


def limited(signal: Signal, events: list[Event], zone: ZoneInfo) -> list[Event]:
    """The first ``count`` of each calendar unit; those without a number last among equals."""
    if signal.limit is None:
        return events

    def order(e: Event) -> tuple[int, bool, Fraction]:
        value = value_of(signal, e)
        return (e.at, value is None, -(value or Fraction(0)))

    places: dict[object, list[Event]] = defaultdict(list)
    for event in sorted(events, key=order):
        places[UNIT[signal.limit.per](event.at, zone)].append(event)
    return [e for place in places.values() for e in place[: signal.limit.count]]


def measure(signal: Signal, events: list[Event], t: int, zone: ZoneInfo) -> Fraction | None:
    events = sorted(limited(signal, events, zone), key=lambda e: e.at)
    numbers = [n for e in events if (n := value_of(signal, e)) is not None]
    match signal.measure:
        case "count":
            return sum((term(signal, t - e.at, None) for e in events), Fraction(0))
        case "sum":
            return sum((term(signal, t - e.at, value_of(signal, e)) for e in events
                        if value_of(signal, e) is not None), Fraction(0))  # fmt: skip
        case "mean":
            total = sum((round_half_away(n, 9) for n in numbers), Fraction(0))
            return total / len(numbers) if numbers else None
        case "min":
            return min(numbers, default=None)
        case "max":
            return max(numbers, default=None)
        case "last":
            dated = [(e.at, n) for e in events if (n := value_of(signal, e)) is not None]
            return max(dated)[1] if dated else None
        case "distinct":
            assert signal.property is not None
            return Fraction(len({e.text(signal.property) for e in events} - {None}))
        case "days":
            return Fraction(len({clock.day(e.at, zone) for e in events}))
        case "weeks":
            return Fraction(len({clock.week(e.at, zone) for e in events}))
        case "once":
            return Fraction(bool(events))
        case "recency":
            return Fraction(t - events[-1].at, clock.DAY) if events else None
        case "tenure":
            return Fraction(t - events[0].at, clock.DAY) if events else None
        case "sessions":
            return Fraction(len(sessions(signal, events)))
        case "session_minutes":
            return sum(
                (Fraction(s[-1] - s[0], MINUTE) for s in sessions(signal, events)), Fraction(0)
            )
        case "bounces":
            return Fraction(sum(len(s) == 1 for s in sessions(signal, events)))
    raise AssertionError(signal.measure)


def value_of(signal: Signal, event: Event) -> Fraction | None:
    """The number in the signal's property."""
    return None if signal.property is None else number(event.text(signal.property))


def term(signal: Signal, age: int, value: Fraction | None) -> Fraction:
    """One event's part of a count or a sum, rounded once to 9 decimals.

    A decay is no fraction: it and its product are IEEE doubles, as every engine computes them, and
    the rounding is that of the double times 1e9. Without a decay nothing is inexact.
    """
    if signal.half_life_us is not None:
        decay = 2.0 ** -(age / signal.half_life_us)
    elif signal.linear_decay_us is not None:
        decay = max(0.0, 1.0 - age / signal.linear_decay_us)
    else:
        return round_half_away(Fraction(1) if value is None else value, 9)
    product = decay if value is None else decay * float(value)
    units = product * 1e9
    return Fraction(int(math.copysign(math.floor(abs(units) + Fraction(1, 2)), units)), 10**9)


def sessions(signal: Signal, events: list[Event]) -> list[list[int]]:
    """Runs of instants with less than ``gap`` from each to the next."""
    instants = [e.at for e in events]
    runs = [instants[:1]] if instants else []
    for before, after in pairwise(instants):
        if after - before < signal.gap_us:
            runs[-1].append(after)
        else:
            runs.append([after])
    return runs


def ratio(signal: Signal, found: dict[str, Fraction | None]) -> Fraction | None:
    assert signal.of is not None
    assert signal.per is not None
    top, bottom = found[signal.of], found[signal.per]
    return top / bottom if top is not None and bottom else None
