"""A report of very many customers stays small: its lists are cut, and say so."""

from __future__ import annotations

import polars as pl
import pytest

import cesctl
from cesctl.insight.report import Limits
from tests.insight.frames import NOW, START
from tests.present.report.made import MODEL

CUSTOMERS = 100_000
MOST = 5 * 1024 * 1024


@pytest.mark.slow
def test_a_hundred_thousand_customers_make_a_report_of_at_most_5_mb() -> None:
    """Long ids and many cities, as bad as it gets; with all lists at five hundred rows."""
    number = pl.int_range(CUSTOMERS * 3)
    events = pl.select(
        pl.format("customer-{}-of-a-very-long-name", number % CUSTOMERS).alias("customer"),
        pl.when(number % 3 == 0).then(pl.lit("Order")).otherwise(pl.lit("Visit")).alias("event"),
        (START + pl.duration(minutes=number * 7919 % (120 * 1440)))
        .dt.to_string("%Y-%m-%dT%H:%M:%SZ")
        .alias("timestamp"),
        (number % 50).cast(pl.String).alias("amount"),
        pl.format("plan {}", number % 7).alias("plan"),
        pl.format("city {}", number % 49).alias("city"),
    )
    made = cesctl.report(events, cesctl.parse_model(MODEL), periods=3, now=NOW)
    assert made.result.scores.height == CUSTOMERS
    sizes = []
    for limits in (Limits(), Limits(at_risk=500, falling=500, rising=500)):
        sizes.append(len(made.html(limits).encode()))
        assert sizes[-1] <= MOST
    assert sizes[0] <= 1024 * 1024
    at_risk = made.result.at_risk.height
    text = made.markdown()
    assert f"At risk: 50 of {at_risk:,}" in text
    assert f"{at_risk - 50:,} more: --at-risk N shows them, cesctl score --at-risk-output" in text
