"""A CSV file in blocks of whole records, each read at once by polars.

polars reads what is well-formed fast and right. What is not it may misread without a word (``"a"b"c"``, or
anything in a column that nobody asks for), so a block is given to it only when it cannot: a block without a
quote has none that is astray, and of others a regular expression tells that they hold records and nothing
else. In a block that is not so, the lines that are records by themselves are found in the same way, and only
the rest go one by one through ``csvrecord``. Where a record breaks, its first line is left out, and reading
goes on at the next.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from cesctl.sources import bytestream, csvquotes, csvrecord
from cesctl.sources.csvrecord import Layout
from cesctl.sources.parts import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cesctl.sources.parts import InputFile

SIZE = 1 << 21  # bytes of a block; larger ones take more memory and no less time
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
        if self._line_a_row:
            return self.rows.height  # counting them costs a third of reading them
        return _count_lines(self.data, 0, len(self.data))

    @cached_property
    def _line_a_row(self) -> bool:
        return self.numbers is None and not (self.layout.quotes and b'"' in self.data)

    @cached_property
    def starts(self) -> pl.Series:
        """The line at which each record begins."""
        if self.numbers is not None:
            return self.numbers + self.line
        if self._line_a_row:
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
        block = reader.read(data, line, final=final)
        if block is None:  # a record longer than all that is there
            size = 2 * max(size, len(data))
            continue
        yield block
        line += block.lines
        data, size = data[len(block.data) :], SIZE


def _header(data: bytes, file: InputFile, *, final: bool) -> int | None:
    """Where the records begin; None where that is not known yet."""
    start = len(data) - len(data.lstrip(b"\r\n"))
    if not file.header:
        return start if start < len(data) or final else None
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
        self.records = csvquotes.pattern_of_records(layout)
        self.record = csvquotes.pattern_of_record(layout)

    def read(self, data: bytes, line: int, *, final: bool) -> Block | None:
        """The records that are whole in the data; None where not even one is."""
        if not self.broken:  # where something was, more may follow
            cut = len(data) if final else csvquotes.end_of_records(data, self.layout)
            rows = self.at_once(data[:cut]) if cut else None
            if rows is not None:
                return Block(rows, line, data[:cut], self.layout)
        block = self.line_by_line(data, line, final=final)
        self.broken = block is not None and block.rows[BROKEN].null_count() < block.rows.height
        return block

    def at_once(self, data: bytes) -> pl.DataFrame | None:
        """The rows as polars reads them; None where it might not read them right."""
        quotes = self.layout.quotes and b'"' in data
        if b"\0" in data or data.startswith(_BOM) or (b"\r" in data and self.trap in data):
            return None
        if quotes and not csvquotes.are_records(data, self.records):
            return None
        if not quotes and not data.isascii() and csvquotes.text_of(data) is None:
            return None
        try:
            return self.parsed(data, '"' if quotes else None)
        except pl.exceptions.PolarsError:
            return None  # too many fields

    def parsed(self, data: bytes, quote: str | None) -> pl.DataFrame | None:
        """Well-formed lines; None where one has too many fields."""
        rows = pl.read_csv(
            data,
            has_header=False,
            schema=self.schema,
            columns=[*self.names, self.beyond],
            separator=self.layout.separator.decode(),
            quote_char=quote,
            infer_schema=False,
            missing_columns="insert",
        )
        if (rows[self.beyond] != "").any():
            return None
        fine = _FINE.new_from_index(0, rows.height)
        return pl.DataFrame([*(rows[name] for name in self.names), fine])

    def line_by_line(self, data: bytes, line: int, *, final: bool) -> Block | None:
        """The same: the lines that are records by themselves at once, of the others each record."""
        end = len(data) if final else data.rfind(b"\n") + 1
        if not end:
            return None
        lines = _lines(data[:end], self.layout.separator)
        fine = self.fine(lines)
        odd = (~fine).arg_true()
        starts = (lines.str.len_bytes() + 1).cum_sum().shift(1, fill_value=0).gather(odd)
        numbers: list[int] = []
        rows: list[tuple[str | None, ...]] = []
        inside: list[int] = []  # lines of a record that began before
        after = 0  # the line after the last record read
        for n, start in zip(odd.to_list(), starts.to_list(), strict=True):
            if n < after:
                continue
            record = csvrecord.parse(data, start, self.layout, final=final)
            if record is None:  # its end is not there yet: the next block begins with it
                end = start
                lines, fine = lines.head(n), fine.head(n)
                break
            numbers.append(n)
            rows.append((*self.chosen(record), record.why))
            after = n + max(1, _count_lines(data, start, record.end))
            inside += range(n + 1, min(after, len(lines)))
            end = max(end, record.end)
        if not end:
            return None
        if inside:
            fine = fine.scatter(inside, values=False)
        frame = self.together(lines, fine, numbers, rows)
        return Block(frame.drop("n"), line, data[:end], self.layout, frame["n"])

    def fine(self, lines: pl.Series) -> pl.Series:
        """Which lines are records by themselves, with every quote where it belongs."""
        separators = lines.str.count_matches(self.layout.separator.decode(), literal=True)
        fine = separators < self.layout.width
        quoted = lines.str.contains('"', literal=True)
        if self.layout.quotes and quoted.any():
            places = quoted.arg_true()
            fine = fine.scatter(places, lines.gather(places).str.contains(self.record))
        return fine & ~lines.str.contains("\0", literal=True)

    def chosen(self, record: csvrecord.Record) -> Iterator[str | None]:
        """The fields asked for; a line may have fewer."""
        have = len(record.fields)
        return (record.fields[n] if n < have else None for n in self.columns)

    def together(
        self,
        lines: pl.Series,
        fine: pl.Series,
        numbers: list[int],
        rows: list[tuple[str | None, ...]],
    ) -> pl.DataFrame:
        """Fine lines and single records as one frame, in order, with the line of each as ``n``."""
        schema = dict.fromkeys([*self.names, BROKEN], pl.String())
        odd = pl.DataFrame(rows, schema=schema, orient="row")
        odd = odd.with_columns(pl.Series("n", numbers, dtype=pl.Int64))
        if not fine.any():
            return odd
        data = "".join((lines.filter(fine).str.join("\n")[0], "\n")).encode()
        good = self.parsed(data, '"' if self.layout.quotes and b'"' in data else None)
        assert good is not None
        good = good.with_columns(fine.arg_true().cast(pl.Int64).alias("n"))
        return pl.concat([good, odd]).sort("n") if rows else good


def _lines(data: bytes, separator: bytes) -> pl.Series:
    """The lines as text, each as long as it is in bytes. In those that polars must not see by themselves
    there is a NUL: where one is, where they are not UTF-8, and where polars passes over something.
    """
    data = data.replace(b"\r" + separator, b"\0" + separator)
    data = (b"\n" + data).replace(b"\n" + _BOM, b"\n\0\0\0")[1:]
    if not data.isascii():
        data = data.decode(errors=_NUL).encode()
    lines = pl.Series([data], dtype=pl.Binary).cast(pl.String).str.split("\n").explode()
    return lines.head(-1) if data.endswith(b"\n") else lines


def _as_nul(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "\0" * (error.end - error.start), error.end


_NUL = "cesctl-nul"
codecs.register_error(_NUL, _as_nul)


def _count_lines(data: bytes, start: int, end: int) -> int:
    return data.count(b"\n", start, end) + (not data.endswith(b"\n", start, end))
