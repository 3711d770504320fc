"""The files that a model names as its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from cesctl.cloud.urls import is_url, masked
from cesctl.errors import UsageError

if TYPE_CHECKING:
    from cesctl.sources import Raw


def check_local(option: str, path: str) -> None:
    """Raises UsageError where a model would be written to a URL: what it names is found from its folder."""
    if is_url(path):
        raise UsageError(
            f'{option} "{masked(path)}": a model is written to a file here, not to a URL'
        )


def files_of_sources(raw: Raw, inputs: list[str], folder: Path) -> list[list[str]]:
    """What the model's sources read: the inputs as named, or, of several sources, each its own files; none
    where one is no file by itself (standard input, a member of a zip).
    """
    sources = raw.sources
    if len(sources) == 1:
        return [model_files(inputs, folder)]
    own = [[f.name for p in raw.parts if p.source == s for f in p.files] for s in sources]
    if not all(is_url(name) or Path(name).is_file() for names in own for name in names):
        return [[] for _ in sources]
    return [model_files(names, folder) for names in own]


def model_files(inputs: list[str], folder: Path) -> list[str]:
    """The inputs as a model in ``folder`` names them; none where one is standard input."""
    if "-" in inputs:
        return []
    try:
        return [
            i if is_url(i) or Path(i).is_absolute() else Path(os.path.relpath(i, folder)).as_posix()
            for i in inputs
        ]
    except ValueError:  # another drive
        return [i if is_url(i) else str(Path(i).absolute()) for i in inputs]
