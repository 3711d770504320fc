"""How large tuned weights are, and where the scale begins, so that the bands hold about as many as before."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cesctl.pipeline.band import band_index
from cesctl.pipeline.scale import add_score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cesctl.model.types import Model, Scale

    Floats = NDArray[np.float64]

RELATIVE = frozenset({"minmax", "percentile"})  # to the others at the same T
FREE_OF_SIZE = frozenset({"possible", *RELATIVE})  # all weights doubled change no score
MOVABLE = frozenset({"linear", "logistic"})  # which raw becomes which score is a key of the model
WIDE = tuple(10.0 ** (n / 25.0) for n in range(-25, 26))  # a tenth to ten times
NEAR = tuple(3.0 ** (n / 12.0) for n in range(-12, 13))  # where the scale moves, too
LEAST = 0.02  # of the scale's width: a smaller step is none


def size_of(model: Model, before: pl.Series, raw: pl.Series) -> float:
    """By what to multiply all weights. ``before``: raw by the model's weights; ``raw``: by the tuned ones, of
    which there is some spread.

    All at once is as large as it was: the standard deviation of raw is that of before. From there on the
    bands decide, where the size makes a difference to them.
    """
    first = (_spread(before) or 1.0) / _spread(raw)  # of a model that weighs nothing any will do
    if model.scale.method in FREE_OF_SIZE:
        return first

    def apart(times: float) -> tuple[float, float]:
        own = raw * (first * times)
        return round(_best(model, before, own)[0], 3), abs(math.log(times))

    best: float = min(NEAR if model.scale.method in MOVABLE else WIDE, key=apart)
    return first * best


def scale_of(model: Model, before: pl.Series, raw: pl.Series) -> Scale:
    """The scale for a raw of that size, moved where it can be."""
    return model.scale if model.scale.method in FREE_OF_SIZE else _best(model, before, raw)[1]


def _best(model: Model, before: pl.Series, raw: pl.Series) -> tuple[float, Scale]:
    """How far the shares of the bands are from those before, and by which scale they are nearest."""
    shares = _shares(before, model)
    tried = [
        (_apart(shares, _shares(raw, replace(model, scale=scale))), scale)
        for scale in _moved(model, before, raw, shares)
    ]
    return min(tried, key=lambda one: round(one[0], 3))


def _moved(model: Model, before: pl.Series, raw: pl.Series, shares: Floats) -> Sequence[Scale]:
    """The scale, and where it can move those at which as many are below the start of a band as were."""
    scale = model.scale
    if scale.method not in MOVABLE:
        return [scale]
    steps = [0.0]
    for below in np.cumsum(shares)[:-1]:
        if 0.0 < below < 1.0:
            was, now = (float(of.quantile(below, "linear") or 0.0) for of in (before, raw))
            steps.append(now - was)
    steps.append(float(np.mean(steps[1:])) if len(steps) > 1 else 0.0)
    return list(dict.fromkeys(moved_by(scale, step) for step in steps))


def moved_by(scale: Scale, step: float) -> Scale:
    """The scale for a raw that is by ``step`` more: by a round number, some hundredths of its width."""
    width = _width(scale)
    unit = 10.0 ** (math.floor(math.log10(width)) - 1)
    by = round(step / unit) * unit
    if abs(by) < LEAST * width:
        return scale
    if scale.from_ is not None:
        start, end = (float(f"{x + by:.10g}") for x in scale.from_)
        return replace(scale, from_=(start, end))
    assert scale.midpoint is not None
    return replace(scale, midpoint=float(f"{scale.midpoint + by:.10g}"))


def _width(scale: Scale) -> float:
    if scale.from_ is not None:
        return abs(scale.from_[1] - scale.from_[0])
    return 1.0 / abs(scale.steepness or 1.0)


def _spread(raw: pl.Series) -> float:
    found = raw.std()
    return found if isinstance(found, float) else 0.0


def _shares(raw: pl.Series, model: Model) -> Floats:
    """The share of the pairs in each band."""
    scored = add_score(pl.DataFrame({"raw": raw}), model, None)
    index = scored.select(band_index(model.bands)).to_series().to_numpy()
    return np.bincount(index, minlength=len(model.bands)) / max(len(index), 1)


def _apart(some: Floats, others: Floats) -> float:
    return float(np.abs(some - others).sum())
