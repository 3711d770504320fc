"""The score over time: the same line from log to scores at several T, in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import pairwise
from operator import add
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.duration import DAY_US
from cesctl.engines.choice import chosen
from cesctl.engines.measures import epoch_us
from cesctl.insight.names import check_names
from cesctl.insight.periods import Every, parse_every, series
from cesctl.insight.reported import history_of
from cesctl.insight.reported import over_time as with_reported
from cesctl.insight.times import first_instant
from cesctl.model.scored_by import all_bands, decimals
from cesctl.pipeline.log import open_log
from cesctl.pipeline.numbers import exact_means, quotient, round_half_away, with_shared
from cesctl.pipeline.run import score_times

if TYPE_CHECKING:
    from cesctl.model.types import Model
    from cesctl.pipeline.customers import At
    from cesctl.pipeline.log import Inputs
    from cesctl.result import Result

INSTANT = pl.Datetime("us", "UTC")
COLUMNS = ("first", "last", "slope", "steepest_drop", "steepest_drop_at", "scores")
SHARES = ("at_risk_share", "engaged", "responsive", "disengaged", "stickiness")
ACTIVE_DAYS = (("dau", 1), ("wau", 7), ("mau", 30))


@dataclass(frozen=True)
class Trend:
    """The scores at several T.

    ``result``: the run at the last T, ``everyone``: the same before any were chosen. ``times``: all T, oldest
    first.
    ``customers``: one row per customer of the last T, the one that falls most first: customer, the
    attributes, ``first`` and ``last`` (scores at the first T that has one, and at the last), ``slope``
    (points per period, least squares over the T that have a score; null of fewer than two),
    ``steepest_drop`` (the greatest fall from a T to the next, above 0; null without any),
    ``steepest_drop_at`` (UTC, the T it had fallen at; of equal ones the last), and ``score <T>`` for each T
    (null before the customer's first event).
    ``periods``: one row per T: as_of (UTC), customers, average, median (6 decimals), at_risk, at_risk_share,
    then shares of the customers: ``engaged`` (in the best band), ``responsive`` (active in the period, in
    another band), ``disengaged`` (the others); dau, wau, mau (customers active in the last 1, 7, 30 days),
    ``stickiness`` (dau ÷ mau), and ``band <name>`` (customers) for each band. Active is who has an event, of
    the kinds that ``risk.activity`` takes. Shares are 0 … 1 with 6 decimals, null of nobody.
    ``reported``: what was said of each T then, where asked for (see ``cesctl.insight.reported.over_time``).
    """

    result: Result
    everyone: Result
    every: Every
    times: tuple[datetime, ...]
    customers: pl.DataFrame
    periods: pl.DataFrame
    reported: pl.DataFrame | None = None

    @property
    def scores(self) -> list[str]:
        """The columns of ``customers`` with the scores, oldest first."""
        return [column_of(at) for at in self.times]


def trend(
    inputs: Inputs,
    model: Model,
    *,
    every: str = "1w",
    periods: int | None = None,
    first: str | None = None,
    where: Mapping[str, str | None] | None = None,
    reported: bool = False,
    as_of: str | None = None,
    now: datetime | None = None,
    memory_limit: int | str | None = None,
) -> Trend:
    """The scores at T and at the ``periods`` - 1 instants before it (12 in all), ``every`` apart; or at all
    those from ``first`` (a date, its first instant; or an instant) on.

    ``where``: only customers with these attributes (None: without). ``reported``: also what the runs of the
    store, which ``inputs`` must be, said then. ``memory_limit``: as
    of ``score``. Raises InputError, UsageError.
    """
    past = history_of(inputs) if reported else None
    step = parse_every(every)
    start = None if first is None else first_instant("--from", first, model.timezone)
    if start is None and periods is None:
        periods = 12
    log = open_log(inputs, model, as_of=as_of, now=now)
    wanted = series(step, model.timezone, periods=periods, first=start)
    with chosen("polars", memory_limit=memory_limit) as engine:
        result, found = score_times(log, wanted, attributes_then=False, engine=engine)
    made = over_time(result, found, step, where)
    if past is None:
        return made
    return with_reported(made, past)


def over_time(
    result: Result,
    found: Sequence[At],
    step: Every,
    where: Mapping[str, str | None] | None = None,
) -> Trend:
    """The same from T that are scored already, oldest first; ``result`` is the run at the last."""
    check_names(result.attributes, COLUMNS, "trend")
    everyone = result
    if where:
        result = result.only(where)
        found = [at.of(result.scores["customer"]) for at in found]
    return Trend(
        result=result,
        everyone=everyone,
        every=step,
        times=tuple(at.as_of for at in found),
        customers=_customers(result, found),
        periods=_periods(found, step),
    )


def column_of(at: datetime) -> str:
    """``score 2026-10-31T23:59:59Z``"""
    return f"score {at.replace(microsecond=0, tzinfo=None).isoformat()}Z"


def _customers(result: Result, found: Sequence[At]) -> pl.DataFrame:
    frame = result.scores.select("customer", *result.attributes)
    names = [column_of(at.as_of) for at in found]
    for name, at in zip(names, found, strict=True):
        of_then = at.frame.select("customer", pl.col("score").alias(name))
        frame = frame.join(of_then, on="customer", how="left", maintain_order="left")
    places = decimals(result.model)
    drops = [round_half_away(pl.col(a) - pl.col(b), places) for a, b in pairwise(names)]
    greatest = pl.max_horizontal(drops) if drops else pl.lit(None, dtype=pl.Float64)
    frame = with_shared(frame, greatest.alias("drop:"))
    steepest = pl.when(pl.col("drop:") > 0).then(pl.col("drop:"))
    fell_at: pl.Expr = pl.lit(None, dtype=INSTANT)
    for drop, at in zip(drops, found[1:], strict=True):
        same = drop == pl.col("drop:")
        fell_at = pl.when(same).then(pl.lit(at.as_of, dtype=INSTANT)).otherwise(fell_at)
    told = with_shared(
        frame,
        pl.coalesce(names).alias("first"),
        pl.col(names[-1]).alias("last"),
        _slope(names).alias("slope"),
        steepest.alias("steepest_drop"),
        pl.when(pl.col("drop:") > 0).then(fell_at).alias("steepest_drop_at"),
    )
    columns = ["first", "last", "slope", "steepest_drop", "steepest_drop_at"]
    return told.select("customer", *result.attributes, *columns, *names).sort(
        ["slope", "last", "customer"], nulls_last=True
    )


def _slope(names: Sequence[str]) -> pl.Expr:
    """Points per period: (n Σxy - Σx Σy) ÷ (n Σx² - (Σx)²) over the periods x that have a score y."""
    there = [pl.col(n).is_not_null().cast(pl.Float64) for n in names]
    scores = [pl.col(n).fill_null(0.0) for n in names]
    n = reduce(add, there)
    x = reduce(add, [t * float(k) for k, t in enumerate(there)])
    xx = reduce(add, [t * float(k * k) for k, t in enumerate(there)])
    y = reduce(add, scores)
    xy = reduce(add, [s * float(k) for k, s in enumerate(scores)])
    slope = quotient(n * xy - x * y, n * xx - x * x)
    return pl.when(n > 1).then(round_half_away(slope, 6))


def _periods(found: Sequence[At], every: Every) -> pl.DataFrame:
    """One row per T: all customers at that time."""
    last, zone = found[-1].as_of, found[-1].model.timezone
    # a period is what lies between two T: a month before the 28th of February need not be the T before
    begins = [every.begins(last, len(found), zone), *(at.as_of for at in found[:-1])]
    rows = [_period(at, since) for at, since in zip(found, begins, strict=True)]
    floats = ("average", "median", *SHARES)
    types: dict[str, pl.DataType] = {
        n: pl.Float64() if n in floats else pl.UInt32() for n in rows[0] if n != "as_of"
    }
    frame = pl.DataFrame(rows, schema={"as_of": INSTANT, **types})
    return with_shared(
        frame, *(round_half_away(pl.col(c), 6).alias(c) for c in ("median", *SHARES))
    )


def _period(at: At, begins: datetime) -> dict[str, Any]:
    """The row of the period that begins then and ends at T; median and shares are still to be rounded."""
    frame, model = at.frame, at.model
    best = pl.col("best_band")
    bands = [b.name for b in all_bands(model)]
    active = pl.col("activity_us") < epoch_us(at.as_of) - epoch_us(begins)
    counts = frame.select(
        pl.len().alias("customers"),
        pl.col("at_risk").sum(),
        best.sum().alias("engaged"),
        (active & ~best).sum().alias("responsive"),
        *((pl.col("activity_us") < days * DAY_US).sum().alias(n) for n, days in ACTIVE_DAYS),
        *((pl.col("band") == name).sum().alias(f"band {name}") for name in bands),
    ).row(0, named=True)
    customers = counts["customers"]

    def share(part: int, whole: int) -> float | None:
        return part / whole if whole else None

    engaged, responsive = counts["engaged"], counts["responsive"]
    return {
        "as_of": at.as_of,
        "customers": customers,
        "average": exact_means(frame, "score")["mean"].item(),
        "median": frame["score"].median(),
        "at_risk": counts["at_risk"],
        "at_risk_share": share(counts["at_risk"], customers),
        "engaged": share(engaged, customers),
        "responsive": share(responsive, customers),
        "disengaged": share(customers - engaged - responsive, customers),
        **{n: counts[n] for n, _ in ACTIVE_DAYS},
        "stickiness": share(counts["dau"], counts["mau"]),
        **{f"band {name}": counts[f"band {name}"] for name in bands},
    }
