"""Bands from outcome rates, against trying all."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import polars as pl
import pytest

from cesctl.model.types import Band
from cesctl.tuning.bands import LEAST, bands_by_rate

BANDS = (Band("Low", 1.0, at_risk=True), Band("Mid", 41.0), Band("Good", 71.0))


def sample(seed: int, *, slope: float, count: int = 400) -> tuple[pl.Series, np.ndarray]:
    rng = random.Random(seed)
    scores = [float(rng.randint(0, 20)) for _ in range(count)]
    engaged = [float(rng.random() < 1 / (1 + math.exp(-slope * (s - 10)))) for s in scores]
    return pl.Series(scores), np.array(engaged)


def worth(parts: list[list[float]]) -> float:
    total = 0.0
    for part in parts:
        for side in (0.0, 1.0):
            n = part.count(side)
            total += n * math.log(n / len(part)) if n else 0.0
    return total


def parted(scores: pl.Series, engaged: np.ndarray, cuts: tuple[float, ...]) -> list[list[float]]:
    ends = (-math.inf, *cuts, math.inf)
    pairs = list(zip(scores.to_list(), engaged.tolist(), strict=True))
    return [[e for s, e in pairs if a <= s < b] for a, b in itertools.pairwise(ends)]


@pytest.mark.parametrize("seed", range(6))
def test_the_likeliest_of_all_that_rise(seed: int) -> None:
    scores, engaged = sample(seed, slope=0.25)
    made = bands_by_rate(BANDS, scores, engaged)
    assert made is not None
    assert [b.name for b in made] == ["Low", "Mid", "Good"]
    assert made[0] == BANDS[0]
    cuts = tuple(b.from_ for b in made[1:])
    rates = [sum(p) / len(p) for p in parted(scores, engaged, cuts)]
    assert rates == sorted(rates)
    best = max(
        worth(parts)
        for pair in itertools.combinations(sorted(set(scores)), 2)
        if (parts := parted(scores, engaged, pair))
        and all(len(p) >= LEAST * len(scores) for p in parts)
        and (rates := [sum(p) / len(p) for p in parts]) == sorted(rates)
    )
    assert worth(parted(scores, engaged, cuts)) == pytest.approx(best)


def test_where_scores_say_nothing_or_there_is_one() -> None:
    scores, engaged = sample(0, slope=-0.3)
    assert bands_by_rate(BANDS, scores, engaged) is None  # the more, the less engaged
    same = pl.Series([5.0] * 10)
    assert bands_by_rate(BANDS, same, np.array([0.0, 1.0] * 5)) is None
    assert bands_by_rate(BANDS[:1], scores, engaged) is None


def test_scores_of_any_size_get_round_froms() -> None:
    scores, engaged = sample(1, slope=0.3)
    for size in (0.001, 1000.0):
        made = bands_by_rate(
            tuple(Band(b.name, b.from_ * size - 50 * size) for b in BANDS), scores * size, engaged
        )
        assert made is not None
        for band in made[1:]:
            assert len(f"{band.from_:e}".split("e")[0].rstrip("0").rstrip(".")) <= 4


def test_scores_below_the_first_band_and_outliers_do_no_harm() -> None:
    scores, engaged = sample(2, slope=0.3)
    low = bands_by_rate(BANDS, scores / 100.0, engaged)  # all below 1, where Low begins
    assert low is not None
    froms = [b.from_ for b in low]
    assert froms == sorted(froms)
    assert froms[-1] < 1.0
    outlier = scores.to_list()
    outlier[0] = 1e5
    made = bands_by_rate(BANDS, pl.Series(outlier), engaged)
    assert made is not None
    assert made[-1].from_ <= 20.0
