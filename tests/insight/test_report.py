"""A report is the other views, counted together."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import cesctl
from cesctl.errors import UsageError
from cesctl.pipeline.log import Log
from tests.insight.frames import NOW, export
from tests.present.report.made import MODEL, log


def same(one: pl.DataFrame, other: pl.DataFrame) -> None:
    assert_frame_equal(one, other, check_exact=True)


@pytest.mark.parametrize("where", [{}, {"plan": "paid"}])
def test_every_frame_is_the_one_of_its_own_view(where: dict[str, str | None]) -> None:
    model, events = cesctl.parse_model(MODEL), log()
    made = cesctl.report(events, model, every="10d", periods=5, since="45d", where=where, now=NOW)
    alone = cesctl.score(events, model, now=NOW)
    assert made.everyone.rows == alone.rows
    same(made.everyone.scores, alone.scores)
    same(made.result.scores, alone.only(where).scores)
    trend = cesctl.trend(events, model, every="10d", periods=5, where=where, now=NOW)
    assert made.trend.times == trend.times
    same(made.trend.periods, trend.periods)
    same(made.trend.customers, trend.customers)
    movers = cesctl.movers(events, model, since="45d", where=where, now=NOW)
    same(made.movers.transitions, movers.transitions)
    same(made.movers.customers, movers.customers)
    by = [] if where else ["plan"]
    assert [s.by for s in made.segments] == [(name,) for name in [*by, "city"]]
    for segments in made.segments:
        own = cesctl.segments(events, model, segments.by, where=where, now=NOW)
        same(segments.rows, own.rows)
    drivers = cesctl.drivers(events, model, where=where, now=NOW)
    assert (made.drivers.groups, made.drivers.sizes) == (drivers.groups, drivers.sizes)
    same(made.drivers.events, drivers.events)
    same(made.drivers.signals, drivers.signals)


def test_the_instants_are_counted_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the events of the drivers in another: the log is looked through twice, whatever is asked for."""
    passes: list[object] = []
    count = Log.count

    def counting(log: Log, job: Any) -> Any:
        passes.append(job)
        return count(log, job)

    monkeypatch.setattr(Log, "count", counting)
    for periods in (1, 12):
        passes.clear()
        model = cesctl.parse_model(MODEL)
        cesctl.report(log(), model, periods=periods, as_of="2026-04-29", now=NOW)
        assert len(passes) == 2


def test_what_to_compare_by_can_be_named() -> None:
    model = cesctl.parse_model(MODEL)
    made = cesctl.report(log(), model, by=["amount", "plan", "amount"], now=NOW)
    assert [s.by for s in made.segments] == [("amount",), ("plan",)]
    assert made.left_out == {}
    assert "amount" in made.result.attributes


def test_the_usual_earlier_time_is_the_models() -> None:
    made = cesctl.report(log(), cesctl.parse_model(MODEL), now=NOW)
    assert (made.result.as_of - made.movers.before.as_of).days == 30
    assert len(made.trend.times) == 12


def test_wrong_calls() -> None:
    model = cesctl.parse_model(MODEL)
    with pytest.raises(UsageError, match="--since: 3000-01-01 23:59 is not before T"):
        cesctl.report(log(), model, since="3000-01-01", now=NOW)
    with pytest.raises(UsageError, match="--every"):
        cesctl.report(log(), model, every="often", now=NOW)


def test_a_log_of_a_day_makes_a_report_that_says_what_it_cannot_say() -> None:
    model = cesctl.parse_model(MODEL.replace("attributes: {plan: plan, city: city}\n", ""))
    events = export([("a", "Visit", 1), ("b", "Order", 1.5)], amount=[None, "1"])
    made = cesctl.report(events, model, now=NOW)
    text = made.markdown()
    assert "The log does not reach back far enough for a trend" in text
    assert "none of the customers was there yet" in text
    assert "There are no attributes to compare by" in text
    assert "There are too few customers" in text
    assert "<svg" in made.html()


def test_nobody() -> None:
    model = cesctl.parse_model(MODEL)
    made = cesctl.report(log(), model, where={"plan": "none"}, now=NOW)
    assert "There are no customers to report on." in made.markdown()
    assert "There are no customers to report on." in made.html()
    assert b'"customers":0' in b"".join(made.json())
