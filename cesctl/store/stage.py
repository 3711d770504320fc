"""Exports read and normalised into one file on this machine's disk, before anything of the store changes.

What follows (which records are there already, what is written) may have to be done again where two runs
meet; reading the exports need not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from cesctl import sources
from cesctl.errors import UsageError
from cesctl.model.types import Model
from cesctl.pipeline.conditions import PROPERTY
from cesctl.pipeline.log import Log, used_properties
from cesctl.pipeline.normalise import ROW
from cesctl.pipeline.rejects import broken_lines, rejected_rows
from cesctl.pipeline.row_counts import row_counts
from cesctl.sources import columns, separated, temporary
from cesctl.sources.census import every_path
from cesctl.sources.files import identity
from cesctl.sources.gathering import gather, path_of
from cesctl.sources.grouping import Group
from cesctl.sources.parts import FILE, Raw
from cesctl.sources.reading import in_parts, resolved
from cesctl.store import exports, forgotten, names
from cesctl.store.failures import reading
from cesctl.store.place import Folder
from cesctl.store.tail import tail_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    from cesctl.model.types import Source
    from cesctl.result import RowCounts
    from cesctl.sources import InputFile
    from cesctl.sources.gathering import Gathered
    from cesctl.store.done import Done
    from cesctl.store.exports import Content, Export
    from cesctl.store.place import Place
    from cesctl.store.table import EventTable

REASON = "reason"


@dataclass(frozen=True)
class Coming:
    """A file that is to be taken in. ``file``: what is read of it; ``source``: by what, its columns known.

    ``goes_on_from``: the export in the store that it begins with, whose bytes are not read again;
    ``replaces``: a longer one that broke off within a line, whose events go. ``scope``: see ``scope_of``.
    """

    file: InputFile
    source: Source
    content: Content
    scope: str
    reading: str
    timezone: str
    goes_on_from: Export | None = None
    replaces: Export | None = None
    continued: int = 0  # how often that one was gone on from, or replaced, before
    stat: str = ""  # of the file as it was named (see ``exports.stat_of``)

    @property
    def older(self) -> Export | None:
        """The longest that it begins with."""
        return self.replaces or self.goes_on_from

    @property
    def tag(self) -> str:
        return exports.tag_of(self.source.name, self.content.sha256)


@dataclass(frozen=True)
class Passed:
    """A file that is not taken in, and why; ``known``: because the store has it already."""

    name: str
    why: str
    known: bool = False


@dataclass
class Staged:
    """Normalised rows, on disk. ``coming``: the files by their number in ``rows``; ``passed``: others.
    ``changed``: the numbers of those that somebody wrote to meanwhile, whose rows do not count; ``done``:
    which exports were taken in before; ``forgotten``: by the number of a file that is read again, customers
    whose rows must not come back.

    ``path``: Parquet, one row per record: customer, event, at (UTC), ``reason`` (why it is no event), the
    number of its file, and a column per property (see ``cesctl.store.names``).
    """

    coming: list[Coming]
    passed: list[Passed]
    clock: datetime
    done: Done
    properties: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    path: Path | None = None
    log: Log | None = None
    changed: set[int] = field(default_factory=set)
    forgotten: dict[int, list[str]] = field(default_factory=dict)

    def scan(self) -> pl.LazyFrame:
        """The rows with their number, ``row:``."""
        assert self.path is not None
        rows = pl.scan_parquet(self.path, glob=False).with_row_index(ROW)
        for number, customers in self.forgotten.items():
            gone = (pl.col(FILE) == number) & pl.col(names.CUSTOMER).is_in(customers)
            rows = rows.filter(~gone.fill_null(value=False))
        return rows.filter(~pl.col(FILE).is_in(list(self.changed))) if self.changed else rows

    @cached_property
    def _counts(self) -> dict[tuple[int, int | None], int]:
        if self.path is None:
            return {}
        counted = self.scan().group_by(FILE, REASON).len().collect(engine="streaming")
        return {(file, reason): n for file, reason, n in counted.rows()}

    @cached_property
    def reasons(self) -> dict[int, int]:
        """Rows that are no events, by the code of the reason."""
        found: dict[int, int] = {}
        for (_, reason), n in self._counts.items():
            if reason is not None:
                found[reason] = found.get(reason, 0) + n
        return found

    @property
    def rows(self) -> RowCounts:
        """Where the rows of all files went."""
        return row_counts(sum(self._counts.values()), self.reasons)

    @property
    def file_rows(self) -> dict[int, RowCounts]:
        """The same by the file's number."""
        found = {}
        for number in range(len(self.coming)):
            own = {r: n for (file, r), n in self._counts.items() if file == number}
            aside = {r: n for r, n in own.items() if r is not None}
            found[number] = row_counts(sum(own.values()), aside)
        return found

    def numbers(self) -> list[int]:
        """Of the files whose rows count."""
        return [n for n in range(len(self.coming)) if n not in self.changed]

    def rejects(self) -> pl.DataFrame:
        """One row per rejected row (see ``cesctl.pipeline.rejects``)."""
        assert self.log is not None
        return rejected_rows(self.log)

    @property
    def all_notes(self) -> list[str]:
        """What the user should know of the reading."""
        broken = [] if self.log is None else broken_lines(self.log.raw, self.reasons)
        return [*self.notes, *broken]


