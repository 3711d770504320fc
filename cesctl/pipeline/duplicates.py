"""Records that were exported more than once: which rows are copies, and of which one stays.

Nearly every log has few of them or none, and comparing all rows would cost more than counting them. So
rows are told apart by a hash: while the log is counted a ``Watch`` gathers the hashes, and only where one
comes back the log is read again, those rows being held back, compared in full and let through at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING

import polars as pl

from cesctl.pipeline.conditions import PROPERTY
from cesctl.pipeline.normalise import DUPLICATE, ID
from cesctl.pipeline.watched import watched
from cesctl.sources.parts import FILE
from cesctl.sources.records import from_batches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.model.types import Source

HASH, SCOPE, HELD = "hash:", "scope:", "held:"
NONE = pl.Series(HASH, dtype=pl.UInt64)


def with_hash(
    events: pl.LazyFrame, source: Source, scope: int, ids: int, beside: Sequence[str] = ()
) -> pl.LazyFrame:
    """Adds to a source's events (see ``normalise``) what tells its records apart: ``hash:`` (UInt64, null
    where a row is never a duplicate), ``scope:`` (the source's number), and ``id:`` columns up to ``ids``.
    ``beside``: columns in which copies may differ.
    """
    names = events.collect_schema().names()
    key = _told_by([n for n in names if n not in beside], source)
    own_ids = sum(n.startswith(ID) for n in names)
    told = pl.lit(None, dtype=pl.UInt64)
    if key:
        told = reduce(xor, [pl.col(k).hash(seed=97 * scope + n) for n, k in enumerate(key)])
        if source.deduplicate == "id":
            told = pl.when(pl.col(f"{ID}0").is_not_null()).then(told)
    return events.select(
        *(n for n in names if not n.startswith(ID)),
        told.alias(HASH),
        pl.lit(scope, dtype=pl.UInt16).alias(SCOPE),
        *(f"{ID}{n}" if n < own_ids else _no_id(n) for n in range(ids)),
    )


def _told_by(names: Sequence[str], source: Source) -> list[str]:
    """Columns that are alike wherever the key is, and cheap. A part of an id that is the event's name or
    time has been read as such; one that is a customer's need not be looked at: the rest tells enough.
    """
    if source.deduplicate != "id":
        return key_columns(names, source)
    first, *others = zip(key_columns(names, source), source.id, strict=True)
    return [first[0], *(k for k, column in others if column not in source.customer)]


def _read_as(source: Source) -> dict[str, str]:
    """The parts of an id but its first that are the event's name or time, and count as they were read: the
    same time may be written in two ways.
    """
    roles = ((source.event, "event"), (source.timestamp, "at"))
    return {r[0]: name for r, name in roles if len(r) == 1 and r[0] in source.id[1:]}


def _no_id(number: int) -> pl.Expr:
    return pl.lit(None, dtype=pl.String).alias(f"{ID}{number}")


def key_columns(names: Sequence[str], source: Source) -> list[str]:
    """The columns of the events frame in which two rows that are one event are alike; none of a source
    that has no duplicates.
    """
    if source.deduplicate == "id":
        read = _read_as(source)
        return [read.get(column, f"{ID}{n}") for n, column in enumerate(source.id)]
    return _content(names) if source.deduplicate == "exact" else []


def _content(names: Sequence[str]) -> list[str]:
    return ["at", "customer", "event", *(n for n in names if n.startswith(PROPERTY))]


class Watch:
    """Looks on while a log is counted, and then tells which hashes came back."""

    def __init__(self) -> None:
        self._seen: list[pl.Series] = []

    def over(self, events: pl.LazyFrame) -> pl.LazyFrame:
        """The events, watched: for one collect."""
        return watched(events, HASH, self._note)

    def _note(self, reason: pl.Series, told: pl.Series) -> None:
        if reason.null_count() < len(reason):
            told = told.filter(reason.is_null())
        self._seen.append(told)

    def repeated(self) -> pl.Series:
        """The hashes that more than one row has."""
        return repeated(pl.concat(self._seen)) if self._seen else NONE


def repeated(hashes: pl.Series) -> pl.Series:
    """Those that are there more than once, each once, null left out."""
    ordered = hashes.drop_nulls().sort()
    return ordered.filter(ordered == ordered.shift(1)).unique()


def marked(
    events: pl.LazyFrame, sources: Sequence[Source], again: pl.Series, beside: Sequence[str] = ()
) -> pl.LazyFrame:
    """The events with the reason DUPLICATE for the later copies of a record.

    ``again``: the hashes that more than one row has. By ``id``: of the rows of one source with the same id
    the least by instant, customer, event and property text stays. ``exact``: of the rows with the same
    customer, event, instant and used properties one stays. Rows without an id are never duplicates;
    rejected and filtered rows take no part. ``beside``: columns in which copies may differ.
    """
    schema = {n: t for n, t in events.collect_schema().items() if not is_helper(n)}
    held_back = pl.col("reason").is_null() & pl.col(HASH).is_in(again.implode())
    marking = events.with_columns(held_back.fill_null(value=False).alias(HELD))

    def batches(_columns: list[str] | None, _n_rows: int | None) -> Iterator[pl.DataFrame]:
        held: list[pl.DataFrame] = []
        for batch in marking.collect_batches(maintain_order=False, engine="streaming"):
            if batch[HELD].any():
                held.append(batch.filter(HELD))
                yield batch.filter(~pl.col(HELD)).select(list(schema))
            else:
                yield batch.select(list(schema))
        if held:
            yield compared(pl.concat(held), sources, beside).select(list(schema))

    return from_batches(schema, batches)


def compared(
    rows: pl.DataFrame, sources: Sequence[Source], beside: Sequence[str] = ()
) -> pl.DataFrame:
    """Rows that may be copies of each other, with the reason of those that are."""
    frames = []
    for (scope,), part in rows.group_by(SCOPE):
        source = sources[int(str(scope))]
        columns = [c for c in part.columns if c not in beside]
        key = key_columns(columns, source)
        order = _content(columns) if source.deduplicate == "id" else ["at"]
        if FILE in columns:  # so that it is always the same file's copy that stays
            order.append(FILE)
        order += beside
        place = pl.int_range(pl.len()).over(key, order_by=order)
        copy = pl.when(place > 0).then(pl.lit(DUPLICATE, dtype=pl.UInt8))
        frames.append(part.with_columns(copy.alias("reason")))
    return pl.concat(frames)


def is_helper(name: str) -> bool:
    """Whether a column is there only to tell copies."""
    return name in (HASH, SCOPE) or name.startswith(ID)
