"""Whole days that a store has counted before: most of a window costs a row per customer, not its events.

The sums (see ``cesctl.engines.summed``) of days, weeks, and of 4, 16 and 64 weeks are kept in the store's
cache. A score takes the longest that none of its T and windows cuts, and reads only the events around them,
and those of signals that cannot be summed. Days are those of the model's time zone, and weeks begin on
Monday, so that what counts days or weeks finds all of each in one place. Blocks into which late events came
are made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from cesctl.engines.keys import IS_ASIDE
from cesctl.engines.summed import Stretch, Summed, Timeless, edges
from cesctl.pipeline.identities import replace_ids
from cesctl.pipeline.normalise import DUPLICATE
from cesctl.store import cache
from cesctl.store.carried import seen_by_copies
from cesctl.store.stretches import joined, looking_at, within, without

if TYPE_CHECKING:
    from cesctl.engines.base import Asked
    from cesctl.store.log import StoreLog

ENOUGH = 1_000_000  # events in the blocks: with fewer, keeping sums takes what it gives
MOST = 60  # sums of a customer: with more, they are not fewer than its events
_LAYOUT = 1  # changes with what is kept
_WEEK = 7
_SIZES = (64 * _WEEK, 16 * _WEEK, 4 * _WEEK, _WEEK, 1)  # days that are kept together
_KINDS = 8  # of models that need other sums; beyond, the one whose last days are the oldest goes
_EACH = 500  # kept of one kind beside those that a score has used, those of the latest days
_MONDAY, _1970 = date(1969, 12, 29), date(1970, 1, 1)  # day 0, and that from which dates count
_END = date(9999, 1, 1)
_DAY, _LAST = timedelta(days=1), timedelta(microseconds=1)
_PREFIX = "days-"


def summed(log: StoreLog, asked: Asked) -> tuple[StoreLog, Summed | None]:
    """The log without its whole days, and what is known of those, for what is asked; None where it is of no
    use, or rows that are copies of others once ids are replaced must be looked at together.
    """
    if asked.occurrences or (log.has_duplicates and log.identities is not None):
        return log, None
    days = Days(log, Timeless(log.model, alone=log.identities is None))
    blocks = days.within(asked.times)
    if sum(days.rows(b) for b in blocks) < ENOUGH or days.timeless.sums > MOST:
        return log, None
    found = {b: entry for b in blocks if (entry := days.entry(b)) is not None}
    days.tidy()
    if not found:
        return log, None
    parts = []
    for block, entry in found.items():
        sums = entry.frame
        if log.identities is not None:
            sums = replace_ids(sums.lazy(), "key", log.identities.lazy()).collect()
        parts.append(days.timeless.seen(sums, days.stretch(block), asked))
    copies = sum(int(entry.said["copies"]) for entry in found.values())
    known = Summed(
        frozenset(days.timeless.lasting),
        parts,
        looking_at(log, days.timeless.others, asked.times).events(),
        {(0, DUPLICATE): copies} if copies else {},
    )
    return without(log, joined(map(days.stretch, found))), known


@dataclass(frozen=True, order=True)
class Block:
    """Whole days: the number of the first, a multiple of how many there are."""

    first: int
    size: int

    @property
    def end(self) -> int:
        return self.first + self.size

    @property
    def smaller(self) -> list[Block]:
        """The blocks of the next size that it is made of; none of a week, which is counted sooner than its
        days are put together.
        """
        size = next((size for size in _SIZES if _WEEK <= size < self.size), None)
        return [] if size is None else [Block(n, size) for n in range(self.first, self.end, size)]


@dataclass
class Days:
    """The days of a log. ``used``: the names of kept sums that were looked at; ``made``: what those are made
    from that were not there yet; ``keeps``: whether such are kept.
    """

    log: StoreLog
    timeless: Timeless
    used: set[str] = field(default_factory=set)
    made: dict[str, frozenset[str]] = field(default_factory=dict)
    keeps: bool = True

    def __post_init__(self) -> None:
        # what only one command asks for would push out what every night looks for
        self.keeps = self.log.keeps and not self.log.model.asked

    def within(self, times: Sequence[datetime]) -> list[Block]:
        """Blocks, in order, that hold events and that no T and no window cuts, each as long as can be."""
        cuts = edges(self.timeless.signals, times)
        found: list[Block] = []
        begin = 0
        for number in sorted(self._files):
            if number < begin:
                continue
            blocks = (Block(number - number % size, size) for size in self._sizes)
            fits = (b for b in blocks if b.first >= begin and self._is_whole(b, cuts, times[0]))
            block = next(fits, None)
            if block is not None:
                found.append(block)
                begin = block.end
        return found

    def rows(self, block: Block) -> int:
        """How many rows the data files with its events have."""
        return sum(self._of(block).values())

    def stretch(self, block: Block) -> Stretch:
        first, end = self._starts[block.first], self._starts[block.end]
        assert first is not None
        assert end is not None
        return Stretch(first, end)

    def entry(self, block: Block) -> cache.Entry | None:
        """Its sums, kept or made; None where they are not there and nothing is to be kept, or can be."""
        name = f"{self._kind}-{block.first:07}-{block.size:03}.parquet"
        covers = frozenset(self._of(block))
        place = self.log.table.place
        entry = cache.read(place, name)
        self.used.add(name)
        if entry is not None and entry.covers == covers:
            return entry
        if not self.keeps:
            return None
        found = self._together(block) if block.smaller else self._counted(block)
        if found is None:
            return None
        stretch = self.stretch(block)
        before = (stretch.end - _LAST).date() + _DAY
        made = cache.Entry(stretch.first.date(), before, covers, found[0], {"copies": found[1]})
        self.made[name] = covers
        # where that cannot be written, others would cost more than they give
        self.keeps = cache.write(place, name, made)
        return made

    def tidy(self) -> None:
        """Removes what is not needed any more, if something was made."""
        if not self.made:
            return
        place = self.log.table.place
        old = [n for n in cache.names(place, _PREFIX) if n not in self.used]
        cache.tidy(place, self.made, _too_many(old, self._kind))

    def _counted(self, block: Block) -> tuple[pl.DataFrame, int]:
        """One row per customer of the sums of its events, and how many rows are copies."""
        stretch = self.stretch(block)
        events = within(self.log, stretch).events()
        grouped = self.timeless.grouping(stretch).grouped(events)
        copies = grouped.filter(IS_ASIDE)["rows"].sum()
        return grouped.filter(~IS_ASIDE).sort("key"), int(copies)

    def _together(self, block: Block) -> tuple[pl.DataFrame, int] | None:
        """The same of the sums of smaller blocks; None where they are not all there."""
        found = [self.entry(b) for b in block.smaller if self._of(b)]
        parts = [entry for entry in found if entry is not None]
        if len(parts) < len(found):
            return None
        merged = self.timeless.grouping(self.stretch(block)).merged([e.frame for e in parts])
        return merged.sort("key"), sum(int(e.said["copies"]) for e in parts)

    def _is_whole(self, block: Block, cuts: Sequence[int], until: datetime) -> bool:
        """Whether all events of it are there to be summed, and may be seen at once."""
        bounds = range(block.first, block.end + 1, min(block.size, _WEEK))
        if any(self._starts[number] is None for number in bounds):
            return False
        stretch = self.stretch(block)
        since = self.log.since
        begins = since is None or stretch.first.date() >= since
        return begins and stretch.end - _LAST <= until and not stretch.is_cut(cuts)

    def _of(self, block: Block) -> dict[str, int]:
        """The data files that have events of it, and their rows."""
        days = (self._files.get(number, {}) for number in range(block.first, block.end))
        return {path: rows for files in days for path, rows in files.items()}

    @cached_property
    def _files(self) -> dict[int, dict[str, int]]:
        """The data files and their rows by the days that they may have events of."""
        first = pl.col("day").cast(pl.Datetime("us", "UTC"))
        local = [
            at.dt.convert_time_zone(self._zone).dt.date() for at in (first, first + _DAY - _LAST)
        ]
        number = [day.to_physical() + (_1970 - _MONDAY).days for day in local]
        named = self.log.files.select("path", "rows", first=number[0], last=number[1])
        found: dict[int, dict[str, int]] = defaultdict(dict)
        for path, rows, *days in named.iter_rows():
            for day in dict.fromkeys(days):
                if day >= 0:  # what is older is read as ever
                    found[day][path] = rows
        return found

    @cached_property
    def _starts(self) -> dict[int, datetime | None]:
        """When each day begins; None where no clock showed that midnight."""
        most = max(_SIZES)
        numbers = range(min(self._files) // most * most, max(self._files) + most + 1)
        there = range(numbers.start, max(numbers.start, min(numbers.stop, (_END - _MONDAY).days)))
        since = (numbers.start - (_1970 - _MONDAY).days, there.stop - (_1970 - _MONDAY).days)
        days = pl.int_range(*since, dtype=pl.Int32, eager=True).cast(pl.Date)
        local = days.cast(pl.Datetime("us")).dt.replace_time_zone(
            self._zone, ambiguous="earliest", non_existent="null"
        )
        starts = dict(zip(there, local.dt.convert_time_zone("UTC").to_list(), strict=True))
        return {n: starts.get(n) for n in numbers}

    @property
    def _sizes(self) -> tuple[int, ...]:
        """Of the blocks that may be."""
        return _SIZES if self.timeless.uncut == "day" else _SIZES[:-1]

    @property
    def _zone(self) -> str:
        return self.log.model.timezone

    @cached_property
    def _kind(self) -> str:
        """What is summed, in short: the same for models that sum the same."""
        log = self.log
        said = [_LAYOUT, self.timeless.told, self._zone, log.identities is None]
        said.append(sorted((s.name, s.deduplicate or "") for s in log.model.sources))
        said += [seen_by_copies(log), pl.__version__, str(pl.get_index_type())]
        return _PREFIX + hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _too_many(old: Sequence[str], kind: str) -> list[str]:
    """Of the names of what is kept and was not used, those that go."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for name in old:
        by_kind[name.rsplit("-", 2)[0]].append(name)
    own = sorted(by_kind.pop(kind, []))
    latest = sorted((max(n.rsplit("-", 2)[1] for n in names), k) for k, names in by_kind.items())
    gone = [k for _, k in latest[: -(_KINDS - 1)]]
    return [n for k in gone for n in by_kind[k]] + own[:-_EACH]
