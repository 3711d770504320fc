"""Temporary folders of processes that could not remove them: killed, or ended by the system for want of
memory. A process holds a lock on its own for as long as it lives, so that another can tell.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HELD: list[int] = []  # descriptors of this process's own folders
_AGE = 60  # seconds; a folder that was just made may not be locked yet


def hold(folder: Path) -> None:
    """Locks it until ``release`` or the end of the process; where folders cannot be locked, nobody removes
    what others left.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # pragma: no cover - not on POSIX
        return
    _HELD.append(descriptor)
    _locked(descriptor)


def release() -> None:
    """Of the folders that were held, when they are gone."""
    while _HELD:
        os.close(_HELD.pop())


def sweep(parent: Path, prefix: str) -> None:
    """Removes the folders in ``parent`` whose names begin so, are this user's and no process holds."""
    try:
        found = [f for f in parent.iterdir() if f.name.startswith(prefix)]
    except OSError:
        return
    for folder in found:
        with _left(folder) as is_left:
            if is_left:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _left(folder: Path) -> Iterator[bool]:
    """Whether a folder is nobody's any more; held meanwhile."""
    try:
        found = folder.lstat()
        own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
        if not own or time.time() - found.st_mtime < _AGE:
            yield False
            return
        descriptor = os.open(folder, os.O_RDONLY)
    except (OSError, AttributeError):  # gone meanwhile, or no POSIX
        yield False
        return
    try:
        yield _locked(descriptor)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True
