"""Real logs, scored and checked against queries that share nothing with the package.

The shop's log is counted in plain Python (csv, Decimal, zoneinfo), the web log in DuckDB's SQL.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

import cesctl
from cesctl.result import Result

pytestmark = pytest.mark.slow

LONDON = ZoneInfo("Europe/London")
SHOP = """
version: 1
timezone: Europe/London
as_of: 2011-12-09
window: 90d
compare: 30d
source: {customer: CustomerID, event: {value: purchase}, timestamp: InvoiceDate}
events:
  lines: {event: purchase, weight: 1}
  days: {event: purchase, measure: days, weight: 2}
  quantity: {event: purchase, measure: sum, property: Quantity, weight: 0.01}
  last: {event: purchase, measure: recency, weight: 0.1, target: {from: 90, to: 0}}
  fresh: {event: purchase, half_life: 30d, weight: 1}
  spent: {event: purchase, measure: mean, property: UnitPrice, weight: 0}
attributes: {country: Country}
bands: {Low: 0, Mid: 50, Good: 200}
"""


@pytest.fixture(scope="module")
def shop(shared_data: Path) -> Result:
    path = shared_data / "online-retail" / "online_retail.csv.gz"
    return cesctl.score([path], cesctl.parse_model(SHOP))


@pytest.fixture(scope="module")
def purchases(shared_data: Path) -> dict[str, list[tuple[datetime, date, Decimal, Decimal]]]:
    found = defaultdict(list)
    path = shared_data / "online-retail" / "online_retail.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["CustomerID"].strip():
                local = datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=LONDON)
                found[row["CustomerID"].strip()].append(
                    (
                        local.astimezone(UTC),
                        local.date(),
                        Decimal(row["Quantity"]),
                        Decimal(row["UnitPrice"]),
                    )
                )
    return found


def nine(value: Decimal) -> Decimal:
    return value.quantize(Decimal("1e-9"), ROUND_HALF_UP)


def test_the_shops_rows(shop: Result) -> None:
    assert shop.rows.read == 541_909
    assert shop.rows.rejected == {"no customer": 135_080}
    assert shop.rows.accepted == 406_829
    assert shop.scores.height == 4_372


def test_the_shops_customers(
    shop: Result, purchases: dict[str, list[tuple[datetime, date, Decimal, Decimal]]]
) -> None:
    until = datetime(2011, 12, 9, 23, 59, 59, 999999, tzinfo=LONDON).astimezone(UTC)
    assert shop.as_of == until
    rows = {row["customer"]: row for row in shop.scores.iter_rows(named=True)}
    assert rows.keys() == purchases.keys()
    for customer, bought in purchases.items():
        row = rows[customer]
        recent = [b for b in bought if until - timedelta(days=90) < b[0] <= until]
        newest = max(b[0] for b in bought)
        assert row["last_event_at"] == newest
        assert row["days_silent"] == (until - newest).days
        assert row["lines.measure"] == len(recent)
        assert row["events"] == len(bought)  # recency takes events of all history
        assert row["days.measure"] == len({b[1] for b in recent})
        assert row["quantity.measure"] == sum(b[2] for b in recent)
        # recency looks at all of history unless it has a window of its own
        ago = (until - newest) / timedelta(days=1)
        assert row["last.measure"] == pytest.approx(ago, abs=5e-7)
        left = sum(nine(Decimal(2.0 ** -((until - b[0]) / timedelta(days=30)))) for b in recent)
        assert row["fresh.measure"] == pytest.approx(float(left), abs=6e-7)
        if recent:
            mean = sum(b[3] for b in recent) / len(recent)
            assert row["spent.measure"] == pytest.approx(float(mean), abs=6e-7)
        else:
            assert row["spent.measure"] is None
        total = (
            len(recent)
            + 2 * len({b[1] for b in recent})
            + float(sum(b[2] for b in recent)) * 0.01
            + 0.1 * min(100.0, max(0.0, 100 * (ago - 90) / (0 - 90)))
            + float(left)
        )
        assert row["raw"] == pytest.approx(total, abs=2e-6)


def test_the_shop_a_month_before(shop: Result, shared_data: Path) -> None:
    """previous_score is the score of a run whose T is 30 days earlier."""
    path = shared_data / "online-retail" / "online_retail.csv.gz"
    before = (shop.as_of - timedelta(days=30)).isoformat()
    alone = cesctl.score(
        [path], cesctl.parse_model(SHOP.replace("compare: 30d\n", "")), as_of=before
    )
    then = dict(alone.scores.select("customer", "score").iter_rows())
    for customer, previous in shop.scores.select("customer", "previous_score").iter_rows():
        assert previous == then.get(customer)


def test_the_web_log(shared_data: Path) -> None:
    path = shared_data / "exports" / "ga4" / "ga4_events_sampled.snappy.parquet"
    model = cesctl.parse_model(
        "version: 1\n"
        "source: {customer: user_pseudo_id, event: event_name, timestamp: event_timestamp}\n"
        "window: 30d\n"
        "events: {page_view: 1, scroll: 0.25, purchase: {weight: 20, measure: once}}\n"
    )
    result = cesctl.score([path], model)
    newest = duckdb.execute(f"select max(event_timestamp) from '{path}'").fetchall()[0][0]
    start = newest - 30 * 86_400_000_000
    wanted = duckdb.execute(
        f"""
        with recent as (select *, event_timestamp > {start} as inside from '{path}')
        select user_pseudo_id,
            count(*) filter (where inside and event_name = 'page_view')
            + 0.25 * count(*) filter (where inside and event_name = 'scroll')
            + 20 * max(case when inside and event_name = 'purchase' then 1 else 0 end) as raw,
            max(event_timestamp) as last
        from recent group by all
        """
    ).fetchall()
    got = {
        c: (raw, last)
        for c, raw, last in result.scores.select("customer", "raw", "last_event_at").iter_rows()
    }
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert got == {c: (float(raw), epoch + timedelta(microseconds=last)) for c, raw, last in wanted}
    assert result.rows.read == result.rows.accepted == 24_219
