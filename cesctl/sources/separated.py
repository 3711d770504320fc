"""CSV as text: its separator, its header, its records with their lines. The careful path."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING, NoReturn

from cesctl.errors import InputError, InputProblem
from cesctl.sources import bytestream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cesctl.sources.parts import InputFile

SEPARATORS = (",", "\t", ";", "|")
_LONE_CR = "\ufdd0"  # a code point that is no character, so no text has it
_LONGEST_FIELD = 1 << 30


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


def records(file: InputFile) -> Iterator[tuple[int, list[str]]]:
    """(first line, fields) of every record below the header; blank lines are records of none.

    An InputError names the line of a record that is no record.
    """
    lines = _Lines(file)
    rows = reader(lines, file.separator, quotes=file.quotes)
    width = 0 if file.header else len(file.columns)
    while True:
        start = lines.number + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            _broken(file, start, _meaning(str(error)))
        if not width:
            width = len(row)  # the header, perhaps after blank lines
            continue
        if len(row) > width and any(row[width:]):
            _broken(file, start, f"{len(row)} fields where the header has {width}")
        yield start, [f.replace(_LONE_CR, "\r") for f in row] if lines.lone_cr else row


def _meaning(error: str) -> str:
    if "unexpected end of data" in error:
        return "a quote that opens here is never closed"
    if "expected after" in error:
        return "a quote inside a quoted field (it is written twice there)"
    return error


def _broken(file: InputFile, line: int, what: str) -> NoReturn:
    raise InputError(InputProblem(f"broken line: {what}", file.name, line))


class _Lines:
    """The lines as text, counted; the first that is not UTF-8 is an error."""

    def __init__(self, file: InputFile) -> None:
        self.file = file
        self.raw = bytestream.lines(file)
        self.number = 0
        self.lone_cr = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        raw = next(self.raw)
        self.number += 1
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            what = f"not UTF-8 (byte {error.object[error.start]:#04x})"
            raise InputError(
                InputProblem(f"broken line: {what}", self.file.name, self.number)
            ) from None
        if self.file.eol == "\r":
            return text.replace("\r", "\n")
        if "\r" in text and "\r" in (inside := text.rstrip("\r\n")):
            # The csv module takes it for the end of a line, which ends with "\n" here.
            self.lone_cr = True
            return inside.replace("\r", _LONE_CR) + text[len(inside) :]
        return text
