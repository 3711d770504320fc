"""Rows as exported to events: one row per record in, one row per record out.

Nothing is dropped here: a row that is not accepted keeps its place and says why in ``reason``, so that
every row is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from cesctl.pipeline.conditions import PROPERTY, holds, trimmed
from cesctl.pipeline.identities import replace_ids
from cesctl.pipeline.timestamps import with_instants
from cesctl.sources.parts import BROKEN, FILE
from cesctl.sources.typed import as_text

if TYPE_CHECKING:
    from cesctl.model.types import Source

ID = "id:"  # the columns of a record's id, in the events frame: id:0, id:1, ...
TIME, AT, FINE = "time:", "at:", "fine:"  # no export has such columns
ROW = "row:"  # a record's number, where somebody asks; no export has such a column
NO_REASON = pl.Series("reason", [None], dtype=pl.UInt8)
FILTERED, DUPLICATE = 1, 2
NO_CUSTOMER, NO_EVENT, NO_TIMESTAMP, UNREADABLE, LATER, MALFORMED = 3, 4, 5, 6, 7, 8
REJECTED = {
    MALFORMED: "malformed line",
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
    sample: Sequence[str] = (),
    identities: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """Rows of one layout to events.

    ``rows``: one row per record, a column per path. ``clock``: events later than it are rejected; None
    takes them all. ``identities``: one row per id to replace (``old``, ``new``). Gives one row per record:
    ``customer`` and ``event`` (text, trimmed), ``at`` (UTC, µs), ``reason`` (UInt8, why the row is no event;
    null for an event), ``prop:<path>`` for each property and ``id:<n>`` for each column of the source's id
    where duplicates are told by it (trimmed text, null where missing), and ``row:`` and ``file:`` as far as
    ``rows`` have them.
    """
    schema = rows.collect_schema()
    rows = with_instants(
        rows.with_columns(_first_time(source.timestamp, schema).alias(TIME)),
        TIME,
        _dtype(source.timestamp, schema),
        AT,
        form=source.timestamp_format,
        timezone=source.timezone or timezone,
        sample=sample,
    )
    event = (
        pl.lit(source.event_value)
        if source.event_value is not None
        else _first_text(source.event, schema)
    )
    if source.prefix:  # what has no name does not get one
        event = pl.when(event != "").then(pl.lit(source.prefix) + event)
    kept = holds(source.where, lambda path: trimmed(_text(path, schema)))
    events = rows.select(
        _first_text(source.customer, schema).alias("customer"),
        event.cast(pl.String).alias("event"),
        pl.col(AT).alias("at"),
        pl.col(TIME).alias("time"),
        (pl.lit(value=True) if kept is None else kept).alias("kept"),
        *(trimmed(_text(p, schema)).alias(PROPERTY + p) for p in properties),
        *(
            trimmed(_text(column, schema)).alias(f"{ID}{n}")
            for n, column in enumerate(source.id if source.deduplicate == "id" else ())
        ),
        *(pl.col(name) for name in (ROW, FILE, BROKEN) if name in schema),
    )
    if identities is not None:
        events = replace_ids(events, "customer", identities)
    fine = (pl.col("customer") != "") & (pl.col("event") != "") & pl.col("at").is_not_null()
    if kept is not None:
        fine = fine & pl.col("kept")
    if clock is not None:
        fine = fine & (pl.col("at") <= clock)
    reason = pl.map_batches(
        [FINE, "customer", "event", "at", "time", *(["kept"] if kept is not None else [])],
        partial(why_not, clock=clock),
        return_dtype=pl.UInt8,
        is_elementwise=True,
    )
    events = events.with_columns(fine.fill_null(value=False).alias(FINE))
    events = events.with_columns(reason.alias("reason")).drop("time", "kept", FINE)
    if BROKEN not in schema:
        return events
    # a row that is no record has no customer either, so it is never an event; this goes before all else
    malformed = pl.when(pl.col(BROKEN).is_not_null()).then(pl.lit(MALFORMED, dtype=pl.UInt8))
    return events.with_columns(malformed.otherwise("reason").alias("reason")).drop(BROKEN)


def why_not(columns: Sequence[pl.Series], *, clock: datetime | None) -> pl.Series:
    """Why rows are no events (UInt8; null for an event), from whether they are, customer, event, at, the
    raw timestamp and, where there is a row filter, whether it holds.

    A function of whole batches, not an expression: most have nothing wrong with them, which an expression
    has seen already (``fine``), and only the others pay for naming what is.
    """
    fine, customer, event, at, time, *kept = columns
    if fine.all():
        return NO_REASON.new_from_index(0, len(fine))
    wrong: list[tuple[pl.Series, int]] = []
    if kept:
        wrong.append((~kept[0], FILTERED))
    wrong.append((_missing(customer), NO_CUSTOMER))
    wrong.append((_missing(event), NO_EVENT))
    if at.null_count():
        unread = at.is_null()
        text = time.cast(pl.String).str.strip_chars()
        wrong += [(unread & _missing(text), NO_TIMESTAMP), (unread, UNREADABLE)]
    if clock is not None:
        wrong.append(((at > clock).fill_null(value=False), LATER))
    reason = NO_REASON.new_from_index(0, len(at))
    for mask, code in reversed(wrong):
        if mask.any():
            reason = pl.select(pl.when(mask).then(pl.lit(code, dtype=pl.UInt8)).otherwise(reason))[
                :, 0
            ]
    return reason.alias("reason")


def _missing(text: pl.Series) -> pl.Series:
    empty = text == ""
    return (empty | text.is_null()) if text.null_count() else empty


def _text(path: str, schema: pl.Schema) -> pl.Expr:
    """A column as text; that of the timestamp has kept its type."""
    return as_text(pl.col(path), schema[path])


def _first_text(paths: Sequence[str], schema: pl.Schema) -> pl.Expr:
    """The first of the columns that is not empty; a single one may be empty text."""
    if len(paths) == 1:
        return _text(paths[0], schema).str.strip_chars()
    stripped = [_text(p, schema).str.strip_chars() for p in paths]
    return pl.map_batches(stripped, _first_there, return_dtype=pl.String, is_elementwise=True)


def _first_there(columns: Sequence[pl.Series]) -> pl.Series:
    """The first of stripped texts that is not empty. In most batches it is the first column everywhere, and
    then nothing need be put together.
    """
    first = columns[0]
    if not _missing(first).any():
        return first
    texts = [c.alias(str(n)) for n, c in enumerate(columns)]
    return pl.select(pl.coalesce(pl.when(t != "").then(t) for t in texts)).to_series()


def _dtype(paths: Sequence[str], schema: pl.Schema) -> pl.DataType:
    dtypes = {schema[p] for p in paths}
    return dtypes.pop() if len(dtypes) == 1 else pl.String()


def _first_time(paths: Sequence[str], schema: pl.Schema) -> pl.Expr:
    dtype = _dtype(paths, schema)
    if dtype == pl.String:  # one column is trimmed only where it must be, on reading it
        return pl.col(paths[0]) if len(paths) == 1 else _first_text(paths, schema)
    columns = [pl.col(p) for p in paths]
    return columns[0] if len(columns) == 1 else pl.coalesce(columns)
