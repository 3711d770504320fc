"""Large files in pieces that can be read by themselves, each with the records it would have in the whole.

Lines of NDJSON, and of CSV without a quote, are records by themselves, so such a file can be cut at any line
end. Where there are quotes a cut is a guess: it is made where what follows looks like records, and proved
when the pieces are read. If every piece of a file is records and nothing else, the first beginning where
they do, each ends where the next begins, and all cuts are right. One that is not proves nothing
(``CutError``): then the file must be read whole.
"""

from __future__ import annotations

import mmap
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cesctl.sources import columnar, csvquotes, csvwhole, temporary
from cesctl.sources.csvrecord import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.sources.parts import InputFile

_LOOK = 1 << 18  # bytes after a cut that are looked at
_TRIES = 64  # line ends that are tried
# A piece must not begin with what is passed over where a file begins: blank lines, a byte order mark.
_LINE_END = re.compile(rb"\n(?=[^\r\n\xef])")


class CutError(Exception):
    """A piece of a file that cannot be known to begin and end with a record."""


@dataclass(frozen=True)
class Piece:
    """Whole records of a file: from a byte to before another; of Parquet from a row to before another."""

    start: int
    end: int


def cut(file: InputFile, size: int) -> list[Piece]:
    """The file in pieces of about so many bytes; none where it must be read whole or is no larger."""
    if file.compression != "none" or file.size <= size:
        return []
    if file.format == "parquet":
        return _rows(file, size)
    if file.format == "ndjson" or (file.format == "csv" and file.eol == "\n"):
        return _lines(file, size)
    return []


@contextmanager
def opened(file: InputFile, piece: Piece) -> Iterator[InputFile]:
    """The piece as a file of its own. Raises CutError where it may not be whole records."""
    if file.format == "parquet":
        yield replace(file, rows_at=(piece.start, piece.end - piece.start))
        return
    copy = temporary.new_file()
    try:
        with temporary.writing(), file.path.open("rb") as whole, copy.open("wb") as out:
            whole.seek(piece.start)
            left = piece.end - piece.start
            while left and (data := whole.read(min(left, _LOOK))):
                left -= out.write(data)
        own = replace(file, path=copy, size=piece.end - piece.start)
        if piece.start:
            own = replace(own, bom=False, header=False, blank_lines=0)
        if quoted(own) and not csvwhole.is_simple(own):
            raise CutError(file.name)
        yield own
    finally:
        shutil.rmtree(copy.parent, ignore_errors=True)


def quoted(file: InputFile) -> bool:
    """Whether there are quotes in it that may join lines to one record."""
    if file.format != "csv" or not file.quotes:
        return False
    with file.path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, prot=mmap.PROT_READ) as data:
        return data.find(b'"') >= 0


def _rows(file: InputFile, size: int) -> list[Piece]:
    """By row groups, as many together as make up the size."""
    groups = columnar.row_groups(file.path)
    at_once = max(1, sum(groups) * size // file.size)  # rows
    found, start, end = [], 0, 0
    for rows in groups:
        end += rows
        if end - start >= at_once:
            found.append(Piece(start, end))
            start = end
    if end > start:
        found.append(Piece(start, end))
    return found if len(found) > 1 else []


def _lines(file: InputFile, size: int) -> list[Piece]:
    count = -(-file.size // size)
    starts = [0]
    with file.path.open("rb") as stream:
        for n in range(1, count):
            at = file.size * n // count
            stream.seek(at)
            found = _start(stream.read(_LOOK), file)
            if found is not None and at + found > starts[-1]:
                starts.append(at + found)
    ends = [*starts[1:], file.size]
    return [Piece(a, b) for a, b in zip(starts, ends, strict=True)] if len(starts) > 1 else []


def _start(data: bytes, file: InputFile) -> int | None:
    """Where in the data, which begin anywhere, a record begins; None where that is not to be told."""
    ends = (match.end() for match in _LINE_END.finditer(data))
    if file.format != "csv" or not file.quotes or b'"' not in data:
        return next(ends, None)
    layout = Layout.of(file)
    pattern = csvquotes.pattern_of_records(layout)
    for _, start in zip(range(_TRIES), ends, strict=False):
        rest = data[start:]
        rest = rest[: csvquotes.end_of_records(rest, layout)]
        if rest and csvquotes.are_records(rest, pattern):
            return start
    return None
