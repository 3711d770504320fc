"""Signals: every key, and the defaults that depend on others."""

from __future__ import annotations

import pytest

from cesctl.duration import DAY_US
from cesctl.model import parse_model
from cesctl.model.types import EventMatch, Limit, Signal, Target, Tier


def signal(text: str, more: str = "") -> Signal:
    return parse_model(f"{more}\nevents: {{a: {text}, b: 1, c: 1}}").signals[0]


@pytest.mark.parametrize(
    ("written", "match"),
    [
        ("x", EventMatch(("x",))),
        ("' x '", EventMatch(("x",))),
        ("[x, y, x]", EventMatch(("x", "y"))),
        ("'*'", EventMatch((), ("*",))),
        ("[x, 'page?', 'm.*']", EventMatch(("x",), ("page?", "m.*"))),
        ("404", EventMatch(("404",))),
        ("yes", EventMatch(("yes",))),
    ],
)
def test_which_events(written: str, match: EventMatch) -> None:
    assert signal(f"{{weight: 1, event: {written}}}").match == match


def test_a_name_alone_is_taken_literally() -> None:
    model = parse_model("events: {'*': 1, 'a?': {weight: 2}, ' b ': 3}")
    assert [s.match for s in model.signals] == [EventMatch((n,)) for n in ("*", "a?", "b")]
    assert [s.name for s in model.signals] == ["*", "a?", "b"]


@pytest.mark.parametrize(
    ("text", "window_us", "own"),
    [
        ("2", 90 * DAY_US, False),
        ("{weight: 1}", 90 * DAY_US, False),
        ("{weight: 1, window: 7d}", 7 * DAY_US, True),
        ("{weight: 1, window: none}", None, True),
        ("{weight: 1, measure: recency}", None, False),
        ("{weight: 1, measure: tenure}", None, False),
        ("{weight: 1, measure: recency, window: 7d}", 7 * DAY_US, True),
        ("{weight: 1, measure: ratio, of: b, per: c}", None, False),
    ],
)
def test_windows(text: str, window_us: int | None, *, own: bool) -> None:
    made = signal(text, "window: 90d")
    assert (made.window_us, made.own_window) == (window_us, own)


def test_every_key_of_a_count() -> None:
    made = signal(
        "{weight: -1.5, offset: 1w, limit: {count: 3, per: week}, linear_decay: 12h, cap: 9,"
        " tiers: [{at_least: -1, value: 5}, {at_least: 10, value: 2}], max_points: 8, min_points: 8}"
    )
    assert made == Signal(
        "a",
        -1.5,
        EventMatch(("a",)),
        offset_us=7 * DAY_US,
        limit=Limit(3, "week"),
        linear_decay_us=DAY_US // 2,
        cap=9,
        tiers=(Tier(-1, 5), Tier(10, 2)),
        max_points=8,
        min_points=8,
        line=2,
    )


def test_a_ratio_takes_no_events() -> None:
    made = signal(
        "{weight: 1, measure: ratio, of: b, per: c, missing: skip, target: {from: 9, to: 1}}"
    )
    assert (made.of, made.per, made.match, made.missing) == ("b", "c", EventMatch(), "skip")
    assert made.target == Target(9, 1)


@pytest.mark.parametrize(("written", "missing"), [("zero", "zero"), ("skip", "skip"), ("-3", -3.0)])
def test_missing(written: str, missing: str | float) -> None:
    assert (
        signal(f"{{weight: 1, measure: mean, property: p, missing: {written}}}").missing == missing
    )


def test_missing_zero_is_allowed_where_it_is_what_holds_anyway() -> None:
    assert signal("{weight: 1, missing: zero}").missing == "zero"


def test_the_gap_of_sessions() -> None:
    assert signal("{weight: 1, measure: sessions}").gap_us == DAY_US // 48
    assert signal("{weight: 1, measure: bounces, gap: 2h}").gap_us == DAY_US // 12


def test_negative_zero_is_zero() -> None:
    assert str(signal("{weight: -0}").weight) == "0.0"
