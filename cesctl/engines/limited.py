"""The polars engine within a limit of memory: in one pass where that fits, else by shares of the customers.

The events of a log that does not fit are put aside on disk, shared out by their customers; then one share
after the other is counted as a log of its own, as Spark's tasks do, and the answers are put one below the
other. How many shares there must be is estimated for the worst case, in which each row is another customer's.
"""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

import polars as pl

from cesctl.engines import needs
from cesctl.engines.base import Aggregate, Asked
from cesctl.engines.buckets import by_customer, by_record
from cesctl.engines.in_parts import Rows, Shared, batches, by_id, counted, marked_copies, rows_of
from cesctl.engines.polars import Polars
from cesctl.engines.polars import newest as newest_of
from cesctl.engines.spilled import MOST_SHARES, Share, Spill
from cesctl.engines.together import together
from cesctl.errors import EngineError, UsageError
from cesctl.memory import format_size, in_use
from cesctl.pipeline.duplicates import HASH
from cesctl.sources import pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from cesctl.pipeline.log import Log
    from cesctl.sources import InputFile, Part

LEAST = 384 << 20  # bytes to work with, beside what is there before
_PIECE = 16 << 20  # bytes of a Parquet file that are read at once
_HELD = 8  # this part of the room may wait to be written
_SHARES = 2  # times as many as would do if all were alike
_DEEPEST = 6  # times that a share is shared out again
_GROUP_AT_ONCE = 4  # times its bytes that reading a group of rows takes


class Limited:
    """The engine of one machine that keeps within ``limit`` bytes of memory, all of the process's. Raises
    UsageError where that leaves too little to work with, whatever the log.
    """

    def __init__(self, limit: int) -> None:
        needed = in_use() + needs.READING + LEAST
        if limit < needed:
            raise _too_small(limit, needed)
        self.limit = limit
        self._countings: list[Counting] = []

    def over(self, log: Log) -> Counting:
        """The log, to be counted; its files are read once, however often. Raises UsageError where the limit
        leaves too little to work with.
        """
        made = Counting(log, self.limit)
        self._countings.append(made)
        return made

    def close(self) -> None:
        """Removes what was put aside."""
        for one in self._countings:
            one.remove()
        self._countings.clear()


@dataclass
class _Aside:
    """Events that were put aside. ``rows``: of all that was read, by what became of it."""

    shares: list[Share]
    rows: Rows


@dataclass(frozen=True)
class _Together:
    """What must be seen together: rows with the same in ``column``. ``place``: where a row goes, of so many
    places, so often shared out before; ``most``: rows of a share; ``a_row``: bytes kept by the row of one
    value, where they are more, and ``a_copy``: besides, by the row of those that are there twice;
    ``refused``: what to raise for a value, its rows and what those take.
    """

    column: str
    place: Callable[[int, int], pl.Expr]
    most: int
    a_row: int
    a_copy: int
    refused: Callable[[str, int, float], EngineError]


