"""What must be known of the days that are not read: carried over from them, so that history costs nothing.

Signals with a window look at the days within it. What looks further back looks for one event: the last of a
customer, the last of a kind, the first of a kind, the last that names an attribute. The events at those
instants are carried: they are real events, and whatever the pipeline makes of all of history it makes of
them and the days after. One thing is a number: the events that signals without a window take; it goes along.

The latest of what was carried and of new days is the latest of all, so what a night carries is made from
what the night before carried and one more day. It is a cache, kept in the store, made anew where the days
it covers have changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.engines.measures import takes
from cesctl.model.measured import bare, measured
from cesctl.pipeline.conditions import PROPERTY, matches
from cesctl.pipeline.identities import replace_ids
from cesctl.pipeline.log import used_properties
from cesctl.pipeline.normalise import DUPLICATE
from cesctl.store import cache, names
from cesctl.store.rows import StoredRows
from cesctl.store.table import schema

if TYPE_CHECKING:
    from cesctl.model.types import Model
    from cesctl.store.log import StoreLog

_LAYOUT = 2  # changes with what is carried
_KEPT = 3  # of one kind, those of the latest days
_ONE_EVENT = {"once": "last", "recency": "last", "tenure": "first"}  # measures that one event tells


@dataclass(frozen=True)
class Carried:
    """Of all days before ``start``. ``rows``: the events that are carried, as in a data file;
    ``events``: one row per customer: how many events each set of signals without a window takes, by the set's
    name (see Measured), those in ``rows`` left out. ``copies``: rows that are copies of others.
    """

    start: date
    rows: pl.DataFrame
    events: pl.DataFrame
    copies: int = 0

    def with_events(
        self, activity: Sequence[pl.DataFrame], identities: pl.DataFrame | None
    ) -> list[pl.DataFrame]:
        """An engine's frames, their counts of events with those that were not read."""
        sets = self.events.columns[1:]
        more = self.events.lazy()
        if identities is not None:
            more = replace_ids(more, names.CUSTOMER, identities.lazy())
        added = more.group_by(names.CUSTOMER).agg(pl.col(s).sum() for s in sets).collect()
        return [_added(frame, added, [s for s in sets if s in frame.columns]) for frame in activity]


def _added(frame: pl.DataFrame, more: pl.DataFrame, sets: list[str]) -> pl.DataFrame:
    if not sets:
        return frame
    own = more.select(names.CUSTOMER, *(pl.col(s).alias(f"more:{s}") for s in sets))
    return (
        frame.join(own, on=names.CUSTOMER, how="left", maintain_order="left")
        .with_columns(
            (pl.col(s) + pl.col(f"more:{s}").fill_null(0)).cast(frame.schema[s]) for s in sets
        )
        .select(frame.columns)
    )


def start(model: Model, times: Sequence[datetime], *, occurrences: bool) -> date | None:
    """The first day (UTC) that must be read to measure at those T; None where all of history must.

    ``occurrences``: whether each signal's events are counted one by one.
    """
    earliest = min(times).astimezone(UTC)
    found = earliest.date()
    for signal in measured(model).signals:
        back = timedelta(microseconds=signal.offset_us + (signal.window_us or 0))
        if signal.window_us is None and (occurrences or signal.measure not in _ONE_EVENT):
            return None
        try:
            found = min(found, (earliest - back).date())
        except OverflowError:
            return date.min
    return found


@dataclass(frozen=True)
class _Instant:
    """The instant of a customer's last event for which something holds, or of the first."""

    holds: pl.Expr | None
    first: bool = False

    def found(self) -> pl.Expr:
        """In a group of events."""
        at = pl.col(names.AT)
        return self.of(at if self.holds is None else pl.when(self.holds).then(at))

    def of(self, instants: pl.Expr) -> pl.Expr:
        return instants.min() if self.first else instants.max()


