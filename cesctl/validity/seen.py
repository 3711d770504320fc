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
from cesctl.pipeline.conditions import event_property, matches

if TYPE_CHECKING:
    from cesctl.model.types import EventMatch
    from cesctl.pipeline.log import Log
    from cesctl.validity.outcome import Outcome

_INSTANT = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class Seen:
    """``users``: one row per id in the log: customer, first_at (UTC, the first event of a kind that counts as
    activity; null of none), and ``events|<n>``, its events of all kinds within the model's window at the
    n-th T. Where customers are accounts, those ids are of their users.
    ``everybody``: one row per customer, or account, that has an event by ``until``: customer, and ``code``,
    its place among them, as a number.
    ``times``: one row per outcome that is an event: code, at (UTC).
    ``gaps``: one row per stretch without activity that is longer than the outcome's silence: code, since,
    until (its events before and after; null: none by the log's end).
    ``oldest``: of all events by ``until``; None without any.
    ``days``: where asked for, one row per customer and calendar day with activity: customer, day, first (the
    instant of the first that day).
    """

    users: pl.DataFrame
    everybody: pl.DataFrame
    times: pl.DataFrame
    gaps: pl.DataFrame
    oldest: datetime | None
    days: pl.DataFrame

    def by(self, number: int, users: pl.DataFrame | None) -> pl.DataFrame:
        """One row per customer: customer, code, first_at and ``events`` at that T; ``users``: who belonged to
        which account by then (customer, account), where customers are accounts.
        """
        counts = [pl.col("first_at"), pl.col(f"events|{number}").alias("events:")]
        if users is None:  # everybody is a user, in the same order
            return self.everybody.with_columns(self.users.select(counts))
        own = self.users.select("customer", *counts)
        of_account = own.join(users.select("customer", "account"), on="customer")
        found = of_account.group_by(pl.col("account").alias("customer")).agg(
            pl.col("first_at").min(), pl.col("events:").sum()
        )
        return found.join(self.everybody, on="customer")


def seen(
    log: Log, times: Sequence[datetime], until: datetime, outcome: Outcome, *, days: bool = False
) -> Seen:
    """Reads the log once more, up to ``until``."""
    account = None if log.model.roll_up is None else log.model.roll_up.to
    collect = partial(
        _lists if account is None else partial(_by_user_and_account, account=account),
        until=until,
        activity=log.model.risk.activity,
        outcome=outcome,
    )
    users, whole = carefully(log, lambda own: own.count(collect)[0])
    code = (pl.col("customer").rank("ordinal") - 1).cast(pl.UInt32).alias("code")
    whole = whole.with_columns(code)
    return Seen(
        users=_users(users, times, log.model.window_us),
        everybody=whole.select("customer", "code"),
        times=_times(whole),
        gaps=_gaps(whole, outcome.silent_us),
        oldest=_instant(users["all"].list.min().min()),
        days=_days(whole if days else whole.head(0), log.model.timezone),
    )


