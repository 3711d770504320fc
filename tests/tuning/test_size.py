"""How large tuned weights are, and where the scale begins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cesctl.model import parse_model
from cesctl.model.types import Model
from cesctl.pipeline.band import band_index
from cesctl.pipeline.scale import add_score
from cesctl.tuning.size import moved_by, scale_of, size_of

HEAD = "events: {a: 1}\nbands: {Low: 0, Mid: 40, Good: 70}\nscale: "
LINEAR = HEAD + "{method: linear, from: [0, 50], to: [0, 100]}"
LOGISTIC = HEAD + "{method: logistic, midpoint: 20, steepness: 0.2}"
RAW = pl.Series(np.random.default_rng(1).gamma(3.0, 10.0, 4000))


def shares(model: Model, raw: pl.Series) -> list[float]:
    scored = add_score(pl.DataFrame({"raw": raw}), model, None)
    index = scored.select(band_index(model.bands)).to_series().to_list()
    return [index.count(n) / len(index) for n in range(3)]


@pytest.mark.parametrize("text", [LINEAR, LOGISTIC])
@pytest.mark.parametrize("step", [-300.0, -31.4, 0.0, 77.0])
def test_a_raw_that_lies_elsewhere_moves_the_scale(text: str, step: float) -> None:
    model = parse_model(text)
    raw = (RAW + step) / 100.0
    factor = size_of(model, RAW, raw)
    assert factor == pytest.approx(100.0, rel=0.1)
    moved = replace(model, scale=scale_of(model, RAW, raw * factor))
    assert moved.bands == model.bands
    assert shares(moved, raw * factor) == pytest.approx(shares(model, RAW), abs=0.03)
    if not step:
        assert moved == model


def test_where_the_scale_cannot_move_weights_are_of_the_size_that_suits() -> None:
    model = parse_model(HEAD + "{method: clamp, to: [0, 100]}")
    factor = size_of(model, RAW, RAW * RAW)
    assert scale_of(model, RAW, RAW * RAW * factor) == model.scale

    def apart(size: float) -> float:
        pairs = zip(shares(model, RAW), shares(model, RAW * RAW * size), strict=True)
        return sum(abs(a - b) for a, b in pairs)

    assert all(apart(factor) <= apart(factor * f) for f in (0.3, 0.7, 1.4, 3.0))


def test_a_scale_that_goes_by_the_others_needs_no_size() -> None:
    model = parse_model(HEAD + "{method: percentile}")
    assert size_of(model, RAW, RAW / 7.0) == pytest.approx(7.0)
    assert scale_of(model, RAW, RAW) == model.scale


@pytest.mark.parametrize(
    ("step", "begins"), [(0.4, 0.0), (-31.4, -31.0), (3.26, 3.0), (-512.3, -512.0)]
)
def test_it_moves_by_round_numbers(step: float, begins: float) -> None:
    scale = parse_model(LINEAR).scale
    assert moved_by(scale, step).from_ == (begins, begins + 50.0)


def test_of_a_narrow_scale_too() -> None:
    scale = parse_model(HEAD + "{method: linear, from: [0, 0.2], to: [0, 100]}").scale
    assert moved_by(scale, 0.0314).from_ == (0.03, 0.23)
    logistic = parse_model(LOGISTIC).scale
    assert moved_by(logistic, -3.14).midpoint == 16.9
