"""Local files as objects: whole, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.cloud import listing
from cesctl.cloud.errors import StoreError, explained
from cesctl.cloud.stores import opened
from cesctl.cloud.urls import bucket_word, parse
from cesctl.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path

    from cesctl.cloud.errors import Cause

PART = 8 << 20  # bytes of one request; a file that is not larger goes in one
PARTS = 4  # at the same time


def check_target(url: str) -> None:
    """Raises OutputError for a place where nothing can be written, before any work is done.

    Asks for what lies below the key, which needs the bucket and good credentials, and leaves nothing. Whether
    they may also write is only told by writing: who may do that may be forbidden to list, so that a
    refusal here says nothing.
    """
    place = parse(url)
    if not place.key or place.key.endswith("/"):
        what = f"it is a {bucket_word(place.kind) if not place.key else 'folder'}"
        raise OutputError(f'cannot write "{url}": {what}')
    try:
        listing.anything(place)
    except StoreError as error:
        if not error.cause.refused:
            raise _failed(url, error.cause) from None


def upload(path: Path, url: str) -> None:
    """Writes the object in one step: a reader sees the old one or the new one. Raises OutputError."""
    place = parse(url)
    try:
        store = opened(place, "write")
        store.put(place.key, path, chunk_size=PART, max_concurrency=PARTS)
    except StoreError as error:
        raise _failed(url, error.cause) from None
    except Exception as error:  # noqa: BLE001 - the client's own, of many kinds
        raise _failed(url, explained(error, place)) from None


def _failed(url: str, cause: Cause) -> OutputError:
    what = "no such folder" if cause.absent else cause.what
    hint = f"\n  {cause.hint}" if cause.hint else ""
    return OutputError(f'cannot write "{url}": {what}{hint}')
