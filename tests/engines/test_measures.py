"""Measures of what was grouped: the same bits however its rows came together."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from cesctl.engines.measures import plan, ratios
from cesctl.model.load import parse_model

MODEL = parse_model(
    "events:\n"
    "  mean: {event: x, measure: mean, property: n, weight: 1}\n"
    "  days: {event: x, measure: days, weight: 1}\n"
    "  share: {measure: ratio, of: mean, per: days, weight: 1}\n"
)
TOTALS = [8_025_000_000, 6_000_000_000, 300_000_000]  # nanos


def test_a_mean_of_customers_with_as_many_values_each() -> None:
    """Rows that come one by one, as from a group_by in several threads: polars knows that the counts are
    alike, and divides otherwise.
    """
    schema = {"t:mean|0": pl.Int128(), "c:mean|0": pl.UInt32()}
    frame = pl.concat(pl.DataFrame([[t], [3]], schema=schema) for t in TOTALS)
    measure = plan(MODEL.signals[0], 0, datetime(2026, 1, 1, tzinfo=UTC), occurrences=False).measure
    assert frame.select(measure).to_series().to_list() == [t / 1e9 / 3 for t in TOTALS]


def test_a_ratio_to_what_all_have_alike() -> None:
    frame = pl.concat(pl.DataFrame({"m:mean": [t / 1e9], "m:days": [3.0]}) for t in TOTALS)
    (share,) = ratios(MODEL.signals)
    assert frame.select(share).to_series().to_list() == [t / 1e9 / 3 for t in TOTALS]
