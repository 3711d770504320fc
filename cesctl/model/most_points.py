"""The most points a model can give: what ``scale: {method: possible}`` takes for the top."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from cesctl.model.types import CAN_BE_NOTHING, Group, Signal

if TYPE_CHECKING:
    from collections.abc import Sequence


def most_points(signals: Sequence[Signal], groups: Sequence[Group]) -> float | list[str]:
    """The most raw, rounded to 9 decimals as raw is; or the names of the signals without a most."""
    by_group: dict[str | None, list[Signal]] = {}
    for signal in signals:
        by_group.setdefault(signal.group, []).append(signal)
    total: list[float] = [signal_most(s) for s in by_group.get(None, ())]
    unbounded = [s.name for s in by_group.get(None, ()) if signal_most(s) == math.inf]
    for group in groups:
        members = by_group.get(group.name, [])
        parts = [signal_most(s) for s in members]
        if group.weight <= 0:  # what has no most is then no gain
            parts = [p for p in parts if p != math.inf]
        points = _within(group.weight * _sum(parts), group)
        total.append(points)
        if points == math.inf:
            unbounded += [s.name for s in members if signal_most(s) == math.inf]
    if unbounded:
        order = [s.name for s in signals]
        return sorted(unbounded, key=order.index)
    return _nine(_sum(total))


def signal_most(signal: Signal) -> float:
    """The most points of one signal; infinite where there is no most."""
    if signal.weight <= 0:
        return max(0.0, signal.min_points if signal.min_points is not None else 0.0)
    return _within(signal.weight * greatest_value(signal), signal)


def greatest_value(signal: Signal) -> float:
    """The greatest value that target, tiers, cap and a measure of at most 1 together allow."""
    most = 1.0 if signal.measure == "once" else math.inf
    if signal.cap is not None:
        most = min(most, signal.cap)
    value = _value(signal, most)
    if signal.measure in CAN_BE_NOTHING and isinstance(signal.missing, float):
        value = max(value, signal.missing)
    return value


def _value(signal: Signal, most: float) -> float:
    if signal.target is not None:
        start, end = signal.target.start, signal.target.end
        if end < start or most == math.inf:  # less is better: nothing holds the measure up
            return 100.0
        return min(100.0, max(0.0, 100.0 * (most - start) / (end - start)))
    if signal.tiers:  # 0 is the value below the first
        return max([0.0, *(t.value for t in signal.tiers if t.at_least <= most)])
    return most


def _within(points: float, limits: Signal | Group) -> float:
    if limits.max_points is not None:
        points = min(points, limits.max_points)
    if limits.min_points is not None:
        points = max(points, limits.min_points)
    return points


def _sum(points: list[float]) -> float:
    return math.inf if math.inf in points else math.fsum(points)


def _nine(number: float) -> float:
    if not math.isfinite(number) or abs(number) >= 1e15:  # no decimals left to round
        return number
    return float(Decimal(number).quantize(Decimal("1e-9"), ROUND_HALF_UP))
