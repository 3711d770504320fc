"""How well values put those who had an outcome before those who had none: AUC, average precision, capture.

Of pairs of a customer and an instant; one customer has several of them, which are alike, so intervals count
customers and not pairs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from cesctl.insight.intervals import CONFIDENCE, student, wilson

Interval = tuple[float, float]


@dataclass(frozen=True)
class Ranking:
    """The area under the ROC curve of one value: how often, of a pair with the outcome and a pair without,
    the value tells which is which; equal values are half a hit.

    ``with_outcome`` and ``without``: pairs. ``parts``: one row per customer, in order: ``hit`` and
    ``spared``, what its pairs with and without the outcome add to the area beyond their share of it; ``of``
    (pairs with the outcome) and ``rest``.
    """

    auc: float
    with_outcome: int
    without: int
    parts: pl.DataFrame

    @property
    def freedom(self) -> int:
        """One less than the customers of whom there are fewer: with the outcome, or without."""
        return min(int((self.parts[c] > 0).sum()) for c in ("of", "rest")) - 1

    def interval(self, confidence: float = CONFIDENCE) -> Interval | None:
        """On the logit scale, so that it stays between 0 and 1; None of fewer than two customers on a side.

        Where all pairs are told apart, or none, the customers of the smaller side are taken for as many
        trials without a miss (Wilson).
        """
        if self.freedom < 1:
            return None
        if self.auc in (0.0, 1.0):
            fewest = self.freedom + 1
            return wilson(fewest if self.auc else 0, fewest, confidence)
        error = math.sqrt(_variance(self.parts, self.with_outcome, self.without))
        middle = math.log(self.auc / (1.0 - self.auc))
        reach = student(confidence, self.freedom) * error / (self.auc * (1.0 - self.auc))
        return _share(middle - reach), _share(middle + reach)

    def less(self, other: Ranking, confidence: float = CONFIDENCE) -> tuple[float, Interval | None]:
        """The difference to the area of another value of the same pairs, and its interval."""
        difference = self.auc - other.auc
        if self.freedom < 1:
            return difference, None
        apart = self.parts.with_columns(
            (pl.col(c) - other.parts[c]).alias(c) for c in ("hit", "spared")
        )
        error = math.sqrt(_variance(apart, self.with_outcome, self.without))
        reach = student(confidence, self.freedom) * error
        return difference, (difference - reach, difference + reach)


def _variance(parts: pl.DataFrame, with_outcome: int, without: int) -> float:
    """Obuchowski, "Nonparametric analysis of clustered ROC curve data", Biometrics 53 (1997): DeLong's
    variance with the sums of each customer's components in place of the components.
    """
    hit, spared = parts["hit"], parts["spared"]
    customers = parts.height
    having, lacking = (int((parts[c] > 0).sum()) for c in ("of", "rest"))
    of_hits = having / ((having - 1) * with_outcome) * _dot(hit, hit)
    of_spared = lacking / ((lacking - 1) * without) * _dot(spared, spared)
    both = customers / (customers - 1) * _dot(hit, spared)
    found = of_hits / with_outcome + of_spared / without + 2.0 * both / (with_outcome * without)
    return max(found, 0.0)


def _dot(a: pl.Series, b: pl.Series) -> float:
    # the customers are in order, so that it is always the same sum
    return float((a * b).rechunk().sum())


def _share(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit)) if logit > -700.0 else 0.0


def ranking(pairs: pl.DataFrame, value: str) -> Ranking | None:
    """How well a column foretells the outcome, the greater the likelier; None where there are no pairs with
    the outcome, or none without. ``pairs``: customer (faster where in order), outcome (whether) and the
    column, without nulls.

    Half hits are whole when doubled, so that the area is one quotient of whole numbers.
    """
    positives = int(pairs["outcome"].sum())
    negatives = pairs.height - positives
    if not positives or not negatives:
        return None
    levels = _levels(pairs, value).with_columns(
        # twice the pairs without the outcome that are below, and twice those with it that are above; equal
        # ones by half
        (2 * (pl.col("rest").cum_sum() - pl.col("rest")) + pl.col("rest")).alias("below"),
        (2 * (positives - pl.col("of").cum_sum()) + pl.col("of")).alias("above"),
    )
    had = pl.col("outcome")
    below, above = (
        pl.col(value).replace_strict(levels[value], levels[c]) for c in ("below", "above")
    )
    parts = (
        pairs.select(
            "customer",
            pl.when(had).then(below).otherwise(0).alias("hit"),
            pl.when(had).then(0).otherwise(above).alias("spared"),
            had.cast(pl.Int64).alias("of"),
            (~had).cast(pl.Int64).alias("rest"),
        )
        .group_by("customer")
        .sum()
        .sort("customer")
    )
    twice = int(parts["hit"].sum())
    auc = twice / (2 * positives * negatives)
    parts = parts.select(
        (pl.col("hit") / (2.0 * negatives) - pl.col("of") * auc).alias("hit"),
        (pl.col("spared") / (2.0 * positives) - pl.col("rest") * auc).alias("spared"),
        "of",
        "rest",
    )
    return Ranking(auc, positives, negatives, parts)


def _levels(pairs: pl.DataFrame, value: str, *apart: str) -> pl.DataFrame:
    """One row per value, the least first, and per ``apart``: how many pairs have the outcome (``of``), and
    how many have not (``rest``).
    """
    having = pl.col("outcome").sum().cast(pl.Int64)
    levels = pairs.group_by(value, *apart).agg(
        having.alias("of"), pl.len().cast(pl.Int64).alias("n")
    )
    return levels.select(value, *apart, "of", (pl.col("n") - pl.col("of")).alias("rest")).sort(
        value
    )


def average_precision(pairs: pl.DataFrame, value: str) -> float | None:
    """The precision at each value, weighted by the outcomes it adds: the area under the steps of the
    precision-recall curve, not the trapezoids. None without outcomes; the share of outcomes is what a value
    that says nothing gives.
    """
    outcomes = int(pairs["outcome"].sum())
    if not outcomes:
        return None
    steps = _levels(pairs, value).reverse()
    found, taken = pl.col("of").cum_sum(), (pl.col("of") + pl.col("rest")).cum_sum()
    return _total(steps.select(pl.col("of") * (found / taken)).to_series()) / outcomes


def captured(pairs: pl.DataFrame, value: str, shares: Sequence[float]) -> list[float] | None:
    """The share of the outcomes that are among that share of each instant's pairs which has the greatest
    values; of pairs with the value at the edge as many as have room, and their outcomes in proportion.

    ``pairs`` also with ``as_of``. Divided by the share it is the lift. None without outcomes.
    """
    outcomes = int(pairs["outcome"].sum())
    if not outcomes:
        return None
    n = pl.col("of") + pl.col("rest")
    # the levels come in order, the greatest first
    steps = _levels(pairs, value, "as_of").reverse()
    steps = steps.select("of", n.alias("n"), n.cum_sum().over("as_of").alias("taken"), "as_of")
    before, whole = pl.col("taken") - pl.col("n"), pl.col("n").sum().over("as_of")
    parts = (((share * whole - before) / pl.col("n")).clip(0.0, 1.0) for share in shares)
    hits = steps.select((part * pl.col("of")).alias(str(k)) for k, part in enumerate(parts))
    return [_total(column) / outcomes for column in hits]


def _total(values: pl.Series) -> float:
    return math.fsum(values.to_list())  # whatever the order
