"""Scale and bands that spread the customers of a log."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cesctl.insight.spread import USUAL_CUTS, Spread, drop_threshold, spread


def raws(*values: float) -> pl.Series:
    return pl.Series(values, dtype=pl.Float64)


def test_an_even_log_keeps_the_customary_bands() -> None:
    found = spread(raws(*range(1000)))
    assert found.usual
    assert (found.start, found.end) == (50.0, 950.0)
    assert [round(s, 2) for s in found.shares] == [0.41, 0.27, 0.32]


def test_a_skewed_log_gets_bands_of_its_own() -> None:
    found = spread(raws(*[2**i for i in range(10)] * 10, *[0] * 50))
    assert not found.usual
    assert min(found.shares) > 0.1
    assert sum(found.shares) == pytest.approx(1)


def test_outliers_do_not_squeeze_the_rest() -> None:
    found = spread(raws(*range(100), 1e6))
    assert found.end < 100


@settings(deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), max_size=60))
def test_any_raws_give_a_scale_that_a_model_may_have(values: list[float]) -> None:
    found = spread(raws(*values))
    assert found.start < found.end
    assert found.cuts[0] < found.cuts[1]
    scores = found.scores(raws(*values))
    assert all(1 <= s <= 100 and s == int(s) for s in scores)
    if scores.n_unique() >= 3:
        assert min(found.shares) > 0


@pytest.mark.parametrize(("value", "score"), [(5.0, 100.0), (0.0, 1.0), (-3.0, 1.0)])
def test_all_alike(value: float, score: float) -> None:
    found = spread(raws(value, value))
    assert found.scores(raws(value)).to_list() == [score]
    assert found.cuts == USUAL_CUTS


def test_nobody() -> None:
    assert spread(raws()) == Spread(0.0, 100.0, USUAL_CUTS, (1.0, 0.0, 0.0))


def test_the_fall_that_one_in_ten_had() -> None:
    now = raws(*[50] * 100)
    before = raws(*[50 + i for i in range(100)])
    assert drop_threshold(before, now) == 50  # 90, kept within 10 … 50
    assert drop_threshold(before / 4 + 37.5, now) == 20
    assert drop_threshold(now, now) == 10
    assert drop_threshold(pl.Series([None], dtype=pl.Float64), raws(3)) is None
