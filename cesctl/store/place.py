"""Where a store lives: a folder, with what a store keeps beside its tables as small files."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cesctl.cloud.urls import masked
from cesctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass(frozen=True)
class Place:
    """A store's folder; ``name`` is as the user wrote it."""

    name: str
    folder: Path

    @staticmethod
    def of(name: str) -> Place:
        """Raises UsageError for what can be no store."""
        if not name.strip():
            raise UsageError('--store "": name a folder')
        if _URL.match(name):
            raise UsageError(
                f'--store "{masked(name)}": only folders can be stores in this version'
            )
        folder = Path(os.path.abspath(name))  # noqa: PTH100 - a link stays a link
        if folder.exists() and not folder.is_dir():
            raise UsageError(f'--store "{name}": it is a file; a store is a folder')
        return Place(name, folder)

    @property
    def options(self) -> Mapping[str, str] | None:
        """What delta-rs and polars must know to get there."""
        return None

    def uri(self, *parts: str) -> str:
        """What delta-rs and polars call something in it."""
        return str(self.folder.joinpath(*parts))

    def names(self, part: str) -> list[str]:
        """The small files of a part, in order."""
        try:
            return sorted(
                p.name for p in (self.folder / part).iterdir() if not p.name.startswith(".")
            )
        except FileNotFoundError:
            return []

    def read(self, part: str, name: str) -> bytes | None:
        """A small file's bytes; None where there is none."""
        try:
            return (self.folder / part / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, part: str, name: str, content: bytes) -> None:
        """A small file, whole or not at all."""
        target = self.folder / part / name
        target.parent.mkdir(parents=True, exist_ok=True)
        waiting = target.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with waiting.open("xb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            waiting.replace(target)
        except OSError:
            with contextlib.suppress(OSError):
                waiting.unlink(missing_ok=True)
            raise

    def remove(self, part: str, name: str) -> None:
        """Without a word where it is not there."""
        (self.folder / part / name).unlink(missing_ok=True)

    def data_files(self, part: str) -> list[str]:
        """The Parquet files of a table's folder, by path from there."""
        folder = self.folder / part
        return sorted(str(p.relative_to(folder)) for p in folder.glob("*=*/*.parquet"))

    def size(self, part: str, name: str) -> int:
        """Bytes of a file."""
        return (self.folder / part / name).stat().st_size