class Counting:
    """A log that is counted within a limit."""

    def __init__(self, log: Log, limit: int) -> None:
        self._log = log
        self._limit = limit
        self._before = in_use()
        self._room = limit - self._before - needs.READING
        self._spills: list[Spill] = []
        weakref.finalize(self, _remove, self._spills)
        self._aside: _Aside | None = None
        self._shared: Shared | None = None
        self._check_room()

    @cached_property
    def _rows(self) -> int:
        return needs.rows_in(self._log)

    def newest(self) -> datetime | None:
        """The newest accepted event; None where there is none."""
        usual = Asked(times=[self._log.clock] * (1 + (self._log.model.compare_us is not None)))
        if self._aside is None and self._fits(usual):
            return Polars().over(self._log).newest()
        # copies that are there still have the same time
        shares = self._put_aside(usual).shares
        found = [newest_of(_with_reason(s.scan())) for s in shares]
        return max((at for at in found if at is not None), default=None)

    def aggregate(self, asked: Asked) -> Aggregate:
        """What is asked, of all customers. Raises UsageError where these are too many to be scored within the
        limit, and EngineError where one customer's events do not fit.
        """
        if self._aside is None and self._fits(asked):
            return Polars().over(self._log).aggregate(asked)
        aside = self._put_aside(asked)
        made: list[Aggregate] = []
        counted_part, rows = 0.0, aside.rows
        todo, done = aside.shares[::-1], []
        while todo:
            share = todo.pop()
            if smaller := self._smaller(share, self._of_a_customer(asked)):
                todo += smaller
                continue
            assert self._shared is not None
            made.append(counted(self._shared, self._events(share), rows, asked))
            rows = {}
            done.append(share)
            counted_part += share.part
            # also where only those of a roster are scored: till then all are there
            so_far = sum(m.activity[0].height for m in made)
            self.check_scored(int(so_far / counted_part), asked)
        aside.shares = done
        return together(made)

    def check_scored(self, customers: int, asked: Asked) -> None:
        """Raises UsageError where that many do not fit when they are scored, ranked and written together."""
        needed = self._before + customers * needs.a_customer(self._log.model, asked)
        if needed > self._limit:
            raise UsageError(
                f"a memory limit of {format_size(self._limit)} is too small to score about "
                f"{customers:,} customers; it takes about {format_size(needed)}"
            )

    def remove(self) -> None:
        """Removes what was put aside."""
        _remove(self._spills)
        self._aside = None

    def _check_room(self) -> None:
        group, name = needs.largest_piece(self._log)
        least = max(LEAST, group * _GROUP_AT_ONCE)
        if self._room >= least:
            return
        needed = self._before + needs.READING + least
        why = ""
        if least > LEAST:
            why = f': a group of rows of "{name}" alone has {format_size(group)} unpacked'
        raise _too_small(self._limit, needed, why)

    def _fits(self, asked: Asked) -> bool:
        a_row = needs.a_row(self._log.model, asked) + needs.of_copies(self._log)
        return self._rows * a_row <= self._room

    def _rows_at_once(self, a_row: int) -> int:
        """Rows of a share: half of the room is theirs, the other is for what was counted before."""
        return max(1, self._room // 2 // a_row)

    def _put_aside(self, asked: Asked) -> _Aside:
        """The events on disk, shared out by customers; they are read once."""
        if self._aside is None:
            # shares are not all alike, and sharing out again costs more than some shares too many
            most = min(what.most for what in (self._of_a_customer(asked), self._of_a_record()))
            wanted = -(-self._rows * _SHARES // most)
            self._shared = Shared.of(self._log, min(MOST_SHARES, max(2, wanted)))
            try:
                self._aside = self._read(self._shared)
                if self._shared.by_id:
                    self._aside = self._without_copies(self._shared, self._aside)
            except BaseException:
                self.remove()
                raise
        return self._aside

    def _read(self, shared: Shared) -> _Aside:
        """All events, where all copies of each are together."""
        spill = self._spill(shared.schema, shared.buckets)
        rows: Counter[tuple[int, int | None]] = Counter()
        for part, before in shared.log.placed_parts():
            for some, first in _stretches(part):
                for batch in batches(shared.log.records(some, before + first)):
                    rows.update(rows_of(batch))
                    spill.add(_accepted(batch), shared.first_place)
        return _Aside(spill.shares(), dict(rows))

    def _without_copies(self, shared: Shared, aside: _Aside) -> _Aside:
        """All events but copies, where all of a customer are together. Raises EngineError where copies of one
        record do not fit.
        """
        spill = self._spill(shared.counted_schema, shared.buckets)
        rows = Counter(aside.rows)
        todo = aside.shares[::-1]
        while todo:
            share = todo.pop()
            if smaller := self._smaller(share, self._of_a_record()):
                todo += smaller
                continue
            for batch in batches(marked_copies(shared.log, _with_reason(share.scan()))):
                copies = batch.filter(pl.col("reason").is_not_null())
                rows.update(rows_of(copies))
                spill.add(_accepted(batch), by_customer(shared.buckets))
            share.remove()
        return _Aside(spill.shares(), dict(rows))

    def _events(self, share: Share) -> pl.LazyFrame:
        """All events of a share; copies are marked or gone."""
        assert self._shared is not None
        return self._shared.counted_once(_with_reason(share.scan()))

    def _of_a_customer(self, asked: Asked) -> _Together:
        log = self._log
        most, one = needs.a_row(log.model, asked), needs.of_one_customer(log.model, asked)
        if by_id(log):
            return _Together(
                "customer", by_customer, self._rows_at_once(most), one, 0, _too_many_of
            )
        # copies that are all of one customer are told where it is counted
        copy, most = needs.of_copies(log), self._rows_at_once(most + needs.of_copies(log))
        one += needs.of_hashes(log)
        return _Together("customer", by_customer, most, one, copy, _too_many_of)

    def _of_a_record(self) -> _Together:
        one = needs.of_copies(self._log)
        return _Together(HASH, by_record, self._rows_at_once(max(1, one)), one, 0, _too_many_alike)

    def _smaller(self, share: Share, what: _Together) -> list[Share]:
        """The share in several; none where it may be counted, or looked through, as it is."""
        if share.rows <= what.most or share.depth >= _DEEPEST:
            return []
        value, rows = share.most_often(what.column)
        if rows > what.most:
            # of the others' events in the share as much may be kept as of any share's
            needed = rows * what.a_row
            if what.a_copy and needed <= self._room // 2:
                needed += share.there_twice() * what.a_copy
            if needed > self._room // 2:
                raise what.refused(value, rows, self._limit - self._room + 2 * needed)
            if share.rows - rows <= what.most:
                return []
        spill = self._spill(share.schema, min(MOST_SHARES, -(-_SHARES * share.rows // what.most)))
        where = what.place(spill.buckets, share.depth + 1)
        for batch in batches(share.scan()):
            spill.add(batch, where)
        share.remove()
        return spill.shares(share.part, share.depth + 1)

    def _spill(self, schema: Mapping[str, pl.DataType], buckets: int) -> Spill:
        self._spills.append(Spill(schema, buckets, self._room // _HELD))
        return self._spills[-1]


def _too_small(limit: int, needed: int, why: str = "") -> UsageError:
    return UsageError(
        f"a memory limit of {format_size(limit)} is too small; "
        f"it takes at least {format_size(needed)}{why}"
    )


def _remove(spills: list[Spill]) -> None:
    for spill in spills:
        spill.remove()
    spills.clear()


def _too_many_of(customer: str, rows: int, needed: float) -> EngineError:
    return EngineError(
        f'customer "{customer}" has {rows:,} events, which must be seen together and do not fit into the '
        f"memory limit; it takes about {format_size(needed)}\n"
        "  leave them out by the source's where, if they are no customer's"
    )


def _too_many_alike(_: str, rows: int, needed: float) -> EngineError:
    return EngineError(
        f"one record is there {rows:,} times, and its copies do not fit into the memory limit; it takes "
        f"about {format_size(needed)}\n"
        "  let the source's id name what tells its records apart, or leave them out by the source's where"
    )


def _accepted(batch: pl.DataFrame) -> pl.DataFrame:
    return batch.filter(pl.col("reason").is_null()).drop("reason")


def _with_reason(events: pl.LazyFrame) -> pl.LazyFrame:
    """Events that were put aside are none but accepted ones."""
    return events.with_columns(pl.lit(None, dtype=pl.UInt8).alias("reason"))


def _stretches(part: Part) -> Iterator[tuple[Part, int]]:
    """What is read at once, and how many of the part's files are before it: all of it, but of Parquet, which
    polars reads far ahead, some megabytes.
    """
    if part.format != "parquet":
        yield part, 0
        return
    first = 0
    before = 0
    places = []
    for file in part.files:
        places.append(before // _PIECE)
        before += file.size
    for _, group in groupby(range(len(places)), key=places.__getitem__):
        files = part.files[first : first + len(list(group))]
        yield from ((replace(part, files=own), first + n) for n, own in _cut(files))
        first += len(files)


def _cut(files: tuple[InputFile, ...]) -> Iterator[tuple[int, tuple[InputFile, ...]]]:
    """Small files together, of large ones pieces; each with its place among the files."""
    small: list[InputFile] = []
    for n, file in enumerate(files):
        cut = pieces.cut(file, _PIECE)
        if not cut:
            small.append(file)
            continue
        if small:
            yield n - len(small), tuple(small)
            small = []
        for piece in cut:
            with pieces.opened(file, piece) as own:
                yield n, (own,)
    if small:
        yield len(files) - len(small), tuple(small)
