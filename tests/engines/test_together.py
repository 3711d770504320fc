"""Parts of disjoint customers, put together, are what was counted of all."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from polars.testing import assert_frame_equal

from cesctl.engines.base import Aggregate, Asked
from cesctl.engines.polars import answer
from cesctl.engines.together import added, together
from cesctl.model.load import parse_model
from cesctl.pipeline.log import open_log

T = datetime(2026, 10, 20, tzinfo=UTC)
ASKED = Asked(times=[T, datetime(2026, 10, 10, tzinfo=UTC)], reported=(0, 1), occurrences=True)
MODEL = parse_model(
    "events: {x: 1, y: {measure: distinct, property: page, weight: 1}}\nattributes: {page: page}\n"
)


def events() -> pl.LazyFrame:
    rows = [
        (
            f"u{n % 7}",
            "xy"[n % 2],
            "soon" if n % 11 == 5 else f"2026-10-{n % 28 + 1:02}",
            f"p{n % 5}",
        )
        for n in range(300)
    ]
    columns = ["user_id", "event", "timestamp", "page"]
    log = open_log(pl.DataFrame(rows, schema=columns, orient="row"), MODEL)
    return log.events().collect().lazy()


def of_third(number: int) -> pl.Expr:
    return pl.col("customer").str.slice(1).cast(pl.Int64) % 3 == number


def test_parts_by_customer_are_the_whole() -> None:
    whole = answer(events(), MODEL, ASKED)
    made = together([answer(events().filter(of_third(n)), MODEL, ASKED) for n in range(3)])
    assert (made.read, made.aside, made.newest) == (whole.read, whole.aside, whole.newest)
    assert made.read == 300
    for one, all_of_it in zip(made.activity, whole.activity, strict=True):
        assert_frame_equal(one.sort("customer"), all_of_it.sort("customer"), check_exact=True)


def test_a_part_without_events_adds_nothing() -> None:
    whole = answer(events(), MODEL, ASKED)
    none = answer(events().filter(pl.lit(value=False)), MODEL, ASKED)
    made = together([none, whole])
    assert (made.read, made.newest) == (whole.read, whole.newest)
    assert made.activity[0].height == whole.activity[0].height == 7


def test_counts_of_files_are_added() -> None:
    frame = pl.DataFrame({"customer": ["a"]})
    parts = [
        Aggregate([frame], 3, {(0, 3): 1}, None, {0: 3}),
        Aggregate([frame], 2, {(0, 3): 2}, T),
    ]
    made = together(parts)
    assert (made.read, made.aside, made.newest, made.of_files) == (5, {(0, 3): 3}, T, {0: 3})


def test_sums_by_key() -> None:
    assert added([{"a": 1}, {"a": 2, "b": 5}, {}]) == {"a": 3, "b": 5}
