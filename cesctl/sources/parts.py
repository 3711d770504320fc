"""What reading gives: ``Raw``, made of ``Part``s, made of ``InputFile``s."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from cesctl.model.types import Source

FILE = "file:"  # the number of a row's file among those of its part; no export has such a column
Format = Literal["csv", "ndjson", "json", "parquet", "frame", "store"]
Compression = Literal["none", "gzip", "zstd"]

# A column of text beside those wanted: why a row is no record, null in all that are. No export has it.
BROKEN = "broken:"

# The ways into a record to a value, e.g. (("a.b",), ("a", "b")): the first that is not null counts.
Ways = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class InputFile:
    """One file to read. ``name`` is what the user is shown, ``path`` where the bytes are."""

    name: str
    path: Path
    format: Format
    compression: Compression = "none"
    bom: bool = False
    utf16: bool = False  # and ``path`` is a copy in UTF-8
    size: int = 0  # bytes on disk
    # Parquet: of a piece, its first row and how many there are
    rows_at: tuple[int, int] | None = None
    # CSV
    separator: str = ","
    eol: Literal["\n", "\r"] = "\n"
    blank_lines: int = 0  # above the header
    repeated: tuple[str, ...] = ()  # names that the header has more than once
    header: bool = True
    quotes: bool = True  # whether quotes around a cell are none of its text
    # CSV, Parquet: the columns; JSON: the dotted paths seen in a sample, in order of appearance
    columns: tuple[str, ...] = ()
    # CSV, Parquet: columns that hold JSON objects as text, or keys and values; the dotted paths seen in
    # them in a sample, and they themselves where some of their texts are no objects
    cells: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    # JSON: the ways to arrays of keys and values
    keyed: tuple[tuple[str, ...], ...] = ()
    # JSON: the key whose array is wrapped (None: a bare array, or objects one after another)
    wrapper: str | None = None
    # JSON: the way to the array whose elements are the rows
    rows: tuple[str, ...] = ()
    # JSON: what starts the document, "[" or "{"; "{" without wrapper is objects one after another
    opening: str = ""
    # JSON: the sample held the whole file, so ``columns`` is complete
    whole: bool = True
    # lines that stood before those that are here, the header left out, where the beginning was cut off
    lines_before: int = 0

    def __str__(self) -> str:
        return self.name

    @property
    def is_json(self) -> bool:
        """Whether its records are JSON objects, which leave out what is empty."""
        return self.format in ("json", "ndjson")

    @property
    def paths(self) -> tuple[str, ...]:
        """Every column and dotted path known, those inside of a column in its place."""
        found: dict[str, None] = {}
        for column in self.columns:
            inside = [p for p in self.inside if p == column or p.startswith(f"{column}.")]
            found.update(dict.fromkeys(inside if column in self.cells and inside else [column]))
        return tuple(found)

    def may_have(self, name: str) -> bool:
        """Whether records beyond the sample may have the path."""
        if self.is_json:
            return True
        return any(name.startswith(f"{cell}.") for cell in self.cells)


@dataclass(frozen=True)
class Wanted:
    """A column to deliver: its name in the source and how to get at it."""

    name: str
    ways: Ways
    exact: bool = True  # its text is compared or shown, so a JSON number keeps its own text
    timestamp: bool = False  # typed input keeps its type
    apostrophe: bool = False  # one before what a sheet would take for a number is none of the text
    nothing: str | None = None  # the text that says that nothing is there


@dataclass(frozen=True)
class Part:
    """Files of one layout, scanned together.

    ``frame`` has one row per record and exactly the wanted columns, each named as in the source.
    All are text as it stands in the file, null where absent; a timestamp column of Parquet or of a
    DataFrame keeps its type. ``rows`` is the same with more columns: BROKEN where a row may be no record,
    and FILE but of a frame.
    """

    files: tuple[InputFile, ...]
    wanted: tuple[Wanted, ...]
    source: Source  # how they are read, its columns known
    # JSON record by record, which is slower, exact, and names the broken line; CSV in blocks, never whole
    careful: bool = False
    mended: bool = False  # fast NDJSON of which lines that are no records were taken out before
    quoted: frozenset[str] = frozenset()  # columns of fast JSON that hold strings like 1.5
    keyed: frozenset[tuple[str, ...]] = frozenset()  # the ways to arrays of keys and values in JSON
    ordered: bool = False  # rows in file order (always so but for fast JSON)
    given: pl.LazyFrame | None = None  # of formats "frame" and "store"

    @property
    def format(self) -> Format:
        return self.files[0].format

    @property
    def rows(self) -> pl.LazyFrame:
        """A fresh scan; it may be collected any number of times."""
        from cesctl.sources.scan import scan

        return scan(self)

    @property
    def frame(self) -> pl.LazyFrame:
        """The wanted columns alone."""
        return self.rows.select(w.name for w in self.wanted)

    @property
    def timestamps(self) -> tuple[str, ...]:
        return tuple(w.name for w in self.wanted if w.timestamp)

    @cached_property
    def sample_times(self) -> list[str]:
        """Some hundred raw timestamp texts from head, middle and end; empty for typed columns."""
        from cesctl.sources.samples import times

        return times(self, blocks=3)

    def tail_sample(self, blocks: int = 32) -> list[str]:
        """Raw timestamp texts from the end and from blocks spread over the files."""
        from cesctl.sources.samples import times

        return times(self, blocks=blocks)


@dataclass(frozen=True)
class Raw:
    """Everything to be read."""

    parts: tuple[Part, ...]
    notes: list[str] = field(default_factory=list)

    @property
    def files(self) -> list[InputFile]:
        """In the order given (parts group files by layout)."""
        return list(dict.fromkeys(f for p in self.parts for f in p.files))

    @property
    def sources(self) -> list[Source]:
        """Each once, in the model's order; files of several tools are several sources."""
        return list(dict.fromkeys(p.source for p in self.parts))

    def mended(self) -> Raw | None:
        """The same without the lines of NDJSON that are no records; None where there is no NDJSON."""
        # a record that says why it is none has no rows in an array
        lines = [p.format == "ndjson" and not p.careful and not p.files[0].rows for p in self.parts]
        if not any(lines):
            return None
        parts = (replace(p, mended=m) for p, m in zip(self.parts, lines, strict=True))
        return replace(self, parts=tuple(parts))

    def exact(self) -> Raw:
        """The same through the careful readers."""
        return replace(self, parts=tuple(replace(p, careful=True) for p in self.parts))

    def per_file(self) -> list[Part]:
        """One part a file, its rows in file order: what record numbers count."""
        return [replace(p, files=(f,), ordered=True) for p in self.parts for f in p.files]

    def columns(self) -> list[str]:
        """All column names and dotted paths seen, without duplicates, in order."""
        return list(dict.fromkeys(c for f in self.files for c in f.paths))


def one_per_name(wanted: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """Columns wanted twice once; exact where one of the wishes is."""
    by_name: dict[str, Wanted] = {}
    for w in wanted:
        old = by_name.get(w.name)
        by_name[w.name] = (
            w
            if old is None
            else replace(old, exact=old.exact or w.exact, timestamp=old.timestamp or w.timestamp)
        )
    return tuple(by_name.values())
