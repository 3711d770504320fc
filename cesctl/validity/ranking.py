"""How well values put those who had an outcome before those who had none: AUC, average precision, capture.

Of pairs of a customer and an instant T. Only pairs of the same T are compared: a season in which many leave
is nothing that a score foretold. One customer has several pairs, which are alike: intervals count customers.
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
    """The area under the ROC curve of one value, over all T: how often, of a pair with the outcome and one
    without at the same T, the value tells which is which; equal values are half a hit.

    ``compared``: how many such twos there are. ``parts``: one row per customer, in order: ``hit`` and
    ``spared``, the hits of its pairs with and without the outcome beyond their share; ``of`` (pairs with the
    outcome) and ``rest``.
    """

    auc: float
    compared: int
    parts: pl.DataFrame

    @property
    def fewest(self) -> int:
        """The customers of whom there are fewer: with the outcome at one T or more, or without."""
        return min(int((self.parts[c] > 0).sum()) for c in ("of", "rest"))

    def interval(self, confidence: float = CONFIDENCE) -> Interval | None:
        """On the logit scale, so that it stays between 0 and 1; None of fewer than two customers on a side.

        Where all are told apart, or none, the customers of the smaller side are taken for as many trials
        without a miss (Wilson).
        """
        if self.fewest < 2:
            return None
        if self.auc in (0.0, 1.0):
            return wilson(self.fewest if self.auc else 0, self.fewest, confidence)
        error = math.sqrt(_variance(self.parts, self.compared))
        middle = math.log(self.auc / (1.0 - self.auc))
        reach = student(confidence, self.fewest - 1) * error / (self.auc * (1.0 - self.auc))
        return _share(middle - reach), _share(middle + reach)

    def less(self, other: Ranking, confidence: float = CONFIDENCE) -> tuple[float, Interval | None]:
        """The difference to the area of another value of the same pairs, and its interval: None of fewer than
        two customers on a side, and where all are told apart by one of the two, which shows no spread.
        """
        difference = self.auc - other.auc
        if self.fewest < 2 or not {self.auc, other.auc}.isdisjoint({0.0, 1.0}):
            return difference, None
        apart = self.parts.with_columns(
            (pl.col(c) - other.parts[c]).alias(c) for c in ("hit", "spared")
        )
        error = math.sqrt(_variance(apart, self.compared))
        reach = student(confidence, self.fewest - 1) * error
        return difference, (difference - reach, difference + reach)


def _variance(parts: pl.DataFrame, compared: int) -> float:
    """Obuchowski, "Nonparametric analysis of clustered ROC curve data", Biometrics 53 (1997): DeLong's
    variance with the sums of each customer's components in place of the components; of several T, those of
    the twos at the same T.
    """
    hit, spared = parts["hit"], parts["spared"]
    customers = parts.height
    having, lacking = (int((parts[c] > 0).sum()) for c in ("of", "rest"))
    found = having / (having - 1) * _dot(hit, hit) + lacking / (lacking - 1) * _dot(spared, spared)
    found += 2.0 * customers / (customers - 1) * _dot(hit, spared)
    return max(found, 0.0) / compared**2


def _dot(a: pl.Series, b: pl.Series) -> float:
    # the customers are in order, so that it is always the same sum
    return float((a * b).rechunk().sum())


def _share(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit)) if logit > -700.0 else 0.0


def oriented(pairs: pl.DataFrame, column: str, *, good: bool) -> pl.DataFrame:
    """The pairs with one value: customer, as_of, outcome, value (the greater, the likelier the outcome).

    ``column``: the more, the more engaged. ``good``: whether the engaged are those who should have it.
    """
    sign = 1.0 if good else -1.0
    # 0.0 is added since 0.0 turned round is -0.0
    return pairs.select(
        "customer", "as_of", "outcome", (sign * pl.col(column) + 0.0).alias("value")
    )


def levels_of(pairs: pl.DataFrame) -> pl.DataFrame:
    """One row per T and value, the least value first: as_of, value, how many pairs have the outcome (``of``),
    and how many have not (``rest``). ``pairs``: as_of, outcome (whether), value (the greater, the likelier;
    no nulls).
    """
    having = pl.col("outcome").sum().cast(pl.Int64)
    levels = pairs.group_by("as_of", "value").agg(
        having.alias("of"), pl.len().cast(pl.Int64).alias("n")
    )
    return levels.select("as_of", "value", "of", (pl.col("n") - pl.col("of")).alias("rest")).sort(
        "value"
    )


def sides_of(pairs: pl.DataFrame) -> pl.DataFrame:
    """One row per customer, in order: ``of`` and ``rest``, its pairs with the outcome and without, and
    ``hits`` and ``spares``, with how many pairs of the other kind these are compared. Whatever the value.
    """
    had = pl.col("outcome").cast(pl.Int64)
    whole = pairs.group_by("as_of").agg(
        had.sum().alias("all_of"), (1 - had).sum().alias("all_rest")
    )
    placed = pairs.select("customer", "as_of", "outcome").join(
        whole, on="as_of", how="left", maintain_order="left"
    )
    sums = placed.select(
        "customer",
        had.alias("of"),
        (1 - had).alias("rest"),
        (had * pl.col("all_rest")).alias("hits"),
        ((1 - had) * pl.col("all_of")).alias("spares"),
    )
    return sums.group_by("customer").sum().sort("customer")


def ranking(pairs: pl.DataFrame, levels: pl.DataFrame, sides: pl.DataFrame) -> Ranking | None:
    """How well the value foretells the outcome; None where no T has pairs with the outcome and pairs without.
    ``pairs``: those of ``levels`` and ``sides``: customer (faster where in order), as_of, outcome, value.

    Half hits are whole when doubled, so that the area is one quotient of whole numbers.
    """
    compared = int(sides["hits"].sum())
    if not compared:
        return None
    of, rest = pl.col("of"), pl.col("rest")
    placed = levels.select(
        "as_of",
        "value",
        # twice the pairs without the outcome that are below, and twice those with it that are above; equal
        # ones by half
        (2 * (rest.cum_sum().over("as_of") - rest) + rest).alias("below"),
        (2 * (of.sum().over("as_of") - of.cum_sum().over("as_of")) + of).alias("above"),
    )
    joined = pairs.select("customer", "as_of", "outcome", "value").join(
        placed, on=["as_of", "value"], how="left", maintain_order="left"
    )
    had, nothing = pl.col("outcome"), pl.lit(0, dtype=pl.Int64)
    told = joined.select(
        "customer",
        pl.when(had).then("below").otherwise(nothing).alias("hit"),
        pl.when(had).then(nothing).otherwise("above").alias("spared"),
    )
    found = told.group_by("customer").sum().sort("customer")
    auc = int(found["hit"].sum()) / (2 * compared)
    parts = sides.select(
        (found["hit"] / 2.0 - auc * sides["hits"]).alias("hit"),
        (found["spared"] / 2.0 - auc * sides["spares"]).alias("spared"),
        "of",
        "rest",
    )
    return Ranking(auc, compared, parts)


def average_precision(levels: pl.DataFrame) -> float | None:
    """The precision at each value, weighted by the outcomes it adds: the area under the steps of the
    precision-recall curve, not the trapezoids; of several T the mean, weighted by their outcomes. None
    without outcomes. What says nothing gives about the share of outcomes.
    """
    outcomes = int(levels["of"].sum())
    if not outcomes:
        return None
    found = pl.col("of").cum_sum().over("as_of")
    taken = (pl.col("of") + pl.col("rest")).cum_sum().over("as_of")
    steps = levels.reverse().select(pl.col("of") * (found / taken))
    return _total(steps.to_series()) / outcomes


def captured(levels: pl.DataFrame, shares: Sequence[float]) -> list[float] | None:
    """The share of the outcomes that are among that share of each T's pairs which has the greatest values; of
    pairs with the value at the edge as many as have room, and their outcomes in proportion.

    Divided by the share it is the lift. None without outcomes.
    """
    outcomes = int(levels["of"].sum())
    if not outcomes:
        return None
    n = pl.col("of") + pl.col("rest")
    steps = levels.reverse()  # the greatest first
    steps = steps.select("of", n.alias("n"), n.cum_sum().over("as_of").alias("taken"), "as_of")
    before, whole = pl.col("taken") - pl.col("n"), pl.col("n").sum().over("as_of")
    parts = (((share * whole - before) / pl.col("n")).clip(0.0, 1.0) for share in shares)
    hits = steps.select((part * pl.col("of")).alias(str(k)) for k, part in enumerate(parts))
    return [_total(column) / outcomes for column in hits]


def _total(values: pl.Series) -> float:
    return math.fsum(values.to_list())  # whatever the order
