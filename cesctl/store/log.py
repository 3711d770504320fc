"""A store's events as a log: what the pipeline reads in place of exports.

Its rows were normalised when they were taken in, so nothing is left to do but ids to replace. Of the days
only those are read that T and the windows need; what must be known of earlier ones is carried over (see
``cesctl.store.carried``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from cesctl.engines.base import AFTER
from cesctl.errors import InputError, InputProblem
from cesctl.model.types import Source
from cesctl.pipeline.conditions import PROPERTY, trimmed
from cesctl.pipeline.identities import read_identities, replace_ids
from cesctl.pipeline.log import Log, used_properties
from cesctl.pipeline.normalise import DUPLICATE, LATER, ROW
from cesctl.sources.columns import did_you_mean, listed, ways
from cesctl.sources.parts import FILE, InputFile, Part, Raw, Wanted
from cesctl.store import carried, days, names
from cesctl.store.done import Done
from cesctl.store.exports import EXACT, every, noted
from cesctl.store.rows import StoredRows
from cesctl.store.table import EXACT_THERE, JSON_THERE, EventTable

if TYPE_CHECKING:
    from cesctl.engines.base import Aggregate, Asked
    from cesctl.engines.summed import Summed
    from cesctl.model.types import Model
    from cesctl.store.carried import Carried
    from cesctl.store.place import Place

_AS_IT_IS = Source(
    customer=(names.CUSTOMER,), event=(names.EVENT,), timestamp=(names.AT,), deduplicate="none"
)
_SCOPE = f"{PROPERTY}\0{names.SOURCE}"  # a property like any other where copies are compared


@dataclass(frozen=True)
class StoreLog(Log):
    """The log of a store. ``skipped``: events that are not read, by why: None where they count all the same,
    as of days before those that are needed; AFTER where they are later than T. ``since``: the first day that
    is read (UTC), where there are earlier ones; ``read``: the data files that are, where not all.
    """

    may_be_empty: ClassVar[bool] = True  # of its exports it keeps events only

    table: EventTable = field(kw_only=True)
    carry: Carried | None = None
    keeps: bool = True  # what is carried over, for the next time
    skipped: tuple[tuple[int | None, int], ...] = ()
    since: date | None = None
    read: frozenset[str] | None = None

    def normalised(
        self, part: Part, rows: pl.LazyFrame, identities: pl.DataFrame | None = None
    ) -> pl.LazyFrame:
        """Rows of the store as events."""
        del part  # all are alike
        reason: pl.Expr = pl.lit(None, dtype=pl.UInt8)
        if self.as_of == "latest" and self._may_be_later:
            late = pl.col(names.AT) > self.clock
            reason = pl.when(late).then(pl.lit(LATER, dtype=pl.UInt8))
        properties = used_properties(self.model)
        there = rows.collect_schema().names()
        stored_as = set(self.table.properties)
        events = rows.select(
            names.CUSTOMER,
            names.EVENT,
            names.AT,
            reason.alias("reason"),
            *(_value(p, stored_as).alias(PROPERTY + p) for p in properties),
            *([pl.col(names.SOURCE).alias(_SCOPE)] if self.has_duplicates else []),
            *(name for name in (ROW, FILE) if name in there),
        )
        if identities is not None:
            events = replace_ids(events, names.CUSTOMER, identities.lazy())
        return events

    @property
    def _may_be_later(self) -> bool:
        last = self.table.files["last"].max()
        return not isinstance(last, datetime) or last > self.clock

    def newest_guess(self) -> datetime | None:
        """The newest instant that the clock has reached."""
        return self.newest_until(self.clock)

    def newest_until(self, end: datetime) -> datetime | None:
        """The newest instant that is not later, which the files tell; of files that go on beyond it those
        rows are looked at.
        """
        files = self.table.files
        known = files.filter(pl.col("last") <= end)["last"].max()
        across = files.filter(pl.col("first") <= end, pl.col("last") > end)
        found = [known] if isinstance(known, datetime) else []
        if across.height:
            at = StoredRows(self.table).scan(across["path"].to_list(), ()).select(names.AT)
            newest = at.filter(pl.col(names.AT) <= end).max().collect().item()
            found += [newest] if isinstance(newest, datetime) else []
        return max(found, default=None)

    def needed(self, times: Sequence[datetime], *, occurrences: bool) -> Log:
        """Only what must be read to measure at those T, the latest first. ``occurrences``: of each signal
        the events, too.
        """
        start = carried.start(self.model, times, occurrences=occurrences)
        if self.has_duplicates and self.identities is not None:
            start = None  # rows that are copies once ids are replaced must be looked at together
        files = self.table.files
        end = times[0].astimezone(UTC).date()
        skipped: list[tuple[int | None, int]] = []
        if self.as_of != "latest":  # its clock tells rejected rows from those after T
            late = files.filter(pl.col("day") > end)
            skipped.append((AFTER, int(late["rows"].sum())))
            files = files.filter(pl.col("day") <= end)
        carry = None
        early = files.filter(pl.col("day") < start) if start is not None else files.clear()
        if start is not None and early.height:
            carry = carried.carried(self, start)
            files = files.filter(pl.col("day") >= start)
            skipped.append((None, int(early["rows"].sum()) - carry.copies))
            if carry.copies:
                skipped.append((DUPLICATE, carry.copies))
        return replace(
            self,
            carry=carry,
            skipped=tuple((why, n) for why, n in skipped if n),
            since=start if carry is not None else None,
            read=frozenset(files["path"]),
        ).reading(self.of_files(files["path"].to_list()))

    @property
    def files(self) -> pl.DataFrame:
        """The data files that are read: one row each, as in ``EventTable.files``."""
        files = self.table.files
        return files if self.read is None else files.filter(pl.col("path").is_in(list(self.read)))

    def summed(self, asked: Asked) -> tuple[Log, Summed | None]:
        """Whole days need not be read where it has counted them before."""
        return days.summed(self, asked)

    def of_files(self, paths: Sequence[str]) -> pl.LazyFrame:
        """The rows of some data files: the columns that the model needs."""
        return StoredRows(self.table).scan(paths, self.stored)

    def reading(self, rows: pl.LazyFrame) -> StoreLog:
        """The same log, but of its data files only these rows are read."""
        return replace(self, raw=_raw(self.table, self.model, rows, self.carry))

    @property
    def stored(self) -> list[str]:
        """The stored properties that the model needs."""
        return stored(self.table, self.model)

    def of_rows(self, rows: pl.LazyFrame) -> StoreLog:
        """The same log with other rows of the store; ids are not replaced."""
        parts = parts_of(self.table, self.model, rows)
        return replace(self, raw=Raw(tuple(parts)), identities=None, as_of="now", skipped=())

    def completed(self, made: Aggregate) -> Aggregate:
        """With the events that were not read."""
        aside = dict(made.aside)
        read = made.read
        if self.carry is not None:  # its rows stand among those that are not read
            read -= self.carry.rows.height
            made = replace(made, activity=self.carry.with_events(made.activity, self.identities))
        for why, n in self.skipped:
            read += n
            if why is not None:
                aside[0, why] = aside.get((0, why), 0) + n
        return replace(made, read=read, aside=aside)


def open_store(
    place: Place, model: Model, *, as_of: str, clock: datetime, keeps: bool = True
) -> StoreLog:
    """The events of a store for a model; without ``keeps`` nothing is written to it. Raises InputError where
    there is none, nothing was taken in yet, or the model asks for a property that no event has.
    """
    table = EventTable.open(place)
    files = table.files["path"].to_list()
    if not files and not every(table):
        problem = InputProblem(
            "nothing was taken into the event store yet",
            place.name,
            hint=f"take some in: cesctl ingest EXPORTS --store {place.name}",
        )
        raise InputError(problem)
    notes = [*_unknown_properties(table, model), *_other_zones(table, model)]
    rows = StoredRows(table).scan(files, stored(table, model))
    return StoreLog(
        raw=replace(_raw(table, model, rows, None), notes=notes),
        model=model,
        clock=clock,
        as_of=as_of,
        identities=None if model.identities is None else read_identities(model.identities),
        table=table,
        keeps=keeps,
    )


def stored(table: EventTable, model: Model) -> list[str]:
    """The stored properties that the model needs: those that it names, or whose text its paths lead into."""
    there = set(table.properties)
    columns = dict.fromkeys(way[0] for p in used_properties(model) for way in _ways(p, there))
    return [p for p in map(names.property_of, columns) if p is not None]


def _raw(table: EventTable, model: Model, rows: pl.LazyFrame, carry: Carried | None) -> Raw:
    parts = parts_of(table, model, rows)
    if carry is not None:
        parts += parts_of(table, model, carry.rows.lazy())
    return Raw(tuple(parts))


def parts_of(table: EventTable, model: Model, rows: pl.LazyFrame) -> list[Part]:
    """Rows of a store as the parts that a log has: two where some are told by all that they hold."""
    name = table.place.name
    file = InputFile(name, Path(name), "store", columns=tuple(table.properties))
    there = set(table.properties)
    wanted = (
        Wanted(names.CUSTOMER, ((names.CUSTOMER,),)),
        Wanted(names.EVENT, ((names.EVENT,),)),
        Wanted(names.AT, ((names.AT,),), timestamp=True),
        *(w for p in used_properties(model) for w in _wanted(p, there)),
    )
    exact = _exact(table, model)
    if exact is None:
        return [Part((file,), wanted, _AS_IT_IS, given=rows)]
    wanted = (*wanted, Wanted(names.SOURCE, ((names.SOURCE,),)))
    return [
        Part((file,), wanted, _AS_IT_IS, given=rows.filter(~exact)),
        Part((file,), wanted, replace(_AS_IT_IS, deduplicate="exact"), given=rows.filter(exact)),
    ]


def _exact(table: EventTable, model: Model) -> pl.Expr | None:
    """Which events are copies of each other where all of them is the same; None where none are.

    The model's word for a source goes before what it was when its exports were taken in.
    """
    said = {s.name: s.deduplicate for s in model.sources if s.deduplicate is not None}
    if not table.is_done(EXACT_THERE) and "exact" not in said.values():
        return None
    scope = pl.col(names.SOURCE)
    found = scope.str.ends_with(EXACT)
    for name, told_by in said.items():
        own = scope.str.starts_with(f"{name}/")
        found = pl.when(own).then(pl.lit(told_by == "exact")).otherwise(found)
    return found


def _wanted(path: str, there: Iterable[str]) -> list[Wanted]:
    """A column for each way to a property: in some events it has a column of its own, in others it lies in
    one of text.
    """
    found = _ways(path, there) or ((names.column_of(path),),)
    return [Wanted(_wanted_name(path, n), (way,)) for n, way in enumerate(found)]


def _wanted_name(path: str, number: int) -> str:
    return f"{PROPERTY}{path}\0{number}"


def _value(path: str, there: Iterable[str]) -> pl.Expr:
    """The first of the ways to a property that leads to something; what has a column was trimmed before."""
    ways = _ways(path, there) or ((path,),)
    columns = [pl.col(_wanted_name(path, n)) for n in range(len(ways))]
    found = [c if len(w) == 1 else trimmed(c) for c, w in zip(columns, ways, strict=True)]
    return found[0] if len(found) == 1 else pl.coalesce(found)


def _ways(path: str, there: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """How a path leads to a value: its own column, and those of text that may hold a JSON object."""
    keys = ways(path)[-1]
    starts = [(path, ())] + [(".".join(keys[:n]), keys[n:]) for n in range(len(keys) - 1, 0, -1)]
    return tuple((names.column_of(start), *rest) for start, rest in starts if start in there)


def _other_zones(table: EventTable, model: Model) -> list[str]:
    """What to tell where times without a zone would be read otherwise today than they were."""
    notes = []
    taken = noted(table)
    done = Done.of(table)
    for source in model.sources:
        zone = source.timezone or model.timezone
        own = (e for e in taken if e.source == source.name and e.timezone not in {"", zone})
        read = {e.timezone for e in own if e.transaction in done}
        if read and source.preset in (None, "plain"):
            whose = f'of source "{source.name}" ' if source.name else ""
            notes.append(
                f"events {whose}were taken in with {', '.join(sorted(read))} as the zone of times without "
                f"one, the model says {zone}: what is in the store stays as it was read"
            )
    return notes


def _unknown_properties(table: EventTable, model: Model) -> list[str]:
    """What to tell of properties that no event has; JSON leaves out what is empty, so that there it need be
    no mistake. Raises InputError where it must be one.
    """
    there = set(table.properties)
    unknown = [p for p in used_properties(model) if not _ways(p, there)]
    if unknown and not table.is_done(JSON_THERE):
        raise InputError(
            *(
                InputProblem(
                    f'no event has a property "{p}"; {listed(table.properties)}',
                    table.place.name,
                    hint=did_you_mean(p, table.properties),
                )
                for p in unknown
            )
        )
    return [f'no event has a property "{p}" yet; it is empty' for p in unknown]
