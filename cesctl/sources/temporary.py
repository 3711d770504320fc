"""A folder for what must be unpacked before it can be read; gone when the process ends."""

from __future__ import annotations

import atexit
import errno
import shutil
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from cesctl.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
R = TypeVar("R")

_KEPT: list[Callable[[], None]] = []  # how to forget each function's copies
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@cache
def folder() -> Path:
    """The process's own temporary folder."""
    made = Path(tempfile.mkdtemp(prefix="cesctl-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def remove() -> None:
    """Removes the folder at once, for a process that ends without its exit functions."""
    if folder.cache_info().currsize:
        shutil.rmtree(folder(), ignore_errors=True)


def kept(copy: Callable[P, R]) -> Callable[P, R]:
    """A function that makes a copy, made once for the same arguments until ``forget``."""
    cached = cache(copy)
    _KEPT.append(cached.cache_clear)
    return cast("Callable[P, R]", cached)


def forget() -> None:
    """Removes the folder and forgets what was in it, for a process that goes on with other files."""
    remove()
    for clear in (folder.cache_clear, *_KEPT):
        clear()


@contextmanager
def writing() -> Iterator[None]:
    """A temporary folder without room is a full disk, not a bug."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        where = tempfile.gettempdir()
        raise OutputError(
            f'no room to unpack the events in "{where}": {error.strerror}\n'
            "  let the variable TMPDIR name a folder with more"
        ) from error


def new_file(ending: str = "") -> Path:
    """A path in it that nothing has yet."""
    place = Path(tempfile.mkdtemp(dir=folder()))
    return place / f"input{ending}"