@dataclass(frozen=True)
class _Needs:
    """What is looked for in all of history; ``sets``: the events that signals without a window take."""

    instants: dict[str, _Instant]
    sets: dict[str, pl.Expr]

    @staticmethod
    def of(model: Model) -> _Needs:
        wanted = measured(model)
        paths = [path for _, path in model.attributes]
        if model.roll_up is not None:
            paths.append(model.roll_up.to)
        unbounded = [s for s in wanted.signals if s.window_us is None]
        instants = [
            _Instant(None),
            *(_Instant(matches(k, pl.col(names.EVENT))) for k in wanted.activity.values()),
            *(_Instant(pl.col(PROPERTY + p).is_not_null()) for p in dict.fromkeys(paths)),
            *(_Instant(takes([s], None), _ONE_EVENT[s.measure] == "first") for s in unbounded),
        ]
        sets = {name: [s for s in own if s in unbounded] for name, own in wanted.events.items()}
        return _Needs(
            {f"instant:{n}": instant for n, instant in enumerate(instants)},
            {name: takes(own, None) for name, own in sets.items() if own},
        )


def carried(log: StoreLog, first: date) -> Carried:
    """What is carried over from the days before ``first``, made anew as far as it must be, and kept."""
    kind = _kind(log)
    files = log.table.files
    early = files.filter(pl.col("day") < first)
    covered = frozenset(early["path"].to_list())
    base = _kept_before(log, kind, first, early) or _nothing(log)
    new = sorted(covered - base.covers)
    if new or base.start != first:
        base = _with_files(log, base, new) if new else base
        base = replace(base, start=first, covers=covered)
        if log.keeps:
            _keep(log, kind, base)
    sets = _Needs.of(log.model).sets
    inside = (
        _as_events(log, base.rows.lazy())
        .group_by(names.CUSTOMER)
        .agg(taken.sum().cast(pl.Int64).alias(f"inside:{name}") for name, taken in sets.items())
    )
    events = (
        base.totals.lazy()
        .join(inside, on=names.CUSTOMER, how="left")
        .select(names.CUSTOMER, *(pl.col(s) - pl.col(f"inside:{s}").fill_null(0) for s in sets))
    )
    # of copies that are carried those are told when they are counted
    copies = base.copies - _copies(log, base.rows.lazy())
    return Carried(first, base.rows, events.collect(), copies)


@dataclass(frozen=True)
class _Kept:
    """As it is kept: ``totals``: one row per customer, of all events those that each set takes (Int64), those
    in ``rows`` among them; ``covers``: data files.
    """

    start: date
    covers: frozenset[str]
    rows: pl.DataFrame
    totals: pl.DataFrame
    copies: int = 0


def _nothing(log: StoreLog) -> _Kept:
    sets = dict.fromkeys(_Needs.of(log.model).sets, pl.Int64())
    totals = pl.DataFrame(schema={names.CUSTOMER: pl.String(), **sets})
    return _Kept(date.min, frozenset(), pl.DataFrame(schema=_columns(log)), totals)


def _columns(log: StoreLog) -> dict[str, pl.DataType]:
    """Of the events that are carried: what every event has but its export, and the model's properties."""
    there = schema(log.stored)
    return {name: dtype for name, dtype in there.items() if name != names.EXPORT}


def _with_files(log: StoreLog, base: _Kept, new: Sequence[str]) -> _Kept:
    """What is carried, with some data files more."""
    needs = _Needs.of(log.model)
    rows = StoredRows(log.table).scan(new, log.stored).select(base.rows.columns)
    instants = [i.found().alias(name) for name, i in needs.instants.items()]
    sets = [taken.sum().cast(pl.Int64).alias(name) for name, taken in needs.sets.items()]
    fresh = _as_events(log, rows).group_by(names.CUSTOMER).agg(*instants, *sets)
    told = fresh.collect(engine="streaming")
    old = _as_events(log, base.rows.lazy()).group_by(names.CUSTOMER).agg(instants).collect()
    telling = (
        pl.concat([told.select(old.columns), old])
        .group_by(names.CUSTOMER)
        .agg(i.of(pl.col(name)) for name, i in needs.instants.items())
        .unpivot(index=names.CUSTOMER, value_name=names.AT)
        .select(names.CUSTOMER, names.AT)
        .drop_nulls()
        .unique()
    )
    chosen = [
        part.join(telling.lazy(), on=[names.CUSTOMER, names.AT], how="semi")
        for part in (base.rows.lazy(), rows)
    ]
    totals = pl.concat([base.totals, told.select(base.totals.columns)])
    return _Kept(
        base.start,
        base.covers,
        pl.concat(chosen).unique().collect(engine="streaming").sort(base.rows.columns),
        totals.group_by(names.CUSTOMER).agg(pl.all().sum()).sort(names.CUSTOMER),
        base.copies + _copies(log, rows),
    )


