"""What one task does on an executor. Each gives the same whenever and wherever it runs, so Spark may run one
again, or twice.

Stages hand on pairs of a bucket and what is in it: packed events, or ``Rows``, how many rows there were by
the number of their file and why they are no events.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

import polars as pl

from cesctl.cloud.urls import is_url
from cesctl.engines.base import Aggregate, Asked
from cesctl.engines.polars import answer, newest
from cesctl.engines.spark import stored
from cesctl.engines.spark.buckets import by_customer, joined, sent
from cesctl.engines.spark.stored import StoreStretch
from cesctl.engines.together import added
from cesctl.errors import InputError, InputProblem
from cesctl.pipeline.duplicates import HASH, is_helper, marked, repeated
from cesctl.pipeline.log import Log
from cesctl.pipeline.normalise import DUPLICATE, MALFORMED, NO_REASON
from cesctl.sources import InputFile, Part, pieces, temporary
from cesctl.sources.parts import FILE
from cesctl.sources.pieces import Piece
from cesctl.store.log import StoreLog
from cesctl.store.shares import common

_NOT_SEEN = (
    "put it where all executors see it under the same path; what comes from standard input "
    "or a zip, is UTF-16 or Avro, is unpacked on this machine: unpack or convert it before"
)
_FROM_A_URL = (
    "an export at a URL is brought to this machine: take it into an event store at a URL "
    "(cesctl ingest), which executors read themselves, or put it where all see it under the same path"
)
AT_ONCE = 500_000  # rows that are held before they are sent on

# by (number of the file, 0 where the events do not say it; reason code, None of an event)
Rows: TypeAlias = dict[tuple[int, int | None], int]
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


@dataclass(frozen=True)
class Shared:
    """What all tasks of a log know. ``buckets``: in how many parts the customers are counted. ``schema``: of
    the events that are read, as they are sent.
    """

    log: Log
    buckets: int
    schema: dict[str, pl.DataType]

    @classmethod
    def of(cls, log: Log, buckets: int) -> Shared:
        """Looks at no more of the files than their layout."""
        log = common(log) if isinstance(log, StoreLog) else _with_whole_paths(log)
        part, before = next(log.placed_parts())
        events = log.records(replace(part, careful=True), before)  # others look through CSV first
        return cls(log, buckets, dict(events.drop("reason").collect_schema()))

    @property
    def by_id(self) -> bool:
        """Whether copies of a record may be of several customers: then they are looked for in a stage of
        their own.
        """
        return any(s.deduplicate == "id" for s in self.log.scopes)


def read(shared: Shared, stretch: Stretch | StoreStretch) -> Iterator[Sent]:
    """The events of a stretch, sent to where all copies of theirs go, else all events of their customer."""
    where = by_customer(shared.buckets)
    if shared.by_id:
        where = pl.coalesce(pl.col(HASH) % shared.buckets, where)
    rows: Counter[tuple[int, int | None]] = Counter()
    with _opened(shared.log, stretch) as (events, doubtful):
        for batch in _batches(events):
            found = _rows(batch)
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
    events = _marked(shared.log, frame).collect(engine="streaming")
    copies = events.filter(pl.col("reason").is_not_null())
    yield bucket, added([rows, _rows(copies)])
    once = events.filter(pl.col("reason").is_null()).drop("reason")
    yield from sent(once, by_customer(shared.buckets), shared.buckets)


def counted(shared: Shared, received: Iterable[bytes | Rows], asked: Asked) -> Aggregate:
    """What is asked of the events of some customers, and the rows that came with them."""
    log = shared.log
    events, rows = _events(shared, received)
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


def newest_of(shared: Shared, received: Iterable[bytes | Rows]) -> datetime | None:
    """The newest of the events of some customers."""
    return newest(_events(shared, received)[0])


def _with_whole_paths(log: Log) -> Log:
    """The same wherever a task runs."""
    parts = (
        replace(p, files=tuple(replace(f, path=f.path.absolute()) for f in p.files))
        for p in log.raw.parts
    )
    return replace(log, raw=replace(log.raw, parts=tuple(parts)))


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
    host = socket.gethostname()
    try:
        size = file.path.stat().st_size
    except OSError as error:
        why = error.strerror or str(error)
        what = f"the executor on {host} cannot see it ({why})"
        hint = _FROM_A_URL if is_url(file.name) else _NOT_SEEN
        raise InputError(InputProblem(what, file.name, hint=hint)) from None
    if size != file.size:
        raise InputError(
            InputProblem(
                f"the executor on {host} sees another file there: {size:,} bytes, not {file.size:,}",
                file.name,
                hint="put it where all executors see it under the same path",
            )
        )


def _batches(events: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """The rows, some at once."""
    held: list[pl.DataFrame] = []
    rows = 0
    for batch in events.collect_batches(maintain_order=False, engine="streaming"):
        held.append(batch)
        rows += batch.height
        if rows >= AT_ONCE:
            yield pl.concat(held)
            held, rows = [], 0
    if held:
        yield pl.concat(held)


def _rows(batch: pl.DataFrame) -> Rows:
    file = pl.col(FILE) if FILE in batch.columns else pl.lit(0, dtype=pl.UInt32).alias(FILE)
    counts = batch.lazy().group_by(file, "reason").agg(pl.len()).collect()
    return {(number, code): rows for number, code, rows in counts.iter_rows()}


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
    schema = shared.schema
    if shared.by_id:
        schema = {name: dtype for name, dtype in schema.items() if not is_helper(name)}
    frame, rows = _taken(received, schema)
    if shared.log.has_duplicates and not shared.by_id:
        return _marked(shared.log, frame), rows
    return frame.lazy(), rows


def _marked(log: Log, frame: pl.DataFrame) -> pl.LazyFrame:
    return marked(frame.lazy(), log.scopes, repeated(frame[HASH]), log.beside)
