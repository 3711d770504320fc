"""The score over time (docs/insight.md), in plain Python."""

from __future__ import annotations

import calendar
import statistics
from dataclasses import dataclass
from datetime import datetime, time
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tests.reference import clock
from tests.reference.points import total
from tests.reference.several import Then


@dataclass
class Line:
    """One customer; ``scores``: at each T, None where it was not there yet."""

    customer: str
    scores: list[Fraction | None]
    slope: Fraction | None
    steepest_drop: Fraction | None
    steepest_drop_at: int | None

    @property
    def first(self) -> Fraction | None:
        return next((s for s in self.scores if s is not None), None)


def instants(t: int, zone: ZoneInfo, count: int, *, months: int = 0, length: int = 0) -> list[int]:
    """T and those before it, the oldest first: by the calendar, or so many µs apart."""
    if not months:
        return [t - n * length for n in reversed(range(count))]
    return [months_before(t, n * months, zone) for n in reversed(range(count))]


def months_before(t: int, months: int, zone: ZoneInfo) -> int:
    """Month's end to month's end, else to the same day, or the last of a month that has no such day."""
    if not months:
        return t
    local = clock.local(t, zone).replace(tzinfo=None)
    year, month = divmod(local.year * 12 + local.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    is_last = local.day == calendar.monthrange(local.year, local.month)[1]
    day = last if is_last else min(local.day, last)
    moved = local.replace(year=year, month=month + 1, day=day)
    if moved.time() == time.max:  # the end of a day is written as a date
        return clock.as_of(moved.date().isoformat(), zone, None, 0)
    return clock.instant(datetime.combine(moved.date(), moved.time()), zone)


def line(customer: str, found: list[Then]) -> Line:
    """One customer over time."""
    scores = [next((o.score for o in f.outcomes if o.customer == customer), None) for f in found]
    falls = [
        (a - b, f.t)
        for (a, b), f in zip(pairwise(scores), found[1:], strict=True)
        if a is not None and b is not None and a > b
    ]
    steepest = max(falls, default=(None, None))  # of equal ones the last
    return Line(customer, scores, slope(scores), *steepest)


def slope(scores: list[Fraction | None]) -> Fraction | None:
    """Least squares over the periods at which there is a score."""
    there = [(Fraction(at), s) for at, s in enumerate(scores) if s is not None]
    if len(there) < 2:
        return None
    x_mean = total(x for x, _ in there) / len(there)
    y_mean = total(y for _, y in there) / len(there)
    return total((x - x_mean) * (y - y_mean) for x, y in there) / total(
        (x - x_mean) ** 2 for x, _ in there
    )


def period(found: Then, begins: int) -> dict[str, Any]:
    """What is said of all customers at one T; the period is what is after ``begins``."""
    outcomes = found.outcomes
    best = found.model.bands[-1].name
    engaged = [o for o in outcomes if o.band == best]
    responsive = [o for o in outcomes if o.band != best and found.active_within(o, begins)]
    active = {
        name: sum(found.active_within(o, found.t - days * clock.DAY) for o in outcomes)
        for name, days in (("dau", 1), ("wau", 7), ("mau", 30))
    }
    at_risk = sum(o.at_risk for o in outcomes)
    scores = [o.score for o in outcomes]
    everybody = len(outcomes)
    rest = everybody - len(engaged) - len(responsive)
    return {
        "customers": everybody,
        "average": total(scores) / everybody if scores else None,
        "median": Fraction(statistics.median(scores)) if scores else None,
        "at_risk": at_risk,
        "at_risk_share": share(at_risk, everybody),
        "engaged": share(len(engaged), everybody),
        "responsive": share(len(responsive), everybody),
        "disengaged": share(rest, everybody),
        **active,
        "stickiness": share(active["dau"], active["mau"]),
        **{f"band {b.name}": sum(o.band == b.name for o in outcomes) for b in found.model.bands},
    }


def share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
