"""Other ways to read a signal."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from cesctl.duration import DAY_US
from cesctl.model import parse_model
from cesctl.tuning.settings import changes, measuring, reading_name, readings, shapes

MODEL = """
window: 90d
events:
  plain: 1
  decayed: {weight: 1, half_life: 30d}
  fading: {weight: 1, linear_decay: 30d}
  last: {weight: 1, measure: recency, target: {from: 60, to: 5}}
  active: {weight: 1, measure: days, target: 20}
  once: {weight: 1, measure: once}
  of: 0
  per: 0
  share: {weight: 1, measure: ratio, of: of, per: per}
  steps: {weight: 1, tiers: [{at_least: 1, value: 5}]}
"""
YEAR = 365 * DAY_US


def test_windows_and_half_lives_that_the_log_reaches() -> None:
    found = readings(parse_model(MODEL), 100 * DAY_US)
    days = {
        name: [
            (
                w.signal.window_us and w.signal.window_us // DAY_US,
                w.signal.half_life_us and w.signal.half_life_us // DAY_US,
            )
            for w in ways
        ]
        for name, ways in found.items()
    }
    assert days["plain"] == [
        (90, None), (14, None), (30, None), (60, None), (None, None),
        (90, 7), (90, 14), (90, 30), (90, 60), (90, 90),
    ]  # fmt: skip
    assert days["decayed"][0] == (90, 30)
    assert (90, None) in days["decayed"]
    assert days["fading"] == [(90, None), (14, None), (30, None), (60, None), (None, None)]
    assert days["active"] == days["fading"]
    assert days["once"] == days["fading"]
    for name in ("last", "of", "per", "share"):
        assert len(found[name]) == 1


def test_what_is_measured_adds_nothing_to_the_score() -> None:
    model = parse_model(MODEL)
    found = readings(model, YEAR)
    wide = measuring(model, found)
    assert wide[: len(model.signals)] == model.signals
    names = [s.name for s in wide]
    assert len(set(names)) == len(names) == sum(len(w) for w in found.values())
    assert not any(s.weight for s in wide[len(model.signals) :])
    assert [reading_name(w) for w in found["plain"]][:3] == ["plain", "plain (14d)", "plain (30d)"]
    assert "plain (90d, half-life 7d)" in [reading_name(w) for w in found["plain"]]
    assert "plain (all history)" in [reading_name(w) for w in found["plain"]]


def kinds(
    name: str, measures: list[float], *, bounded: bool = False
) -> list[tuple[Any, Any, list[float]]]:
    way = readings(parse_model(MODEL), YEAR)[name][0]
    made = shapes(way, pl.Series(measures, dtype=pl.Float64), bounded=bounded)
    assert made[0] == way.signal
    assert len(set(made)) == len(made)
    return [
        (s.cap, s.target and (s.target.start, s.target.end), [t.at_least for t in s.tiers])
        for s in made
    ]


def test_caps_targets_and_doublings_at_round_numbers() -> None:
    counts = [0.0] * 50 + [float(n) for n in range(1, 41)]
    assert kinds("plain", counts) == [
        (None, None, []),
        (12, None, []), (20, None, []), (30, None, []), (40, None, []),
        (None, None, [5, 10, 20]),
    ]  # fmt: skip
    assert (None, (0, 20), []) in kinds("active", counts)
    assert (None, (0, 40), []) in kinds("active", counts)
    assert all(cap is None for cap, _, _ in kinds("active", counts))
    last = kinds("last", [float(n) for n in range(1, 91)])
    assert (None, (60, 5), []) in last
    assert (None, (80, 0), []) in last
    tiers = next(t for _, _, t in last if t)
    assert tiers[0] == 0
    assert kinds("once", [0.0, 1.0]) == [(None, None, [])]
    assert kinds("steps", counts) == [(None, None, [1])]
    assert kinds("plain", [0.0] * 9) == [(None, None, [])]


def test_less_is_better_stays_so_in_tiers() -> None:
    way = readings(parse_model(MODEL), YEAR)["last"][0]
    made = shapes(way, pl.Series([float(n) for n in range(1, 91)]), bounded=False)
    values = next([t.value for t in s.tiers] for s in made if s.tiers)
    assert values == sorted(values, reverse=True)
    assert (values[0], values[-1]) == (100, 0)


@pytest.mark.parametrize("bounded", [True, False])
def test_a_most_where_the_scale_asks_for_one(bounded: bool) -> None:
    model = parse_model("events: {use: {weight: 1, cap: 7}}")
    way = readings(model, YEAR)["use"][0]
    made = shapes(way, pl.Series([float(n) for n in range(40)]), bounded=bounded)
    assert any(s.cap is None and not s.tiers for s in made) is not bounded


def test_how_many_things_are_different() -> None:
    own = parse_model(MODEL).signals[1]
    from dataclasses import replace

    assert changes(own, own) == 0
    assert changes(replace(own, cap=3.0, half_life_us=None, window_us=None), own) == 3
