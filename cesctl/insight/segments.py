"""Scores by attribute: which kinds of customers do better or worse than the rest, beyond chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from cesctl.engines.choice import chosen
from cesctl.errors import UsageError
from cesctl.insight.bins import binned
from cesctl.insight.intervals import difference_of_means, for_each_of
from cesctl.insight.names import check_names
from cesctl.model.columns import VARIANT, reserved_columns
from cesctl.model.scored_by import all_bands, all_signals
from cesctl.pipeline.log import open_log
from cesctl.pipeline.numbers import exact_means, quotient, round_half_away, with_shared
from cesctl.pipeline.run import score_log
from cesctl.sources.table import read_table

if TYPE_CHECKING:
    from cesctl.model.types import Model
    from cesctl.pipeline.log import Inputs
    from cesctl.result import Result


MANY = 30  # customers of whom the variance is their own
SIX = (
    "median", "lower_quartile", "upper_quartile", "at_risk_share", "share", "others_average",
    "difference", "low", "high",
)  # fmt: skip
COLUMNS = ("customers", "average", "at_risk", "differs", *SIX)


@dataclass(frozen=True)
class Segments:
    """The customers of a run by one or more attributes; ``everyone``: the run before any were chosen.

    ``rows``: one row per segment, the highest average first, bins of a number in order: the attributes
    ``by`` (text; null: none), customers, share (of all), average, median, lower_quartile, upper_quartile,
    at_risk, at_risk_share, ``band <name>`` (customers) for each band; ``others_average``, ``difference``
    (average less that of all others), ``low`` and ``high`` (its interval: all intervals of the table hold
    together with 95 % confidence; null where either side has fewer than two), ``differs`` ("above", "below",
    or null where chance may be all there is to it). 6 decimals.
    """

    result: Result
    everyone: Result
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
    memory_limit: int | str | None = None,
) -> Segments:
    """The scores by attributes: the model's, the roster's, or properties of the events (the latest value
    counts, as for ``attributes:``). ``where``: only customers with these attributes.
    ``memory_limit``: as of ``score``.

    Raises InputError, UsageError.
    """
    if not by:
        raise UsageError("--by: name an attribute, such as plan")
    if len(set(by)) < len(by):
        raise UsageError("--by: an attribute is named twice")
    model = with_attributes(model, [*by, *(where or ())])
    with chosen("polars", memory_limit=memory_limit) as engine:
        result = score_log(open_log(inputs, model, as_of=as_of, now=now), engine=engine)
    return by_attributes(result.only(where) if where else result, by, result)


def with_attributes(model: Model, names: Sequence[str]) -> Model:
    """The model with those names as attributes too: properties of the events where it declares none. Raises
    UsageError for one that is called like a column of the scores.
    """
    known = {name for name, _ in model.attributes}
    if model.customers is not None:
        known |= set(read_table(model.customers.file).columns)
    if model.variants:
        known.add(VARIANT)
    reserved = reserved_columns(
        (s.name for s in all_signals(model)),
        accounts=model.roll_up is not None,
        variants=bool(model.variants),
    )
    more = [n for n in dict.fromkeys(names) if n not in known]
    check_names(more, reserved, "the scores")
    attributes = (*model.attributes, *((n, n) for n in more))
    return replace(model, attributes=attributes, asked=(*model.asked, *more))


def by_attributes(result: Result, by: Sequence[str], everyone: Result | None = None) -> Segments:
    """The same of a run that is scored already. Raises UsageError for what is no attribute."""
    for name in by:
        result.known(name)
    columns = [*COLUMNS, *(f"band {b.name}" for b in all_bands(result.model))]
    check_names(by, columns, "segments")
    frame = result.scores.select(*by, "score", "band", "at_risk")
    orders = []
    for name in by:
        values, order = binned(frame[name])
        frame = frame.with_columns(values.alias(name), order.alias(f"order:{name}"))
        orders.append(f"order:{name}")
    numeric = len(by) == 1 and frame[orders[0]].null_count() < frame.height
    made = _table(frame, by, orders, result)
    if numeric:
        made = made.sort([*orders, *by], nulls_last=True)
    else:
        falling = [True, *[False] * len(by)]
        made = made.sort(["average", *by], descending=falling, nulls_last=True)
    return Segments(result, everyone or result, tuple(by), made.drop(orders))


def _table(
    frame: pl.DataFrame, by: Sequence[str], orders: Sequence[str], result: Result
) -> pl.DataFrame:
    score = pl.col("score")
    bands = [b.name for b in all_bands(result.model)]
    keys = frame.select(by).unique(maintain_order=True).with_row_index("segment:")
    frame = frame.join(keys, on=by, how="left", nulls_equal=True)
    center, size = _center_and_size(frame["score"])
    frame = frame.with_columns(((score - center) / size).alias("x:"))
    grouped = frame.group_by("segment:").agg(
        *(pl.col(o).first() for o in orders),
        pl.len().alias("customers"),
        score.median().alias("median"),
        score.quantile(0.25, "linear").alias("lower_quartile"),
        score.quantile(0.75, "linear").alias("upper_quartile"),
        pl.col("at_risk").sum(),
        *((pl.col("band") == name).sum().alias(f"band {name}") for name in bands),
        pl.col("x:").sort().sum().alias("sum:"),
        (pl.col("x:").sort() ** 2).sum().alias("squares:"),
    )
    means = exact_means(frame, "score", by="segment:").select("segment:", average="mean")
    grouped = grouped.join(means, on="segment:").sort("segment:")
    others = _others(grouped, frame["x:"], center, size)
    customers = pl.col("customers").cast(pl.Float64)
    made = pl.concat([grouped, others], how="horizontal").join(keys, on="segment:")
    return with_shared(
        made.with_columns(
            quotient(pl.col("at_risk").cast(pl.Float64), customers).alias("at_risk_share"),
            quotient(customers, float(max(frame.height, 1))).alias("share"),
        ),
        *(round_half_away(pl.col(c), 6).alias(c) for c in SIX),
    ).select(
        *by, *orders, "customers", "share", "average", "median", "lower_quartile", "upper_quartile",
        "at_risk", "at_risk_share", *(f"band {name}" for name in bands), "others_average",
        "difference", "low", "high", "differs",
    )  # fmt: skip


def _center_and_size(scores: pl.Series) -> tuple[float, float]:
    """The mean and the greatest distance from it (1 where there is none). Scores less the one, divided by the
    other, can be squared: nothing is lost to rounding, and nothing is too large.
    """
    center = float((scores.sort() / max(scores.len(), 1)).sum())
    greatest = (scores - center).abs().max()
    return center, float(greatest) if isinstance(greatest, float) and greatest > 0 else 1.0


def _others(
    grouped: pl.DataFrame, comparable: pl.Series, center: float, size: float
) -> pl.DataFrame:
    """One row per segment: others_average, difference, low, high, differs."""
    ordered = comparable.sort()
    everybody = _Moments(ordered.len(), float(ordered.sum()), float((ordered**2).sum()))
    confidence = for_each_of(grouped.height)
    rows: list[tuple[float | str | None, ...]] = []
    for count, total, squares in grouped.select("customers", "sum:", "squares:").iter_rows():
        own = _Moments(count, total, squares)
        rest = everybody.without(own)
        if not rest.count:
            rows.append((None, None, None, None, None))
            continue
        between = (own.mean - rest.mean) * size
        interval = difference_of_means(
            (own.mean, rest.mean),
            (own.variance(everybody), rest.variance(everybody)),
            (own.count, rest.count),
            confidence,
        )
        low, high = (None, None) if interval is None else (end * size for end in interval)
        differs = None
        if low is not None and high is not None:
            differs = "above" if low > 0 else "below" if high < 0 else None
        rows.append((rest.mean * size + center, between, low, high, differs))
    types = dict.fromkeys(["others_average", "difference", "low", "high"], pl.Float64())
    return pl.DataFrame(rows, schema={**types, "differs": pl.String()}, orient="row")


@dataclass(frozen=True)
class _Moments:
    """So many values, their sum and that of their squares."""

    count: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else 0.0

    def without(self, part: _Moments) -> _Moments:
        return _Moments(
            self.count - part.count, self.total - part.total, self.squares - part.squares
        )

    def variance(self, everybody: _Moments) -> float:
        """The sample variance; of few at least that of everybody: a handful that are alike by chance say
        nothing of how much such customers differ.
        """
        own = self._own_variance()
        return own if self.count >= MANY else max(own, everybody._own_variance())

    def _own_variance(self) -> float:
        if self.count < 2:
            return 0.0
        return max(0.0, self.squares - self.count * self.mean**2) / (self.count - 1)
