"""Events put aside on disk, shared out by their customers: what does not fit into memory at once."""

from __future__ import annotations

import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from cesctl.engines.buckets import parted
from cesctl.pipeline.duplicates import HASH
from cesctl.sources import temporary

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_SHARES = 256  # of one sharing out: each is a file for every time that what waits is written
_WHAT = "put events aside"


@dataclass(frozen=True)
class Share:
    """All events of some customers. ``part``: about how many of all customers these are (0 to 1)."""

    files: tuple[Path, ...]
    rows: int
    part: float
    schema: Mapping[str, pl.DataType]
    depth: int = 0  # how often it was shared out

    def scan(self) -> pl.LazyFrame:
        """Its events."""
        if not self.files:
            return pl.DataFrame(schema=self.schema).lazy()
        return pl.scan_ipc(list(self.files), glob=False)

    def most_often(self, column: str) -> tuple[str, int]:
        """The value that the most rows have there, and how many those are; null is none."""
        counts = self.scan().group_by(column).len().filter(pl.col(column).is_not_null())
        most = counts.sort("len", column).last().collect(engine="streaming")
        if most.is_empty():
            return "", 0
        value, rows = most.row(0)
        return str(value), int(rows)

    def there_twice(self) -> int:
        """How many of its rows have a hash that others have."""
        told = (
            self.scan().select(pl.col(HASH).drop_nulls()).collect(engine="streaming")[HASH].sort()
        )
        return int(((told == told.shift(1)) | (told == told.shift(-1))).sum())

    def remove(self) -> None:
        """Its files."""
        for file in self.files:
            file.unlink(missing_ok=True)


class Spill:
    """Where events are put aside. ``buckets``: in how many shares; ``held``: how many bytes of them may wait
    in memory until they are written.
    """

    def __init__(self, schema: Mapping[str, pl.DataType], buckets: int, held: int) -> None:
        self.folder = temporary.new_folder()
        self._schema = schema
        self.buckets = buckets
        self._most = held
        self._held: dict[int, list[pl.DataFrame]] = defaultdict(list)
        self._bytes = 0
        self._files: list[list[Path]] = [[] for _ in range(buckets)]
        self._rows = [0] * buckets

    def add(self, events: pl.DataFrame, where: pl.Expr) -> None:
        """Events, each into the share that ``where`` says. Raises OutputError where the disk is full."""
        for number, part in parted(events, where, self.buckets).items():
            self._held[number].append(part)
            self._rows[number] += part.height
        self._bytes += int(events.estimated_size())
        if self._bytes >= self._most:
            self._write()

    def shares(self, part: float = 1.0, depth: int = 0) -> list[Share]:
        """Those that have events; one without any where none has."""
        self._write()
        made = [
            Share(tuple(files), rows, part / self.buckets, self._schema, depth)
            for files, rows in zip(self._files, self._rows, strict=True)
            if rows
        ]
        return made or [Share((), 0, part, self._schema, depth)]

    def remove(self) -> None:
        """All of it."""
        self._held.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self) -> None:
        for number, frames in self._held.items():
            path = self.folder / f"{number}-{len(self._files[number])}.arrow"
            with temporary.writing(_WHAT):
                pl.concat(frames, rechunk=True).write_ipc(path, compression="lz4")
            self._files[number].append(path)
        self._held.clear()
        self._bytes = 0
