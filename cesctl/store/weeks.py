"""Whole weeks that a store has counted before: most of a window costs a row per customer, not its events.

A week's sums (see ``cesctl.engines.summed``) are kept in the store's cache, and so are those of 4, 16 and 64
weeks, made from them. A score takes the longest that none of its T and windows cuts, and reads only the
events around them, and those of signals that cannot be summed. Weeks begin on Monday in the model's time
zone, so that no day or week of a customer is in two of them. One into which late events came is made anew.
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
from cesctl.store.stretches import joined, looking_at, within, without

if TYPE_CHECKING:
    from cesctl.engines.base import Asked
    from cesctl.store.log import StoreLog

ENOUGH = 1_000_000  # events in the weeks: with fewer, keeping sums takes what it gives
_LAYOUT = 1  # changes with what is kept
_SIZES = (64, 16, 4, 1)  # weeks that are kept together; each is made from those of the next size
_KINDS = (
    8  # of models that need different sums; beyond, the one whose last weeks are the oldest goes
)
_EACH = 200  # kept of one kind, those of the latest weeks
_MONDAY, _THURSDAY = (
    date(1969, 12, 29),
    date(1970, 1, 1),
)  # the first day of week 0, of which days count
_DAY, _LAST = timedelta(days=1), timedelta(microseconds=1)
_PREFIX = "weeks-"


def summed(log: StoreLog, asked: Asked) -> tuple[StoreLog, Summed | None]:
    """The log without its whole weeks, and what is known of those, for what is asked; None where it is of no
    use, or rows that are copies of others once ids are replaced must be looked at together.
    """
    if asked.occurrences or (log.has_duplicates and log.identities is not None):
        return log, None
    weeks = Weeks(log, Timeless(log.model, whole_weeks=log.identities is None))
    blocks = weeks.within(asked.times)
    if sum(weeks.rows(b) for b in blocks) < ENOUGH:
        return log, None
    found = {b: entry for b in blocks if (entry := weeks.entry(b)) is not None}
    weeks.keep()
    if not found:
        return log, None
    parts = []
    for block, entry in found.items():
        sums = entry.frame
        if log.identities is not None:
            sums = replace_ids(sums.lazy(), "key", log.identities.lazy()).collect()
        parts.append(weeks.timeless.seen(sums, weeks.stretch(block), asked))
    copies = sum(int(entry.said["copies"]) for entry in found.values())
    known = Summed(
        frozenset(weeks.timeless.lasting),
        parts,
        looking_at(log, weeks.timeless.others, asked.times).events(),
        {(0, DUPLICATE): copies} if copies else {},
    )
    return without(log, joined(map(weeks.stretch, found))), known


@dataclass(frozen=True, order=True)
class Block:
    """Whole weeks: the number of the first, a multiple of how many there are."""

    first: int
    size: int

    @property
    def end(self) -> int:
        return self.first + self.size

    @property
    def smaller(self) -> list[Block]:
        """The blocks of the next size that it is made of; none of a single week."""
        size = next((size for size in _SIZES if size < self.size), self.size)
        return (
            [] if size == self.size else [Block(n, size) for n in range(self.first, self.end, size)]
        )


@dataclass
class Weeks:
    """The weeks of a log. ``made``: sums that were not kept yet, by name."""

    log: StoreLog
    timeless: Timeless
    made: dict[str, cache.Entry] = field(default_factory=dict)

    def within(self, times: Sequence[datetime]) -> list[Block]:
        """Blocks, in order, that hold events and that no T and no window cuts, each as long as can be."""
        cuts = edges(self.timeless.signals, times)
        found: list[Block] = []
        for number in sorted(self._files):
            begin = found[-1].end if found else number - max(_SIZES)
            if number < begin:
                continue
            blocks = (Block(number - number % size, size) for size in _SIZES)
            fits = (b for b in blocks if b.first >= begin and self._is_whole(b, cuts, times[0]))
            found += [block for _, block in zip(range(1), fits, strict=False)]
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
        """Its sums, kept or made; None where they are not there and nothing is to be kept."""
        name = f"{self._kind}-{block.first:06}-{block.size:02}.parquet"
        covers = frozenset(self._of(block))
        entry = cache.read(self.log.table.place, name)
        if entry is not None and entry.covers == covers:
            return entry
        if not self.log.keeps:
            return None
        frame, copies = self._together(block) if block.smaller else self._counted(block)
        stretch = self.stretch(block)
        last = (stretch.end - _LAST).date()
        made = cache.Entry(stretch.first.date(), last + _DAY, covers, frame, {"copies": copies})
        self.made[name] = made
        return made

    def keep(self) -> None:
        """Writes what was made."""
        if not self.made:
            return
        place = self.log.table.place
        there = sorted({*cache.names(place, _PREFIX), *self.made})
        cache.keep(place, self.made, _too_many(there, self._kind))

    def _counted(self, block: Block) -> tuple[pl.DataFrame, int]:
        """One row per customer of the sums of its events, and how many rows are copies."""
        stretch = self.stretch(block)
        events = within(self.log, stretch).events()
        grouped = self.timeless.grouping(stretch).grouped(events)
        copies = grouped.filter(IS_ASIDE)["rows"].sum()
        return grouped.filter(~IS_ASIDE).sort("key"), int(copies)

    def _together(self, block: Block) -> tuple[pl.DataFrame, int]:
        """The same of the sums of smaller blocks."""
        parts = [e for b in block.smaller if self._of(b) and (e := self.entry(b)) is not None]
        merged = self.timeless.grouping(self.stretch(block)).merged([e.frame for e in parts])
        return merged.sort("key"), sum(int(e.said["copies"]) for e in parts)

    def _is_whole(self, block: Block, cuts: Sequence[int], until: datetime) -> bool:
        """Whether all events of it are there to be summed, and may be seen at once."""
        if any(self._starts[number] is None for number in range(block.first, block.end + 1)):
            return False
        stretch = self.stretch(block)
        since = self.log.since
        begins = since is None or stretch.first.date() >= since
        return begins and stretch.end <= until + _LAST and not stretch.is_cut(cuts)

    def _of(self, block: Block) -> dict[str, int]:
        """The data files that have events of it, and their rows."""
        weeks = (self._files.get(number, {}) for number in range(block.first, block.end))
        return {path: rows for files in weeks for path, rows in files.items()}

    @cached_property
    def _files(self) -> dict[int, dict[str, int]]:
        """The data files and their rows by the weeks that they may have events of."""
        first = pl.col("day").cast(pl.Datetime("us", "UTC"))
        local = [
            at.dt.convert_time_zone(self._zone).dt.date() for at in (first, first + _DAY - _LAST)
        ]
        week = [(day.to_physical() + (_THURSDAY - _MONDAY).days).floordiv(7) for day in local]
        named = self.log.files.select("path", "rows", first=week[0], last=week[1])
        found: dict[int, dict[str, int]] = defaultdict(dict)
        for path, rows, *weeks in named.iter_rows():
            for week_number in dict.fromkeys(weeks):
                found[week_number][path] = rows
        return found

    @cached_property
    def _starts(self) -> dict[int, datetime | None]:
        """When each week begins; None where no clock showed that midnight."""
        most = max(_SIZES)
        numbers = range(min(self._files) // most * most, max(self._files) + most + 1)
        there = [n for n in numbers if _MONDAY.toordinal() + 7 * n <= date.max.toordinal()]
        days = pl.Series([_MONDAY + timedelta(days=7 * n) for n in there], dtype=pl.Date)
        local = days.cast(pl.Datetime("us")).dt.replace_time_zone(
            self._zone, ambiguous="earliest", non_existent="null"
        )
        starts = dict(zip(there, local.dt.convert_time_zone("UTC").to_list(), strict=True))
        return {n: starts.get(n) for n in numbers}

    @property
    def _zone(self) -> str:
        return self.log.model.timezone

    @cached_property
    def _kind(self) -> str:
        """What is summed, in short: the same for models that sum the same."""
        log = self.log
        said = [_LAYOUT, self.timeless.told, self._zone, log.identities is None]
        said.append(sorted((s.name, s.deduplicate or "") for s in log.model.sources))
        return _PREFIX + hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _too_many(there: Sequence[str], kind: str) -> list[str]:
    """Of the names of all that is kept, those that go."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for name in there:
        by_kind[name.rsplit("-", 2)[0]].append(name)
    newest = sorted((max(own), k) for k, own in by_kind.items() if k != kind)
    gone = [k for _, k in newest[: -(_KINDS - 1)]]
    return [n for k in gone for n in by_kind[k]] + sorted(by_kind[kind])[:-_EACH]
