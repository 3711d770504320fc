"""What goes wrong between a store and the disk or network below it, as errors for people."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

from cesctl.cloud.errors import StoreError
from cesctl.cloud.urls import masked
from cesctl.errors import InputError, InputProblem, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.store.place import Place

_NO_ROOM = ("no space left", "disk quota", "file too large")
_FORBIDDEN = (
    "permission denied",
    "read-only file system",
    "access denied",
    "operation not permitted",
)


def _kinds() -> tuple[type[BaseException], ...]:
    from deltalake.exceptions import DeltaError

    return (DeltaError, pl.exceptions.PolarsError, OSError, StoreError)


@contextmanager
def reading(place: Place) -> Iterator[None]:
    """What cannot be read of a store is damaged or out of reach."""
    try:
        yield
    except _kinds() as error:
        raise InputError(
            InputProblem(
                f"the event store cannot be read: {_cause(error)}",
                place.name,
                hint="cesctl store verify says what is wrong with it",
            )
        ) from error


@contextmanager
def writing(place: Place) -> Iterator[None]:
    """What cannot be written leaves the store as it was."""
    try:
        yield
    except _kinds() as error:
        raise OutputError(
            f'cannot write to the event store "{place.name}": {_cause(error)}\n'
            "  nothing was changed; run the same command again once that is mended"
        ) from error


def _cause(error: BaseException) -> str:
    if isinstance(error, StoreError):
        hint = f" ({error.cause.hint})" if error.cause.hint else ""
        return f"{error.cause.what}{hint}"
    text = masked(str(error))
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "no room left on the disk"
    small = text.lower()
    if any(words in small for words in _NO_ROOM):
        return "no room left on the disk"
    if any(words in small for words in _FORBIDDEN):
        return "it may not be written or read by this user"
    return next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)
