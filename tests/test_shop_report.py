"""A web shop's report, checked against queries that share nothing with the package (DuckDB's SQL)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

import cesctl
from cesctl.insight.report import Report
from tests import shop

pytestmark = pytest.mark.slow

LONDON = ZoneInfo("Europe/London")
MONTH_ENDS = [(2010, 12, 31), *((2011, month, 0) for month in range(2, 13))]


def end_of(year: int, month: int, day: int) -> datetime:
    """The last microsecond of a day in London, as UTC; day 0 is the last of the month before."""
    at = datetime(year, month, max(day, 1), 23, 59, 59, 999999, tzinfo=LONDON)
    return (at - timedelta(days=day == 0)).astimezone(UTC)  # by the clock on the wall


ENDS = [end_of(*day) for day in MONTH_ENDS]
NOW, THEN = ENDS[-1], ENDS[-1] - timedelta(days=30)


@pytest.fixture(scope="module")
def report(shared_data: Path) -> Report:
    model = cesctl.parse_model(shop.MODEL)
    return cesctl.report(shop.lines(shared_data), model, every="1mo", periods=12)


@pytest.fixture(scope="module")
def told(report: Report) -> dict[str, Any]:
    found = json.loads(b"".join(report.json()))
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def db(shared_data: Path) -> duckdb.DuckDBPyConnection:
    """``lines``: one row per invoice line of a customer, its time in UTC; ``scored(t)``: see below."""
    found = duckdb.connect()
    found.execute("set timezone = 'UTC'")
    found.execute(
        f"""
        create table lines as select
            trim(CustomerID) as customer, Country as country, InvoiceNo as invoice,
            StockCode as product, Quantity::bigint * UnitPrice::decimal(18, 3) as amount,
            InvoiceNo like 'C%' as cancelled,
            timezone('Europe/London', InvoiceDate::timestamp) as bought
        from read_csv('{shop.path(shared_data)}', all_varchar = true)
        where trim(CustomerID) <> ''
        """
    )
    # the model of tests/shop.py, written down once more
    found.execute(
        """
        create macro scored(t) as table
        with seen as (
            select *, bought > t - interval 180 day as recent, epoch(t - bought) / 86400 as ago
            from lines where bought <= t
        ), measured as (
            select customer, max(bought) as last_at,
                max(bought) filter (where not cancelled) as last_order,
                count(distinct invoice) filter (where recent and not cancelled) as orders,
                sum(amount * pow(0.5, ago / 60)) filter (where recent and not cancelled) as revenue,
                count(distinct product) filter (where recent and not cancelled) as products,
                min(ago) filter (where not cancelled) as days,
                count(distinct invoice) filter (where recent and cancelled) as cancellations
            from seen group by customer
        ), points as (
            select *, 0.3 * least(100, 100 * orders / 6.0)
                + 0.03 * least(1000, coalesce(revenue, 0))
                + 0.2 * least(100, 100 * products / 60.0)
                + 0.2 * if(days is null, 0, greatest(0, least(100, 100 * (days - 120) / (7 - 120))))
                + greatest(-10, -2 * cancellations) as raw
            from measured
        )
        select *, greatest(0, least(100, raw)) as score,
            case when score < 19.95 then 'Sleeping' when score < 44.95 then 'Occasional'
                when score < 74.95 then 'Regular' else 'Best' end as band
        from points
        """
    )
    return found


def asked(db: duckdb.DuckDBPyConnection, query: str, *values: object) -> list[tuple[Any, ...]]:
    return db.execute(query, list(values)).fetchall()


def test_the_rows(told: dict[str, Any]) -> None:
    assert told["as_of"] == "2011-11-30T23:59:59Z"
    assert told["rows"]["read"] == 541_909
    assert told["rows"]["rejected"] == {"no customer": 135_080}


def test_rows_up_to_the_day(told: dict[str, Any], db: duckdb.DuckDBPyConnection) -> None:
    ((before, after),) = asked(
        db, "select count(*) filter (bought <= $1), count(*) filter (bought > $1) from lines", NOW
    )
    assert (told["rows"]["accepted"], told["rows"]["after_as_of"]) == (before, after)


def test_every_score(report: Report, db: duckdb.DuckDBPyConnection) -> None:
    wanted = dict(asked(db, "select customer, score from scored($1)", NOW))
    got = dict(report.result.scores.select("customer", "score").iter_rows())
    assert got.keys() == wanted.keys()
    for customer, score in got.items():
        assert score == pytest.approx(wanted[customer], abs=0.0501), customer


def test_the_bands_and_their_averages(told: dict[str, Any], db: duckdb.DuckDBPyConnection) -> None:
    wanted = {
        band: (customers, average)
        for band, customers, average in asked(
            db, "select band, count(*), avg(round(score, 1)) from scored($1) group by band", NOW
        )
    }
    for band in told["bands"]:
        customers, average = wanted[band["name"]]
        assert band["customers"] == customers
        assert band["average"] == pytest.approx(average, abs=0.01)


def test_who_is_at_risk(report: Report, db: duckdb.DuckDBPyConnection) -> None:
    rows = asked(
        db,
        """
        select customer from scored($1) as now left join scored($2) as before using (customer)
        where now.band = 'Sleeping' or now.last_order is null
            or now.last_order <= $1 - interval 90 day
            or round(round(before.score, 1) - round(now.score, 1), 6) >= 20
        """,
        NOW,
        THEN,
    )
    assert set(report.result.at_risk["customer"]) == {customer for (customer,) in rows}
    (head,) = [
        line
        for line in report.markdown().splitlines()
        if line.startswith(f"{len(rows):,} of ") and "fewer" in line
    ]
    assert head.startswith(f"{len(rows):,} of {report.result.scores.height:,} customers")


def test_the_trend_month_by_month(told: dict[str, Any], db: duckdb.DuckDBPyConnection) -> None:
    periods = told["trend"]["periods"]
    assert [p["as_of"] for p in periods] == [f"{at:%Y-%m-%dT%H:%M:%S}Z" for at in ENDS]
    for at, period in zip(ENDS, periods, strict=True):
        ((customers, average, *bands),) = asked(
            db,
            """
            select count(*), avg(round(score, 1)), count(*) filter (band = 'Sleeping'),
                count(*) filter (band = 'Occasional'), count(*) filter (band = 'Regular'),
                count(*) filter (band = 'Best')
            from scored($1)
            """,
            at,
        )
        assert period["customers"] == customers
        assert period["average"] == pytest.approx(average, abs=0.01)
        assert list(period["bands"].values()) == bands
        ((month,),) = asked(
            db,
            "select count(distinct customer) from lines where not cancelled "
            "and bought <= $1 and bought > $1 - interval 30 day",
            at,
        )
        assert period["mau"] == month


def test_who_moved_from_band_to_band(told: dict[str, Any], db: duckdb.DuckDBPyConnection) -> None:
    wanted = asked(
        db,
        """
        select before.band, now.band, count(*) from scored($1) as now
        left join scored($2) as before using (customer) group by all
        """,
        NOW,
        THEN,
    )
    got = {(r["previous_band"], r["band"]): r["customers"] for r in told["movers"]["transitions"]}
    assert got == {(before, now): count for before, now, count in wanted}


def test_the_countries(told: dict[str, Any], db: duckdb.DuckDBPyConnection) -> None:
    """A customer's country is that of the latest line; few have moved."""
    wanted = {
        country: (customers, average)
        for country, customers, average in asked(
            db,
            """
            with latest as (
                select customer, max(bought) as bought from lines where bought <= $1 group by all
            ),
            lived as (
                select customer, max(country) as country, count(distinct country) as several
                from lines join latest using (customer, bought) group by customer
            )
            select country, count(*), avg(round(score, 1))
            from scored($1) join lived using (customer) where several = 1 group by country
            """,
            NOW,
        )
    }
    (segments,) = told["segments"]
    assert segments["by"] == ["country"]
    assert {row["country"] for row in segments["segments"]} == wanted.keys()
    for row in segments["segments"]:
        customers, average = wanted[row["country"]]
        assert row["customers"] == customers
        assert row["average"] == pytest.approx(average, abs=0.01)
    largest = max(segments["segments"], key=lambda row: row["customers"])
    assert largest["country"] == "United Kingdom"


