"""From a URL that the user names to local copies of the objects it means."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from cesctl.errors import InputError, InputProblem
from cesctl.sources import beside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from cesctl.cloud.listing import Found
    from cesctl.cloud.urls import Place


@dataclass(frozen=True)
class Objects:
    """What a URL means: one object of just that name, a pattern, or a folder. ``copies``: (URL, local copy)
    of each object, downloaded while they are taken; ``any``: whether there are any, also left out.
    """

    kind: Literal["object", "pattern", "folder"]
    copies: Iterator[tuple[str, Path]]
    any: bool


def objects(url: str, left_out: Collection[object] = ()) -> Objects:
    """Looks for what a URL means; of a folder without what is hidden and what is surely no export.

    ``left_out``: identities of URLs that are not downloaded. Raises InputError for what cannot be had, also
    while the copies are taken; UsageError for a URL that must not be used.
    """
    from cesctl.cloud import listing, patterns, urls
    from cesctl.cloud.errors import StoreError

    place = urls.parse(url)
    kind: Literal["object", "pattern", "folder"] = "object"
    try:
        single = listing.one(place)
        if single is not None:
            listed = [single]
        elif patterns.has_magic(place.key):
            listed, kind = listing.matching(place), "pattern"
        else:
            listed, kind = listing.inside(place), "folder"
    except StoreError as error:
        problem = InputProblem(error.cause.what, place.url, hint=error.cause.hint)
        raise InputError(problem) from None
    if kind == "folder":
        if not listed and place.key and not place.key.endswith("/"):
            raise InputError(InputProblem("no such object or folder", place.url))
        listed = [o for o in listed if not beside.is_beside(_within(o, place))]
    wanted = [o for o in listed if o.place.same not in left_out]
    return Objects(kind, _copies(wanted), any=bool(listed))


def _within(one: Found, folder: Place) -> PurePosixPath:
    return PurePosixPath(one.place.key.removeprefix(folder.key.rstrip("/")).lstrip("/"))


def _copies(wanted: list[Found]) -> Iterator[tuple[str, Path]]:
    from cesctl.cloud.download import downloaded

    for one, path in downloaded(wanted):
        if path is not None:
            yield one.url, path
