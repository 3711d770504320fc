"""raw to score: the model's scale, then rounding. One row per customer; ``raw`` in, ``scaled`` and
``score`` out.
"""

from __future__ import annotations

import polars as pl

from cesctl.model.types import Model
from cesctl.pipeline.numbers import quotient, round_half_away, with_shared

RAW = pl.col("raw")


def add_score(frame: pl.DataFrame, model: Model, most: float | None) -> pl.DataFrame:
    """Adds ``scaled`` (before rounding) and ``score``. ``most`` is the most points the model can give,
    for ``method: possible``; minmax and percentile look at all rows of the frame.
    """
    frame = with_shared(frame, scaled(model, most).cast(pl.Float64).alias("scaled"))
    frame = with_shared(frame, round_half_away(pl.col("scaled"), 9).alias("score"))
    return with_shared(frame, round_half_away(pl.col("score"), model.scale.round).alias("score"))


def scaled(model: Model, most: float | None) -> pl.Expr:
    scale = model.scale
    lo, hi = scale.to
    match scale.method:
        case "none":
            return RAW
        case "clamp":
            return RAW.clip(min(lo, hi), max(lo, hi))
        case "linear":
            assert scale.from_ is not None
            return _linear(scale.from_[0], scale.from_[1], lo, hi, clip=scale.clip)
        case "possible":
            assert most is not None
            return _linear(0.0, most, lo, hi, clip=scale.clip)
        case "minmax":
            least, greatest = RAW.min(), RAW.max()
            between = lo + quotient(RAW - least, greatest - least) * (hi - lo)
            alike = pl.when(RAW > 0).then(hi).otherwise(lo)
            return pl.when(greatest > least).then(between).otherwise(alike)
        case "percentile":
            rank = RAW.rank("average")
            n = pl.len().cast(pl.Float64)
            return (
                pl.when(n > 1).then(lo + quotient((hi - lo) * (rank - 1.0), n - 1.0)).otherwise(hi)
            )
        case "logistic":
            assert scale.midpoint is not None
            assert scale.steepness is not None
            power = (-scale.steepness * (RAW - scale.midpoint)).exp()
            return lo + (hi - lo) / (1.0 + power)


def _linear(start: float, end: float, lo: float, hi: float, *, clip: bool) -> pl.Expr:
    made = lo + quotient(RAW - start, end - start) * (hi - lo)
    return made.clip(min(lo, hi), max(lo, hi)) if clip else made
