"""Which objects there are: one by its key, a folder's, a pattern's."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cesctl.cloud import patterns
from cesctl.cloud.errors import StoreError, explained
from cesctl.cloud.stores import opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from cesctl.cloud.urls import Place

PAGE = 1000  # objects at a time
TRIES = 3  # of a listing that breaks off, each from its beginning
PAUSE_S = 1.0


@dataclass(frozen=True)
class Found:
    """One object, as it was when it was listed. ``version``: the store's own mark of its content, where it
    gives one; ``modified``: to the second.
    """

    place: Place
    size: int  # bytes
    version: str | None
    modified: datetime

    @property
    def url(self) -> str:
        return self.place.url

    def same_content(self, other: Found) -> bool:
        if self.version is not None and other.version is not None:
            return self.version == other.version
        return (self.size, self.modified) == (other.size, other.modified)


def found(place: Place, meta: Any) -> Found:
    """From what the client tells of an object."""
    version = (meta["e_tag"] or "").removeprefix("W/").strip('"') or None
    return Found(place, meta["size"], version, meta["last_modified"].replace(microsecond=0))


def one(place: Place) -> Found | None:
    """The object of just that key; None where there is none. Raises StoreError."""
    if not place.key or place.key.endswith("/"):
        return None
    store = opened(place, "list")
    try:
        return found(place, store.head(place.key))
    except Exception as error:  # noqa: BLE001 - the client's own, of many kinds
        cause = explained(error, place)
        if cause.absent:
            return None
        if not cause.passing:  # this answer has no text that says why, that of a listing has
            anything(place)
        raise StoreError(cause) from None


def inside(place: Place) -> list[Found]:
    """All objects of a folder and the folders in it, by path. Raises StoreError."""
    listed = _listed(place, place.key.rstrip("/"))
    return sorted(listed, key=lambda one: one.place.key.split("/"))


def matching(place: Place) -> list[Found]:
    """All objects whose keys the pattern matches, by key. Raises StoreError."""
    folder, common = patterns.folder_of(place.key)
    # keys before what all have in common need not be told; one that is just that is the next after this
    offset = common[:-1] if len(common) > len(folder) + 1 else None
    listed = _listed(place, folder.rstrip("/"), offset)
    return sorted(
        (o for o in listed if patterns.matches(o.place.key, place.key)), key=lambda o: o.place.key
    )


def anything(place: Place) -> None:
    """Asks for some objects, to find out whether that can be done. Raises StoreError."""
    store = opened(place, "list")
    try:
        next(iter(store.list(place.key, chunk_size=1)), None)
    except Exception as error:  # noqa: BLE001 - the client's own, of many kinds
        raise StoreError(explained(error, place)) from None


def _listed(place: Place, prefix: str, offset: str | None = None) -> list[Found]:
    store = opened(place, "list")
    for tries in range(1, TRIES + 1):
        try:
            pages = store.list(prefix or None, offset=offset, chunk_size=PAGE)
            return list(_without_markers(found(place.at(m["path"]), m) for p in pages for m in p))
        except Exception as error:  # noqa: BLE001 - the client's own, of many kinds
            cause = explained(error, place)
            # A request that fails is made again by the client; an answer that breaks off is not.
            if tries == TRIES or cause.what != "the connection to the store broke off":
                raise StoreError(cause) from None
        time.sleep(PAUSE_S * tries)
    raise AssertionError


def _without_markers(objects: Iterable[Found]) -> Iterator[Found]:
    """Without the empty objects that stand for folders."""
    listed = list(objects)
    if all(o.size for o in listed):
        return iter(listed)
    folders = {o.place.key.rpartition("/")[0] for o in listed}
    above = {f[:at] for f in folders for at in range(len(f)) if f[at] == "/"}
    return (o for o in listed if o.size or o.place.key not in folders | above)
