"""The share of pairs with the outcome, with intervals that count customers and not pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import polars as pl

from cesctl.insight.intervals import CONFIDENCE, student, wilson
from cesctl.pipeline.numbers import round_half_away, with_shared

Columns = Mapping[str, pl.DataType | type[pl.DataType]]
RATE: Columns = {
    "pairs": pl.Int64, "customers": pl.Int64, "outcomes": pl.Int64, "rate": pl.Float64,
    "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True)
class Rate:
    """``pairs`` of ``customers``, ``hits`` of them with what is counted; ``low`` and ``high`` bound their
    share.
    """

    pairs: int
    customers: int
    hits: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        return self.hits / self.pairs if self.pairs else None


def rates(pairs: pl.DataFrame, by: str, hit: str = "outcome") -> dict[object, Rate]:
    """For each value of ``by``: how many pairs have ``hit``. ``pairs``: customer and both columns.

    Wilson's interval at the effective number of pairs: what they are worth as a sample of customers, whose
    pairs are alike. That is the pairs by the variance between customers over that of independent pairs (Korn
    and Graubard, "Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data", Survey Methodology 24 (1998)), and never more than the pairs, less where the
    customers are few (t in place of z); where all pairs are alike, the customers.
    """
    of_customer = pairs.group_by(by, "customer").agg(
        pl.len().cast(pl.Int64).alias("n"), pl.col(hit).sum().cast(pl.Int64).alias("h")
    )
    n, h = pl.col("n"), pl.col("h")
    sums = of_customer.group_by(by).agg(
        pl.len().alias("customers"),
        n.sum().alias("pairs"),
        h.sum().alias("hits"),
        (n * n).sum().alias("nn"),
        (n * h).sum().alias("nh"),
        (h * h).sum().alias("hh"),
    )
    found: dict[object, Rate] = {}
    for row in sums.iter_rows(named=True):
        low, high = _interval(
            **{k: row[k] for k in ("customers", "pairs", "hits", "nn", "nh", "hh")}
        )
        found[row[by]] = Rate(row["pairs"], row["customers"], row["hits"], low, high)
    return found


def rate(pairs: pl.DataFrame, hit: str = "outcome") -> Rate:
    """The same of all pairs."""
    if not pairs.height:
        return Rate(0, 0, 0, 0.0, 1.0)
    return rates(pairs.with_columns(pl.lit(0).alias("all:")), "all:", hit)[0]


def told(found: Rate) -> dict[str, object]:
    """A rate as columns: pairs, customers, outcomes, rate, low, high."""
    return {
        "pairs": found.pairs,
        "customers": found.customers,
        "outcomes": found.hits,
        "rate": found.share,
        "low": found.low,
        "high": found.high,
    }


def rate_table(
    rows: Sequence[Mapping[str, object]], first: Columns, more: Columns | None = None
) -> pl.DataFrame:
    """Rows with rates, shares with 6 decimals. ``first``: the columns before them; ``more``: those after,
    of which floats are shares, too.
    """
    shares = {**RATE, **(more or {})}
    frame = pl.DataFrame(list(rows), schema={**first, **shares})
    names = [c for c, dtype in shares.items() if dtype == pl.Float64]
    return with_shared(frame, *(round_half_away(pl.col(c), 6).alias(c) for c in names))


def _interval(
    *, customers: int, pairs: int, hits: int, nn: int, nh: int, hh: int
) -> tuple[float, float]:
    """The sums are whole numbers, so that no order of rows changes a bit."""
    worth = float(customers)
    if 0 < hits < pairs and customers > 1:
        # the sum of (h - p n)² over the customers, times pairs²
        between = hh * pairs * pairs - 2 * nh * hits * pairs + nn * hits * hits
        # variance of the share ÷ what it would be of so many independent pairs
        effect = between * customers / ((customers - 1) * pairs * hits * (pairs - hits))
        few = NormalDist().inv_cdf((1.0 + CONFIDENCE) / 2.0) / student(CONFIDENCE, customers - 1)
        worth = pairs / max(effect, 1.0) * few**2
    return wilson(worth * hits / pairs, worth, CONFIDENCE)
