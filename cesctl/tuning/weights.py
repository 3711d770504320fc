"""From log-odds to a model: round weights on the model's own scale, limits that follow them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cesctl.model.most_points import most_points
from cesctl.pipeline.points import add_points
from cesctl.pipeline.roll_up import roll_up
from cesctl.pipeline.scale import add_score
from cesctl.tuning.rivals import area_of
from cesctl.tuning.round_numbers import rounded, two_digits
from cesctl.tuning.settings import factors
from cesctl.tuning.size import RELATIVE, scale_of, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cesctl.model.types import Group, Model, Signal
    from cesctl.tuning.sample import Sample
    from cesctl.tuning.search import Found

    Floats = NDArray[np.float64]

LOST = 0.001  # of the area under the curve, that the roundest weights may cost


def tuned_model(model: Model, sample: Sample, found: Found, *, good: bool) -> Model | None:
    """The model with what was found: round weights, and the scale, as puts about as many into each band as
    before at the latest T, see ``size``. Signals that were taken away have weight 0; limits of points follow
    the weights. None where the scale has nothing left to go by: all have the same raw, or of ``possible`` no
    signal adds points.
    """
    columns = {c.signal.name: c.column for c in found.chosen}
    bare = _with_weights(model, sample, found, 1.0, float)
    if not _scorable(bare):
        return None
    before, after = scores(model, sample, {}), scores(bare, sample, columns)
    if after["raw"].n_unique() == 1:
        return None
    # the latest T is most like what comes: at the first the log has hardly begun
    latest = pl.col("as_of") == pl.col("as_of").max()
    telling = latest if after.filter(latest)["raw"].n_unique() > 1 else pl.lit(value=True)
    old = before.filter(telling)["raw"]
    factor = size_of(model, old, after.filter(telling)["raw"])

    def made(factor: float, shape: Callable[[float], float]) -> Model:
        own = _with_weights(model, sample, found, factor, shape)
        raw = scores(own, sample, columns).filter(telling)["raw"]
        return replace(own, scale=scale_of(model, old, raw))

    def area(model: Model) -> float:
        return area_of(sample, scores(model, sample, columns)["score"].to_numpy(), good=good)

    tried = made(factor, rounded)
    if area(tried) >= area(made(factor, float)) - LOST:
        return tried
    return made(factor, two_digits)


def _scorable(model: Model) -> bool:
    most = most_points(model.signals, model.groups)
    return model.scale.method != "possible" or (isinstance(most, float) and most > 0.0)


def scores(model: Model, sample: Sample, columns: Mapping[str, str]) -> pl.DataFrame:
    """The pairs with ``raw`` and ``score`` by a model whose signals measure ``columns`` (by name; else as
    they are called). Of minmax and percentile, among these pairs.
    """
    measures = [
        pl.col(f"m:{columns.get(s.name, s.name)}").alias(f"m:{s.name}") for s in model.signals
    ]
    points = add_points(sample.rows.select("pair", *measures), model)
    if model.roll_up is not None:
        users = points.with_columns(pl.col("pair").alias("account"))
        points = roll_up(users.drop("pair"), model.roll_up.by).rename({"customer": "pair"})
    raw = sample.pairs.select("pair", "as_of", "customer", "outcome").join(
        points.select("pair", "raw"), on="pair", how="left", maintain_order="left"
    )
    raw = raw.with_columns(pl.col("raw").fill_null(0.0))
    points_of_all = most_points(model.signals, model.groups)
    most = points_of_all if isinstance(points_of_all, float) else None
    relative = model.scale.method in RELATIVE
    parts = raw.partition_by("as_of", maintain_order=True) if relative else [raw]
    return pl.concat(add_score(part, model, most) for part in parts)


def _with_weights(
    model: Model, sample: Sample, found: Found, factor: float, shape: Callable[[float], float]
) -> Model:
    """``found`` x ``factor``, with ``shape`` to make it a number to be written."""
    multiplied = factors(model)
    chosen = dict(zip((c.signal.name for c in found.chosen), found.weights, strict=True))
    read = {c.signal.name: c.signal for c in found.chosen}
    gone = {*found.needless, *found.against}
    signals = []
    for signal in model.signals:
        name = signal.name
        if name in gone:
            signals.append(_without_points(signal))
        elif name in chosen:
            weight = shape(float(chosen[name]) * factor / multiplied[name])
            signals.append(_limited(read[name], weight, shape))
        else:
            signals.append(signal)
    return replace(
        model,
        signals=tuple(signals),
        groups=tuple(
            _following(g, model=model, signals=signals, sample=sample, found=found, shape=shape)
            for g in model.groups
        ),
    )


def _without_points(signal: Signal) -> Signal:
    least, most = signal.min_points, signal.max_points
    return replace(
        signal,
        weight=0.0,
        min_points=None if least is not None and least > 0.0 else least,
        max_points=None if most is not None and most < 0.0 else most,
    )


def _limited(signal: Signal, weight: float, shape: Callable[[float], float]) -> Signal:
    """With a weight, and limits at the same values as before."""
    if not signal.weight:
        return replace(signal, weight=weight)
    times = weight / signal.weight
    ends = [None if e is None else shape(e * times) for e in (signal.min_points, signal.max_points)]
    least, most = ends if times >= 0.0 else ends[::-1]
    return replace(signal, weight=weight, min_points=least, max_points=most)


def _following(
    group: Group,
    *,
    model: Model,
    signals: Sequence[Signal],
    sample: Sample,
    found: Found,
    shape: Callable[[float], float],
) -> Group:
    """The group with limits that as many reach as before."""
    if group.max_points is None and group.min_points is None:
        return group
    columns = {c.signal.name: c.column for c in found.chosen}
    before = _points(group, model.signals, sample, {})
    after = _points(group, signals, sample, columns)
    if np.array_equal(before, after):
        return group

    def moved(limit: float | None, sign: float) -> float | None:
        if limit is None:
            return None
        old, new = np.sort(sign * before), np.sort(sign * after)
        if sign * limit <= old[-1]:
            steps, first = np.unique(old, return_index=True)
            means = np.add.reduceat(new, first) / np.diff([*first, len(new)])
            end = float(np.interp(sign * limit, steps, means)) * sign
        else:
            end = limit * float(new[-1] / old[-1]) if old[-1] > 0.0 else limit
        return shape(end) if end else limit

    return replace(
        group, max_points=moved(group.max_points, 1.0), min_points=moved(group.min_points, -1.0)
    )


def _points(
    group: Group, signals: Sequence[Signal], sample: Sample, columns: Mapping[str, str]
) -> Floats:
    """The points of a group without its limits, by pair."""
    total = np.zeros(sample.pairs.height)
    for s in signals:
        if s.group == group.name:
            total += s.weight * sample.values(s, columns.get(s.name, s.name))
    return group.weight * total
