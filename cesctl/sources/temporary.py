"""A folder for what must be unpacked before it can be read; gone when the process ends."""

from __future__ import annotations

import atexit
import errno
import os
import shutil
import tempfile
import threading
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from cesctl.errors import OutputError
from cesctl.sources import left_behind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
R = TypeVar("R")

_KEPT: list[Callable[[], None]] = []  # how to forget each function's copies
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SAID_BY_POLARS = ("No space left on device", "File too large", "Disk quota exceeded")
_TRIES = 20  # to remove the folder, while a thread that nobody waits for may still write into it
_lock = threading.Lock()
_removed = threading.Event()


@cache
def folder() -> Path:
    """The process's own temporary folder; those that killed processes left behind go. Raises OutputError
    where TMPDIR names none that can be written to.
    """
    named = os.environ.get("TMPDIR")
    try:  # left to itself, tempfile would take another one without a word
        made = Path(
            tempfile.mkdtemp(
                prefix=left_behind.PREFIX, dir=Path(named).absolute() if named else None
            )
        )
    except OSError as error:
        where = f'the folder "{named}" of the variable TMPDIR' if named else "a temporary folder"
        raise OutputError(f"cannot write to {where}: {error.strerror or error}") from error
    atexit.register(remove)
    left_behind.hold(made)
    left_behind.sweep(made.parent)
    return made


def remove() -> None:
    """Removes the folder at once, for a process that ends without its exit functions; nothing is put into it
    from then on.
    """
    with _lock:
        _removed.set()
        if not folder.cache_info().currsize:
            return
    # under another name first: a thread that nobody waits for, and still writes, finds nothing there any more
    gone = folder().with_name(f"{folder().name}{left_behind.GONE}")
    try:
        folder().rename(gone)
    except OSError:
        gone = folder()
    for _ in range(_TRIES):
        shutil.rmtree(gone, ignore_errors=True)
        if not gone.exists():
            left_behind.release()
            return


def kept(copy: Callable[P, R]) -> Callable[P, R]:
    """A function that makes a copy, made once for the same arguments until ``forget``."""
    cached = cache(copy)
    _KEPT.append(cached.cache_clear)
    return cast("Callable[P, R]", cached)


def forget() -> None:
    """Removes the folder and forgets what was in it, for a process that goes on with other files."""
    remove()
    with _lock:
        for clear in (folder.cache_clear, *_KEPT):
            clear()
        _removed.clear()


@contextmanager
def writing(what: str = "unpack the events") -> Iterator[None]:
    """A temporary folder without room for ``what`` is a full disk, not a bug."""
    try:
        yield
    except Exception as error:
        full = isinstance(error, OSError) and error.errno in _NO_ROOM
        if not full and not any(words in str(error) for words in _SAID_BY_POLARS):
            raise
        where = os.environ.get("TMPDIR") or tempfile.gettempdir()
        reason = error.strerror if isinstance(error, OSError) else _SAID_BY_POLARS[0]
        raise OutputError(
            f'no room to {what} in "{where}": {reason}\n'
            "  let the variable TMPDIR name a folder with more"
        ) from error


def new_file(ending: str = "") -> Path:
    """A path in it that nothing has yet."""
    return new_folder() / f"input{ending}"


def new_folder() -> Path:
    """An empty folder in it."""
    with _lock:
        if _removed.is_set():
            raise OutputError("no temporary files any more: the run has ended")
        return Path(tempfile.mkdtemp(dir=folder()))
