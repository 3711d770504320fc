"""What is different in a tuned model, signal by signal, and why."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cesctl.duration import format_duration
from cesctl.present.numbers import shortest

if TYPE_CHECKING:
    from cesctl.model.types import Group, Model, Signal, Target, Tier
    from cesctl.tuning.sample import Sample
    from cesctl.tuning.search import Found

SCHEMA = {
    "signal": pl.String, "weight": pl.Float64, "new_weight": pl.Float64, "setting": pl.String,
    "new_setting": pl.String, "odds": pl.Float64, "why": pl.String,
}  # fmt: skip
NONE = "none"
_TIER = re.compile(r"\{at_least: (\S+), value: (\S+)\}")
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
                "setting": ", ".join(f"{k}: {told(a)}" for k, a, _ in keys),
                "new_setting": ", ".join(f"{k}: {told(b)}" for k, _, b in keys),
                "odds": odds,
                "why": _why(old, new, found, odds),
            }
        )
    return pl.DataFrame(rows, schema=SCHEMA)


def different(old: Signal, new: Signal) -> list[tuple[str, str, str]]:
    """The keys other than the weight that are different, and what they say as the model is written."""
    made = []
    for key, before, after in (
        ("window", _duration(old.window_us), _duration(new.window_us)),
        ("half_life", _duration(old.half_life_us), _duration(new.half_life_us)),
        ("cap", _number(old.cap), _number(new.cap)),
        ("target", _target(old.target), _target(new.target)),
        ("tiers", _tiers(old.tiers), _tiers(new.tiers)),
        ("max_points", _number(old.max_points), _number(new.max_points)),
        ("min_points", _number(old.min_points), _number(new.min_points)),
    ):
        if before != after:
            made.append((key, before, after))
    return made


def different_limits(old: Group, new: Group) -> list[tuple[str, str, str]]:
    """The same of the limits of a group."""
    return [
        (key, _number(before), _number(after))
        for key, before, after in (
            ("max_points", old.max_points, new.max_points),
            ("min_points", old.min_points, new.min_points),
        )
        if before != after
    ]


def _odds(values: np.ndarray, weight: float, *, good: bool) -> float:
    low, high = np.quantile(values, [FEW, MANY])
    if low == high:  # most have the same: told of all
        low, high = float(values.min()), float(values.max())
    power = weight * float(high - low) * (1.0 if good else -1.0)
    return float(f"{math.exp(min(max(power, -50.0), 50.0)):.3g}")


def _why(old: Signal, new: Signal, found: Found, odds: float | None) -> str:
    if old.name in found.needless:
        return "tells nothing that the others do not tell"
    if old.name in found.against:
        return "beside the others it tells the opposite of its sign"
    if odds is None:
        return found.apart.get(old.name, "as it was")
    if old == new:
        return "as it was"
    parts = [_window(old, new), _half_life(old, new), _shape(old, new)]
    told = [p for p in parts if p]
    if old.weight != new.weight:
        told.insert(0, "tells beside the others")
    return "; ".join(told)


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


def _duration(us: int | None) -> str:
    return NONE if us is None else format_duration(us)


def _number(number: float | None) -> str:
    return NONE if number is None else shortest(number)


def _tiers(tiers: Sequence[Tier]) -> str:
    if not tiers:
        return NONE
    steps = (f"{{at_least: {shortest(t.at_least)}, value: {shortest(t.value)}}}" for t in tiers)
    return f"[{', '.join(steps)}]"


def told(setting: str) -> str:
    """For people: tiers as ``50 from 1, 100 from 10``."""
    return ", ".join(f"{v} from {a}" for a, v in _TIER.findall(setting)) or setting


def _target(target: Target | None) -> str:
    if target is None:
        return NONE
    if target.start == 0.0:
        return shortest(target.end)
    return f"{{from: {shortest(target.start)}, to: {shortest(target.end)}}}"
