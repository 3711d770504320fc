"""One customer's score, step by step: what is said adds up to what was scored."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import cesctl
from cesctl.insight.explain import Explanation, explain
from cesctl.result import Result
from tests.sources.writing import put

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LOG = pl.DataFrame(
    {
        "user_id": list("aaaabbbccd"),
        "event": ["login", "login", "pay", "open", "login", "pay", "pay", "open", "open", "rare"],
        "timestamp": [f"2026-10-{day:02d}T12:00:00Z" for day in (1, 2, 3, 9, 1, 8, 8, 4, 5, 1)],
        "amount": ["", "", "2.5", "", "", "1", "40", "", "", ""],
    }
)
SIGNALS = """
  login: {weight: 1.7, half_life: 3d, group: use}
  pay: {weight: 0.3, measure: mean, property: amount, missing: skip, group: use, max_points: 5}
  open: {weight: -2, min_points: -3, group: use}
  rare: {weight: 4, measure: recency, missing: skip, target: {from: 30, to: 0}}
  any: {event: "*", weight: 0.9, limit: {count: 1, per: day}}
  per_day: {weight: 10, measure: ratio, of: pay, per: any, missing: 0.5}
"""


def scored(events: str, more: str = "") -> Result:
    model = cesctl.parse_model(f"version: 1\nevents:{events}{more}")
    return cesctl.score(LOG, model, now=NOW, occurrences=True)


def added_up(found: Explanation) -> float:
    """What a reader adds up: the groups' points, and those of signals in none."""
    for group in found.groups:
        own = [s.points or 0.0 for s in found.signals if s.group == group.name]
        limits = next(g for g in found.model.groups if g.name == group.name)
        points = group.weight * sum(own)
        if limits.max_points is not None:
            points = min(points, limits.max_points)
        if limits.min_points is not None:
            points = max(points, limits.min_points)
        assert group.sum == pytest.approx(sum(own), abs=1e-9)
        assert group.points == pytest.approx(points, abs=1e-9)
    free = [s.points or 0.0 for s in found.signals if s.group is None]
    return sum(free) + sum(g.points for g in found.groups)


@pytest.mark.parametrize(
    "groups",
    ["{use: {}}", "{use: {weight: 2.5, max_points: 4}}", "{use: {weight: -1, min_points: -2}}"],
)
@pytest.mark.parametrize(
    "scale",
    [
        "{method: none, round: 6}",
        "{method: linear, from: [0, 20], to: [1, 10], clip: false}",
        "{method: percentile}",
        "{method: minmax}",
        "{method: logistic, midpoint: 3, steepness: 0.5}",
    ],
)
def test_the_rows_add_up(groups: str, scale: str) -> None:
    result = scored(SIGNALS, f"groups: {groups}\nscale: {scale}\n")
    for row in result.scores.to_dicts():
        found = explain(result, row["customer"])
        assert added_up(found) == pytest.approx(found.raw, abs=1e-6)
        assert (found.raw, found.score, found.band) == (row["raw"], row["score"], row["band"])
        for line in found.signals:
            assert line.skipped == (row[f"{line.name}.points"] is None)


def test_the_tier_that_is_told_is_that_of_the_capped_measure() -> None:
    tiers = "tiers: [{at_least: 0, value: 5}, {at_least: 1, value: 50}]"
    result = scored(f"\n  login: {{weight: 1, cap: 0, {tiers}}}\n")
    line = explain(result, "a").signals[0]
    assert (line.value, line.steps) == (5.0, ["cap 0", "tier 0"])


def test_a_customer_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(cesctl.UsageError, match="no customer 'A' among 4 scored; did you mean 'a'"):
        explain(scored(SIGNALS), "A")


def test_an_id_that_counts_as_another_is_told_with_it(tmp_path: Path) -> None:
    put(tmp_path, "ids.csv", "from,to\nd,e\ne,a\nc,gone\nx,y\n")
    told = {
        "d": '; "d" counts as "a" (identities): ask for "a"',
        "e": '; "e" counts as "a" (identities): ask for "a"',
        "x": '; "x" counts as "y" (identities), which is not scored either',
        "A": "; did you mean 'a'?",
    }
    model = cesctl.parse_model("events: {login: 1}\nidentities: {file: ids.csv}", folder=tmp_path)
    result = cesctl.score(LOG, model, now=NOW, occurrences=True)
    for customer, hint in told.items():
        with pytest.raises(cesctl.UsageError) as caught:
            explain(result, customer)
        assert str(caught.value) == f"no customer {customer!r} among 3 scored{hint}"
    assert explain(result, "gone").row["events"] == 0  # c has other events only


