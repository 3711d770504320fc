"""Outcomes by score: of each band, of each tenth, and as the bands of earlier T foretold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from cesctl.engines.measures import epoch_us
from cesctl.pipeline.numbers import quotient
from cesctl.validity.rates import Rate, rate_table, rates, told

TENTHS = 10


def by_band(pairs: pl.DataFrame, bands: Sequence[str]) -> pl.DataFrame:
    """One row per band, the lowest first: band, pairs, customers, outcomes, rate (share of the pairs), and
    its 95 % interval: low, high.
    """
    found = rates(pairs, "band")
    nobody = Rate(0, 0, 0, 0.0, 1.0)
    rows = [{"band": b, **told(found.get(b, nobody))} for b in bands]
    return rate_table(rows, {"band": pl.String})


def by_tenth(pairs: pl.DataFrame) -> pl.DataFrame:
    """One row per tenth of the pairs by score, the lowest first, equal scores together (so there may be
    fewer): from, to (the least and the greatest score), and the columns of ``by_band``.
    """
    rank = pl.col("score").rank("average")
    tenth = quotient(rank * TENTHS, pl.len().cast(pl.Float64)).ceil().cast(pl.Int64)
    frame = pairs.select("customer", "outcome", "score", tenth.alias("tenth"))
    ends = frame.group_by("tenth").agg(
        pl.col("score").min().alias("from"), pl.col("score").max().alias("to")
    )
    found = rates(frame, "tenth")
    rows = [
        {"from": row["from"], "to": row["to"], **told(found[row["tenth"]])}
        for row in ends.sort("tenth").iter_rows(named=True)
    ]
    return rate_table(rows, {"from": pl.Float64, "to": pl.Float64})


@dataclass(frozen=True)
class Foretold:
    """What the rates of the bands at earlier T, as far as they were known by then, foretold: ``expected``
    outcomes among so many ``pairs`` at so many later ``times``, and how many were ``observed``.
    """

    times: int
    pairs: int
    expected: float
    observed: int


def reaches_back(window: int | None, oldest: datetime) -> pl.Expr:
    """Whether at ``as_of`` the log, which begins with ``oldest``, reaches back over a window (µs)."""
    if window is None:
        return pl.lit(value=True)
    return pl.col("as_of").to_physical() - window >= epoch_us(oldest)


def foretold(pairs: pl.DataFrame, horizon: timedelta) -> Foretold | None:
    """None where no T is a horizon later than another."""
    counts = pairs.group_by("as_of", "band").agg(
        pl.len().cast(pl.Int64).alias("pairs"), pl.col("outcome").sum().cast(pl.Int64).alias("hits")
    )
    times = counts["as_of"].unique().sort().to_list()
    told_at, all_pairs, expected, observed = 0, 0, 0.0, 0
    for at in times:
        known = counts.filter(pl.col("as_of") <= at - horizon)
        if not known.height:
            continue
        past = known.group_by("band").agg(pl.col("pairs").sum(), pl.col("hits").sum())
        rate = {b: h / p for b, p, h in past.iter_rows()}
        told_at += 1
        for row in counts.filter(pl.col("as_of") == at).sort("band").iter_rows(named=True):
            if row["band"] in rate:  # of a band that was empty before nothing is foretold
                all_pairs += row["pairs"]
                observed += row["hits"]
                expected += rate[row["band"]] * row["pairs"]
    return Foretold(told_at, all_pairs, round(expected, 6), observed) if told_at else None
