"""The most points, worked out by hand from section 6 of the model page."""

from __future__ import annotations

import pytest

from cesctl.model import parse_model
from cesctl.model.most_points import most_points, signal_most


def most(events: str, groups: str = "") -> float | list[str]:
    model = parse_model(f"events: {events}\n" + (f"groups: {groups}\n" if groups else ""))
    return most_points(model.signals, model.groups)


@pytest.mark.parametrize(
    ("signal", "points"),
    [
        ("{weight: 2, cap: 25}", 50),
        ("{weight: 5, measure: once}", 5),
        ("{weight: 5, measure: once, cap: 0.5}", 2.5),
        ("{weight: 0.2, target: 20}", 20),
        ("{weight: 0.2, target: 20, cap: 5}", 5),  # 100 x 5 / 20 = 25
        ("{weight: 1, target: 4, measure: once}", 25),
        ("{weight: 1, measure: recency, target: {from: 30, to: 0}, cap: 60}", 100),
        ("{weight: 2, tiers: [{at_least: 1, value: 50}, {at_least: 10, value: 100}]}", 200),
        ("{weight: 2, cap: 9, tiers: [{at_least: 1, value: 50}, {at_least: 10, value: 100}]}", 100),
        ("{weight: 2, tiers: [{at_least: 1, value: 90}, {at_least: 10, value: 20}]}", 180),
        ("{weight: 2, tiers: [{at_least: 1, value: -5}]}", 0),
        ("{weight: 3, max_points: 10}", 10),
        ("{weight: 3, cap: 2, min_points: 8}", 8),
        ("{weight: 3, cap: 2, max_points: 4}", 4),
        ("{weight: 2, measure: recency, cap: 10, missing: 30}", 60),
        ("{weight: 2, measure: recency, cap: 10, missing: 5}", 20),
        ("{weight: 2, measure: recency, cap: 10, missing: skip}", 20),
        ("{weight: 2, measure: recency, cap: -10, missing: skip}", -20),
        ("{weight: -2}", 0),
        ("{weight: -2, cap: 3, max_points: -1}", 0),
        ("{weight: -2, min_points: 4}", 4),
        ("{weight: -2, min_points: -4}", 0),
        ("{weight: 0}", 0),
        ("{weight: 0, min_points: 1}", 1),
    ],
)
def test_one_signal(signal: str, points: float) -> None:
    model = parse_model(f"events: {{a: {signal}}}")
    assert signal_most(model.signals[0]) == points


@pytest.mark.parametrize(
    "signal", ["1", "{weight: 1, measure: days}", "{weight: 1, half_life: 3d}"]
)
def test_a_signal_without_a_most_is_named(signal: str) -> None:
    assert most(f"{{a: {signal}, b: {{weight: 1, cap: 1}}}}") == ["a"]


def test_signals_add_up() -> None:
    assert most("{a: {weight: 2, cap: 3}, b: {weight: 1, measure: once}, c: -4}") == 7


def test_groups_weigh_and_limit() -> None:
    events = "{a: {weight: 1, cap: 30, group: g}, b: {weight: 1, cap: 30, group: g}, c: {weight: 1, cap: 1}}"
    assert most(events) == 61
    assert most(events, "{g: {weight: 0.5}}") == 31
    assert most(events, "{g: {max_points: 40}}") == 41
    assert most(events, "{g: {weight: 0.1, min_points: 10}}") == 11
    assert most(events, "{g: {weight: 0}}") == 1


def test_a_group_can_bound_what_its_signals_do_not() -> None:
    events = "{a: {weight: 1, group: g}, b: {weight: 1, group: h}, c: 1}"
    assert most(events, "{g: {max_points: 40}, h: {}}") == ["b", "c"]
    assert most(events, "{g: {weight: 0}, h: {}}") == ["b", "c"]
    bounded = "{a: {weight: 1, group: g}, b: {weight: 1, cap: 2}}"
    assert most(bounded, "{g: {max_points: 40}}") == 42


def test_it_is_rounded_as_raw_is() -> None:
    tenths = ", ".join(f"s{i}: {{weight: 0.1, cap: 1}}" for i in range(3))
    assert most(f"{{{tenths}}}") == 0.3


def test_a_group_of_negative_weight() -> None:
    events = "{a: {weight: 1, cap: 3, group: g}, b: {weight: 1, group: g}, c: {weight: 1, cap: 9}}"
    assert most(events, "{g: {weight: -2}}") == 3
    assert most(events, "{g: {weight: -2, min_points: -1}}") == 8
