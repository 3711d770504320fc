"""Scores by attribute: which kinds of customers do better or worse than the rest, beyond chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import UsageError
from cesctl.insight.bins import binned
from cesctl.insight.intervals import difference_of_means, for_each_of
from cesctl.pipeline.log import open_log
from cesctl.pipeline.numbers import quotient, round_half_away, with_shared
from cesctl.pipeline.run import score_log
from cesctl.sources.table import read_table

if TYPE_CHECKING:
    from cesctl.model.types import Model
    from cesctl.pipeline.log import Inputs
    from cesctl.result import Result


@dataclass(frozen=True)
class Segments:
    """The customers of a run by one or more attributes.

    ``rows``: one row per segment, the highest average first, bins of a number in order: the attributes
    ``by`` (text; null: none), customers, share (of all), average, median, lower_quartile, upper_quartile,
    at_risk, at_risk_share, ``band <name>`` (customers) for each band; ``others_average``, ``difference``
    (average less that of all others), ``low`` and ``high`` (its interval: all intervals of the table hold
    together with 95 % confidence; null where either side has fewer than two), ``differs`` ("above", "below",
    or null where chance may be all there is to it). 6 decimals.
    """

    result: Result
    by: tuple[str, ...]
    rows: pl.DataFrame


def segments(
    inputs: Inputs,
    model: Model,
    by: Sequence[str],
    *,
    where: Mapping[str, str | None] | None = None,
    as_of: str | None = None,
    now: datetime | None = None,
) -> Segments:
    """The scores by attributes: the model's, the roster's, or properties of the events (the latest value
    counts, as for ``attributes:``). ``where``: only customers with these attributes.

    Raises InputError, UsageError.
    """
    if not by:
        raise UsageError("--by: name an attribute, such as plan")
    if len(set(by)) < len(by):
        raise UsageError("--by: an attribute is named twice")
    model = with_attributes(model, [*by, *(where or ())])
    result = score_log(open_log(inputs, model, as_of=as_of, now=now))
    return by_attributes(result.only(where) if where else result, by)


def with_attributes(model: Model, names: Sequence[str]) -> Model:
    """The model with those names as attributes too: properties of the events where it declares none."""
    known = {name for name, _ in model.attributes}
    if model.customers is not None:
        known |= set(read_table(model.customers.file).columns)
    more = tuple((n, n) for n in names if n not in known)
    return replace(model, attributes=(*model.attributes, *dict.fromkeys(more)))


def by_attributes(result: Result, by: Sequence[str]) -> Segments:
    """The same of a run that is scored already. Raises UsageError for what is no attribute."""
    for name in by:
        result.known(name)
    frame = result.scores.select(*by, "score", "band", "at_risk")
    orders = []
    for name in by:
        values, order = binned(frame[name])
        frame = frame.with_columns(values.alias(name), order.alias(f"order:{name}"))
        orders.append(f"order:{name}")
    numeric = len(by) == 1 and frame[orders[0]].null_count() < frame.height
    made = _table(frame, by, orders, result)
    keys = [*orders, *by] if numeric else ["-average", *by]
    made = made.with_columns((-pl.col("average")).alias("-average"))
    made = made.sort(keys, nulls_last=True).drop("-average", *orders)
    return Segments(result, tuple(by), made)


def _table(
    frame: pl.DataFrame, by: Sequence[str], orders: Sequence[str], result: Result
) -> pl.DataFrame:
    score = pl.col("score")
    every = frame.height
    total, squares = _moments(frame["score"])
    grouped = frame.group_by(by, maintain_order=True).agg(
        *(pl.col(o).first() for o in orders),
        pl.len().alias("customers"),
        score.sort().sum().alias("sum"),
        (score.sort() ** 2).sum().alias("squares"),
        score.median().alias("median"),
        score.quantile(0.25, "linear").alias("lower_quartile"),
        score.quantile(0.75, "linear").alias("upper_quartile"),
        pl.col("at_risk").sum(),
        *((pl.col("band") == b.name).sum().alias(f"band {b.name}") for b in result.model.bands),
    )
    confidence = for_each_of(grouped.height)
    found = [
        _against_others(row, every, total, squares, confidence)
        for row in grouped.select("customers", "sum", "squares").iter_rows(named=True)
    ]
    told = pl.DataFrame(
        found,
        schema={
            "others_average": pl.Float64,
            "difference": pl.Float64,
            "low": pl.Float64,
            "high": pl.Float64,
            "differs": pl.String,
        },
        orient="row",
    )
    customers = pl.col("customers").cast(pl.Float64)
    six = [
        "average", "median", "lower_quartile", "upper_quartile", "at_risk_share", "share",
        "others_average", "difference", "low", "high",
    ]  # fmt: skip
    return with_shared(
        pl.concat([grouped, told], how="horizontal").with_columns(
            quotient(pl.col("sum"), customers).alias("average"),
            quotient(pl.col("at_risk").cast(pl.Float64), customers).alias("at_risk_share"),
            quotient(customers, float(max(every, 1))).alias("share"),
        ),
        *(round_half_away(pl.col(c), 6).alias(c) for c in six),
    ).select(
        *by, *orders, "customers", "share", "average", "median", "lower_quartile", "upper_quartile",
        "at_risk", "at_risk_share", *(f"band {b.name}" for b in result.model.bands),
        "others_average", "difference", "low", "high", "differs",
    )  # fmt: skip


def _moments(scores: pl.Series) -> tuple[float, float]:
    """Sum and sum of squares; sorted first, so that the order of the customers changes no bit."""
    ordered = scores.sort()
    return float(ordered.sum()), float((ordered**2).sum())


def _against_others(
    row: Mapping[str, float], every: int, total: float, squares: float, confidence: float
) -> tuple[float | None, float | None, float | None, float | None, str | None]:
    """others_average, difference, low, high, differs."""
    counts = (int(row["customers"]), every - int(row["customers"]))
    if not counts[1]:
        return None, None, None, None, None
    sums = (row["sum"], total - row["sum"])
    means = (sums[0] / counts[0], sums[1] / counts[1])
    variances = (
        _variance(row["squares"], means[0], counts[0]),
        _variance(squares - row["squares"], means[1], counts[1]),
    )
    interval = difference_of_means(means, variances, counts, confidence)
    between = means[0] - means[1]
    if interval is None:
        return means[1], between, None, None, None
    low, high = interval
    return means[1], between, low, high, "above" if low > 0 else "below" if high < 0 else None


def _variance(squares: float, mean: float, count: int) -> float:
    return max(0.0, squares - count * mean * mean) / (count - 1) if count > 1 else 0.0
