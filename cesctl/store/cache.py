"""What was made from the events of some days and is kept in the store, so that it need not be made again.

Nothing depends on it: what is gone, damaged, or made from data files that are no longer there is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.cloud.errors import StoreError
from cesctl.errors import InputError, OutputError
from cesctl.store import framed
from cesctl.store.table import EventTable

if TYPE_CHECKING:
    from cesctl.store.place import Place
    from cesctl.store.table import DataFile

CACHE = "carried"  # the folder in the store
_DIGEST = 32  # bytes before an entry, of the SHA-256 of the others: what looks whole need not be
_NO_LOSS = (OSError, StoreError, InputError, OutputError)


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
    """The names that begin so, in order; none where that cannot be told."""
    with contextlib.suppress(*_NO_LOSS):
        return [n for n in place.names(CACHE) if n.startswith(start)]
    return []


def read(place: Place, name: str) -> Entry | None:
    """None where it is gone, or not what was written."""
    try:
        content = place.read(CACHE, name)
        if content is None or hashlib.sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
            return None
        frame, said = framed.from_bytes(content[_DIGEST:])
        since, before, covers = (said.pop(key) for key in ("since", "before", "covers"))
        return Entry(
            None if since is None else date.fromisoformat(since),
            date.fromisoformat(before),
            frozenset(covers),
            frame,
            said,
        )
    except (*_NO_LOSS, framed.DamagedError, KeyError, ValueError, TypeError):
        return None


def write(place: Place, name: str, entry: Entry) -> bool:
    """Whether it could be written; it is no loss where not. To be followed by ``tidy``."""
    said = {
        **entry.said,
        "since": None if entry.since is None else entry.since.isoformat(),
        "before": entry.before.isoformat(),
        "covers": sorted(entry.covers),
    }
    content = framed.to_bytes(entry.frame, said)
    with contextlib.suppress(*_NO_LOSS):
        place.write(CACHE, name, hashlib.sha256(content).digest() + content)
        return True
    return False


def tidy(place: Place, written: Mapping[str, frozenset[str]], old: Sequence[str] = ()) -> None:
    """Removes old entries, and of those that were ``written``, with what they cover, those by which something
    that was forgotten meanwhile would come back.
    """
    with contextlib.suppress(*_NO_LOSS):
        there = set(EventTable.open(place).files["path"].to_list())
        gone = [name for name, covers in written.items() if not covers <= there]
        for name in (*gone, *old):
            place.remove(CACHE, name)


def moved(place: Place, gone: Sequence[DataFile], new: Sequence[DataFile]) -> None:
    """Tells all entries that rows of some data files are in others of the same days now; one of which that
    cannot be told is made anew when it is needed.
    """
    told = {}
    for name in names(place, ""):
        entry = read(place, name)
        if entry is None:
            continue
        old = {f.path for f in gone if entry.has(f.day)}
        if old and old <= entry.covers:
            covers = entry.covers - old | {f.path for f in new if entry.has(f.day)}
            told[name] = covers
            write(place, name, replace(entry, covers=covers))
    tidy(place, told)


def clear(place: Place) -> None:
    """Removes all that is kept."""
    for name in place.names(CACHE):
        place.remove(CACHE, name)
