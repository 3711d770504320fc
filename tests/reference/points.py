"""Value, points, groups and raw (sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from cesctl.model.types import Group, Model, Signal
from tests.reference.numbers import exact, round_half_away

NONE_SAID = Group("")  # of ungrouped signals, and of a group that ``groups:`` does not list


def value(signal: Signal, measure: Fraction) -> Fraction:
    """The measure after cap and target or tiers."""
    if signal.cap is not None:
        measure = min(measure, exact(signal.cap))
    if signal.target is not None:
        start, end = exact(signal.target.start), exact(signal.target.end)
        return min(max(100 * (measure - start) / (end - start), Fraction(0)), Fraction(100))
    if signal.tiers:
        reached = [tier for tier in signal.tiers if measure >= exact(tier.at_least)]
        return exact(reached[-1].value) if reached else Fraction(0)
    return measure


def points(signal: Signal, measure: Fraction | None) -> Fraction | None:
    """Weight x value within the signal's limits; None where ``missing: skip`` leaves it out."""
    if measure is not None:
        return kept(signal, exact(signal.weight) * value(signal, measure))
    if signal.missing == "skip":
        return None
    if signal.missing == "zero":
        return Fraction(0)  # points, not a value: limits are for what is measured
    return kept(signal, exact(signal.weight) * exact(signal.missing))


def kept(limits: Signal | Group, found: Fraction) -> Fraction:
    """Within ``max_points`` and ``min_points``."""
    if limits.max_points is not None:
        found = min(found, exact(limits.max_points))
    if limits.min_points is not None:
        found = max(found, exact(limits.min_points))
    return found


def shared(
    model: Model, group: str | None, found: Mapping[str, Fraction | None]
) -> dict[str, Fraction | None]:
    """The points of a group's signals once those left out have given their weight to the others."""
    signals = [s for s in model.signals if s.group == group]
    positive = [s for s in signals if s.weight > 0]
    present = [s for s in positive if found[s.name] is not None]
    factor = Fraction(0)
    if present:
        factor = total(exact(s.weight) for s in positive) / total(exact(s.weight) for s in present)
    result: dict[str, Fraction | None] = {}
    for signal in signals:
        own = found[signal.name]
        result[signal.name] = own * factor if own is not None and signal.weight > 0 else own
    return result


def group_points(model: Model, group: str, points_of: Mapping[str, Fraction | None]) -> Fraction:
    """Weight x the sum of the group's points, within the group's limits."""
    limits = next((g for g in model.groups if g.name == group), NONE_SAID)
    added = total(points_of[s.name] or Fraction(0) for s in model.signals if s.group == group)
    return kept(limits, exact(limits.weight) * added)


def total(parts: object) -> Fraction:
    return sum(parts, Fraction(0))  # type: ignore[call-overload,no-any-return]


def signal_points(
    model: Model, measures: Mapping[str, Fraction | None]
) -> dict[str, Fraction | None]:
    """Each signal's points, as they enter its group."""
    own = {s.name: points(s, measures[s.name]) for s in model.signals}
    result: dict[str, Fraction | None] = {}
    for group in {s.group for s in model.signals}:
        result |= shared(model, group, own)
    return result


def groups(model: Model) -> list[str]:
    """The groups that are declared, those without signals too, and those that signals name."""
    named = [g.name for g in model.groups] + [s.group for s in model.signals if s.group is not None]
    return list(dict.fromkeys(named))


def unrounded(model: Model, points_of: Mapping[str, Fraction | None]) -> Fraction:
    """Groups and ungrouped points added up; ``raw`` is this to 9 decimals."""
    alone = total(points_of[s.name] or Fraction(0) for s in model.signals if s.group is None)
    return alone + total(group_points(model, g, points_of) for g in groups(model))


def raw(model: Model, points_of: Mapping[str, Fraction | None]) -> Fraction:
    return round_half_away(unrounded(model, points_of), 9)
