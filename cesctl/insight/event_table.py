"""The events of a log, one row per event name: counted in one pass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from cesctl import sources

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from cesctl.pipeline.log import Log

Found = TypeVar("Found")


@dataclass(frozen=True)
class EventTable:
    """What a log holds.

    ``events``: one row per event name of the accepted rows: event, count (rows), customers, first,
    last (Datetime, UTC) and, per property asked for, ``with:<path>`` (rows where it is not empty);
    most rows first, then by name. ``reasons``: rows that are
    no events, by the code of the reason.
    ``first`` and ``last`` are None, and all else is empty or 0, when no row was accepted.
    """

    events: pl.DataFrame
    count: int
    customers: int
    first: datetime | None
    last: datetime | None
    reasons: dict[int, int]


def carefully(log: Log, job: Callable[[Log], Found]) -> Found:
    """What a job finds in a log, with the readers it needs. Raises InputError."""
    return sources.carefully(log.raw, lambda raw: job(replace(log, raw=raw)))[1]


def event_table(
    events: pl.LazyFrame, properties: Sequence[str] = (), until: datetime | None = None
) -> EventTable:
    """Counts an events frame (one row per record: customer, event, at, reason, ``prop:<path>``).

    Accepted rows later than ``until`` are left out. The pass groups by (customer, event), so what
    is held is far smaller than the log.
    """
    counted = [pl.col(f"prop:{p}").count().alias(f"with:{p}") for p in properties]
    accepted = pl.col("reason").is_null()
    if until is not None:
        events = events.filter(~accepted | (pl.col("at") <= until))
    pairs = (
        events.group_by("customer", "event", "reason")
        .agg(
            pl.len().alias("count"),
            pl.col("at").min().alias("first"),
            pl.col("at").max().alias("last"),
            *counted,
        )
        .collect()
    )
    reasons = pairs.filter(~accepted).group_by("reason").agg(pl.col("count").sum()).sort("reason")
    pairs = pairs.filter(accepted)
    table = (
        pairs.group_by("event")
        .agg(
            pl.col("count").sum(),
            pl.len().alias("customers"),
            pl.col("first").min(),
            pl.col("last").max(),
            *(pl.col(f"with:{p}").sum() for p in properties),
        )
        .sort(["count", "event"], descending=[True, False])
    )
    return EventTable(
        events=table,
        count=int(table["count"].sum()),
        customers=pairs["customer"].n_unique(),
        first=table["first"].min(),  # type: ignore[arg-type]  # a Datetime column
        last=table["last"].max(),  # type: ignore[arg-type]
        reasons={int(reason): int(count) for reason, count in reasons.iter_rows()},
    )
