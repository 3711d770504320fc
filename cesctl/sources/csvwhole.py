"""CSV files that polars can be given whole, since nothing in them can be misread.

A look through the bytes tells: no carriage return but at a line's end, plain UTF-8, and no quotes but those
that belong where they are. It takes less time than reading in blocks costs more: without quotes much less.
"""

from __future__ import annotations

import codecs
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from cesctl.sources import bytestream, csvquotes, csvrecord
from cesctl.sources.csvrecord import Layout
from cesctl.sources.duck import changed
from cesctl.sources.records import numbered

if TYPE_CHECKING:
    from cesctl.sources.parts import InputFile, Part

_SIZE = 1 << 23  # bytes looked at in one go
_PIECE = 1 << 20  # the same where there are quotes


def scan(part: Part) -> pl.LazyFrame:
    """All columns by their places, and FILE. Collecting it fails where a line has too many fields."""
    return numbered([_scan(file) for file in part.files])


def _scan(file: InputFile) -> pl.LazyFrame:
    names = [f"column_{n}" for n in range(len(file.columns))]
    # Of columns that nobody asks for polars does not notice that a line has too many fields. So one column
    # more is declared than there are: it must be null in every row, and casting anything else to an enum of
    # nothing fails.
    beyond = f"column_{len(names)}"
    frame = pl.scan_csv(
        file.path,
        separator=file.separator,
        has_header=False,
        quote_char='"' if _quoted(file, changed(file)) else None,
        skip_rows=file.blank_lines + file.header,
        schema=dict.fromkeys([*names, beyond], pl.String),
        missing_columns="insert",
        infer_schema=False,
        glob=False,
    )
    return frame.filter(pl.col(beyond).cast(pl.Enum([])).is_null()).select(names)


def simple(part: Part) -> bool:
    """Whether all of its files are such."""
    return all(is_simple(file) for file in part.files)


def is_simple(file: InputFile) -> bool:
    """Whether the file is such."""
    return _quoted(file, changed(file)) is not None


@cache
def _quoted(file: InputFile, _changed: int) -> bool | None:
    """Whether fields are quoted; None where the file must not be read whole."""
    if file.compression != "none" or file.eol != "\n" or (file.bom and not file.header):
        return None
    if _plain(file):
        return False
    return True if file.quotes and _well_quoted(file) else None


def _plain(file: InputFile) -> bool:
    """Whether it may be read whole, and has no quotes that mean anything."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    buffer = bytearray(_SIZE)
    before = 0  # the last byte of what was looked at before
    with file.path.open("rb", buffering=0) as stream:
        while size := stream.readinto(buffer):
            seen = buffer if size == len(buffer) else buffer[:size]
            if (file.quotes and b'"' in seen) or b"\0" in seen:
                return False
            if b"\r" in seen or before == ord("\r"):
                ends = seen.count(b"\r\n") + (before == ord("\r") and seen[0] == ord("\n"))
                if ends < seen.count(b"\r") + (before == ord("\r")) - (seen[-1] == ord("\r")):
                    return False
            if not seen.isascii() or decoder.getstate()[0]:
                try:
                    decoder.decode(seen)
                except UnicodeDecodeError:
                    return False
            before = seen[-1]
    return before != ord("\r") and not decoder.getstate()[0]


def _well_quoted(file: InputFile) -> bool:
    """Whether it may be read whole, and is records from its header on, every quote in its place."""
    layout = Layout.of(file)
    pattern = csvquotes.pattern_of_records(layout)

    def fine(data: bytes) -> bool:
        if b"\0" in data or (b"\r" in data and data.count(b"\r") > data.count(b"\r\n")):
            return False
        return csvquotes.are_records(data, pattern)

    data = b""
    for chunk in bytestream.chunks(file, _PIECE):
        data += chunk
        end = data.rfind(b"\n") + 1
        if not fine(data[:end]):
            last, end = end, csvquotes.end_of_records(data, layout)
            if end == last or not fine(data[:end]):
                return False
        data = data[end:]
        if len(data) > csvrecord.REACH:
            return False
    return fine(data)
