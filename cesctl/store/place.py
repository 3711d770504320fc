"""Where a store lives: a folder or a place in an object store, with small files beside its tables."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cesctl.cloud.urls import is_other_url, is_url, masked
from cesctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Place(ABC):
    """A store's place; ``name`` is as the user wrote it. A part is a folder in it."""

    name: str

    @staticmethod
    def of(name: str) -> Place:
        """Raises UsageError for what can be no store."""
        if not name.strip():
            raise UsageError('--store "": name a folder or a URL')
        if is_url(name):
            from cesctl.store.bucket import Bucket

            return Bucket.of(name)
        if is_other_url(name):
            raise UsageError(
                f'--store "{masked(name)}": a store is a folder, or at an s3://, gs:// or az:// URL'
            )
        folder = Path(os.path.abspath(name))  # noqa: PTH100 - a link stays a link
        if folder.exists() and not folder.is_dir():
            raise UsageError(f'--store "{name}": it is a file; a store is a folder')
        return Folder(name, folder)

    @property
    @abstractmethod
    def options(self) -> dict[str, str] | None:
        """What delta-rs and polars must know to get there; holds secrets."""

    @abstractmethod
    def uri(self, *parts: str) -> str:
        """What delta-rs and polars call something in it."""

    @abstractmethod
    def names(self, part: str) -> list[str]:
        """The small files of a part, in order."""

    @abstractmethod
    def read(self, part: str, name: str) -> bytes | None:
        """A small file's bytes; None where there is none."""

    def read_all(self, part: str, pattern: re.Pattern[str]) -> list[bytes]:
        """What is in all small files of a part whose names are so, in their order."""
        chosen = [name for name in self.names(part) if pattern.fullmatch(name)]
        found = (self.read(part, name) for name in chosen)
        return [content for content in found if content is not None]

    @abstractmethod
    def write(self, part: str, name: str, content: bytes) -> None:
        """A small file, whole or not at all."""

    @abstractmethod
    def remove(self, part: str, name: str) -> None:
        """Without a word where it is not there."""

    def sweep(self, keep_hours: int) -> int:  # noqa: ARG002
        """Removes small files that a killed run left half-written, and that are older; how many."""
        return 0  # an object is there whole or not at all

    @abstractmethod
    def data_files(self, part: str) -> dict[str, int]:
        """The Parquet files of a table's folder by path from there, and their bytes."""

    @abstractmethod
    def sizes(self, part: str, paths: Sequence[str]) -> dict[str, int]:
        """Bytes of data files that were just written; those that are not there are left out."""


@dataclass(frozen=True)
class Folder(Place):
    """A folder of this machine."""

    name: str
    folder: Path

    @property
    def options(self) -> dict[str, str] | None:
        return None

    def uri(self, *parts: str) -> str:
        return str(self.folder.joinpath(*parts))

    def names(self, part: str) -> list[str]:
        try:
            return sorted(
                p.name for p in (self.folder / part).iterdir() if not p.name.startswith(".")
            )
        except FileNotFoundError:
            return []

    def read(self, part: str, name: str) -> bytes | None:
        try:
            return (self.folder / part / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, part: str, name: str, content: bytes) -> None:
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
        (self.folder / part / name).unlink(missing_ok=True)

    def sweep(self, keep_hours: int) -> int:
        old = [
            p
            for p in self.folder.glob("*/.*.part")
            if time.time() - p.stat().st_mtime > keep_hours * 3600
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def data_files(self, part: str) -> dict[str, int]:
        folder = self.folder / part
        found = sorted(folder.glob("*=*/*.parquet"))
        return {p.relative_to(folder).as_posix(): p.stat().st_size for p in found}

    def sizes(self, part: str, paths: Sequence[str]) -> dict[str, int]:
        found = {}
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                found[path] = (self.folder / part / path).stat().st_size
        return found