def _as_events(log: StoreLog, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The accepted events of stored rows, ids as they were exported."""
    return log.of_rows(rows).events().filter(pl.col("reason").is_null())


def _copies(log: StoreLog, rows: pl.LazyFrame) -> int:
    of_rows = log.of_rows(rows)
    if not of_rows.has_duplicates:
        return 0
    copy = of_rows.events().select((pl.col("reason") == DUPLICATE).sum())
    return int(copy.collect(engine="streaming").item())


def _kind(log: StoreLog) -> str:
    """What the model needs of the past, in short: the same for models that need the same."""
    model = log.model
    wanted = measured(model)
    unbounded = {s.name: bare(s) for s in wanted.signals if s.window_us is None}
    sets = {
        n: sorted(s.name for s in own if s.name in unbounded) for n, own in wanted.events.items()
    }
    said: list[Any] = [
        _LAYOUT,
        sorted((name, repr(signal)) for name, signal in unbounded.items()),
        sorted((name, own) for name, own in sets.items() if own),
        sorted(repr(kind) for kind in wanted.activity.values()),
        sorted({path for _, path in model.attributes}),
        None if model.roll_up is None else model.roll_up.to,
        sorted(_columns(log)),
        sorted((s.name, s.deduplicate or "") for s in model.sources),
        seen_by_copies(log),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def seen_by_copies(log: StoreLog) -> list[str]:
    """The properties by which it is told whether rows are copies of each other, whatever is asked of them."""
    if not log.has_duplicates:
        return []
    return sorted({*used_properties(log.model)} - {c.removeprefix(PROPERTY) for c in log.beside})


def _kept_before(log: StoreLog, kind: str, first: date, early: pl.DataFrame) -> _Kept | None:
    """The latest that is kept of that kind, is of no later day, and covers nothing that is gone."""
    there = set(early["path"].to_list())
    for name in reversed(_names(log, kind)):
        if name > _name(kind, first):
            continue
        kept = _read(log, name)
        if kept is None or not kept.covers <= there:
            continue
        days = early.filter(~pl.col("path").is_in(list(kept.covers)))["day"]
        # copies are told only among rows that are looked at together
        if log.has_duplicates and (days < kept.start).any():
            continue
        return kept
    return None


def _names(log: StoreLog, kind: str) -> list[str]:
    """What is kept of the kind, by day."""
    return cache.names(log.table.place, f"{kind}-")


def _name(kind: str, first: date) -> str:
    return f"{kind}-{first.isoformat()}.parquet"


def _read(log: StoreLog, name: str) -> _Kept | None:
    """None where it is gone, or not whole."""
    entry = cache.read(log.table.place, name)
    if entry is None:
        return None
    none = _nothing(log)
    if set(entry.frame.columns) != {*none.rows.columns, *none.totals.columns}:
        return None
    events = entry.frame.filter(pl.col(names.AT).is_not_null())
    totals = entry.frame.filter(pl.col(names.AT).is_null())
    return _Kept(
        entry.before,
        entry.covers,
        events.select(none.rows.columns),
        totals.select(none.totals.columns),
        entry.said["copies"],
    )


def _keep(log: StoreLog, kind: str, kept: _Kept) -> None:
    both = pl.concat([kept.rows, kept.totals], how="diagonal")
    entry = cache.Entry(None, kept.start, kept.covers, both, {"copies": kept.copies})
    place, name = log.table.place, _name(kind, kept.start)
    if cache.write(place, name, entry):
        cache.tidy(place, {name: kept.covers}, _names(log, kind)[:-_KEPT])