def test_what_the_best_do(told: dict[str, Any], db: duckdb.DuckDBPyConnection) -> None:
    wanted = asked(
        db,
        """
        with did as (
            select distinct customer, cancelled from lines
            where bought <= $1 and bought > $1 - interval 180 day
        ), sizes as (select count(*) filter (band = 'Best') as best from scored($1))
        select case when cancelled then 'Cancelled' else 'Ordered' end, count(*),
            count(*) filter (band = 'Best') / any_value(best)
        from did join scored($1) using (customer), sizes group by cancelled
        """,
        NOW,
    )
    events = {e["event"]: e for e in told["drivers"]["events"]}
    assert events.keys() == {name for name, _, _ in wanted}
    for name, customers, top in wanted:
        assert events[name]["customers"] == customers
        assert events[name]["top_reach"] == pytest.approx(top, abs=1e-6)


def test_how_many_bought_in_the_window(told: dict[str, Any], db: duckdb.DuckDBPyConnection) -> None:
    """Orders and customers of the last 180 days, as the shop's own books have them."""
    ((orders, buyers),) = asked(
        db,
        "select count(distinct invoice), count(distinct customer) from lines where not cancelled "
        "and bought <= $1 and bought > $1 - interval 180 day",
        NOW,
    )
    signals = {s["signal"]: s for s in told["drivers"]["signals"]}
    assert signals["orders"]["customers"] == buyers
    assert orders > buyers


def test_the_list_to_wake(report: Report, db: duckdb.DuckDBPyConnection) -> None:
    ((count,),) = asked(
        db,
        """
        select count(*) from scored($1) as now join scored($2) as before using (customer)
        where now.band = 'Best' and round(now.score, 1) < round(before.score, 1)
        """,
        NOW,
        THEN,
    )
    assert f"| wake | {count:,} | Call before they leave |" in report.markdown()
