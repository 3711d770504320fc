"""Groups, scale, bands and risk."""

from __future__ import annotations

import pytest

from cesctl.model import parse_model
from cesctl.model.types import Band, EventMatch, Group, Model, Risk, Scale


def model(more: str, events: str = "{a: 1}") -> Model:
    return parse_model(f"events: {events}\ncompare: 30d\n{more}")


def test_groups() -> None:
    events = "{a: {weight: 1, group: g}, b: {weight: 1, group: h}}"
    made = model("groups: {h: {}, g: {weight: -2, min_points: -5, max_points: 5}}", events)
    assert made.groups == (Group("h"), Group("g", -2, 5, -5))


def test_groups_that_nothing_declares_have_weight_1() -> None:
    events = "{a: {weight: 1, group: g}, b: {weight: 1, group: h}, c: {weight: 1, group: g}}"
    assert model("", events).groups == (Group("g"), Group("h"))


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("{}", Scale()),
        ("{method: clamp, to: [-5, 5.5]}", Scale("clamp", None, (-5, 5.5))),
        ("{method: linear, from: [9, 1], clip: false}", Scale("linear", (9, 1), clip=False)),
        ("{method: minmax, round: 0}", Scale("minmax", round=0)),
        (
            "{method: logistic, midpoint: 3, steepness: -1}",
            Scale("logistic", midpoint=3, steepness=-1),
        ),
    ],
)
def test_scales(text: str, scale: Scale) -> None:
    assert model(f"scale: {text}").scale == scale


def test_possible_is_checked_with_groups_that_bound() -> None:
    events = "{a: {weight: 1, group: g}, b: {weight: 1, measure: once}}"
    assert (
        model("scale: {method: possible}\ngroups: {g: {max_points: 3}}", events).scale.method
        == "possible"
    )


def test_bands_in_short() -> None:
    assert model("bands: {Low: -1, Mid: 41.5}").bands == (
        Band("Low", -1, at_risk=True),
        Band("Mid", 41.5),
    )


def test_no_band_has_the_key_at_risk() -> None:
    bands = model("bands: [{name: A, from: 1}, {name: B, from: 2}]").bands
    assert [b.at_risk for b in bands] == [True, False]


@pytest.mark.parametrize(
    ("first", "second", "at_risk"),
    [
        ("", ", at_risk: true", [False, True]),
        (", at_risk: true", ", at_risk: true", [True, True]),
        ("", ", at_risk: false", [False, False]),  # the key is there: nobody is at risk by band
    ],
)
def test_a_band_with_the_key_at_risk_decides(first: str, second: str, at_risk: list[bool]) -> None:
    bands = model(f"bands: [{{name: A, from: 1{first}}}, {{name: B, from: 2{second}}}]").bands
    assert [b.at_risk for b in bands] == at_risk


def test_risk() -> None:
    assert model("risk: {drop: 0.5}").risk == Risk(0.5)
    assert model("risk: {activity: x}").risk == Risk(activity=EventMatch(("x",)))
