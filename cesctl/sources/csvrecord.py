"""One record of a CSV file from its bytes, by RFC 4180, or why it is none.

A field that begins with a quote is quoted: it ends at the next quote that is not doubled, and then the field
ends too. In a field that does not begin with one, quotes are text. A record ends at a line end outside of
quotes; a carriage return just before it belongs to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cesctl.sources.parts import InputFile

# A quoted field that goes on for so many bytes beyond its record's first line was never closed: without a
# limit one stray quote would make a reader hold the rest of the file.
REACH = 1 << 25


@dataclass(frozen=True)
class Layout:
    """What tells fields apart, how many there may be (0: any number), and whether quotes mean anything."""

    separator: bytes
    width: int
    quotes: bool = True

    @classmethod
    def of(cls, file: InputFile) -> Layout:
        """That of the records below a file's header."""
        return cls(file.separator.encode(), len(file.columns), file.quotes)


@dataclass(frozen=True)
class Record:
    """The fields, None where nothing stands, and where the next record begins.

    ``why``: what is wrong; then there are no fields, and ``end`` is the end of the first line.
    """

    fields: tuple[str | None, ...]
    end: int
    why: str | None = None


def parse(data: bytes, start: int, layout: Layout, *, final: bool) -> Record | None:
    """The record that begins at ``start``.

    None where the data, which are not ``final``, end before it is known. A record has too many fields where
    something stands in the one after its last. Where that is empty no field has been pushed aside, and it and
    what follows it are left out, as of a sheet with remarks beside its table.
    """
    line_end = _find(data, b"\n", start, len(data), final=final)
    if line_end is None:
        return None
    fields: list[bytes | None] = []
    at, more, too_many = start, True, False
    while more:
        if layout.quotes and data.startswith(b'"', at):
            limit = line_end + REACH
            close = _closing_quote(data, at + 1, limit, final=final)
            if close is None:
                return None
            if close < 0:
                return _broken("a quote that opens here is never closed", line_end, data)
            fields.append(data[at + 1 : close].replace(b'""', b'"'))
            end = close + 1
            if data.startswith(b"\r\n", end) or data[end:] == b"\r":
                end += 1
            more = data.startswith(layout.separator, end)
            if not more and data[end : end + 1] not in (b"\n", b""):
                why = "a quote inside a quoted field (it is written twice there)"
                return _broken(why, line_end, data)
        else:
            eol = _find(data, b"\n", at, len(data), final=final)
            if eol is None:
                return None
            end = data.find(layout.separator, at, eol)
            more = end >= 0
            text = data[at:end] if more else data[at : (end := eol)].removesuffix(b"\r")
            fields.append(text or None)
        too_many = too_many or bool(0 < layout.width == len(fields) - 1 and fields[-1])
        # the first line is counted to its end, so that the message is right; nobody waits for more
        if too_many and (not more or end > line_end):
            why = f"{len(fields)} fields where the header has {layout.width}"
            return _broken(why, line_end, data)
        at = end + 1
    return _decoded(fields[: layout.width or None], data, start, line_end, end)


def _find(data: bytes, what: bytes, start: int, limit: int, *, final: bool) -> int | None:
    """Where it is; the end of final data where it is not."""
    at = data.find(what, start, limit)
    return at if at >= 0 else len(data) if final else None


def _closing_quote(data: bytes, at: int, limit: int, *, final: bool) -> int | None:
    """The quote that is not doubled; -1 where none is in reach, None where that is not known yet."""
    while True:
        at = data.find(b'"', at, limit)
        if at < 0:
            return -1 if final or len(data) >= limit else None
        # what follows must be known as well: a second quote, or a carriage return and a line end
        if len(data) < at + 3 and not final:
            return None
        if not data.startswith(b'""', at):
            return at
        at += 2


def _decoded(
    fields: list[bytes | None], data: bytes, start: int, line_end: int, end: int
) -> Record:
    raw = data[start:end]
    if b"\0" in raw:
        return _broken("a NUL byte", line_end, data)
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return _broken(f"not UTF-8 (byte {raw[error.start]:#04x})", line_end, data)
    texts = tuple(None if f is None else f.decode() for f in fields)
    return Record(texts, min(end + 1, len(data)))


def _broken(why: str, line_end: int, data: bytes) -> Record:
    return Record((), min(line_end + 1, len(data)), why)
