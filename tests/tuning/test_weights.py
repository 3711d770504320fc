"""From log-odds to round weights on a model's own scale."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from cesctl.model import parse_model
from cesctl.model.types import Model
from cesctl.pipeline.band import band_index
from cesctl.tuning.sample import Sample
from cesctl.tuning.search import Chosen, Found
from cesctl.tuning.weights import scores, tuned_model

PAIRS = 2000
BASE = """
events:
  a: {weight: 1, group: use}
  b: {weight: 2, max_points: 8}
  c: {weight: -1, min_points: -3}
  d: 0
groups: {use: {weight: 2, max_points: 10}}
"""
CLAMP = "scale: {method: clamp, to: [0, 100]}\nbands: {Low: 0, Mid: 8, Good: 14}\n"
WEIGHTS = {"a": 0.4, "b": 0.05, "c": -0.3}


def sample(seed: int = 0) -> Sample:
    rng = np.random.default_rng(seed)
    names = ("a", "b", "c", "d")
    measures = {f"m:{n}": rng.poisson(4.0, PAIRS).astype(float) for n in names}
    odds = sum(WEIGHTS[n] * measures[f"m:{n}"] for n in WEIGHTS)
    engaged = (rng.random(PAIRS) < 1 / (1 + np.exp(-(odds - np.mean(odds))))).astype(float)
    pair = pl.int_range(PAIRS, dtype=pl.UInt32, eager=True)
    pairs = pl.DataFrame(
        {
            "pair": pair,
            "customer": [f"c{n}" for n in range(PAIRS)],
            "as_of": [datetime(2026, 1, 1, tzinfo=UTC)] * PAIRS,
            "outcome": engaged == 0.0,
            "share": rng.random(PAIRS) / 2,
        }
    )
    rows = pl.DataFrame({"pair": pair, **measures})
    return Sample(pairs, rows, engaged, np.zeros(PAIRS, dtype=np.intp))


def found(model: Model, weights: dict[str, float], *, needless: tuple[str, ...] = ()) -> Found:
    signals = {s.name: s for s in model.signals}
    chosen = tuple(Chosen(signals[n], n, 1.0, 1.0) for n in weights)
    return Found(chosen, np.array(list(weights.values())), needless, (), 1.0, {})


def fitted(model: Model, what: Found) -> Model:
    made = tuned_model(model, sample(), what, good=False)
    assert made is not None
    return made


def test_weights_are_round_and_in_the_proportions_of_the_fit() -> None:
    model = parse_model(BASE + CLAMP)
    made = fitted(model, found(model, WEIGHTS))
    a, b, c, d = made.signals
    assert a.weight * 2.0 / b.weight == pytest.approx(0.4 / 0.05, rel=0.35)  # 2: of the group
    assert c.weight / b.weight == pytest.approx(-0.3 / 0.05, rel=0.35)
    assert d.weight == 0.0
    for weight in (a.weight, b.weight, c.weight):
        assert len(f"{weight:e}".split("e")[0].lstrip("-").rstrip("0").rstrip(".")) <= 3


def test_limits_stay_at_the_same_values() -> None:
    model = parse_model(BASE + CLAMP)
    made = fitted(model, found(model, WEIGHTS))
    _, b, c, _ = made.signals
    assert b.max_points is not None
    assert c.min_points is not None
    assert b.max_points / b.weight == pytest.approx(4.0, rel=0.13)
    assert c.min_points / c.weight == pytest.approx(3.0, rel=0.13)
    (group,) = made.groups
    assert group.max_points is not None
    # as many reach it: who has 5 of it or more
    assert group.max_points / (2.0 * made.signals[0].weight) == pytest.approx(5.0, rel=0.13)


@pytest.mark.parametrize(
    "scale",
    [
        CLAMP,
        "scale: {method: linear, from: [-3, 20], to: [1, 100]}\nbands: {Low: 1, Mid: 40, Good: 70}\n",
        "scale: {method: logistic, midpoint: 10, steepness: 0.2}\nbands: {Low: 0, Mid: 40, Good: 60}\n",
        "bands: {Low: 1, Mid: 8, Good: 14}\n",
    ],
)
def test_as_many_in_each_band_as_weights_of_any_size_allow(scale: str) -> None:
    model, own = parse_model(BASE + scale), sample()
    made = fitted(model, found(model, WEIGHTS))
    before = shares(model, scores(model, own, {}))
    assert min(before) > 0.05

    def apart(factor: float) -> float:
        other = resized(made, factor)
        return float(np.abs(before - shares(other, scores(other, own, {}))).sum())

    for factor in (0.5, 0.7, 1.4, 2.0):
        assert apart(1.0) < apart(factor)


def resized(model: Model, factor: float) -> Model:
    """With all weights and limits so much larger."""
    signals = tuple(
        replace(
            s,
            weight=s.weight * factor,
            min_points=None if s.min_points is None else s.min_points * factor,
            max_points=None if s.max_points is None else s.max_points * factor,
        )
        for s in model.signals
    )
    groups = tuple(
        replace(g, max_points=None if g.max_points is None else g.max_points * factor)
        for g in model.groups
    )
    return replace(model, signals=signals, groups=groups)


def shares(model: Model, scored: pl.DataFrame) -> np.ndarray:
    index = scored.select(band_index(model.bands)).to_series().to_numpy()
    return np.bincount(index, minlength=len(model.bands)) / len(index)


def test_what_is_needless_weighs_nothing_and_gives_no_points() -> None:
    text = BASE.replace("max_points: 8}", "max_points: 8, min_points: 2}") + CLAMP
    model = parse_model(text)
    wanted = found(model, {"a": 0.4, "c": -0.3}, needless=("b",))
    made = fitted(model, wanted)
    b = made.signals[1]
    assert (b.weight, b.min_points, b.max_points) == (0.0, None, 8.0)
    points = scores(made, sample(), {})["raw"]
    assert points.min() != points.max()


def test_scores_are_those_of_the_pipeline() -> None:
    model, own = parse_model(BASE + CLAMP), sample()
    made = scores(model, own, {})
    row = own.rows.row(7, named=True)
    raw = min(10.0, 2.0 * row["m:a"]) + min(8.0, 2.0 * row["m:b"]) + max(-3.0, -row["m:c"])
    assert made["raw"][7] == raw
    assert made["score"][7] == max(0.0, raw)


def test_a_scale_of_what_is_possible_needs_a_signal_that_adds_points() -> None:
    text = "events: {a: {weight: 1, cap: 9}, c: -1}\nscale: {method: possible}\n"
    model = parse_model(text)
    assert (
        tuned_model(model, sample(), found(model, {"c": -0.3}, needless=("a",)), good=False) is None
    )
    made = fitted(model, found(model, {"a": 0.4, "c": -0.3}))
    assert made.signals[0].weight > 0.0


def test_a_model_that_weighs_nothing_gets_weights() -> None:
    model = parse_model("events: {a: 0, b: 0}\nscale: {method: clamp, to: [0, 100]}\n")
    made = fitted(model, found(model, {"a": 0.4, "b": 0.2}))
    assert made.signals[0].weight / made.signals[1].weight == pytest.approx(2.0, rel=0.3)
    assert made.signals[0].weight > 0.0


def later(own: Sample, *, alike: bool) -> Sample:
    """With a tenth of the pairs at a later T, at which customers do five times as much, or all nothing."""
    last = pl.int_range(pl.len()) < PAIRS // 10
    pairs = own.pairs.with_columns(
        pl.when(last).then(datetime(2026, 2, 1, tzinfo=UTC)).otherwise("as_of").alias("as_of")
    )
    measures = pl.exclude("pair") * pl.when(last).then(0.0 if alike else 5.0).otherwise(1.0)
    return replace(own, pairs=pairs, rows=own.rows.with_columns(measures))


def test_bands_hold_about_as_many_at_the_latest_t() -> None:
    model = parse_model(
        "events: {a: 2, b: 2, c: -1}\nscale: {method: linear, from: [0, 100], to: [0, 100]}\n"
        "bands: {Low: 0, Mid: 50, Good: 75}\n"
    )
    own = later(sample(), alike=False)
    made = tuned_model(model, own, found(model, WEIGHTS), good=False)
    assert made is not None
    recent = pl.col("as_of") == pl.col("as_of").max()
    before, after = (shares(m, scores(m, own, {}).filter(recent)) for m in (model, made))
    assert min(before) > 0.15
    assert after == pytest.approx(before, abs=0.1)
    whole = [shares(m, scores(m, own, {})) for m in (model, made)]
    assert min(whole[0]) < 0.05  # of all T it would be another matter


def test_a_latest_t_at_which_all_are_alike_says_nothing_of_sizes() -> None:
    model = parse_model(BASE + CLAMP)
    made = tuned_model(model, later(sample(), alike=True), found(model, WEIGHTS), good=False)
    assert made is not None
    assert all(np.isfinite(s.weight) for s in made.signals)
    assert made.signals[0].weight > 0.0
