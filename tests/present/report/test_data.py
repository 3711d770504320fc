"""A report's JSON holds what the other commands' JSON holds."""

from __future__ import annotations

import json
from typing import Any

from cesctl.insight.report import Limits
from cesctl.present.drivers_view import drivers_answer
from cesctl.present.files import scores_file
from cesctl.present.movers_view import movers_answer
from cesctl.present.segments_view import segments_answer
from cesctl.present.trend_view import trend_answer
from tests.present.report import made

REPORT = made.small()
MADE: dict[str, Any] = json.loads(b"".join(REPORT.json(Limits(at_risk=3, falling=2, rising=1))))


def test_the_run_is_that_of_score() -> None:
    theirs = json.loads(b"".join(scores_file(REPORT.result, "json")))
    for key in ("model", "as_of", "window", "rows", "summary", "bands"):
        assert MADE[key] == theirs[key]
    assert len(MADE["at_risk"]) == 3
    for customer in MADE["at_risk"]:
        assert customer in theirs["customers"]
    assert "visits" in MADE["at_risk"][0]["signals"]


def test_the_views_are_those_of_their_commands() -> None:
    trend = json.loads(b"".join(trend_answer(REPORT.trend).file("json")))
    assert MADE["trend"] == {key: trend[key] for key in ("every", "periods")}
    movers = json.loads(b"".join(movers_answer(REPORT.movers).file("json")))
    assert MADE["movers"]["from"] == movers["from"]
    assert MADE["movers"]["transitions"] == movers["transitions"]
    assert MADE["movers"]["falls"] == movers["customers"][:2]
    assert len(MADE["movers"]["rises"]) == 1
    for at, segments in enumerate(REPORT.segments):
        theirs = json.loads(b"".join(segments_answer(segments).file("json")))
        assert MADE["segments"][at] == {key: theirs[key] for key in ("by", "segments")}
    drivers = json.loads(b"".join(drivers_answer(REPORT.drivers).file("json")))
    keys = ("since", "top", "bottom", "signals", "events")
    assert MADE["drivers"] == {key: drivers[key] for key in keys}


def test_it_says_what_the_page_says() -> None:
    assert MADE["said"]["summary"][0] in REPORT.html()
    assert set(MADE["said"]) >= {"summary", "trend", "flows", "at-risk", "segments", "drivers"}


def test_hostile_names_come_back_as_they_are() -> None:
    data = json.loads(b"".join(made.hostile().json()))
    names = {event["event"] for event in data["drivers"]["events"]}
    assert made.HOSTILE[0] in names
