"""CSV as text: its separator, its header, a few of its records."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from cesctl.sources import bytestream, csvrecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cesctl.errors import Notes
    from cesctl.sources.parts import InputFile, Wanted

SEPARATORS = (",", "\t", ";", "|")
_LONGEST_FIELD = 1 << 30
_PIECE = 1 << 16  # bytes


def reader(lines: Iterable[str], separator: str, *, quotes: bool = True) -> Iterator[list[str]]:
    """Fields by RFC 4180; quotes that do not match raise ``csv.Error``. Or without any quoting."""
    csv.field_size_limit(_LONGEST_FIELD)
    if not quotes:
        return csv.reader(lines, delimiter=separator, strict=True, quoting=csv.QUOTE_NONE)
    return csv.reader(lines, delimiter=separator, strict=True)


def separator_of(sample: str) -> tuple[str, float]:
    """The separator that gives the most alike records, and the share of those like the header."""
    best, best_key, best_share = ",", (0.0, 0), 0.0
    for separator in SEPARATORS:
        widths = [len(r) for r in head_records(sample, separator, 200) if r]
        if not widths or widths[0] < 2:
            continue
        share = Counter(widths)[widths[0]] / len(widths)
        # A file whose cells hold commas is cut into a varying number of fields by the comma.
        key = (round(share, 1), widths[0])
        if key > best_key:
            best, best_key, best_share = separator, key, share
    return best, best_share


def head_records(sample: str, separator: str, most: int) -> list[list[str]]:
    """The first records of a text that may be cut anywhere; none after a broken one."""
    found: list[list[str]] = []
    try:
        for record in reader(io.StringIO(sample, newline="\n"), separator):
            found.append(record)
            if len(found) > most:
                break
    except csv.Error:
        pass
    return found


def column_names(header: list[str]) -> tuple[str, ...]:
    """Names as polars gives them: a name met again becomes ``name_duplicated_0``."""
    names: dict[str, int] = {}
    result: list[str] = []
    for name in header:
        count = names.get(name, 0)
        names[name] = count + 1
        result.append(f"{name}_duplicated_{count - 1}" if count else name)
    return tuple(result)


def tell_repeated(files: Iterable[InputFile], wanted: Iterable[Wanted], notes: Notes) -> None:
    """Which of the columns of one name is read, where such a name is used."""
    names = [w.name for w in wanted]
    for file in files:
        for name in names:
            if name in file.repeated:
                others = [c for c in file.columns if c.startswith(f"{name}_duplicated_")]
                rest = ", ".join(f'"{c}"' for c in others)
                notes.add(
                    f'{file.name}: more than one column is called "{name}"; '
                    f"the first is read (to read another, name {rest})"
                )


def records(file: InputFile) -> Iterator[tuple[str | None, ...]]:
    """The fields of the records below the header, those of broken ones left out; one by one, so for a few."""
    layout = csvrecord.Layout.of(file)
    header = file.header
    chunks = bytestream.chunks(file, _PIECE)
    data, at, final = b"", 0, False
    while True:
        here = replace(layout, width=0) if header else layout
        record = csvrecord.parse(data, at, here, final=final) if at < len(data) else None
        if record is None:
            if final:
                return
            chunk = next(chunks, b"")
            final = not chunk
            data, at = data[at:] + (chunk.replace(b"\r", b"\n") if file.eol == "\r" else chunk), 0
            continue
        if not header and record.why is None:
            yield record.fields
        header = header and not data[at : record.end].strip(b"\r\n")  # after blank lines, perhaps
        at = record.end
