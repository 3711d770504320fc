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


@dataclass(frozen=True)
class Times:
    """Pairs, to be ranked by several values. ``frames``: a frame per T. ``order``: the rows of the frames,
    laid end to end, by customer; ``ends``: the last of each customer's. ``sides``: one row per customer, in
    order: ``of`` and ``rest``, its pairs with the outcome and without, and ``hits`` and ``spares``, with how
    many pairs of the other kind these are compared.
    """

    frames: list[pl.DataFrame]
    order: pl.Series
    ends: pl.Series
    sides: pl.DataFrame

    def oriented(self, column: str, *, good: bool) -> list[pl.DataFrame]:
        """For each T: outcome and value (the greater, the likelier), of a column of which more is more
        engaged. ``good``: whether the engaged are those who should have the outcome.
        """
        sign = 1.0 if good else -1.0
        # 0.0 is added since 0.0 turned round is -0.0
        value = (sign * pl.col(column) + 0.0).alias("value")
        return [own.select("outcome", value) for own in self.frames]


def times_of(pairs: pl.DataFrame, columns: Sequence[str]) -> Times:
    """``pairs``: customer, as_of, outcome (whether), and the columns, without nulls."""
    kept = pairs.select("as_of", "customer", "outcome", *dict.fromkeys(columns))
    frames = kept.partition_by("as_of", include_key=False) or [kept.drop("as_of")]
    customers = pl.concat(own["customer"] for own in frames)
    order = customers.arg_sort()
    ends = customers.gather(order).rle().struct["len"].cum_sum() - 1
    had = pl.col("outcome").cast(pl.Int64)
    sides = pl.concat(
        own.select(
            had.alias("of"),
            (1 - had).alias("rest"),
            (had * (1 - had).sum()).alias("hits"),
            ((1 - had) * had.sum()).alias("spares"),
        )
        for own in frames
    )
    return Times(frames, order, ends, _summed(sides, order, ends))


def _summed(rows: pl.DataFrame, order: pl.Series, ends: pl.Series) -> pl.DataFrame:
    """The sums of each customer, see ``Times``: of whole numbers, and without the grouping that would be most
    of the work.
    """
    running = pl.all().gather(order).cum_sum().gather(ends)
    return rows.select(running).select(pl.all().diff().fill_null(pl.all()))


def levels_of(values: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    """For each T, see ``oriented``, one row per value, the least first: value, how many pairs have the
    outcome (``of``), and how many have not (``rest``).
    """
    n, of = pl.len().cast(pl.Int64), pl.col("outcome").sum().cast(pl.Int64)
    grouped = (own.group_by("value").agg(of.alias("of"), n.alias("n")) for own in values)
    rest = (pl.col("n") - pl.col("of")).alias("rest")
    return [own.sort("value").select("value", "of", rest) for own in grouped]


def ranking(
    times: Times, values: Sequence[pl.DataFrame], levels: Sequence[pl.DataFrame]
) -> Ranking | None:
    """How well the value foretells the outcome; None where no T has pairs with the outcome and pairs without.
    ``values``: of the times, see ``oriented``. ``levels``: theirs.

    Half hits are whole when doubled, so that the area is one quotient of whole numbers.
    """
    sides = times.sides
    compared = int(sides["hits"].sum())
    if not compared:
        return None
    told = pl.concat(_told(own, of_own) for own, of_own in zip(values, levels, strict=True))
    found = _summed(told, times.order, times.ends)
    auc = int(found["hit"].sum()) / (2 * compared)
    parts = sides.select(
        (found["hit"] / 2.0 - auc * sides["hits"]).alias("hit"),
        (found["spared"] / 2.0 - auc * sides["spares"]).alias("spared"),
        "of",
        "rest",
    )
    return Ranking(auc, compared, parts)


def _told(own: pl.DataFrame, levels: pl.DataFrame) -> pl.DataFrame:
    """One row per pair: twice its ``hit``, if it has the outcome, else twice what it ``spared``."""
    of, rest = pl.col("of"), pl.col("rest")
    beside = levels.select(
        "value",
        # twice the pairs without the outcome that are below, and twice those with it that are above; equal
        # ones by half
        (2 * (rest.cum_sum() - rest) + rest).alias("below"),
        (2 * (of.sum() - of.cum_sum()) + of).alias("above"),
    )
    had, nothing = pl.col("outcome"), pl.lit(0, dtype=pl.Int64)
    return own.join(beside, on="value", how="left", maintain_order="left").select(
        pl.when(had).then("below").otherwise(nothing).alias("hit"),
        pl.when(had).then(nothing).otherwise("above").alias("spared"),
    )


def average_precision(levels: Sequence[pl.DataFrame]) -> float | None:
    """The precision at each value, weighted by the outcomes it adds: the area under the steps of the
    precision-recall curve, not the trapezoids; of several T the mean, weighted by their outcomes. None
    without outcomes. What says nothing gives about the share of outcomes.
    """
    of, taken = pl.col("of"), (pl.col("of") + pl.col("rest")).cum_sum()
    found = _by_outcome(levels, [of.cum_sum() / taken])
    return None if found is None else found[0]


def captured(levels: Sequence[pl.DataFrame], shares: Sequence[float]) -> list[float] | None:
    """The share of the outcomes that are among that share of each T's pairs which has the greatest values; of
    pairs with the value at the edge as many as have room, and their outcomes in proportion.

    Divided by the share it is the lift. None without outcomes.
    """
    n = pl.col("of") + pl.col("rest")
    before = n.cum_sum() - n
    return _by_outcome(levels, [((s * n.sum() - before) / n).clip(0.0, 1.0) for s in shares])


def _by_outcome(levels: Sequence[pl.DataFrame], parts: Sequence[pl.Expr]) -> list[float] | None:
    """The mean over the outcomes of each part, which levels with the greatest value first have. None without
    outcomes.
    """
    outcomes = sum(int(own["of"].sum()) for own in levels)
    if not outcomes:
        return None
    of = pl.col("of")
    each = [(of * part).alias(str(k)) for k, part in enumerate(parts)]
    # levels without outcomes, of which there may be a million, add nothing
    steps = pl.concat(own.reverse().select("of", *each).filter(of > 0) for own in levels)
    # the exact sum, whatever the order
    return [math.fsum(steps[str(k)].to_list()) / outcomes for k in range(len(each))]
