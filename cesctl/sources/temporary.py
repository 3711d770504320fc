"""A folder for what must be unpacked before it can be read; gone when the process ends."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def folder() -> Path:
    """The process's own temporary folder."""
    made = Path(tempfile.mkdtemp(prefix="cesctl-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def new_file(ending: str = "") -> Path:
    """A path in it that nothing has yet."""
    place = Path(tempfile.mkdtemp(dir=folder()))
    return place / f"input{ending}"
