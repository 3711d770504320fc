"""How rare and how telling an event is."""

from __future__ import annotations

import math
from datetime import timedelta

import polars as pl
import pytest

from cesctl.insight.telling import MOST_LIFT, Told, daily, tell, window_start
from tests.insight.frames import START, events_frame

LATER = START + timedelta(days=400)
Row = tuple[str | None, str | None, float | None]


def told(rows: list[Row], window_days: int | None = None) -> dict[str, Told]:
    names = sorted({r[1] for r in rows if r[1] is not None})
    days = daily(events_frame(rows), names, LATER)
    start = window_start(max(days["day"]), window_days)
    found = tell(days, days if start is None else days.filter(pl.col("day") >= start))
    return {t.event: t for t in found}


def log() -> list[Row]:
    """100 customers over 100 days; the 20 who export in the first days come back on 20 later days,
    the others on 5.
    """
    rows: list[Row] = []
    for i in range(100):
        customer = f"c{i}"
        rows += [(customer, "login", 0.5), (customer, "login", 99.5)]
        if i < 20:
            rows += [(customer, "export", 1)] * 3
        rows += [(customer, "login", 60 + day) for day in range(19 if i < 20 else 4)]
    return rows


def test_reach_and_rarity() -> None:
    found = told(log())
    assert (found["login"].reach, found["login"].rarity) == (1.0, 1.0)
    assert found["export"].reach == 0.2
    assert found["export"].rarity == pytest.approx(1 + math.log10(5))


def test_lift_is_later_activity_of_those_who_did_against_the_others() -> None:
    found = told(log())
    mean = 8.0
    expected = ((20 * 20 + 10 * mean) / 30) / ((80 * 5 + 10 * mean) / 90)
    assert found["export"].lift == pytest.approx(min(MOST_LIFT, expected))
    assert found["login"].lift == pytest.approx(1.0)
    assert found["export"].worth == pytest.approx(found["export"].rarity * MOST_LIFT)


def test_a_single_customer_tells_next_to_nothing() -> None:
    rows = [*log(), ("c0", "odd", 1)]
    assert told(rows)["odd"].lift == pytest.approx(1.13, abs=0.05)


def test_the_usual_most_is_of_those_who_did_it_within_the_window() -> None:
    rows: list[Row] = [("a", "x", day) for day in range(100)]
    rows += [(f"b{i}", "x", 99) for i in range(30)]
    assert told(rows)["x"].usual_most == 1  # 1 of 31 customers has 100
    rows = [("a", "x", day) for day in range(100)] + [("a", "y", 0), ("a", "y", 0.1)]
    assert told(rows, window_days=10)["x"].usual_most == 10
    assert told(rows, window_days=10)["y"].usual_most == 2  # not in the window: of all history


@pytest.mark.parametrize(
    ("rows"), [[("a", "x", 0)], [("a", "x", 0), ("b", "y", 0.5)], [("a", "x", 0)] * 3]
)
def test_a_log_of_one_day_tells_no_lift(rows: list[Row]) -> None:
    assert all(t.lift is None and t.worth == t.rarity for t in told(rows).values())


def test_customers_who_come_only_later_take_no_part_in_the_lift() -> None:
    rows = [*log(), *((f"new{i}", "export", 80.0 + i) for i in range(10))]
    assert told(rows)["export"].lift == told(log())["export"].lift


def test_events_that_are_not_named_still_make_days() -> None:
    days = daily(events_frame([("a", "x", 0), ("a", "y", 0), ("a", "z", 0)]), ["x"], LATER)
    assert sorted(days.select("event", "n").rows(), key=str) == [("x", 1), (None, 2)]


def test_rejected_and_later_rows_take_no_part() -> None:
    rows: list[Row] = [("a", "x", 0), ("a", "x", None), (None, "x", 1), ("a", "x", 500)]
    assert daily(events_frame(rows), ["x"], LATER)["n"].to_list() == [1]


def test_a_sample_is_the_same_customers_each_time() -> None:
    rows: list[Row] = [(f"c{i}", "x", float(day)) for i in range(400) for day in range(2)]
    first = daily(events_frame(rows), ["x"], LATER, one_in=4)
    again = daily(events_frame(reversed(rows)), ["x"], LATER, one_in=4)
    assert 50 < first["customer"].n_unique() < 200
    assert set(first["customer"]) == set(again["customer"])
    assert first.height == 2 * first["customer"].n_unique()


@pytest.mark.parametrize(
    ("event", "word"),
    [
        ("Support ticket opened", "support"),
        ("paymentFailed", "failed"),
        ("order_cancelled", "cancelled"),
        ("SubscriptionDowngraded", "downgraded"),
        ("Bug reported", "bug"),
        ("Feature explored", None),
        ("Bugle played", None),
        ("терпение", None),
        ("*", None),
    ],
)
def test_words_that_seldom_are_good_news(event: str, word: str | None) -> None:
    assert Told(event, 1, 1.0, None, 0.0, 1).alarming == word
