"""Advice on a model alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cesctl.insight.advice import advise, closest
from cesctl.model import parse_model


def texts(model: str) -> list[str]:
    return [a.text for a in advise(parse_model(model))]


@pytest.mark.parametrize("scale", ["", "scale: {method: none}", "scale: {method: clamp}"])
def test_max_points_that_do_not_add_up_to_100(scale: str) -> None:
    model = "events: {a: {weight: 1, max_points: 60}, b: {weight: 2, max_points: 30.5}}\n" + scale
    assert texts(model) == ["the max_points of all signals add up to 90.5, not to 100"]


@pytest.mark.parametrize(
    "model",
    [
        "events: {a: {weight: 1, max_points: 60}, b: {weight: 2, max_points: 40}}",
        "events: {a: {weight: 1, max_points: 60}, b: 2}",
        "events: {a: {weight: 1, max_points: 60}}\nscale: {method: minmax}",
        "events: {a: {weight: 1, max_points: 100}, helper: 0}",
        "events: {a: {weight: 1, max_points: 50, group: g}}\ngroups: {g: {weight: 2}}",
        """events: {a: {weight: 1, max_points: 90, group: g}, b: {weight: 1, max_points: 40}}
groups: {g: {max_points: 60}}""",
    ],
)
def test_nothing_to_say(model: str) -> None:
    assert texts(model) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("post_scheduled", "Post scheduled"),
        ("POST SCHEDULED", "Post scheduled"),
        ("Post sheduled", "Post scheduled"),
        ("логин", "Логин"),
        ("xyz", None),
        ("***", None),
    ],
)
def test_what_was_meant(name: str, meant: str | None) -> None:
    assert closest(name, ["Login", "Post scheduled", "Логин", "---"]) == meant


def test_it_needs_no_polars() -> None:
    code = (
        "import cesctl.insight.advice, cesctl.present.advice, sys; print('polars' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
