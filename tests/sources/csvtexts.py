"""Pieces of CSV, in order and not, and what one record at a time gives of them."""

from __future__ import annotations

from collections.abc import Iterator

from cesctl.sources import csvrecord
from cesctl.sources.csvrecord import Layout, Record

Row = tuple[int | str | None, ...]

# Any text at all comes of these, and most of it is broken somewhere.
TOKENS = [
    '"', ",", "\n", "\r\n", "\r", '""', "a", "bc", " ", "\u00e9", "\ufeff", "\0", '"x"', '"x,"', '"x\ny"',
    "1,2,3\n", "1,2,3,\n", ",,", "\ud800",
]  # fmt: skip

# Fields as they should be.
FIELDS = [
    "", "x", "1.10", " ", "\u00e9", "\u2028", "a\tb", '""', '","', '"x"', '"x, y"', '" "', '"\n"', '"\r\n"',
    '"a\nb"', '"\n\n,"', '"\u00e9\n"', '""""', '"say ""hi"""', '""",\n"""', '"' + "longer\n," * 9 + '"',
]  # fmt: skip


def records(data: bytes, width: int) -> Iterator[tuple[int, Record]]:
    """(line, record) of every record below the header, by the parser alone."""
    at = data.index(b"\n") + 1
    while at < len(data):
        record = csvrecord.parse(data, at, Layout(b",", width), final=True)
        assert record is not None
        yield data.count(b"\n", 0, at) + 1, record
        at = record.end


def one_by_one(data: bytes, width: int) -> list[Row]:
    """(line, fields, why) of them."""
    return [
        (line, *(*record.fields, *[None] * width)[:width], record.why)
        for line, record in records(data, width)
    ]
