"""Who moved between two T, and which signals moved them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from cesctl.duration import DAY_US, DurationError, parse_duration
from cesctl.errors import UsageError
from cesctl.insight.names import check_names
from cesctl.insight.parts_of_raw import parts_of_raw
from cesctl.insight.times import fixed_time
from cesctl.model.columns import VARIANT
from cesctl.model.scored_by import all_bands, decimals
from cesctl.pipeline.log import open_log
from cesctl.pipeline.numbers import quotient, round_half_away, with_shared
from cesctl.pipeline.run import score_times

if TYPE_CHECKING:
    from cesctl.model.types import Model
    from cesctl.pipeline.log import Inputs
    from cesctl.result import Result, Scored

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
    """

    result: Result
    everyone: Result
    before: Scored
    transitions: pl.DataFrame
    customers: pl.DataFrame
    parts: tuple[str, ...]

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
    as_of: str | None = None,
    now: datetime | None = None,
) -> Movers:
    """Compares T with an earlier one.

    ``since``: how long before T (``30d``), or when (a date is its end, as T is); left out the model's
    ``compare``, else 30 days. ``where``: only customers with these attributes. Raises InputError, UsageError.
    """
    before = earlier(since, model)
    log = open_log(inputs, model, as_of=as_of, now=now)
    result, (then, _) = score_times(log, lambda at: [before(at), at])
    return compared(result, then.scored, where)


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
    check_names(result.attributes, COLUMNS, "movers")
    then = _of(before).rename(lambda c: c if c == "customer" else f"then:{c}")
    now = _of(result)
    parts = [c.removeprefix("part:") for c in now.columns if c.startswith("part:")]
    late = [c.removeprefix("then:part:") for c in then.columns if c.startswith("then:part:")]
    parts += [p for p in late if p not in parts]
    joined = now.join(then, on="customer", how="full", coalesce=True)
    missing = [  # a limit that took no effect then: 0 for those who were there
        pl.when(pl.col(f"{at}raw").is_not_null()).then(0.0).alias(f"{at}part:{p}")
        for p in parts
        for at in ("", "then:")
        if f"{at}part:{p}" not in joined.columns
    ]
    joined = joined.with_columns(missing)
    attributes = [pl.col(a).alias(f"attr:{a}") for a in result.attributes]
    joined = joined.join(result.scores.select("customer", *attributes), on="customer", how="left")
    variant: list[pl.Expr] = []
    if model.variants:
        variants_then = before.scores.select("customer", pl.col(VARIANT).alias("then:variant"))
        joined = joined.join(variants_then, on="customer", how="left")
        variant = [pl.col("then:variant").alias("previous_variant")]
    raw = round_half_away(pl.col("raw"), 6)
    previous_raw = round_half_away(pl.col("then:raw"), 6)
    columns: list[pl.Expr | str] = [
        "customer",
        *(pl.col(f"attr:{a}").alias(a) for a in result.attributes),
        *variant,
        pl.col("then:band").alias("previous_band"),
        "band",
        pl.col("then:score").alias("previous_score"),
        "score",
        round_half_away(pl.col("score") - pl.col("then:score"), decimals(model)).alias("change"),
        previous_raw.alias("previous_raw"),
        raw.alias("raw"),
        round_half_away(pl.col("raw") - pl.col("then:raw"), 6).alias("raw_change"),
    ]
    for part in parts:
        was, is_ = pl.col(f"then:part:{part}"), pl.col(f"part:{part}")
        columns += [
            was.alias(f"{part}.before"),
            is_.alias(f"{part}.now"),
            round_half_away(is_ - was, 6).alias(f"{part}.change"),
        ]
    frame = joined.lazy().select(columns).collect(engine="in-memory")
    return frame.sort(["change", "customer"], nulls_last=True), tuple(parts)


def _of(scored: Scored) -> pl.DataFrame:
    bands = scored.scores.select("customer", "score", "band")
    return bands.join(parts_of_raw(scored), on="customer", how="left")


def _transitions(customers: pl.DataFrame, model: Model) -> pl.DataFrame:
    names = [b.name for b in all_bands(model)]
    order = pl.DataFrame(
        {"band": names, "place": range(len(names))},
        schema={"band": pl.String, "place": pl.Int64},
    )
    counted = customers.group_by("previous_band", "band").agg(pl.len().alias("customers"))
    total = pl.col("customers").sum().over("previous_band")
    share = round_half_away(
        quotient(pl.col("customers").cast(pl.Float64), total.cast(pl.Float64)), 6
    )
    counted = with_shared(counted, share.alias("share"))
    places = counted.join(
        order.rename({"band": "previous_band", "place": "from"}), on="previous_band", how="left"
    )
    places = places.join(order.rename({"place": "to"}), on="band", how="left")
    return places.sort(["from", "to"], nulls_last=True).select(
        "previous_band", "band", "customers", "share"
    )
