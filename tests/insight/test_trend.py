"""The score over time: the series of instants, what is said of customers, and of each period."""

from __future__ import annotations

import random
import statistics
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cesctl.errors import UsageError
from cesctl.insight.movers import movers
from cesctl.insight.periods import Every, parse_every, series
from cesctl.insight.trend import Trend, trend
from cesctl.model import parse_model
from cesctl.pipeline.run import score

T = datetime(2026, 10, 31, 23, 59, 59, 999_999, UTC)
MODEL = """
as_of: 2026-10-31
window: 14d
events: {x: 10, ping: 0}
scale: {method: clamp}
bands: {Low: 0, Mid: 20, Good: 40}
attributes: {plan: plan}
"""


def days(every: str, count: int, at: datetime = T, zone: str = "UTC") -> list[str]:
    found = series(parse_every(every), zone, periods=count)(at)
    return [t.isoformat(timespec="seconds") for t in found]


def test_weeks_are_seven_days() -> None:
    assert days("1w", 3) == [
        "2026-10-17T23:59:59+00:00",
        "2026-10-24T23:59:59+00:00",
        "2026-10-31T23:59:59+00:00",
    ]


def test_months_end_with_the_month() -> None:
    found = days("1mo", 4, datetime(2026, 4, 30, 23, 59, 59, 999_999, UTC))
    assert [t[:10] for t in found] == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
    found = days("1mo", 3, datetime(2026, 4, 29, 12, 0, tzinfo=UTC))
    assert found == [
        "2026-02-28T12:00:00+00:00",
        "2026-03-29T12:00:00+00:00",
        "2026-04-29T12:00:00+00:00",
    ]


def test_months_are_those_of_the_zone() -> None:
    end_of_november = datetime(2026, 11, 30, 22, 59, 59, 999_999, UTC)
    assert days("1mo", 3, end_of_november, "Europe/Berlin") == [
        "2026-09-30T21:59:59+00:00",  # summer time
        "2026-10-31T22:59:59+00:00",
        "2026-11-30T22:59:59+00:00",
    ]


def test_no_day_lies_between_two_periods() -> None:
    """From the 30th of January to the 28th of February, though a month before that is the 31st."""
    rows = [("a", "x", "2026-01-30T18:00:00Z")]
    frame = pl.DataFrame(
        rows, schema=dict.fromkeys(["user_id", "event", "timestamp"], pl.String), orient="row"
    )
    model = parse_model(
        "as_of: 2026-03-30T12:00:00Z\nwindow: 1d\nevents: {x: 1}\nbands: {Low: 0, High: 9}"
    )
    periods = trend(frame, model, every="1mo", periods=3).periods
    assert periods.select("customers", "responsive").rows() == [(0, None), (1, 1.0), (1, 0.0)]


def test_all_from_a_day_on() -> None:
    of = series(Every(us=7 * 86_400_000_000), "UTC", first=T - timedelta(days=15))
    assert of(T) == [T - timedelta(days=14), T - timedelta(days=7), T]
    with pytest.raises(UsageError, match="later than the last T"):
        of(T - timedelta(days=16))
    with pytest.raises(UsageError, match="more than 120 periods"):
        series(Every(us=60_000_000), "UTC", first=T - timedelta(days=15))(T)
    with pytest.raises(UsageError, match="beyond the year 1"):
        series(parse_every("999mo"), "UTC", periods=40)(T)


