"""What was made from the events of some days and is kept in the store, so that it need not be made again.

Nothing depends on it: what is gone, damaged, or made from data files that are no longer there is made anew.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.cloud.errors import StoreError
from cesctl.store import framed
from cesctl.store.table import EventTable

if TYPE_CHECKING:
    from cesctl.store.place import Place
    from cesctl.store.table import DataFile

CACHE = "carried"  # the folder in the store


@dataclass(frozen=True)
class Entry:
    """``covers``: the data files it was made from, which are all that there were of the days from ``since``
    (None: the first) to before ``before``. ``said``: what else JSON can say of it.
    """

    since: date | None
    before: date
    covers: frozenset[str]
    frame: pl.DataFrame
    said: dict[str, Any] = field(default_factory=dict)

    def has(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and day < self.before


def names(place: Place, start: str) -> list[str]:
    """The names that begin so, in order."""
    return [n for n in place.names(CACHE) if n.startswith(start)]


def read(place: Place, name: str) -> Entry | None:
    """None where it is gone, or not whole."""
    try:
        content = place.read(CACHE, name)
        if content is None:
            return None
        frame, said = framed.from_bytes(content)
        since, before, covers = (said.pop(key) for key in ("since", "before", "covers"))
        return Entry(
            None if since is None else date.fromisoformat(since),
            date.fromisoformat(before),
            frozenset(covers),
            frame,
            said,
        )
    except (OSError, StoreError, framed.DamagedError, KeyError, ValueError, TypeError):
        return None


def keep(place: Place, entries: Mapping[str, Entry], old: Sequence[str] = ()) -> None:
    """Writes entries by their names and removes old ones where that can be done; it is no loss where not."""
    with contextlib.suppress(OSError, StoreError):
        for name, entry in entries.items():
            _write(place, name, entry)
        for name in old:
            place.remove(CACHE, name)
        # what was forgotten meanwhile must not come back by this
        there = set(EventTable.open(place).files["path"].to_list())
        for name, entry in entries.items():
            if not entry.covers <= there:
                place.remove(CACHE, name)


def moved(place: Place, gone: Sequence[DataFile], new: Sequence[DataFile]) -> None:
    """Tells all entries that rows of some data files are in others of the same days now; one of which that
    cannot be told is made anew when it is needed.
    """
    with contextlib.suppress(OSError, StoreError):
        for name in place.names(CACHE):
            entry = read(place, name)
            if entry is None:
                continue
            old = {f.path for f in gone if entry.has(f.day)}
            if old and old <= entry.covers:
                covers = entry.covers - old | {f.path for f in new if entry.has(f.day)}
                _write(place, name, replace(entry, covers=covers))


def clear(place: Place) -> None:
    """Removes all that is kept."""
    for name in place.names(CACHE):
        place.remove(CACHE, name)


def _write(place: Place, name: str, entry: Entry) -> None:
    said = {
        **entry.said,
        "since": None if entry.since is None else entry.since.isoformat(),
        "before": entry.before.isoformat(),
        "covers": sorted(entry.covers),
    }
    place.write(CACHE, name, framed.to_bytes(entry.frame, said))
