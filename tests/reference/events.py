"""Rows to events (section 3): what is accepted, and how every other row is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from cesctl.model.types import Model
from tests.reference import clock
from tests.reference.conditions import all_hold, present

Row = dict[str, str | None]


@dataclass(frozen=True)
class Event:
    """A row after normalising. ``at`` in µs since 1970; ``row`` is the record as read."""

    customer: str
    name: str
    at: int
    row: Row

    def text(self, path: str) -> str | None:
        """A property, trimmed; None where it is missing."""
        return present(self.row.get(path))


@dataclass
class Log:
    """The accepted events, T, and where every row went."""

    events: list[Event] = field(default_factory=list)
    as_of: int = 0
    read: int = 0
    filtered: int = 0
    duplicate: int = 0
    after_as_of: int = 0
    rejected: Counter[str] = field(default_factory=Counter)


def read(rows: list[Row], model: Model, now: int) -> Log:
    """The log that rows make; ``now`` is the clock in µs since 1970."""
    log = Log(read=len(rows))
    taken = [row for row in rows if all_hold(model.sources[0].where, row)]
    log.filtered = len(rows) - len(taken)
    events = []
    for row in taken:
        event = normalise(row, model, now)
        if isinstance(event, str):
            log.rejected[event] += 1
        else:
            events.append(event)
    once = deduplicate(events, model)
    log.duplicate = len(events) - len(once)
    newest = max((e.at for e in once), default=None)
    log.as_of = clock.as_of(model.as_of, ZoneInfo(model.timezone), newest, now)
    log.events = [e for e in once if e.at <= log.as_of]
    log.after_as_of = len(once) - len(log.events)
    return log


def normalise(row: Row, model: Model, now: int) -> Event | str:
    """The event of a row, or the reason why it is rejected."""
    source = model.sources[0]
    customer = first(row, source.customer or ("customer",))
    name = source.event_value or first(row, source.event or ("event",))
    time = first(row, source.timestamp or ("timestamp",))
    if customer is None:
        return "no customer"
    if name is None:
        return "no event"
    if time is None:
        return "no timestamp"
    zone = ZoneInfo(source.timezone or model.timezone)
    at = clock.parse(time, source.timestamp_format, zone)
    if at is None:
        return "unreadable timestamp"
    if model.as_of == "latest" and at > now:
        return "later than the clock"
    return Event(customer, source.prefix + name, at, row)


def first(row: Row, columns: tuple[str, ...]) -> str | None:
    """The first that is not empty."""
    return next((text for column in columns if (text := present(row.get(column)))), None)


def deduplicate(events: list[Event], model: Model) -> list[Event]:
    """One event of each record. Rejected rows are not among ``events``."""
    used = used_properties(model)
    by = model.sources[0].deduplicate or ("id" if model.sources[0].id else "none")

    def order(e: Event) -> tuple[int, str, str, list[str]]:
        return (e.at, e.customer, e.name, [e.text(p) or "" for p in used])

    kept: dict[object, Event] = {}
    for event in sorted(events, key=order):
        key: object = len(kept)  # of its own: never a duplicate
        if by == "exact":
            key = (event.customer, event.name, event.at, *(event.text(p) for p in used))
        elif by == "id" and model.sources[0].id:
            text = event.text(model.sources[0].id[0])
            key = key if text is None else text
        kept.setdefault(key, event)
    return list(kept.values())


def used_properties(model: Model) -> list[str]:
    """The properties that the model uses, in its order: attributes, then each signal's where and property."""
    found = [path for _, path in model.attributes]
    for signal in model.signals:
        found += [c.property for c in signal.where]
        found += [] if signal.property is None else [signal.property]
    return list(dict.fromkeys(found))
