"""Who moved between two T, and which signals moved them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from cesctl.duration import DAY_US, DurationError, parse_duration
from cesctl.engines.choice import chosen
from cesctl.errors import UsageError
from cesctl.insight import reported as kept
from cesctl.insight.names import check_names
from cesctl.insight.side_by_side import (
    ONE,
    OTHER,
    differences_of_parts,
    from_band_to_band,
    side_by_side,
)
from cesctl.insight.times import fixed_time
from cesctl.model.columns import VARIANT
from cesctl.model.scored_by import all_bands, decimals
from cesctl.pipeline.log import open_log
from cesctl.pipeline.numbers import round_half_away
from cesctl.pipeline.run import score_times

if TYPE_CHECKING:
    from cesctl.model.types import Model
    from cesctl.pipeline.log import Inputs
    from cesctl.result import Result, Scored
    from cesctl.store.history import Run

USUAL_US = 30 * DAY_US
COLUMNS = ("previous_variant", "previous_band", "previous_score", "previous_raw", "raw_change")


@dataclass(frozen=True)
class Movers:
    """Two T compared.

    ``result``: the run at the later T, ``everyone``: the same before any were chosen; ``before``: the
    customers at the earlier.
    ``transitions``: one row per band before (lowest first, then those who were not there) and band now:
    ``previous_band`` (null: not there), ``band`` (null: not there any more), customers, ``share`` (of those
    of the band before, 0 … 1, 6 decimals).
    ``customers``: one row per customer of either T, the greatest fall first, those without a change last:
    customer, the attributes, previous_variant (where the model has variants), previous_band, band,
    previous_score, score, change, previous_raw, raw, raw_change, and for each part of raw ``<name>.before``,
    ``<name>.now`` and ``<name>.change`` (points, 6 decimals); the changes of the parts add up to that of raw.
    ``parts``: their names, the model's signals first.
    ``reported``: the run that was told of by the earlier T, where asked for; ``customers`` then have its
    reported_score and reported_band, too.
    """

    result: Result
    everyone: Result
    before: Scored
    transitions: pl.DataFrame
    customers: pl.DataFrame
    parts: tuple[str, ...]
    reported: Run | None = None

    @property
    def falls(self) -> pl.DataFrame:
        """The rows of ``customers`` that fell, the greatest fall first."""
        return self.customers.filter(pl.col("change") < 0)

    @property
    def rises(self) -> pl.DataFrame:
        """The rows that rose, the greatest rise first."""
        rose = self.customers.filter(pl.col("change") > 0)
        return rose.sort(["change", "customer"], descending=[True, False])


def movers(
    inputs: Inputs,
    model: Model,
    *,
    since: str | None = None,
    where: Mapping[str, str | None] | None = None,
    reported: bool = False,
    as_of: str | None = None,
    now: datetime | None = None,
    memory_limit: int | str | None = None,
) -> Movers:
    """Compares T with an earlier one.

    ``since``: how long before T (``30d``), or when (a date is its end, as T is); left out the model's
    ``compare``, else 30 days. ``where``: only customers with these attributes. ``reported``: also what the
    store, which ``inputs`` must be, has of that time. ``memory_limit``: as of ``score``. Raises InputError,
    UsageError.
    """
    past = kept.history_of(inputs) if reported else None
    before = earlier(since, model)
    log = open_log(inputs, model, as_of=as_of, now=now)
    with chosen("polars", memory_limit=memory_limit) as engine:
        result, (then, _) = score_times(log, lambda at: [before(at), at], engine=engine)
    made = compared(result, then.scored, where)
    return made if past is None else kept.then(made, past)


def compared(
    result: Result, before: Scored, where: Mapping[str, str | None] | None = None
) -> Movers:
    """The same from two T that are scored already. A customer is chosen by its attributes now."""
    everyone = result
    if where:
        result = result.only(where)
        there = result.scores["customer"].implode()
        before = before.keep(pl.col("customer").is_in(there))
    customers, parts = _customers(result, before)
    return Movers(result, everyone, before, _transitions(customers, result.model), customers, parts)


def earlier(
    since: str | None, model: Model, option: str = "--from"
) -> Callable[[datetime], datetime]:
    """From T to the T before; ``since`` as in ``movers``. Raises UsageError that names the option, and so
    does the function where that T is not before T.
    """
    us, fixed = model.compare_us or USUAL_US, None
    if since is not None:
        try:
            us = parse_duration(since)
        except DurationError:
            fixed = fixed_time(option, since, model.timezone)

    def before(at: datetime) -> datetime:
        then = fixed or at - timedelta(microseconds=us)
        if then >= at:
            raise UsageError(
                f"{option}: {then:%Y-%m-%d %H:%M} is not before T, {at:%Y-%m-%d %H:%M}"
            )
        return then

    return before


def _customers(result: Result, before: Scored) -> tuple[pl.DataFrame, tuple[str, ...]]:
    model = result.model
    joined, parts = side_by_side(before, result)
    of_parts = differences_of_parts(parts, ("before", "now", "change"))
    check_names(result.attributes, {*COLUMNS, *(e.meta.output_name() for e in of_parts)}, "movers")
    attributes = [pl.col(a).alias(f"attr:{a}") for a in result.attributes]
    joined = joined.join(result.scores.select("customer", *attributes), on="customer", how="left")
    score, previous_score = pl.col(f"{OTHER}score"), pl.col(f"{ONE}score")
    raw, previous_raw = pl.col(f"{OTHER}raw"), pl.col(f"{ONE}raw")
    variant = [pl.col(f"{ONE}{VARIANT}").alias(f"previous_{VARIANT}")] if model.variants else []
    columns: list[pl.Expr | str] = [
        "customer",
        *(pl.col(f"attr:{a}").alias(a) for a in result.attributes),
        *variant,
        pl.col(f"{ONE}band").alias("previous_band"),
        pl.col(f"{OTHER}band").alias("band"),
        previous_score.alias("previous_score"),
        score.alias("score"),
        round_half_away(score - previous_score, decimals(model)).alias("change"),
        round_half_away(previous_raw, 6).alias("previous_raw"),
        round_half_away(raw, 6).alias("raw"),
        round_half_away(raw - previous_raw, 6).alias("raw_change"),
        *of_parts,
    ]
    frame = joined.lazy().select(columns).collect(engine="in-memory")
    return frame.sort(["change", "customer"], nulls_last=True), parts


def _transitions(customers: pl.DataFrame, model: Model) -> pl.DataFrame:
    bands = [b.name for b in all_bands(model)]
    return from_band_to_band(customers, ("previous_band", bands), ("band", bands))
