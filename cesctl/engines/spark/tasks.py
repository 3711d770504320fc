"""What one task does on an executor. Each gives the same whenever and wherever it runs, so Spark may run one
again, or twice.

Stages hand on pairs of a bucket and what is in it: packed events, or ``Rows``, how many rows there were by
the number of their file and why they are no events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

import polars as pl

from cesctl.cloud.urls import is_url
from cesctl.engines import in_parts
from cesctl.engines.base import Aggregate, Asked
from cesctl.engines.buckets import by_customer, joined, sent
from cesctl.engines.in_parts import Rows, Shared, batches, marked_copies, rows_of
from cesctl.engines.polars import newest
from cesctl.engines.spark import stored
from cesctl.engines.spark.sight import trouble
from cesctl.engines.spark.stored import StoreStretch
from cesctl.engines.together import added
from cesctl.errors import InputError, InputProblem
from cesctl.pipeline.log import Log
from cesctl.pipeline.normalise import MALFORMED, NO_REASON
from cesctl.sources import InputFile, Part, pieces, temporary
from cesctl.sources.pieces import Piece
from cesctl.store.log import StoreLog

_NOT_SEEN = (
    "put it where all executors see it under the same path; what comes from standard input "
    "or a zip, is UTF-16 or Avro, is unpacked on this machine: unpack or convert it before"
)
_FROM_A_URL = (
    "an export at a URL is brought to this machine: take it into an event store at a URL "
    "(cesctl ingest), which executors read themselves, or put it where all see it under the same path"
)
Sent: TypeAlias = tuple[int, bytes | Rows]


@dataclass(frozen=True)
class Stretch:
    """What one task reads: of the log's part at that place ``count`` files from the one at ``first`` on, or a
    piece of one.
    """

    number: int
    part: int
    first: int
    count: int = 1
    piece: Piece | None = None


def read(shared: Shared, stretch: Stretch | StoreStretch) -> Iterator[Sent]:
    """The events of a stretch, sent to where all copies of theirs go, else all events of their customer."""
    where = shared.first_place
    rows: Counter[tuple[int, int | None]] = Counter()
    with _opened(shared.log, stretch) as (events, doubtful):
        for batch in batches(events):
            found = rows_of(batch)
            if doubtful and any(code == MALFORMED for _, code in found):
                raise pieces.CutError(doubtful)
            rows.update(found)
            accepted = batch.filter(pl.col("reason").is_null()).drop("reason")
            yield from sent(accepted, where, shared.buckets)
    yield stretch.number % shared.buckets, dict(rows)


@contextmanager
def _opened(log: Log, stretch: Stretch | StoreStretch) -> Iterator[tuple[pl.LazyFrame, str]]:
    """The records of a stretch; and the file's name where one that is none means that it was cut wrongly."""
    if isinstance(stretch, StoreStretch):
        assert isinstance(log, StoreLog)
        with stored.opened(log, stretch.share) as events:
            yield events, ""
        return
    with _part(log, stretch) as (part, before):
        doubtful = stretch.piece is not None and any(map(pieces.quoted, part.files))
        yield log.records(part, before), part.files[0].name if doubtful else ""


def without_copies(shared: Shared, received: Iterable[bytes | Rows], bucket: int) -> Iterator[Sent]:
    """All records of some ids: each once, sent to where all events of its customer go."""
    frame, rows = _taken(received, shared.schema)
    events = marked_copies(shared.log, frame.lazy()).collect(engine="streaming")
    copies = events.filter(pl.col("reason").is_not_null())
    yield bucket, added([rows, rows_of(copies)])
    once = events.filter(pl.col("reason").is_null()).drop("reason")
    yield from sent(once, by_customer(shared.buckets), shared.buckets)


def counted(shared: Shared, received: Iterable[bytes | Rows], asked: Asked) -> Aggregate:
    """What is asked of the events of some customers, and the rows that came with them."""
    events, rows = _events(shared, received)
    return in_parts.counted(shared, events, rows, asked)


def newest_of(shared: Shared, received: Iterable[bytes | Rows]) -> datetime | None:
    """The newest of the events of some customers."""
    return newest(_events(shared, received)[0])


@contextmanager
def _part(log: Log, stretch: Stretch) -> Iterator[tuple[Part, int]]:
    """The part that a stretch is, and how many files of the log are before it."""
    part, before = list(log.placed_parts())[stretch.part]
    files = part.files[stretch.first : stretch.first + stretch.count]
    part, before = replace(part, files=files), before + stretch.first
    for file in files:
        _check(file)
    try:
        if stretch.piece is None:
            yield part, before
        else:
            with pieces.opened(files[0], stretch.piece) as own:
                yield replace(part, files=(own,)), before
    finally:
        temporary.forget()


def _check(file: InputFile) -> None:
    """Raises InputError where the executor does not see the file that the driver has looked into."""
    if file.format == "frame":
        return
    found = trouble(file.path, file.size)
    if found is None:
        return
    what, is_there = found
    absent = _FROM_A_URL if is_url(file.name) else _NOT_SEEN
    hint = "put it where all executors see it under the same path" if is_there else absent
    raise InputError(InputProblem(what, file.name, hint=hint))


def _taken(
    received: Iterable[bytes | Rows], schema: Mapping[str, pl.DataType]
) -> tuple[pl.DataFrame, Rows]:
    """The events that were sent, and how many rows were counted."""
    frames: list[bytes] = []
    rows: list[Rows] = []
    for one in received:
        if isinstance(one, bytes):
            frames.append(one)
        else:
            rows.append(one)
    frame = joined(frames, schema)
    return frame.with_columns(NO_REASON.new_from_index(0, frame.height)), added(rows)


def _events(shared: Shared, received: Iterable[bytes | Rows]) -> tuple[pl.LazyFrame, Rows]:
    """All events of some customers; copies are marked or gone."""
    frame, rows = _taken(received, shared.counted_schema)
    return shared.counted_once(frame.lazy()), rows
