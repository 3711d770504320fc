"""The events of a log, one row per event name: counted in one pass."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from cesctl import sources
from cesctl.sources.parts import FILE

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
    most rows first, then by name. ``aside``: rows that are
    no events, by the number of their file (0 where the events do not say it) and the code of the reason.
    ``first`` and ``last`` are None, and all else is empty or 0, when no row was accepted.
    """

    events: pl.DataFrame
    count: int
    customers: int
    first: datetime | None
    last: datetime | None
    aside: dict[tuple[int, int], int]

    @property
    def reasons(self) -> dict[int, int]:
        """Rows that are no events, by the code of the reason, in its order."""
        found: Counter[int] = Counter()
        for (_, code), rows in sorted(self.aside.items(), key=lambda a: a[0][1]):
            found[code] += rows
        return dict(found)


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
    file = pl.col(FILE) if FILE in events.collect_schema() else pl.lit(0, dtype=pl.UInt32)
    pairs = (
        events.with_columns(pl.when(~accepted).then(file).alias("file"))
        .group_by("customer", "event", "reason", "file")
        .agg(
            pl.len().alias("count"),
            pl.col("at").min().alias("first"),
            pl.col("at").max().alias("last"),
            *counted,
        )
        .collect()
    )
    aside = pairs.filter(~accepted).group_by("file", "reason").agg(pl.col("count").sum())
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
        aside={(int(file), int(reason)): int(rows) for file, reason, rows in aside.iter_rows()},
    )
