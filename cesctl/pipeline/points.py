"""Measures to points: value, weight, limits, groups and raw. Pure expressions, one row per customer.

Columns: ``m:<signal>`` measure in, ``v:<signal>`` value, ``p:<signal>`` points (null: left out by
``missing: skip``), ``g:<group>`` points of the group, ``raw``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

import polars as pl

from cesctl.model.types import Group, Model, Signal
from cesctl.pipeline.numbers import quotient, round_half_away, with_shared

ZERO = pl.lit(0.0)


def add_points(activity: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Adds ``v:``, ``p:``, ``g:`` and ``raw`` to a frame with the measures ``m:``."""
    frame = with_shared(activity, (value(s).alias(f"v:{s.name}") for s in model.signals))
    frame = frame.with_columns(_own_points(s).alias(f"p:{s.name}") for s in model.signals)
    pools: dict[str | None, list[Signal]] = {}
    for s in model.signals:
        pools.setdefault(s.group, []).append(s)
    shared = [e for pool in pools.values() for e in _share_weight(pool)]
    frame = frame.with_columns(shared)
    frame = frame.with_columns(
        _group_points(g, pools.get(g.name, [])).alias(f"g:{g.name}") for g in model.groups
    )
    total = _total([f"g:{g.name}" for g in model.groups])
    total = total + _total([f"p:{s.name}" for s in pools.get(None, [])])
    # a column before it is rounded, which names it five times
    frame = frame.with_columns(total.alias("raw"))
    return with_shared(frame, round_half_away(pl.col("raw"), 9).alias("raw"))


def value(signal: Signal) -> pl.Expr:
    """The measure after cap and target or tiers; null where the measure is nothing (unless ``missing``
    is a number).
    """
    measure = pl.col(f"m:{signal.name}")
    made = measure
    if signal.cap is not None:
        made = pl.min_horizontal(made, pl.lit(signal.cap))
    if signal.target is not None:
        start, end = signal.target.start, signal.target.end
        made = quotient(100.0 * (made - start), end - start).clip(0.0, 100.0)
    elif signal.tiers:
        steps = ZERO
        for tier in signal.tiers:
            steps = pl.when(made >= tier.at_least).then(pl.lit(tier.value)).otherwise(steps)
        made = steps
    made = pl.when(measure.is_not_null()).then(made)
    if isinstance(signal.missing, (int, float)):
        made = made.fill_null(float(signal.missing))
    return made


def _own_points(signal: Signal) -> pl.Expr:
    value = pl.col(f"v:{signal.name}")
    points = limited(signal.weight * value, signal.min_points, signal.max_points)
    points = pl.when(value.is_not_null()).then(points)  # horizontal minima pass over null
    return points if signal.missing == "skip" else points.fill_null(0.0)


def limited(points: pl.Expr, least: float | None, most: float | None) -> pl.Expr:
    if most is not None:
        points = pl.min_horizontal(points, pl.lit(most))
    if least is not None:
        points = pl.max_horizontal(points, pl.lit(least))
    return points


def _share_weight(pool: Sequence[Signal]) -> list[pl.Expr]:
    """``missing: skip``: the others of the pool take over the weight of what is left out."""
    positive = [s for s in pool if s.weight > 0]
    if not any(s.missing == "skip" for s in positive):
        return []
    everything = reduce(add, [s.weight for s in positive])  # added as below, bit for bit
    present = reduce(
        add,
        [
            pl.when(pl.col(f"p:{s.name}").is_not_null()).then(s.weight).otherwise(0.0)
            for s in positive
        ],
    )
    # exactly 1 where all are there, so that nothing is rounded in vain
    factor = pl.when(present < everything).then(everything / present).otherwise(1.0)
    return [(pl.col(f"p:{s.name}") * factor).alias(f"p:{s.name}") for s in positive]


def _group_points(group: Group, signals: Sequence[Signal]) -> pl.Expr:
    total = _total([f"p:{s.name}" for s in signals])
    return limited(group.weight * total, group.min_points, group.max_points)


def _total(columns: Sequence[str]) -> pl.Expr:
    """Added in the model's order, so that every run rounds alike."""
    if not columns:
        return ZERO
    # not reduced to one nested expression: to plan that of a thousand terms takes seconds
    return pl.fold(ZERO, add, [pl.col(c).fill_null(0.0) for c in columns], return_dtype=pl.Float64)
