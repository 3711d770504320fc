"""Rows as exported to events: one row per record in, one row per record out.

Nothing is dropped here: a row that is not accepted keeps its place and says why in ``reason``, so that
every row is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from cesctl.pipeline.conditions import PROPERTY, holds, trimmed
from cesctl.pipeline.timestamps import instants

if TYPE_CHECKING:
    from cesctl.model.types import Source

FILTERED, DUPLICATE = 1, 2
NO_CUSTOMER, NO_EVENT, NO_TIMESTAMP, UNREADABLE, LATER = 3, 4, 5, 6, 7
REJECTED = {
    NO_CUSTOMER: "no customer",
    NO_EVENT: "no event",
    NO_TIMESTAMP: "no timestamp",
    UNREADABLE: "unreadable timestamp",
    LATER: "later than the clock",
}


def normalise(
    rows: pl.LazyFrame,
    source: Source,
    properties: Sequence[str],
    *,
    timezone: str,
    clock: datetime | None,
) -> pl.LazyFrame:
    """Rows of one layout to events.

    ``rows``: one row per record, a column per path. ``clock``: events later than it are rejected; None
    takes them all. Gives one row per record: ``customer`` and ``event`` (text, trimmed), ``at`` (UTC, µs),
    ``reason`` (UInt8, why the row is no event; null for an event), ``prop:<path>`` for each property
    (trimmed text, null where missing).
    """
    schema = rows.collect_schema()
    raw_time = _first_time(source.timestamp, schema)
    at = instants(
        raw_time,
        _dtype(source.timestamp, schema),
        form=source.timestamp_format,
        timezone=source.timezone or timezone,
    )
    event = (
        pl.lit(source.event_value) if source.event_value is not None else _first_text(source.event)
    )
    if source.prefix:
        event = pl.lit(source.prefix) + event
    kept = holds(source.where, lambda path: trimmed(pl.col(path).cast(pl.String)))
    events = rows.select(
        _first_text(source.customer).alias("customer"),
        event.cast(pl.String).alias("event"),
        at.alias("at"),
        _no_time(raw_time, schema, source).alias("no_time"),
        *([kept.alias("kept")] if kept is not None else []),
        *(trimmed(pl.col(p)).alias(PROPERTY + p) for p in properties),
        *([pl.col(source.id)] if source.id and source.deduplicate == "id" else []),
        *([pl.col("row")] if "row" in schema else []),
    )
    reason = pl.lit(None, dtype=pl.UInt8)
    checks: list[tuple[pl.Expr, int]] = []
    if kept is not None:
        checks.append((~pl.col("kept"), FILTERED))
    checks.append((_missing("customer"), NO_CUSTOMER))
    if source.event_value is None:
        checks.append((_missing("event"), NO_EVENT))
    checks += [
        (pl.col("at").is_null() & pl.col("no_time"), NO_TIMESTAMP),
        (pl.col("at").is_null(), UNREADABLE),
    ]
    if clock is not None:
        checks.append((pl.col("at") > clock, LATER))
    for failed, code in reversed(checks):
        reason = pl.when(failed).then(pl.lit(code, dtype=pl.UInt8)).otherwise(reason)
    return events.with_columns(reason.alias("reason")).drop(
        "no_time", *(["kept"] if kept is not None else [])
    )


def _first_text(paths: Sequence[str]) -> pl.Expr:
    """The first of the columns that is not empty; a single one may be empty text."""
    if len(paths) == 1:
        return pl.col(paths[0]).cast(pl.String).str.strip_chars()
    return pl.coalesce([trimmed(pl.col(p).cast(pl.String)) for p in paths])


def _missing(name: str) -> pl.Expr:
    return pl.col(name).is_null() | (pl.col(name) == "")


def _dtype(paths: Sequence[str], schema: pl.Schema) -> pl.DataType:
    dtypes = {schema[p] for p in paths}
    return dtypes.pop() if len(dtypes) == 1 else pl.String()


def _first_time(paths: Sequence[str], schema: pl.Schema) -> pl.Expr:
    dtype = _dtype(paths, schema)
    if dtype == pl.String:
        return _first_text(paths)
    columns = [pl.col(p) for p in paths]
    return columns[0] if len(columns) == 1 else pl.coalesce(columns)


def _no_time(raw_time: pl.Expr, schema: pl.Schema, source: Source) -> pl.Expr:
    if _dtype(source.timestamp, schema) == pl.String:
        return raw_time.is_null() | (raw_time == "")
    return raw_time.is_null()


def mark_duplicates(events: pl.LazyFrame, source: Source) -> pl.LazyFrame:
    """Gives the later copies of a record the reason DUPLICATE.

    By ``id``: of the rows with the same id the least by instant, customer, event and property text stays.
    ``exact``: of the rows with the same customer, event, instant and used properties one stays.
    Rows without an id are never duplicates; rejected and filtered rows take no part.
    """
    if source.deduplicate == "none":
        return events
    names = events.collect_schema().names()
    properties = [n for n in names if n.startswith(PROPERTY)]
    content = ["at", "customer", "event", *properties]
    candidate = pl.col("reason").is_null()
    if source.deduplicate == "id":
        assert source.id is not None
        events = events.with_columns(trimmed(pl.col(source.id)).alias("id"))
        candidate = candidate & pl.col("id").is_not_null()
        key, order = ["id"], content
    else:
        key, order = content, ["at"]
    place = pl.int_range(pl.len()).over([candidate, *key], order_by=order)
    again = candidate & (place > 0)
    reason = pl.when(again).then(pl.lit(DUPLICATE, dtype=pl.UInt8)).otherwise("reason")
    keep = [n for n in names if n != source.id or n in {"customer", "event", "at"}]
    return events.with_columns(reason.alias("reason")).select(keep)