def test_a_user_is_told_with_the_account(tmp_path: Path) -> None:
    put(tmp_path, "ids.csv", "from,to\nd,a\n")
    log = LOG.with_columns(team=pl.col("user_id").replace({"a": "red", "b": "red", "c": ""}))
    told = {
        "a": '; "a" is a user of "red" (roll_up): ask for "red"',
        "d": '; "d" counts as "a" (identities), "a" is a user of "red" (roll_up): ask for "red"',
        "c": "",
        "rad": "; did you mean 'red'?",
    }
    text = "events: {login: 1}\nidentities: {file: ids.csv}\nroll_up: {to: team}"
    model = cesctl.parse_model(text, folder=tmp_path)
    result = cesctl.score(log, model, now=NOW, occurrences=True)
    for customer, hint in told.items():
        with pytest.raises(cesctl.UsageError) as caught:
            explain(result, customer)
        assert str(caught.value) == f"no account {customer!r} among 1 scored{hint}"


def test_no_way_leads_over_a_window_that_lies_in_the_past() -> None:
    events = """
  past: {event: pay, weight: 30, offset: 7d}
  rare: {weight: 60, measure: recency, target: {from: 30, to: 0}, offset: 1d}
  login: {weight: 1}
"""
    found = explain(scored(events, "bands: {Low: 0, High: 9000}\n"), "a")
    assert [way.partition(" (")[0] for way in found.next_band] == ["8,998 more login"]


def test_no_more_days_than_the_window_has() -> None:
    """Five days of login in a week that touches eight dates: three more fit, not seven."""
    for goal, ways in ((30, ["3 more days of login"]), (70, ["70 more pay"])):
        events = """
  login: {weight: 10, measure: days, window: 1w}
  often: {event: login, weight: 0.1, window: 1d, limit: {count: 2, per: day}}
  pay: {weight: 1, window: 1w}
"""
        log = pl.DataFrame(
            {
                "user_id": ["a"] * 6,
                "event": ["login"] * 5 + ["pay"],
                "timestamp": [f"2026-10-{day}T12:00:00Z" for day in (27, 28, 29, 30, 31, 31)],
            }
        )
        bands = f"bands: {{Low: 0, High: {51 + goal}}}\n"
        model = cesctl.parse_model(f"version: 1\nevents:{events}{bands}")
        result = cesctl.score(log, model, now=NOW, occurrences=True)
        found = explain(result, "a")
        assert [w.partition(" (")[0] for w in found.next_band][:1] == ways, found


def test_a_way_moves_the_ratio_that_it_is_part_of() -> None:
    events = """
  pay: {weight: 1}
  login: {weight: 1}
  per_login: {weight: 100, measure: ratio, of: pay, per: login}
"""
    found = explain(scored(events, "bands: {Low: 0, High: 100}\n"), "a")
    # 2 logins, 1 pay: 3 + 50; with 2 pays 4 + 100. Logins lessen the ratio: 98 of them give 99 + 1.02
    assert [w.partition(" (")[0] for w in found.next_band] == ["1 more pay", "96 more login"]


def test_a_number_for_what_is_missing_is_told_with_the_limit_that_it_meets() -> None:
    events = """
  open: {weight: 2, measure: recency, missing: 30, max_points: 40}
"""
    line = explain(scored(events.replace("open:", "rare:")), "a").signals[0]
    assert line.steps == ["recency", "nothing to measure, counts as 30", "at most 40"]
    assert (line.value, line.points) == (30.0, 40.0)


def test_a_window_touches_more_periods_than_it_is_long() -> None:
    """36 hours may lie in three days, 90 minutes in three hours."""
    for events in (
        """
  days: {event: "*", measure: days, weight: 1, window: 36h}
""",
        """
  hours: {event: "*", weight: 1, window: 90m, limit: {count: 1, per: hour}}
""",
    ):
        result = scored(events, "bands: {Low: 0, High: 3}\n")
        best = str(result.scores["customer"][0])
        assert explain(result, best).next_band, events
        result = scored(events, "bands: {Low: 0, High: 4}\n")
        assert not explain(result, best).next_band, events


def test_helpers_of_a_ratio_are_ways_too() -> None:
    events = """
  pay: {weight: 0}
  login: {weight: 0}
  per_login: {weight: 10, measure: ratio, of: pay, per: login}
"""
    found = explain(scored(events, "bands: {Low: 0, High: 20}\n"), "a")
    assert [w.partition(" (")[0] for w in found.next_band] == ["3 more pay"]
