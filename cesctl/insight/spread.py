"""A scale, bands and a fall that alarms, chosen from a log's raw scores to spread its customers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from cesctl.model.types import Model, Scale
from cesctl.pipeline.scale import add_score

USUAL_CUTS = (41.0, 71.0)  # where Mid-range and Good begin in the customary bands
_ENOUGH = 0.10  # share of the customers that each of the customary bands must hold to be kept
_ALIKE = 1e-9  # raw has no more decimals
_LOW_SHARE, _GOOD_SHARE = 0.30, 0.25  # aimed at where they do not


@dataclass(frozen=True)
class Spread:
    """``start`` and ``end``: the raw scores that become 1 and 100 on a linear scale.

    ``cuts``: where the second and the third of the three bands begin; ``shares``: of the customers
    in each of the three.
    """

    start: float
    end: float
    cuts: tuple[float, float]
    shares: tuple[float, float, float]

    @property
    def usual(self) -> bool:
        return self.cuts == USUAL_CUTS

    def scores(self, raws: pl.Series) -> pl.Series:
        """The scores of raw scores, as scoring itself makes them; null stays null."""
        scale = Scale("linear", (self.start, self.end), (1.0, 100.0), round=0)
        frame = pl.DataFrame({"raw": raws.cast(pl.Float64)})
        return add_score(frame, Model(signals=(), scale=scale), None)["score"]


def spread(raws: pl.Series) -> Spread:
    """From the 5th to the 95th percentile of raw, so that outliers do not squeeze the rest."""
    start, end = _ends(raws)
    scores = Spread(start, end, USUAL_CUTS, (0.0, 0.0, 0.0)).scores(raws)
    cuts = USUAL_CUTS
    if min(_shares(scores, cuts)) < _ENOUGH:
        cuts = _cuts(scores) or USUAL_CUTS
    return Spread(start, end, cuts, _shares(scores, cuts))


def drop_threshold(before: pl.Series, now: pl.Series) -> int | None:
    """A fall that about one customer in ten had, in steps of 5 points of the score.

    At least 10: smaller falls are everyday. None when nobody has a score before.
    """
    tenth = (now - before).drop_nulls().quantile(0.10, interpolation="nearest")
    return None if tenth is None else min(50, max(10, 5 * round(-tenth / 5)))


def _ends(raws: pl.Series) -> tuple[float, float]:
    if raws.is_empty():
        return 0.0, 100.0
    start, end = (raws.quantile(q, interpolation="nearest") or 0.0 for q in (0.05, 0.95))
    if end - start < _ALIKE:
        start, end = (raws.quantile(q, interpolation="nearest") or 0.0 for q in (0.0, 1.0))
    if end - start < _ALIKE:
        return (0.0, end) if end > 0 else (start, start + 1.0)
    # Two digits of the span are enough; rounding outwards keeps start below end.
    decimals = 1 - math.floor(math.log10(end - start))
    step = 10.0**-decimals
    outer = math.floor(start / step) * step, math.ceil(end / step) * step
    return round(outer[0], decimals), round(outer[1], decimals)


def _shares(scores: pl.Series, cuts: tuple[float, float]) -> tuple[float, float, float]:
    low, good = 1 - _from(scores, cuts[0]), _from(scores, cuts[1])
    return low, 1 - low - good, good


def _from(scores: pl.Series, cut: float) -> float:
    """The share of the customers whose score reaches the cut."""
    return int((scores >= cut).sum()) / max(1, scores.len())


def _cuts(scores: pl.Series) -> tuple[float, float] | None:
    """Cuts at scores that there are, so that no band is empty; None with less than three scores."""
    values = scores.unique().sort().to_list()  # whole numbers from 1 to 100
    if len(values) < 3:
        return None
    middle = min(values[1:-1], key=lambda cut: abs(1 - _from(scores, cut) - _LOW_SHARE))
    above = [v for v in values if v > middle]
    return middle, min(above, key=lambda cut: abs(_from(scores, cut) - _GOOD_SHARE))
