"""What ``cesctl explain`` prints: rows that add up, with the steps that act."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cesctl.insight.explain import Explanation, GroupLine, SignalLine
from cesctl.present.explain_view import explain_json, explain_page
from cesctl.present.layout import lay_out, plain
from cesctl.present.terminal import explain_lines
from tests.present import made

EXPECTED = Path(__file__).parent / "expected"


def _signal(  # noqa: PLR0917 - reads as the row that is shown
    name: str,
    weight: float,
    events: int,
    measure: float | None,
    value: float | None,
    points: float | None,
    *steps: str,
    group: str | None = None,
) -> SignalLine:
    return SignalLine(
        name=name,
        measure_name="count",
        events=events,
        measure=measure,
        value=value,
        weight=weight,
        points=points,
        steps=list(steps),
        group=group,
        skipped=points is None,
    )


FULL = Explanation(
    customer="acme\x1b",
    as_of=made.AS_OF,
    model=made.MODEL,
    row=made.result().scores.row(0, named=True) | {"risk_reasons": ["dropped 20"]},
    customers=2000,
    signals=[
        _signal("Post scheduled", 1, 11, 11, 11, 11),
        _signal("active_days", 0.2, 20, 14, 70, 14, "days · to target 20", group="habit"),
        _signal("Feature explored", 4, 30, 25.333333, 25, 100, "half-life 30d", "cap 25"),
        _signal("Ticket opened", -2, 2, 2, 2, -4),
        _signal("[red]nps", 1, 0, None, None, None, "nothing to measure, left out"),
    ],
    groups=[GroupLine("habit", 14, 1, 10, ["at most 10"])],
    raw=117,
    scale_steps=["raw 117: 0 … 250 becomes 1 … 100 = 47.332", "rounded to 1 decimals = 47.3"],
    score=47.3,
    band="Mid",
    next_band=["15 more Feature explored (+60 points) → Good"],
    to_next=23.7,
)


@pytest.mark.parametrize("width", [80, 140])
def test_whole(width: int) -> None:
    text = plain(explain_lines(FULL, width))
    assert text == (EXPECTED / f"explain_{width}.txt").read_text(encoding="utf-8")


def test_the_familiar_table_where_nothing_else_acts() -> None:
    simple = replace(
        FULL,
        customer="acme",
        signals=[
            _signal("Post scheduled", 1, 11, 11, 11, 11),
            _signal("Feature explored", 4, 17, 17, 17, 68),
            _signal("Account upgraded", 5, 1, 1, 1, 5),
        ],
        groups=[],
        raw=84,
        scale_steps=[],
        score=84,
        band="Good",
        next_band=[],
        to_next=None,
    )
    text = plain(lay_out(explain_page(simple), 80))
    assert text.split("Where the score comes from\n")[1] == (
        "  Event             Weight  Occurrences  Total event value\n"
        "  ────────────────────────────────────────────────────────\n"
        "  Post scheduled         1           11                 11\n"
        "  Feature explored       4           17                 68\n"
        "  Account upgraded       5            1                  5\n"
        "  ────────────────────────────────────────────────────────\n"
        "  Sum (raw)                                             84\n"
        "\n"
        "From raw to score\n"
        "  raw 84\n"
        "  score 84.0 → Good\n"
    )


def test_json() -> None:
    said = json.loads(explain_json(FULL))
    assert said["customer"] == "acme\x1b"
    assert said["as_of"] == "2026-11-01T23:59:59Z"
    assert said["signals"][1] == {
        "name": "active_days",
        "group": "habit",
        "measured_as": "count",
        "weight": 0.2,
        "events": 20,
        "measure": 14,
        "value": 70,
        "points": 14,
        "left_out": False,
        "steps": ["days · to target 20"],
    }
    loose = sum(s["points"] or 0 for s in said["signals"] if s["group"] is None)
    assert loose + sum(g["points"] for g in said["groups"]) == said["raw"] == 117
    assert said["rank"] == 1
    assert said["customers"] == 2000
    assert said["change"] == 3.5
    assert said["ways_to_next_band"] == FULL.next_band


def test_never_active() -> None:
    row = made.result().scores.row(-1, named=True)
    text = plain(explain_lines(replace(FULL, row=row), 80))
    assert "Last event  never\n" in text
    assert "Change" not in text
