"""Which exports a store has: known by what is in them, whatever their name and however they are packed.

An export is known by the SHA-256 of its uncompressed bytes. That it was taken in is a transaction of the
commit that took it in, so it is known if and only if its events are there. Beside that stands a small file
that says what it was; one without its transaction is of a run that did not get so far, and means nothing.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from cesctl.sources import bytestream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cesctl.model.types import Source
    from cesctl.sources import InputFile
    from cesctl.store.place import Place
    from cesctl.store.table import EventTable

EXPORTS = "exports"  # the folder of the small files
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
    """One that was taken in. ``source``: of the model, by which it was read (see ``scope_of``); ``rows``:
    read, taken in, and left out by reason; ``first``, ``last``: days of its events, empty without any.
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
    goes_on_from: str = ""  # the digest of the export whose bytes it begins with, and that counts on
    replaces: str = ""  # the same of one that broke off within a line, and counts no more

    @property
    def tag(self) -> str:
        """What its events are marked with."""
        return tag_of(self.source, self.sha256)

    @property
    def transaction(self) -> str:
        return _transaction(self.source, self.sha256)

    @property
    def file(self) -> str:
        """The name of its small file, which begins with what a search goes by."""
        return f"{_short(self.source)}-{self.size:015d}-{self.sha256}.json"

    def write(self, place: Place) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"
        place.write(EXPORTS, self.file, text.encode())


@dataclass(frozen=True)
class Known:
    """The exports of a source that the small files name: their digest by their length."""

    source: str
    by_size: dict[int, list[str]]

    @staticmethod
    def of(place: Place, source: str) -> Known:
        by_size: dict[int, list[str]] = {}
        for name in place.names(EXPORTS):
            short, _, rest = name.removesuffix(".json").partition("-")
            size, _, sha256 = rest.partition("-")
            if short == _short(source) and size.isdigit():
                by_size.setdefault(int(size), []).append(sha256)
        return Known(source, by_size)

    @property
    def sizes(self) -> list[int]:
        return sorted(self.by_size)


def scope_of(source: Source) -> str:
    """The name of a source in a store: that of the model, the tool, and what tells its records."""
    ids = "+".join(source.id) if source.deduplicate == "id" else ""
    return f"{source.name}/{source.preset or ''}" + (f"#{ids}" if ids else "")


def content_of(file: InputFile, sizes: Sequence[int] = ()) -> Content:
    """Reads the file through once. ``sizes``: of how many first bytes the digest is wanted, too, ascending."""
    digest = hashlib.sha256()
    done, last = 0, b""
    starts: dict[int, str] = {}
    chunks = bytestream.chunks(file) if file.format in {"csv", "ndjson", "json"} else _raw(file)
    for chunk in chunks:
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


def is_in(table: EventTable, source: str, sha256: str) -> bool:
    """Whether the export's events are in the store."""
    return table.is_done(_transaction(source, sha256))


def grown_from(file: InputFile, content: Content, known: Known, table: EventTable) -> Export | None:
    """The largest export in the store that the file begins with; None where it begins with none."""
    if file.format not in _GROWING:
        return None
    for size in reversed(known.sizes):
        for sha256 in known.by_size[size]:
            if content.starts.get(size) != sha256 or not is_in(table, known.source, sha256):
                continue
            found = read(table.place, known.source, size, sha256)
            if found is not None:
                return found
    return None


def read(place: Place, source: str, size: int, sha256: str) -> Export | None:
    """What the store says of an export; None where nothing."""
    name = f"{_short(source)}-{size:015d}-{sha256}.json"
    text = place.read(EXPORTS, name)
    return None if text is None else Export(**json.loads(text))


def every(place: Place, table: EventTable) -> list[Export]:
    """All exports that are in the store, in the order they were taken in."""
    found = []
    for name in place.names(EXPORTS):
        text = place.read(EXPORTS, name)
        if text is not None:
            export = Export(**json.loads(text))
            if table.is_done(export.transaction):
                found.append(export)
    return sorted(found, key=lambda e: (e.taken_in, e.name))


def _raw(file: InputFile) -> Iterator[bytes]:
    """A binary file as it stands on the disk."""
    with file.path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            yield chunk


def tag_of(source: str, sha256: str) -> str:
    """What the events of an export are marked with."""
    return hashlib.sha256(f"{source}\n{sha256}".encode()).hexdigest()[:12]


def _transaction(source: str, sha256: str) -> str:
    return f"export:{_short(source)}:{sha256}"


def _short(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:16]
