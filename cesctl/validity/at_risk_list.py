"""How good the at-risk list was: how many on it had the outcome, how many of those were on it, how early."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cesctl.duration import DAY_US
from cesctl.validity.rates import Rate, rate


@dataclass(frozen=True)
class AtRiskList:
    """``precision``: of the pairs on the list, those with the outcome. ``recall``: of the pairs with the
    outcome, those on the list. ``outcomes``: different ones that fell within the horizon of a T; ``seen``:
    those that a list before them had within that horizon; ``lead_days``: the median, over those, of the days
    from the first such list to the outcome (None without any).
    """

    precision: Rate
    recall: Rate
    outcomes: int
    seen: int
    lead_days: float | None


def judged(pairs: pl.DataFrame) -> AtRiskList:
    had = pairs.filter("outcome")
    first = had.group_by("customer", "outcome_at").agg(
        pl.col("as_of").filter(pl.col("at_risk")).min().alias("first")
    )
    ahead = first.select((pl.col("outcome_at") - pl.col("first")).to_physical()).to_series()
    median = ahead.drop_nulls().median()
    return AtRiskList(
        precision=rate(pairs.filter("at_risk")),
        recall=rate(had, "at_risk"),
        outcomes=first.height,
        seen=len(ahead) - ahead.null_count(),
        lead_days=round(median / DAY_US, 6) if isinstance(median, float | int) else None,
    )
