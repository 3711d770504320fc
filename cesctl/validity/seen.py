"""What a log says of customers before and after each T that no score knows: one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from cesctl.engines.measures import AT, epoch_us
from cesctl.insight.event_table import carefully
from cesctl.pipeline.conditions import matches

if TYPE_CHECKING:
    from cesctl.model.types import EventMatch
    from cesctl.pipeline.log import Log
    from cesctl.validity.outcome import Outcome


@dataclass(frozen=True)
class Seen:
    """``customers``: one row per customer with an event by ``until``, in order: customer, first_at (UTC, the
    first event of a kind that counts as activity; null of none), and ``events|<n>``, its events of all kinds
    within the model's window at the n-th T.
    ``times``: one row per outcome that is an event: customer, at (UTC).
    ``gaps``: one row per stretch without activity that is longer than the outcome's silence: customer,
    since, until (its events before and after; null: none by the log's end).
    ``oldest``, ``newest``: of all events by ``until``; None without any.
    """

    customers: pl.DataFrame
    times: pl.DataFrame
    gaps: pl.DataFrame
    oldest: datetime | None
    newest: datetime | None


def seen(
    log: Log,
    times: Sequence[datetime],
    until: datetime,
    outcome: Outcome,
    accounts: pl.DataFrame | None = None,
) -> Seen:
    """``accounts``: one row per user (customer, account) where customers are accounts: users without one are
    nobody.
    """
    activity = log.model.risk.activity
    collect = partial(
        _grouped,
        until=until,
        activity=activity,
        outcome=outcome,
        accounts=accounts,
    )
    frame = carefully(log, lambda own: own.count(collect)[0])
    return Seen(
        customers=_counted(frame, times, log.model.window_us).sort("customer"),
        times=_times(frame),
        gaps=_gaps(frame, outcome.silent_us),
        oldest=_instant(frame["oldest"].min()),
        newest=_instant(frame["newest"].max()),
    )


_INSTANT = pl.Datetime("us", "UTC")


def _grouped(
    events: pl.LazyFrame,
    *,
    until: datetime,
    activity: EventMatch | None,
    outcome: Outcome,
    accounts: pl.DataFrame | None,
) -> pl.DataFrame:
    rows = events.filter(pl.col("reason").is_null() & (pl.col("at") <= until))
    if accounts is not None:
        own = accounts.select("customer", "account").lazy()
        rows = rows.join(own, on="customer").with_columns(pl.col("account").alias("customer"))
    active = None if activity is None else matches(activity, pl.col("event"))
    inside: list[pl.Expr] = [
        AT.min().alias("oldest"),
        AT.max().alias("newest"),
        AT.alias("all"),
        (AT if active is None else AT.filter(active)).min().alias("first_at"),
    ]
    if outcome.event is not None:
        happens = matches(outcome.event, pl.col("event"))
        inside.append((AT if happens is None else AT.filter(happens)).alias("happened"))
    if outcome.silent_us is not None and active is not None:
        inside.append(AT.filter(active).alias("active"))
    return rows.group_by("customer").agg(inside).collect(engine="streaming")


def _counted(frame: pl.DataFrame, times: Sequence[datetime], window: int | None) -> pl.DataFrame:
    """The customers with their events in the window before each T.

    Of the events laid end to end, as differences of running sums: a third of what a sum within groups takes.
    """
    at = frame.select(pl.col("all").explode().to_physical())["all"]
    ends = frame["all"].list.len().cum_sum()
    counts = []
    for n, t in enumerate(times):
        inside = at <= epoch_us(t)
        if window is not None:
            inside &= at > epoch_us(t) - window
        upto = inside.cast(pl.UInt32).cum_sum().gather(ends - 1)
        counts.append(upto.diff().fill_null(upto.first()).alias(f"events|{n}"))
    return frame.select("customer", "first_at").with_columns(counts)


def _times(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per outcome."""
    if "happened" not in frame.columns:
        return pl.DataFrame(schema={"customer": pl.String, "at": _INSTANT})
    there = frame.filter(pl.col("happened").list.len() > 0)
    return there.select("customer", pl.col("happened").alias("at")).explode("at")


def _gaps(frame: pl.DataFrame, longer: int | None) -> pl.DataFrame:
    """One row per stretch without activity that is longer than so many µs."""
    if longer is None:
        return pl.DataFrame(schema={"customer": pl.String, "since": _INSTANT, "until": _INSTANT})
    active = "active" if "active" in frame.columns else "all"
    there = frame.filter(pl.col(active).list.len() > 0)
    whose = pl.int_range(pl.len(), dtype=pl.UInt32).alias("whose")
    # lists are sorted and then laid end to end, which takes a third of what sorting within groups takes
    since = there.select(whose, pl.col(active).list.sort().alias("since")).explode("since")
    following = pl.col("since").shift(-1)
    last = pl.col("whose").shift(-1, fill_value=there.height) != pl.col("whose")
    us = following.to_physical() - pl.col("since").to_physical()
    gaps = since.select("whose", "since", pl.when(~last).then(following).alias("until"), us=us)
    gaps = gaps.filter(pl.col("until").is_null() | (pl.col("us") > longer))
    return gaps.select(there["customer"].gather(gaps["whose"]), "since", "until")


def _instant(value: object) -> datetime | None:
    assert value is None or isinstance(value, datetime)
    return value
