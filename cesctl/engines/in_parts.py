"""A log that is counted part by part: its events are shared out by their customers, and each share is counted
by itself.

Rows that are no events take no part in that: of them only is kept how many there were, as ``Rows``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import polars as pl

from cesctl.engines.base import Aggregate, Asked
from cesctl.engines.buckets import by_customer, by_record
from cesctl.engines.polars import answer
from cesctl.engines.together import added
from cesctl.pipeline.duplicates import HASH, is_helper, marked, repeated
from cesctl.pipeline.log import Log
from cesctl.pipeline.normalise import DUPLICATE
from cesctl.sources import Raw
from cesctl.sources.parts import FILE

AT_ONCE = 500_000  # rows that are held before they are sent on
_BYTES_AT_ONCE = 64 << 20  # or so many bytes: rows may be wide

# by (number of the file, 0 where the events do not say it; reason code, None of an event)
Rows: TypeAlias = dict[tuple[int, int | None], int]


@dataclass(frozen=True)
class Shared:
    """What is known wherever a part of a log is read or counted. ``buckets``: in how many parts the customers
    are counted. ``schema``: of the events that are read, as they are sent.
    """

    log: Log
    buckets: int
    schema: dict[str, pl.DataType]

    @classmethod
    def of(cls, log: Log, buckets: int) -> Shared:
        """Looks at no more of the files than their layout."""
        log = replace(log, raw=_with_whole_paths(log.raw))
        part, before = next(log.placed_parts())
        events = log.records(replace(part, careful=True), before)  # others look through CSV first
        return cls(log, buckets, dict(events.drop("reason").collect_schema()))

    @property
    def by_id(self) -> bool:
        """See ``by_id``."""
        return by_id(self.log)

    @property
    def counted_schema(self) -> dict[str, pl.DataType]:
        """Of the events that are counted: where copies were looked for before, without what tells them."""
        if not self.by_id:
            return self.schema
        return {name: dtype for name, dtype in self.schema.items() if not is_helper(name)}

    def counted_once(self, events: pl.LazyFrame) -> pl.LazyFrame:
        """All events of some customers, copies marked where they are not gone yet."""
        if self.log.has_duplicates and not self.by_id:
            return marked_copies(self.log, events)
        return events

    @property
    def first_place(self) -> pl.Expr:
        """Where an event goes that was read: where all copies of it go, else all events of its customer."""
        return by_record(self.buckets) if self.by_id else by_customer(self.buckets)


def by_id(log: Log) -> bool:
    """Whether copies of a record may be of several customers: then they are looked for in a stage of their
    own.
    """
    return any(s.deduplicate == "id" for s in log.scopes)


def batches(events: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """The rows, some at once."""
    held: list[pl.DataFrame] = []
    rows, size = 0, 0.0
    for batch in events.collect_batches(maintain_order=False, engine="streaming"):
        held.append(batch)
        rows += batch.height
        size += batch.estimated_size()
        if rows >= AT_ONCE or size >= _BYTES_AT_ONCE:
            yield pl.concat(held)
            held, rows, size = [], 0, 0.0
    if held:
        yield pl.concat(held)


def rows_of(batch: pl.DataFrame) -> Rows:
    file = pl.col(FILE) if FILE in batch.columns else pl.lit(0, dtype=pl.UInt32).alias(FILE)
    counts = batch.lazy().group_by(file, "reason").agg(pl.len()).collect()
    return {(number, code): rows for number, code, rows in counts.iter_rows()}


def counted(shared: Shared, events: pl.LazyFrame, rows: Rows, asked: Asked) -> Aggregate:
    """What is asked of the events of some customers, and the rows that came with them."""
    log = shared.log
    made = answer(events, log.model, asked)
    aside = {(file, code): n for (file, code), n in rows.items() if code is not None}
    of_files: Counter[int] = Counter()
    if len(log.numbered_files) > 1:
        for (file, code), n in rows.items():
            if code != DUPLICATE:  # such a row was counted when it was read
                of_files[file] += n
    return replace(
        made,
        read=made.read + sum(aside.values()),
        aside=added([made.aside, aside]),
        of_files=dict(of_files),
    )


def marked_copies(log: Log, events: pl.LazyFrame) -> pl.LazyFrame:
    """Events, among which are all copies of each, with the reason of those that are copies."""
    hashes = events.select(pl.col(HASH).drop_nulls()).collect(engine="streaming")[HASH]
    return marked(events, log.scopes, repeated(hashes), log.beside)


def _with_whole_paths(raw: Raw) -> Raw:
    """The same wherever a task runs."""
    parts = (
        replace(p, files=tuple(replace(f, path=f.path.absolute()) for f in p.files))
        for p in raw.parts
    )
    return replace(raw, parts=tuple(parts))
