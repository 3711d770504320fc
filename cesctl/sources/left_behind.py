"""Temporary folders of processes that could not remove them: killed, or ended by the system for want of
memory. A process holds a lock on its own for as long as it lives, so that another can tell.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PREFIX = "cesctl-run-"
GONE = "-gone"  # ends the name of one that is being removed
_NAME = re.compile(re.escape(PREFIX) + r"[a-z0-9_]{8}" + f"({GONE})?")
_MARK = ".held"  # in a folder that was locked: one without it may be anybody's
_HELD: list[int] = []  # descriptors of this process's own folders


def hold(folder: Path) -> None:
    """Locks it until ``release`` or the end of the process; one that cannot be locked is never taken for left
    behind.
    """
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        _HELD.append(descriptor)
        if _locked(descriptor):
            (folder / _MARK).touch()


def release() -> None:
    """Of the folders that were held, when they are gone."""
    while _HELD:
        os.close(_HELD.pop())


def sweep(parent: Path) -> None:
    """Removes the temporary folders in ``parent`` that are this user's and that no process holds."""
    with contextlib.suppress(OSError):
        for folder in [f for f in parent.iterdir() if _NAME.fullmatch(f.name)]:
            with _left(folder) as is_left:
                if is_left:
                    gone = folder.with_name(folder.name.removesuffix(GONE) + GONE)
                    shutil.rmtree(folder.rename(gone), ignore_errors=True)


@contextmanager
def _left(folder: Path) -> Iterator[bool]:
    """Whether a folder is nobody's any more; held meanwhile."""
    try:
        found = folder.lstat()
        marked = folder.name.endswith(GONE) or (folder / _MARK).is_file()
        if not (stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and marked):
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
