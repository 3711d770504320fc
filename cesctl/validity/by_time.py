"""Whether the score foretells as well at every T, and of every kind of customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from cesctl.insight.bins import binned
from cesctl.validity.ranking import levels_of, ranking, times_of
from cesctl.validity.rates import rate, rate_table, told
from cesctl.validity.stake import INSTANT, LeftOut

AREA = {"auc": pl.Float64, "auc_low": pl.Float64, "auc_high": pl.Float64}


def by_time(
    pairs: pl.DataFrame, left_out: Mapping[datetime, LeftOut], *, good: bool
) -> pl.DataFrame:
    """One row per T, oldest first: as_of (UTC), pairs, customers, outcomes, rate, low, high, auc, auc_low,
    auc_high (null without outcomes, or without others), and who was not at stake: had, unseen, open.
    """
    rows = []
    looked_at = pairs.select("as_of", "customer", "outcome", "score")
    for at, left in left_out.items():
        own = looked_at.filter(pl.col("as_of") == at)
        aside = {"had": left.had, "unseen": left.unseen, "open": left.open}
        rows.append({"as_of": at, **told(rate(own)), **_area(own, good=good), **aside})
    counts = dict.fromkeys(("had", "unseen", "open"), pl.Int64)
    return rate_table(rows, {"as_of": INSTANT}, {**AREA, **counts})


def by_segment(pairs: pl.DataFrame, by: str, *, good: bool) -> pl.DataFrame:
    """One row per value of an attribute, numbers of many values in bins, in order, else the one with the most
    pairs first: the attribute (null: none) and the columns of ``by_time`` from pairs to auc_high.
    """
    values, order = binned(pairs[by])
    frame = pairs.with_columns(values.alias(by), order.alias("order:"))
    groups = frame.group_by(by).agg(pl.len().alias("pairs"), pl.col("order:").first())
    groups = groups.sort(["order:", "pairs", by], descending=[False, True, False], nulls_last=True)
    rows = []
    for value in groups[by]:
        own = frame.filter(pl.col(by).eq_missing(pl.lit(value, dtype=pl.String)))
        rows.append({by: value, **told(rate(own)), **_area(own, good=good)})
    return rate_table(rows, {by: pl.String}, AREA)


def _area(pairs: pl.DataFrame, *, good: bool) -> dict[str, float | None]:
    times = times_of(pairs, ["score"])
    values = times.oriented("score", good=good)
    found = ranking(times, values, levels_of(values))
    low, high = (found.interval() if found else None) or (None, None)
    return {"auc": None if found is None else found.auc, "auc_low": low, "auc_high": high}