def stage(
    inputs: Sequence[str],
    model: Model,
    table: EventTable,
    *,
    now: datetime,
) -> Staged:
    """Reads what the store has not. Raises InputError for what cannot be read, and what is no export."""
    if any(isinstance(i, (pl.DataFrame, pl.LazyFrame)) for i in inputs):
        raise UsageError("a store takes in files, not frames: write the frame to a file first")
    tables = [t.file for t in (model.customers, model.identities) if t is not None]
    if model.nightly is not None:  # what was written among the exports is none
        tables += [*model.nightly.outputs, *model.nightly.at_risk_outputs]
    named = inputs or [f for s in model.sources for f in s.files]
    _check_apart(named, model.sources, table.place)
    known = exports.Known.of(table, model)
    gathered = gather(inputs, model.sources, tables, partial(_unchanged, known))
    before = {f: _state(f) for f in gathered.files}
    before_these = table.properties if gathered.known else ()
    groups, coming, passed = _new(resolved(gathered, (), before_these), gathered, known)
    own = dict(gathered.known)
    passed = [p for p in passed if p.name not in own]
    passed = [*(Passed(name, why, known=True) for name, why in own.items()), *passed]
    if not coming:
        return Staged(coming, passed, now, known.done, notes=list(gathered.notes.lines))
    properties = _properties(groups)
    parts = tuple(_parts(groups, properties, gathered))
    staged = Staged(coming, passed, now, known.done, properties, list(gathered.notes.lines))
    log = Log(
        raw=Raw(parts, []),
        model=Model(
            signals=(),
            timezone=model.timezone,
            sources=model.sources,
            attributes=tuple((p, p) for p in properties),
        ),
        clock=now,
        as_of="now",
    )
    by_file = {(c.file, c.source): c for c in coming}
    staged.coming = [by_file[f, p.source] for p in log.raw.parts for f in p.files]
    staged.path = temporary.new_file(".parquet")
    raw, _ = sources.carefully(log.raw, partial(_sink, log, staged.path))
    staged.log = replace(log, raw=raw)
    _leave_out_changed(staged, before)
    _leave_out_forgotten(staged, table.place)
    return staged


def _check_apart(inputs: Sequence[str], declared: Sequence[Source], place: Place) -> None:
    """Raises UsageError where the store lies in a folder that is read: its files are no exports."""
    if not isinstance(place, Folder):
        return
    for text in inputs:
        path = path_of(text, declared)
        fixed = re.split(r"[*?\[]", path, maxsplit=1)
        base = Path(path) if len(fixed) == 1 else Path(fixed[0] + "x").parent
        deep = len(fixed) == 1 or "**" in path
        if deep and base.resolve() in (place.folder.resolve(), *place.folder.resolve().parents):
            raise UsageError(
                f'the event store "{place.name}" lies among the exports, in "{text}": put it elsewhere'
            )


def _unchanged(known: exports.Known, source: Source | None, name: str, path: Path) -> str | None:
    """That a file is in the store, where nobody has written to it since."""
    there = None if source is None else known.unchanged(source, exports.stat_of(name, path))
    return None if there is None else _already(name, there)


