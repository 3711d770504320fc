"""What is different in a tuned model, signal by signal, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cesctl.duration import format_duration
from cesctl.model.types import Target, Tier
from cesctl.present.numbers import shortest

if TYPE_CHECKING:
    from cesctl.model.types import Group, Model, Scale, Signal
    from cesctl.tuning.sample import Sample
    from cesctl.tuning.search import Found

SCHEMA = {
    "signal": pl.String, "weight": pl.Float64, "new_weight": pl.Float64, "setting": pl.String,
    "new_setting": pl.String, "odds": pl.Float64, "why": pl.String,
}  # fmt: skip
Setting = int | float | Target | tuple[Tier, ...] | tuple[float, float] | None
LIMITS = ("max_points", "min_points")
FIELDS = ("window_us", "half_life_us", "cap", "target", "tiers", *LIMITS)
FEW, MANY = 0.1, 0.9  # shares of the pairs between which a signal's odds are told


def changes_of(
    before: Model, after: Model, found: Found, sample: Sample, *, good: bool
) -> pl.DataFrame:
    """One row per signal of the model: signal, weight, new_weight, ``setting`` and ``new_setting`` (the keys
    that are different: ``cap: 25``; empty where none is), ``odds`` (of the outcome, by the fit, at the
    value that nine pairs in ten are below, by those at the value that one in ten is, all else equal; null of
    signals that the fit has not), ``why``.
    """
    fits = {c.signal.name: (c, w) for c, w in zip(found.chosen, found.weights, strict=True)}
    rows = []
    for old, new in zip(before.signals, after.signals, strict=True):
        odds = None
        if old.name in fits:
            chosen, weight = fits[old.name]
            odds = _odds(sample.values(chosen.signal, chosen.column), float(weight), good=good)
        keys = different(old, new)
        rows.append(
            {
                "signal": old.name,
                "weight": old.weight,
                "new_weight": new.weight,
                "setting": ", ".join(f"{c.key}: {told(c.was)}" for c in keys),
                "new_setting": ", ".join(f"{c.key}: {told(c.now)}" for c in keys),
                "odds": odds,
                "why": _why(old, new, found, odds),
            }
        )
    return pl.DataFrame(rows, schema=SCHEMA)


@dataclass(frozen=True)
class Change:
    """A key of a signal, or of a group, and what it was and is, as the model holds it."""

    key: str
    was: Setting
    now: Setting


def different(
    old: Signal | Group, new: Signal | Group, fields: Sequence[str] = FIELDS
) -> list[Change]:
    """The keys other than the weight that are different."""
    pairs = ((f.removesuffix("_us"), getattr(old, f), getattr(new, f)) for f in fields)
    return [Change(key, was, now) for key, was, now in pairs if was != now]


def scale_changes(old: Scale, new: Scale) -> list[Change]:
    """Which raw becomes which score, where that is different."""
    found = [("from", old.from_, new.from_), ("midpoint", old.midpoint, new.midpoint)]
    return [Change(key, was, now) for key, was, now in found if was != now]


def _odds(values: np.ndarray, weight: float, *, good: bool) -> float:
    low, high = np.quantile(values, [FEW, MANY])
    if low == high:  # most have the same: told of all
        low, high = float(values.min()), float(values.max())
    power = weight * float(high - low) * (1.0 if good else -1.0)
    return float(f"{math.exp(min(max(power, -50.0), 50.0)):.3g}")


def _why(old: Signal, new: Signal, found: Found, odds: float | None) -> str:
    if old.name in found.needless:
        return "adds nothing to the others"
    if old.name in found.against:
        return "beside the others it tells the opposite of its sign"
    if odds is None:
        return found.apart.get(old.name, "as it was")
    if old == new:
        return "as it was"
    parts = [_window(old, new), _half_life(old, new), _shape(old, new)]
    said = [p for p in parts if p]
    if old.weight != new.weight:
        said.insert(0, "tells beside the others")
    return "; ".join(said)


def _window(old: Signal, new: Signal) -> str:
    if old.window_us == new.window_us:
        return ""
    shorter = old.window_us is None or (new.window_us is not None and new.window_us < old.window_us)
    return "what is older tells nothing more" if shorter else "what is older tells, too"


def _half_life(old: Signal, new: Signal) -> str:
    if old.half_life_us == new.half_life_us:
        return ""
    faster = old.half_life_us is None or (
        new.half_life_us is not None and new.half_life_us < old.half_life_us
    )
    return "the latest tell most" if faster else "what is older tells as much"


def _shape(old: Signal, new: Signal) -> str:
    if new.tiers != old.tiers:
        times = shortest(new.tiers[-1].at_least / new.tiers[-2].at_least)
        return f"{times} times as many tell one step more"
    if new.cap != old.cap:
        if new.cap is None:
            return "more of it always tells more"
        return f"more than {shortest(new.cap)} tell nothing more"
    if new.target != old.target and new.target is not None:
        low, high = sorted((new.target.start, new.target.end))
        return f"tells between {shortest(low)} and {shortest(high)}"
    return ""


def written(setting: Setting) -> str:
    """As YAML."""
    match setting:
        case (Tier(), *_):
            steps = (
                f"{{at_least: {shortest(t.at_least)}, value: {shortest(t.value)}}}"
                for t in setting
                if isinstance(t, Tier)
            )
            return f"[{', '.join(steps)}]"
    return told(setting)


def told(setting: Setting) -> str:
    """For people: tiers as ``50 from 1, 100 from 10``."""
    match setting:
        case None | ():
            return "none"
        case int():
            return format_duration(setting)
        case float():
            return shortest(setting)
        case Target(start=0.0):
            return shortest(setting.end)
        case Target():
            return f"{{from: {shortest(setting.start)}, to: {shortest(setting.end)}}}"
        case (float(start), float(end)):
            return f"[{shortest(start)}, {shortest(end)}]"
    return ", ".join(
        f"{shortest(t.value)} from {shortest(t.at_least)}" for t in setting if isinstance(t, Tier)
    )
