"""Which exports a store has: known by what is in them, whatever their name and however they are packed.

An export is known by the SHA-256 of its uncompressed bytes. That it was taken in is a transaction of the
commit that took it in, so it is known if and only if its events are there. Beside that stands a small file
that says what it was; one without its transaction is of a run that did not get so far, and means nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cesctl.errors import InputError, InputProblem
from cesctl.pipeline.duplicates import key_columns
from cesctl.pipeline.normalise import ID
from cesctl.sources import bytestream
from cesctl.store import names
from cesctl.store.done import EXPORTS, Done
from cesctl.store.failures import reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cesctl.model.types import Model, Source
    from cesctl.sources import InputFile
    from cesctl.store.place import Place
    from cesctl.store.table import EventTable

EXACT = "="  # ends the scope of events that are copies where all of them is the same
_FILE = re.compile(r"\d{15}-[0-9a-f]{64}-[0-9a-f]{16}\.json")
_GROWING = {"csv", "ndjson"}  # formats that can be written to at their end


@dataclass(frozen=True)
class Content:
    """What is in a file: its length in bytes and their digest, uncompressed; whether its last line ends; and
    the digests of its first so many bytes.
    """

    size: int
    sha256: str
    ended: bool
    starts: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Export:
    """One that was taken in. ``source``: the name of the model's source by which it was read; ``rows``: read,
    taken in, and left out by reason; ``first``, ``last``: days of its events, empty without any.
    """

    name: str
    source: str
    size: int
    sha256: str
    ended: bool
    rows: dict[str, int]
    first: str
    last: str
    taken_in: str  # when, ISO 8601 in UTC
    # the digest of the export whose bytes it begins with, and that counts on
    goes_on_from: str = ""
    replaces: str = ""  # the same of one that broke off within a line, and counts no more
    begun: str = ""  # when the first of those that it replaces was taken in
    reading: str = ""  # a digest of how it was read (see ``Known.reading``)
    timezone: str = ""  # of times that carried none
    # where it was, how large and when it was last written: none that is so is read again
    stat: str = ""

    @property
    def tag(self) -> str:
        """What its events are marked with."""
        return tag_of(self.source, self.sha256)

    @property
    def continued(self) -> str:
        """The transaction of commits that count on from it, or count in its place."""
        return f"continued:{self.tag}"

    @property
    def transaction(self) -> str:
        return transaction_of(self.tag)

    @property
    def file(self) -> str:
        """The name of its small file, by which a search knows its size and digest."""
        return f"{self.size:015d}-{self.sha256}-{self.tag}.json"

    def write(self, place: Place) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"
        place.write(EXPORTS, self.file, text.encode())


@dataclass(frozen=True)
class Known:
    """The exports that are in a store, by their size; ``sources``: the names of the model's, ``timezone``:
    its own; ``done``: which were taken in.
    """

    table: EventTable
    done: Done
    sources: frozenset[str]
    timezone: str
    by_size: dict[int, list[Export]]

    @staticmethod
    def of(table: EventTable, model: Model) -> Known:
        by_size: dict[int, list[Export]] = {}
        for export in noted(table):
            by_size.setdefault(export.size, []).append(export)
        return Known(
            table, Done.of(table), frozenset(s.name for s in model.sources), model.timezone, by_size
        )

    def reading(self, source: Source) -> str:
        """A digest of how a source makes events of rows, whatever it is called."""
        said = (source.preset, source.customer, source.event, source.event_value, source.timestamp)
        more = (source.where, source.prefix, source.timestamp_format, self.zone(source))
        return hashlib.sha256(repr((*said, *more)).encode()).hexdigest()[:16]

    def zone(self, source: Source) -> str:
        """The zone of times that carry none."""
        return source.timezone or self.timezone

    def scope(self, source: Source) -> str:
        """What an event's source is called in the store: as it was called before, where it has another name
        now, so that its records are known.
        """
        if any(e.source == source.name and self._is_in(e) for e in self._all):
            return scope_of(source)
        renamed = (e for e in reversed(self._all) if e.source not in self.sources)
        alike = (e for e in renamed if e.reading == self.reading(source) and self._is_in(e))
        before = next(alike, None)
        return scope_of(source if before is None else replace(source, name=before.source))

    def _is_in(self, export: Export) -> bool:
        """Whether it was taken in, and not only meant to be."""
        return export.transaction in self.done

    @cached_property
    def _all(self) -> list[Export]:
        return [export for of_size in self.by_size.values() for export in of_size]

    def by_digest(self, sha256: str) -> Export | None:
        """The export of that content, whatever its source."""
        alike = (e for e in self._all if e.sha256 == sha256 and self._is_in(e))
        return next(alike, None) if sha256 else None

    @property
    def sizes(self) -> list[int]:
        """The lengths that there are, ascending."""
        return sorted(self.by_size)

    @cached_property
    def _by_stat(self) -> dict[str, list[Export]]:
        found: dict[str, list[Export]] = {}
        for export in (e for e in self._all if e.stat):
            found.setdefault(export.stat, []).append(export)
        return found

    def unchanged(self, source: Source, stat: str) -> Export | None:
        """The export that was taken in from a file which nobody has written to since."""
        alike = (e for e in self._by_stat.get(stat, ()) if self._is_of(e, source))
        return next(filter(self._is_in, alike), None)

    def _is_of(self, export: Export, source: Source) -> bool:
        """Whether it was taken in for that source, or for one of a name that is gone which read it alike: a
        source that was given another name does not make its exports new.
        """
        gone = export.source not in self.sources
        return export.source == source.name or (gone and export.reading == self.reading(source))

    def find(self, source: Source, size: int, sha256: str) -> Export | None:
        """The export of that content, if it was taken in for that source."""
        alike = (e for e in self.by_size.get(size, ()) if e.sha256 == sha256)
        return next((e for e in alike if self._is_of(e, source) and self._is_in(e)), None)

    def grown_from(self, source: Source, file: InputFile, content: Content) -> Export | None:
        """The largest export that the file begins with; None where it begins with none."""
        if file.format not in _GROWING:
            return None
        found = (
            self.find(source, size, content.starts[size])
            for size in reversed(self.sizes)
            if size in content.starts
        )
        return next((export for export in found if export is not None), None)


def scope_of(source: Source) -> str:
    """What an event's source is called in a store: the name in the model, the tool, and what tells records;
    events of one scope are copies of each other where their ids are the same.
    """
    told_by = ""
    if source.deduplicate == "id":
        told_by = "#" + "+".join(key_columns_of(source))
    if source.deduplicate == "exact":
        told_by = EXACT
    return f"{source.name}/{source.preset or ''}{told_by}"


def key_columns_of(source: Source) -> list[str]:
    """The columns of a store that tell a record of a source with ids."""
    ids = [f"{ID}{n}" for n in range(len(source.id))]
    columns = {i: names.column_of(c) for i, c in zip(ids, source.id, strict=True)}
    return [columns.get(c, c) for c in key_columns(ids, source)]


def key_of(scope: str) -> list[str]:
    """The columns that tell a record of a scope; none where records have no ids."""
    _, there, key = scope.rpartition("#")
    return key.split("+") if there else []


def content_of(file: InputFile, sizes: Sequence[int] = ()) -> Content:
    """Reads the file through. ``sizes``: of how many first bytes the digest is wanted, too, ascending."""
    digest = hashlib.sha256()
    done, last = 0, b""
    starts: dict[int, str] = {}
    text = file.format in {"csv", "ndjson", "json"}
    for chunk in bytestream.chunks(file) if text else _raw(file):
        at = 0
        for size in sizes[bisect_left(sizes, done + 1) :]:
            if size >= done + len(chunk):
                break
            digest.update(chunk[at : size - done])
            at = size - done
            starts[size] = digest.hexdigest()
        digest.update(chunk[at:])
        done += len(chunk)
        last = chunk[-1:] or last
    return Content(done, digest.hexdigest(), last == file.eol.encode(), starts)


def stat_of(name: str, path: Path) -> str:
    """Where a file is, how large and when it was last written; empty of one that was unpacked or copied,
    which lies elsewhere than its name says.
    """
    where = path.resolve()
    if Path(name) != path and Path(name).resolve() != where:
        return ""
    stat = path.stat()
    return f"{where}|{stat.st_size}|{stat.st_mtime_ns}|{stat.st_ctime_ns}"


def every(table: EventTable, *, anew: bool = False) -> list[Export]:
    """All exports that are in the store, in the order they were taken in. ``anew``: the table itself is
    asked, whatever is kept of that.
    """
    done = Done(table, set(), 0) if anew else Done.of(table)
    return [e for e in noted(table) if e.transaction in done]


def noted(table: EventTable) -> list[Export]:
    """The same with those that runs which broke off meant to take in."""
    with reading(table.place):
        found = [_read(text, table.place) for text in table.place.read_all(EXPORTS, _FILE)]
    return sorted(found, key=lambda e: (e.taken_in, e.name))


def _read(text: bytes, place: Place) -> Export:
    try:
        return Export(**json.loads(text))
    except (ValueError, TypeError):
        problem = InputProblem(f"a file in its folder {EXPORTS} is damaged", place.name)
        raise InputError(problem) from None


def tag_of(source: str, sha256: str) -> str:
    """What the events of an export are marked with."""
    return hashlib.sha256(f"{source}\n{sha256}".encode()).hexdigest()[:16]


def transaction_of(tag: str) -> str:
    """The transaction of the commit that took an export in."""
    return f"export:{tag}"


def _raw(file: InputFile) -> Iterator[bytes]:
    """A binary file as it stands on the disk."""
    with file.path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            yield chunk