def _lists(
    events: pl.LazyFrame, *, until: datetime, activity: EventMatch | None, outcome: Outcome
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row per id, with lists of instants: ``all``, ``active``, ``happened`` (only of an event); twice, as
    users are the customers.
    """
    kinds = _kinds(activity, outcome)
    inside = [AT.filter(taken).alias(n) for n, taken in kinds.items() if taken is not None]
    inside.append(AT.alias("all"))
    grouped = _accepted(events, until).group_by("customer").agg(inside).collect(engine="streaming")
    grouped = grouped.with_columns(
        pl.col("all").alias(n) for n, taken in kinds.items() if taken is None
    )
    return grouped, grouped


def _by_user_and_account(
    events: pl.LazyFrame,
    *,
    until: datetime,
    activity: EventMatch | None,
    outcome: Outcome,
    account: str,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same by user, and by account: an event is the account's to which its user belonged by then, or,
    before any was named, to which it came first. Users without one are nobody.
    """
    kinds = _kinds(activity, outcome)
    columns = (
        (AT.is_not_null() if taken is None else taken).alias(n) for n, taken in kinds.items()
    )
    named = event_property(account).alias("account")
    rows = (
        _accepted(events, until)
        .select("customer", "at", named, *columns)
        .collect(engine="streaming")
    )
    rows = rows.sort("customer", "at", "account", nulls_last=False)
    filled = pl.col("account").forward_fill().backward_fill().over("customer")
    rows = rows.with_columns(filled)
    inside = [AT.alias("all"), *(AT.filter(pl.col(n)).alias(n) for n in kinds)]
    of_accounts = rows.filter(pl.col("account").is_not_null()).group_by("account").agg(inside)
    return rows.group_by("customer").agg(inside), of_accounts.rename({"account": "customer"})


def _accepted(events: pl.LazyFrame, until: datetime) -> pl.LazyFrame:
    return events.filter(pl.col("reason").is_null() & (pl.col("at") <= until))


def _kinds(activity: EventMatch | None, outcome: Outcome) -> dict[str, pl.Expr | None]:
    """Which events are ``active`` and, of an outcome that is one, ``happened``; None: all."""
    event = pl.col("event")
    kinds = {"active": None if activity is None else matches(activity, event)}
    if outcome.event is not None:
        kinds["happened"] = matches(outcome.event, event)
    return kinds


def _users(frame: pl.DataFrame, times: Sequence[datetime], window: int | None) -> pl.DataFrame:
    """The first activity of each, and its events in the window before each T.

    Counted over the lists laid end to end, by a number that is in order: that takes a third of what sums
    within the first grouping take.
    """
    us = pl.col("all").to_physical()
    counts = []
    for n, t in enumerate(times):
        inside = us <= epoch_us(t)
        if window is not None:
            inside &= us > epoch_us(t) - window
        counts.append(inside.sum().alias(f"events|{n}"))
    numbered = frame.select("all").with_row_index("whose").explode("all", empty_as_null=False)
    numbered = numbered.with_columns(pl.col("whose").set_sorted())
    counted = numbered.lazy().group_by("whose", maintain_order=True).agg(counts)
    first = frame.select("customer", pl.col("active").list.min().alias("first_at"))
    return pl.concat([first, counted.collect(engine="in-memory").drop("whose")], how="horizontal")


def _times(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per outcome."""
    if "happened" not in frame.columns:
        return pl.DataFrame(schema={"code": pl.UInt32, "at": _INSTANT})
    there = frame.filter(pl.col("happened").list.len() > 0)
    return there.select("code", pl.col("happened").alias("at")).explode("at")


def _gaps(frame: pl.DataFrame, longer: int | None) -> pl.DataFrame:
    """One row per stretch without activity that is longer than so many µs."""
    if longer is None:
        return pl.DataFrame(schema={"code": pl.UInt32, "since": _INSTANT, "until": _INSTANT})
    there = frame.filter(pl.col("active").list.len() > 0)
    # lists are sorted and then laid end to end, which takes a third of what sorting within groups takes
    since = there.select("code", pl.col("active").list.sort().alias("since")).explode("since")
    following = pl.col("since").shift(-1)
    last = (pl.col("code").shift(-1) != pl.col("code")).fill_null(value=True)
    us = following.to_physical() - pl.col("since").to_physical()
    gaps = since.select("code", "since", pl.when(~last).then(following).alias("until"), us=us)
    gaps = gaps.filter(pl.col("until").is_null() | (pl.col("us") > longer))
    return gaps.drop("us")


def _days(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    each = frame.select("customer", pl.col("active").alias("at")).explode("at").drop_nulls()
    day = pl.col("at").dt.convert_time_zone(zone).dt.date().alias("day")
    return each.group_by("customer", day).agg(pl.col("at").min().alias("first"))


def _instant(value: object) -> datetime | None:
    assert value is None or isinstance(value, datetime)
    return value