def _new(
    groups: Sequence[Group], gathered: Gathered, known: exports.Known
) -> tuple[list[Group], list[Coming], list[Passed]]:
    """What of the files the store has not yet, and the others."""
    kept: list[Group] = []
    coming: list[Coming] = []
    passed: list[Passed] = []
    met: dict[tuple[str, str], str] = {}
    for group in groups:
        name = group.source.name
        own = []
        for file in group.files:
            stat = exports.stat_of(file.name, file.path)
            there = known.unchanged(group.source, stat)
            if there is not None:
                passed.append(Passed(file.name, _already(file.name, there), known=True))
                continue
            content = exports.content_of(file, known.sizes)
            there = known.find(group.source, content.size, content.sha256)
            if there is not None:
                passed.append(Passed(file.name, _already(file.name, there), known=True))
            elif (name, content.sha256) in met:
                same = met[name, content.sha256]
                passed.append(Passed(file.name, f"the same as {same}, taken in once"))
            else:
                met[name, content.sha256] = file.name
                made = _coming(file, group.source, content, known)
                own.append(replace(made, stat=stat))
                gathered.sampled[own[-1].file] = gathered.sampled[file]
        if own:
            kept.append(Group(group.source, tuple(c.file for c in own)))
            coming += own
    return kept, coming, passed


def _coming(file: InputFile, source: Source, content: Content, known: exports.Known) -> Coming:
    reading = known.reading(source)
    made = Coming(file, source, content, known.scope(source), reading, known.zone(source))
    older = known.grown_from(source, file, content)
    if older is None:
        return made
    made = replace(made, continued=known.table.times(older.continued))
    start: Export | None = older
    if not older.ended:  # what it added to the one before is read again
        made = replace(made, replaces=older)
        start = known.by_digest(older.goes_on_from)
    if start is None:
        return made
    return replace(made, file=tail_of(file, start.size), goes_on_from=start)


def _already(name: str, there: Export) -> str:
    named = "" if there.name == name else f" as {there.name}"
    return f"in the store already, taken in on {there.taken_in[:10]}{named}"


def _properties(groups: Sequence[Group]) -> list[str]:
    """Every path of the files but those of the time, sorted: where copies of a record differ, the order of
    properties decides, and must not depend on which file is met first.
    """
    found: set[str] = set()
    for group in groups:
        for file in group.files:
            times = set(group.source.timestamp) - set(group.source.id)
            found.update(p for p in every_path(file) if p not in times)
    return sorted(found)


def _parts(
    groups: Sequence[Group], properties: Sequence[str], gathered: Gathered
) -> list[sources.Part]:
    parts: list[sources.Part] = []
    for group in groups:
        wanted = columns.wanted(group.source, properties, set(properties))
        roles = columns.wanted(group.source, (), ())
        separated.tell_repeated(group.files, roles, gathered.notes)
        parts += in_parts(group, wanted, gathered)
    return parts


def _sink(log: Log, path: Path, raw: Raw) -> None:
    log = replace(log, raw=raw)
    log.count(partial(_sink_events, path=path, properties=used_properties(log.model)))


def _sink_events(events: pl.LazyFrame, *, path: Path, properties: Sequence[str]) -> None:
    file = pl.col(FILE) if FILE in events.collect_schema() else pl.lit(0, dtype=pl.UInt32)
    with temporary.writing():
        events.select(
            names.CUSTOMER,
            names.EVENT,
            names.AT,
            REASON,
            file.alias(FILE),
            *(pl.col(PROPERTY + p).alias(names.column_of(p)) for p in properties),
        ).sink_parquet(path, compression="lz4")


def _state(file: InputFile) -> Hashable:
    """What changes where a file is written to."""
    stat = os.stat(file.path)  # noqa: PTH116
    return identity(file), stat.st_size, stat.st_mtime_ns


def _leave_out_changed(staged: Staged, before: dict[InputFile, Hashable]) -> None:
    """Passes by the files that somebody wrote to while they were read."""
    changed = {f.name for f, state in before.items() if _gone(f) or _state(f) != state}
    if not changed:
        return
    for number, one in enumerate(staged.coming):
        if one.file.name in changed:
            why = "it was written to while it was read; left for the next run"
            staged.passed.append(Passed(one.file.name, why))
            staged.changed.add(number)


def _leave_out_forgotten(staged: Staged, place: Place) -> None:
    """Passes by the customers who were forgotten since a file that is read again was taken in."""
    for number, one in enumerate(staged.coming):
        if one.replaces is None:
            continue
        own = staged.scan().filter(pl.col(FILE) == number, pl.col(REASON).is_null())
        customers = own.select(pl.col(names.CUSTOMER).unique()).collect(engine="streaming")
        with reading(place):
            gone = forgotten.since(
                place,
                one.replaces.begun or one.replaces.taken_in,
                customers[names.CUSTOMER].to_list(),
            )
        if gone:
            staged.forgotten[number] = gone
            staged.notes.append(
                f"{one.file.name}: it is read again, without {len(gone):,} customers who were forgotten"
            )


def _gone(file: InputFile) -> bool:
    return not file.path.exists()
