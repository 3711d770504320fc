"""What tuned weights are held to."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from cesctl.model import parse_model
from cesctl.tuning.rivals import area_of, best_single, boosted, equal_weights, table
from tests.tuning.test_weights import BASE, CLAMP, sample


def test_equal_weights_are_spreads_with_the_signs_of_the_model() -> None:
    model, fitted, judged = parse_model(BASE + CLAMP), sample(0), sample(1)
    made = equal_weights(model, fitted, judged)
    a = judged.rows["m:a"].to_numpy() / fitted.rows["m:a"].to_numpy().std()
    b = [s.rows["m:b"].clip(upper_bound=4.0).to_numpy() for s in (judged, fitted)]
    c = [s.rows["m:c"].clip(upper_bound=3.0).to_numpy() for s in (judged, fitted)]
    assert made == pytest.approx(a + b[0] / b[1].std() - c[0] / c[1].std())


def test_the_best_measure_and_which_way_it_tells() -> None:
    own = sample()
    assert best_single(own, ["d", "b", "a"], good=False) == ("a", 1.0)
    assert best_single(own, ["c", "d"], good=False) == ("c", -1.0)
    area = area_of(own, own.rows["m:a"].to_numpy(), good=False)
    assert area == pytest.approx(roc_auc_score(own.engaged, own.rows["m:a"].to_numpy()))


@pytest.mark.slow
def test_trees_tell_customers_apart_that_they_have_not_seen() -> None:
    fitted, judged = sample(0), sample(1)
    chances = boosted(fitted, judged, ["a", "b", "c", "d"])
    assert 0.0 < chances.min() < chances.max() < 1.0
    best = max(area_of(judged, judged.rows[f"m:{n}"].to_numpy(), good=False) for n in "ab")
    assert area_of(judged, chances, good=False) > best
    noise = np.random.default_rng(0).permutation(fitted.engaged)
    from dataclasses import replace

    told = boosted(replace(fitted, engaged=noise), judged, ["d"])
    assert abs(area_of(judged, told, good=False) - 0.5) < 0.05


def test_what_is_nothing_stays_nothing() -> None:
    own = sample()
    rows = own.rows.with_columns(pl.when(pl.col("pair") > 0).then("m:a").alias("m:a"))
    from dataclasses import replace

    made = table(replace(own, rows=rows), ["a", "b"])
    assert np.isnan(made[0, 0])
    assert not np.isnan(made[1:]).any()


def test_who_has_no_measure_is_least_engaged_whichever_way_it_tells() -> None:
    from dataclasses import replace

    own = sample()
    gone = own.engaged == 0.0
    rng = np.random.default_rng(3)
    none = gone & (rng.random(len(gone)) < 0.6)
    last = pl.Series("m:last", np.where(none, np.nan, rng.random(len(gone)) + gone)).fill_nan(None)
    told = replace(own, rows=own.rows.with_columns(last))
    assert best_single(told, ["last", "a"], good=False) == ("last", -1.0)
    same = replace(own, rows=own.rows.with_columns(pl.lit(1.0).alias("m:same")))
    assert best_single(same, ["same"], good=False) is None