@pytest.mark.parametrize("text", ["", "1", "0d", "1y", "0mo", "-1w", "1.5d", "month"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(UsageError, match="--every"):
        parse_every(text)


def log(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """customer, day of October, plan; an event x at noon."""
    return pl.DataFrame(
        {
            "user_id": [r[0] for r in rows],
            "event": ["x"] * len(rows),
            "timestamp": [f"2026-10-{r[1]}T12:00:00Z" for r in rows],
            "plan": [r[2] for r in rows],
        }
    )


DATA = log(
    *[("falls", "11", "free")] * 6,
    *[("rises", day, "pro") for day in ("05", "19", "20", "30", "30", "31")],
    ("new", "31", "free"),
    ("old", "01", "pro"),
)


def made(data: Any = DATA, text: str = MODEL, **options: Any) -> Trend:
    return trend(data, parse_model(text), every="1w", periods=4, **options)


def test_customers() -> None:
    found = made().customers.select(
        "customer", "plan", "first", "last", "slope", "steepest_drop", "steepest_drop_at"
    )
    # T: 10th, 17th, 24th, 31st. falls: none, 60, 60, 0; rises: 10, 10, 20, 50; old: 10, 0, 0, 0
    assert found.rows() == [
        ("falls", "free", 60.0, 0.0, -30.0, 60.0, T),
        ("old", "pro", 10.0, 0.0, -3.0, 10.0, T - timedelta(days=14)),
        ("rises", "pro", 10.0, 50.0, 13.0, None, None),
        ("new", "free", 10.0, 10.0, None, None, None),
    ]
    scores = dict(
        zip(*made().customers.select("customer", pl.concat_list(made().scores)), strict=True)
    )
    assert scores["falls"].to_list() == [None, 60, 60, 0]


def test_slope_is_that_of_least_squares() -> None:
    rng = random.Random(5)
    rows = [
        (f"c{n % 9}", f"{day:02}", "p") for n, day in enumerate(rng.choices(range(1, 32), k=400))
    ]
    found = made(log(*rows), MODEL.replace("clamp", "none"))
    assert found.customers.height == 9
    for row in found.customers.select("slope", pl.concat_list(found.scores).alias("y")).to_dicts():
        there = [(x, y) for x, y in enumerate(row["y"]) if y is not None]
        slope = statistics.linear_regression(*zip(*there, strict=True)).slope
        assert row["slope"] == pytest.approx(slope, abs=1e-6)


def test_periods() -> None:
    rows = made().periods.to_dicts()
    assert [r["as_of"] for r in rows] == [T - timedelta(days=7 * n) for n in (3, 2, 1, 0)]
    assert [r["customers"] for r in rows] == [2, 3, 3, 4]
    last = rows[-1]
    # rises is in the best band; new was active in the last week, the others were not
    assert (last["engaged"], last["responsive"], last["disengaged"]) == (0.25, 0.25, 0.5)
    assert (last["dau"], last["wau"], last["mau"]) == (2, 2, 3)
    assert last["stickiness"] == 0.666667
    assert (last["band Low"], last["band Mid"], last["band Good"]) == (3, 0, 1)
    assert (last["average"], last["median"]) == (15.0, 5.0)
    assert (last["at_risk"], last["at_risk_share"]) == (3, 0.75)


def test_a_time_before_everybody() -> None:
    found = made(log(("a", "31", "p")))
    assert found.periods["customers"].to_list() == [0, 0, 0, 1]
    first = found.periods.row(0, named=True)
    assert first["average"] is None
    assert first["engaged"] is None
    assert first["stickiness"] is None
    assert found.customers["slope"].to_list() == [None]


def test_each_period_is_the_run_of_that_time() -> None:
    model = parse_model(MODEL)
    found = made()
    for at, name, row in zip(found.times, found.scores, found.periods.to_dicts(), strict=True):
        alone = score(DATA, model, as_of=at.isoformat())
        then = found.customers.filter(pl.col(name).is_not_null()).select("customer", name)
        assert dict(then.rows()) == dict(alone.scores.select("customer", "score").rows())
        assert row["average"] == alone.summary["average"]
        assert row["at_risk"] == alone.summary["at_risk"]


def test_only_some_customers() -> None:
    found = made(where={"plan": "pro"})
    assert set(found.customers["customer"]) == {"rises", "old"}
    assert found.periods["customers"].to_list() == [2, 2, 2, 2]


def test_activity_is_what_the_model_takes_for_it() -> None:
    found = made(text=f"{MODEL}risk: {{activity: ping}}\n")
    assert found.periods["mau"].to_list() == [0, 0, 0, 0]


def test_from() -> None:
    model = parse_model(MODEL)

    def starting(first: str) -> int:
        return len(trend(DATA, model, every="1d", first=first).times)

    assert starting("2026-10-28") == 4  # the ends of the 28th to the 31st
    assert starting("2026-10-28T23:59:59.999999Z") == 4
    assert starting("2026-10-29T00:00:00Z") == 3
    for wrong in ("soon", "latest", "2026-13-01"):
        with pytest.raises(UsageError, match="--from"):
            starting(wrong)


def test_a_customer_is_chosen_by_what_it_is_at_the_end() -> None:
    """And keeps its history, whatever it was before."""
    data = log(("a", "05", "free"), ("a", "30", "pro"), ("b", "05", "pro"), ("b", "30", "free"))
    found = made(data, where={"plan": "pro"})
    assert found.customers["customer"].to_list() == ["a"]
    assert found.customers.select(found.scores).row(0) == (10.0, 10.0, 0.0, 10.0)
    assert found.periods["customers"].to_list() == [1, 1, 1, 1]
    assert found.everyone.scores.height == 2


def test_from_is_held_against_the_newest_event_wherever_it_stands(tmp_path: Path) -> None:
    """The newest lies neither at the beginning nor at the end, where one would look for it."""
    lines = [f"u{n % 50},x,2026-10-{1 + n % 20:02}T00:00:00Z\n" for n in range(60_000)]
    lines.insert(30_000, "u1,x,2026-10-31T12:00:00Z\n")
    (tmp_path / "e.csv").write_text("user_id,event,timestamp\n" + "".join(lines))
    model = parse_model("events: {x: 1}")
    found = trend([tmp_path / "e.csv"], model, every="1d", first="2026-10-30")
    assert found.result.as_of == datetime(2026, 10, 31, 12, tzinfo=UTC)
    assert len(found.times) == 2
    assert movers([tmp_path / "e.csv"], model, since="2026-10-29").customers.height == 50


@pytest.mark.parametrize("name", ["first", "slope", "scores", "steepest_drop_at"])
def test_an_attribute_called_like_a_column(name: str) -> None:
    text = MODEL.replace("{plan: plan}", f"{{{name}: plan}}")
    with pytest.raises(UsageError, match=f'"{name}" has the name of a column of trend'):
        made(text=text)


@pytest.mark.slow
def test_as_many_periods_as_may_be() -> None:
    found = trend(DATA, parse_model(MODEL), every="1d", periods=120)
    assert found.periods.height == 120
    with pytest.raises(UsageError, match="beyond the year 1"):
        trend(DATA, parse_model(MODEL), every="999mo", periods=100)
    since = trend(DATA, parse_model(MODEL), every="240mo", first="0001-01-01")
    assert since.times[0].year < 30
