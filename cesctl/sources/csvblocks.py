"""A CSV file in blocks of whole records, each read at once by polars.

polars reads what is well-formed fast and right. What is not it may misread without a word (``"a"b"c"``, or
anything in a column that nobody asks for), so a block is given to it only when it cannot: a block without a
quote has none that is astray, and of others a regular expression tells that they hold records and nothing
else. In a block that is not so, the lines that are records by themselves are found in the same way, and only
the rest go one by one through ``csvrecord``. Where a record breaks, its first line is left out, and reading
goes on at the next.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import polars as pl

from cesctl.sources import bytestream, csvrecord
from cesctl.sources.csvrecord import Layout
from cesctl.sources.parts import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cesctl.sources.parts import InputFile

SIZE = 1 << 23  # bytes of a block
SMALL = 1 << 18  # and of those into which one is cut that holds something broken
_ROUNDS = 16  # how often a cut is moved back before a stray quote to try for an even number of them
_BOM = "\ufeff".encode()  # polars passes over it where it is the first, and nothing but text here
_FINE = pl.Series(BROKEN, [None], dtype=pl.String)


@dataclass(frozen=True)
class Block:
    """Some records. ``rows``: one row per record, the columns asked for, by their place in the header
    (``column_0`` and so on), and BROKEN, why a record is none. ``line``: that of the first.
    """

    rows: pl.DataFrame
    line: int
    data: bytes
    layout: Layout
    numbers: pl.Series | None = None  # the line of each row within the block, from 0, where known

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.data.count(b"\n") + (not self.data.endswith(b"\n"))

    @cached_property
    def starts(self) -> pl.Series:
        """The line at which each record begins."""
        if self.numbers is not None:
            return self.numbers + self.line
        if b'"' not in self.data:
            return pl.int_range(self.line, self.line + self.rows.height, eager=True)
        found, at, line = [], 0, self.line
        while at < len(self.data):
            found.append(line)
            record = csvrecord.parse(self.data, at, self.layout, final=True)
            assert record is not None
            line += self.data.count(b"\n", at, record.end)
            at = record.end
        return pl.Series(found, dtype=pl.Int64)


def blocks(file: InputFile, columns: Sequence[int]) -> Iterator[Block]:
    """All records below the header, in order; ``columns``: the places of those to be read."""
    reader = _Reader(Layout.of(file), sorted(set(columns)))
    line, data, final, size = 1, b"", False, SIZE
    chunks = bytestream.chunks(file, SIZE)
    header = False
    while True:
        have = [data]
        while sum(map(len, have)) < size and not final:
            chunk = next(chunks, b"")
            final = not chunk
            have.append(chunk.replace(b"\r", b"\n") if file.eol == "\r" else chunk)
        data = b"".join(have)
        if not header:
            end = _header(data, file, final=final)
            if end is None:
                size *= 2
                continue
            line += data.count(b"\n", 0, end)
            data, header = data[end:], True
        if not data and final:
            return
        used = 0
        for block in reader.read(data, line, final=final):
            yield block
            used += len(block.data)
            line += block.lines
        data = data[used:]
        size = SIZE if used else 2 * max(size, len(data))  # a record longer than all that is there


def _header(data: bytes, file: InputFile, *, final: bool) -> int | None:
    """Where the records begin; None where that is not known yet."""
    start = len(data) - len(data.lstrip(b"\r\n"))
    record = csvrecord.parse(data, start, Layout(file.separator.encode(), 0), final=final)
    return None if record is None else record.end


class _Reader:
    """From bytes to blocks, for one layout and choice of columns."""

    def __init__(self, layout: Layout, columns: Sequence[int]) -> None:
        self.layout = layout
        self.columns = columns
        self.broken = False  # whether there was a broken record among the bytes just read
        self.names = [f"column_{n}" for n in columns]
        # One column more than the header has, in which nothing may stand: of columns not asked for polars
        # does not notice that they are too many.
        self.beyond = f"column_{layout.width}"
        self.schema = {f"column_{n}": pl.String() for n in range(layout.width + 1)}
        self.trap = b"\r" + layout.separator  # where polars takes the carriage return for none
        s = re.escape(layout.separator.decode())
        field = f'(?:"[^"]*(?:""[^"]*)*"|[^"{s}\n]*)'
        self.records = rf"\A(?:{field}(?:{s}|\r?\n|\z))*\z"
        self.record = rf"\A{field}(?:{s}{field}){{0,{layout.width - 1}}}{s}?\r?\z"

    def read(self, data: bytes, line: int, *, final: bool) -> Iterator[Block]:
        """Blocks of the records that are whole in the data; none where not even one is."""
        if not self.broken:  # where something was, more may follow
            cut = len(data) if final else _end_of_records(data)
            rows = self.at_once(data[:cut]) if cut else None
            if rows is not None:
                yield Block(rows, line, data[:cut], self.layout)
                return
        self.broken = False
        at = 0
        while at < len(data):
            piece = data[at : at + SMALL]
            last = final and at + len(piece) == len(data)
            cut = len(piece) if last else _end_of_records(piece)
            rows = self.at_once(piece[:cut]) if cut else None
            if rows is not None:
                block = Block(rows, line, piece[:cut], self.layout)
            else:
                found = self.one_by_one(data, at, line, final=final)
                if found is None:
                    return
                block, self.broken = found, True
            yield block
            at += len(block.data)
            line += block.lines

    def at_once(self, data: bytes) -> pl.DataFrame | None:
        """The rows as polars reads them; None where it might not read them right."""
        quotes = b'"' in data
        if b"\0" in data or self.trap in data or data.startswith(_BOM):
            return None
        if quotes or not data.isascii():
            try:
                text = pl.Series([data], dtype=pl.Binary).cast(pl.String)
            except pl.exceptions.PolarsError:
                return None  # not UTF-8
            # so long a block may hold a quote that is too far from its like
            if quotes and (len(data) > csvrecord.REACH or not text.str.contains(self.records)[0]):
                return None
        try:
            return self.parsed(data, '"' if quotes else None)
        except pl.exceptions.PolarsError:
            return None  # too many fields

    def parsed(self, data: bytes, quote: str | None) -> pl.DataFrame | None:
        """Well-formed lines; None where one has too many fields."""
        # an empty field beyond the header may hide others behind it, unless all columns are asked for
        hidden = quote is not None or 2 * self.layout.separator in data
        rows = pl.read_csv(
            data,
            has_header=False,
            schema=self.schema,
            columns=None if hidden else [*self.names, self.beyond],
            separator=self.layout.separator.decode(),
            quote_char=quote,
            infer_schema=False,
            missing_columns="insert",
        )
        if (rows[self.beyond] != "").any():
            return None
        fine = _FINE.new_from_index(0, rows.height)
        return pl.DataFrame([*(rows[name] for name in self.names), fine])

    def one_by_one(self, data: bytes, at: int, line: int, *, final: bool) -> Block | None:
        """The lines of about a small block: those that are records by themselves at once, of the others
        each record. None where not one record is known to end within the data.
        """
        end = data.find(b"\n", min(at + SMALL, len(data))) + 1
        if not end:
            end = len(data) if final else data.rfind(b"\n") + 1
        if end <= at:
            return None
        lines = data[at:end].split(b"\n")
        if not lines[-1]:
            lines.pop()
        starts = list(accumulate((len(text) + 1 for text in lines), initial=at))
        fine = self.fine(lines)
        numbers: list[int] = []
        rows: list[tuple[str | None, ...]] = []
        after, here = 0, end  # the line after the last record read, and where the next block begins
        for n in [n for n, alone in enumerate(fine) if not alone]:
            if n < after:  # it belongs to the record before
                continue
            record = csvrecord.parse(data, starts[n], self.layout, final=final)
            if record is None:  # its end is not there yet: a later block begins with it
                del fine[n:]
                here = starts[n]
                break
            numbers.append(n)
            rows.append((*self.chosen(record), record.why))
            after = bisect_left(starts, record.end)
            fine[n + 1 : after] = [False] * len(fine[n + 1 : after])
            here = max(here, record.end)
        if here == at:
            return None
        frame = self.together([n for n, alone in enumerate(fine) if alone], lines, numbers, rows)
        return Block(frame.drop("n"), line, data[at:here], self.layout, frame["n"])

    def fine(self, lines: list[bytes]) -> list[bool]:
        """Which lines are records by themselves, with every quote where it belongs."""
        try:
            texts = pl.Series(lines, dtype=pl.Binary).cast(pl.String)
        except pl.exceptions.PolarsError:
            texts = pl.Series([_text(line) for line in lines], dtype=pl.String)
        fine = texts.str.contains(self.record) & ~texts.str.starts_with(_BOM.decode())
        for trap in ("\0", self.trap.decode()):
            fine &= ~texts.str.contains(trap, literal=True)
        return fine.fill_null(value=False).to_list()

    def chosen(self, record: csvrecord.Record) -> Iterator[str | None]:
        """The fields asked for; a line may have fewer."""
        have = len(record.fields)
        return (record.fields[n] if n < have else None for n in self.columns)

    def together(
        self,
        alone: list[int],
        lines: list[bytes],
        numbers: list[int],
        rows: list[tuple[str | None, ...]],
    ) -> pl.DataFrame:
        """Lines and single records as one frame, in order, with the line of each as ``n``."""
        schema = dict.fromkeys([*self.names, BROKEN], pl.String())
        odd = pl.DataFrame(rows, schema=schema, orient="row")
        odd = odd.with_columns(pl.Series("n", numbers, dtype=pl.Int64))
        if not alone:
            return odd
        data = b"\n".join([lines[n] for n in alone]) + b"\n"
        fine = self.parsed(data, '"' if b'"' in data else None)
        assert fine is not None
        fine = fine.with_columns(pl.Series("n", alone, dtype=pl.Int64))
        return pl.concat([fine, odd]).sort("n")


def _text(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def _end_of_records(data: bytes) -> int:
    """The end of the last line with an even number of quotes before it: that of a record, unless some are
    astray. 0 where none is near.
    """
    cut = data.rfind(b"\n") + 1
    if b'"' not in data[:cut]:
        return cut
    quotes = data.count(b'"', 0, cut)
    for _ in range(_ROUNDS):
        if quotes % 2 == 0:
            return cut
        before = data.rfind(b"\n", 0, data.rfind(b'"', 0, cut)) + 1
        quotes -= data.count(b'"', before, cut)
        cut = before
    return 0
