"""What a file is, by its content: compression, format, separator, columns."""

from __future__ import annotations

import codecs
import json
import shutil
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cesctl.errors import InputError, InputProblem
from cesctl.sources import (
    bytestream,
    canonical,
    jsonitems,
    jsonvalue,
    names,
    presets,
    separated,
    temporary,
    utf16,
)
from cesctl.sources.jsonitems import DECODER
from cesctl.sources.parts import InputFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cesctl.sources.parts import Compression

SAMPLE = 1 << 16  # bytes, uncompressed
ZIP = b"PK\x03\x04"
PARQUET = b"PAR1"
AVRO = b"Obj\x01"
BOM = b"\xef\xbb\xbf"
_SOME_LINES = 20  # of JSON, to tell whether each is a record
_SOME = 0.1  # a larger share of damaged lines means another encoding


class NoRowsError(InputError):
    """An export without a record: an error alone, a note beside others.

    ``columns``: those it has all the same, none where it says of none; None of a file without anything.
    """

    def __init__(self, problem: InputProblem, columns: tuple[str, ...] | None = ()) -> None:
        super().__init__(problem)
        self.columns = columns

    @property
    def may_be_export(self) -> bool:
        """A text of one line without a separator is seldom a table's header."""
        return self.columns is None or len(self.columns) != 1


@dataclass(frozen=True)
class Head:
    """The first bytes inside a file, and whether they are all of it."""

    data: bytes
    whole: bool


def head_of(name: str, path: Path) -> tuple[Head, Compression]:
    """The uncompressed sample."""
    with path.open("rb") as stream:
        compression = bytestream.compression_of(stream.read(8))
    try:
        with bytestream.open_bytes(path, compression) as stream:
            data = stream.read(SAMPLE + 1)
            while len(data) <= SAMPLE and (more := stream.read(SAMPLE + 1 - len(data))):
                data += more
    except bytestream.BROKEN as error:
        raise bytestream.damaged(name, compression, error) from None
    return Head(data[:SAMPLE], len(data) <= SAMPLE), compression


def sniff(name: str, path: Path, named: Iterable[str] = ()) -> InputFile:
    """What the file is. ``named`` are columns the model names: an object that has them is a record.

    Raises InputError for what is no export: empty, binary, another encoding.
    """
    head, compression = head_of(name, path)
    if utf16.marked(head.data):
        copy = utf16.as_utf8(name, path, compression, path.stat().st_mtime_ns)
        return replace(sniff(name, copy, named), utf16=True)
    if not head.data.removeprefix(BOM).strip():
        raise NoRowsError(InputProblem("the file is empty", name), None)
    if head.data.startswith(PARQUET):
        return _parquet(name, path, compression)
    if head.data.startswith(AVRO):
        return _avro(name, path, compression)
    text = _text(name, head)
    file = InputFile(
        name,
        path,
        "csv",
        compression,
        bom=head.data.startswith(BOM),
        size=path.stat().st_size,
        whole=head.whole,
    )
    start = text.lstrip()[:1]
    if start == "{" or (start == "[" and text.lstrip()[1:].lstrip()[:1] in ("{", "]", "[", "")):
        return _json(file, text, tuple(named))
    return _csv(file, text)


def _text(name: str, head: Head) -> str:
    data = head.data
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise InputError(_encoding(name, "UTF-32"))
    if _wide(data):
        raise InputError(_encoding(name, "UTF-16 without a byte order mark"))
    if b"\0" in data[:8192] and not _here_and_there(data, "\0"):
        raise InputError(
            InputProblem(
                "a binary file, no export", name, hint="CSV, NDJSON, JSON and Parquet are read"
            )
        )
    try:
        return data.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        cut = len(error.object) - error.start < 4 and not head.whole
        if cut and error.reason == "unexpected end of data":
            return error.object[: error.start].decode()
        if _here_and_there(data, "\ufffd"):
            return data.removeprefix(BOM).decode(errors="replace")
        control = sum(b < 32 and b not in b"\t\n\r\f\v\x1b" for b in data[:8192])
        if control > len(data[:8192]) * 0.02:
            raise InputError(
                InputProblem(
                    "a binary file, no export", name, hint="CSV, NDJSON, JSON and Parquet are read"
                )
            ) from None
        line = data.count(b"\n", 0, len(data) - len(error.object) + error.start) + 1
        raise InputError(_encoding(name, "Latin-1 (or Windows-1252)", line)) from None


def _here_and_there(data: bytes, sign: str) -> bool:
    """Whether only some of the lines below the first have a sign of damage: then those are told as such."""
    first, *lines = data.decode(errors="replace").replace("\r", "\n").strip("\n").split("\n")
    return sign not in first and sum(sign in line for line in lines) <= _SOME * len(lines)


def _wide(data: bytes) -> bool:
    """UTF-16 of mostly ASCII text: every second byte is 0."""
    return len(data) >= 4 and (not any(data[0:64:2]) or not any(data[1:64:2]))


def _encoding(name: str, encoding: str, line: int | None = None) -> InputProblem:
    code = encoding.split(" ", maxsplit=1)[0]
    return InputProblem(
        f"the text is {encoding}, not UTF-8",
        name,
        line,
        hint=f"export it as UTF-8, or convert it: iconv -f {code} -t UTF-8 FILE > NEW",
    )


def _csv(file: InputFile, text: str) -> InputFile:
    old_mac = "\n" not in text and "\r" in text
    if old_mac:
        text = text.replace("\r", "\n")
    blank_lines = text[: len(text) - len(text.lstrip("\r\n"))].count("\n")
    if not old_mac and canonical.is_canonical(text):
        return replace(
            file,
            separator="\t",
            blank_lines=blank_lines,
            header=False,
            quotes=False,
            columns=canonical.COLUMNS,
        )
    separator, _ = separated.separator_of(text)
    rows = [r for r in separated.head_records(text, separator, 50) if r]
    if not rows:
        header = text.lstrip("\r\n").split("\n", 1)[0]
        raise InputError(
            InputProblem(
                f'broken header: "{header[:60]}"', file.name, 1, hint="a quote that is not closed?"
            )
        )
    if len(rows) < 2 and file.whole and "\n" not in text.strip("\r\n"):
        problem = InputProblem("no rows: the file has only a header", file.name)
        raise NoRowsError(problem, separated.column_names(rows[0]))
    return replace(
        file,
        separator=separator,
        eol="\r" if old_mac else "\n",
        blank_lines=blank_lines,
        columns=separated.column_names(rows[0]),
        repeated=tuple(name for name, times in Counter(rows[0]).items() if times > 1),
    )


def looks_like_table(file: InputFile) -> bool:
    """Whether a text file found in a folder is an export: alike records of several columns."""
    if file.format != "csv" or not file.header:
        return True
    head, _ = head_of(file.name, file.path)
    text = head.data.removeprefix(BOM).decode(errors="replace")
    text = text.replace("\r", "\n") if file.eol == "\r" else text
    rows = [r for r in separated.head_records(text, file.separator, 50) if r]
    alike = sum(len(r) == len(rows[0]) for r in rows)
    return len(file.columns) > 1 and len(rows) > 1 and alike >= 0.9 * len(rows)


def _avro(name: str, path: Path, compression: Compression) -> InputFile:
    """As Parquet, since nothing reads Avro in part; one file at a time must fit into memory."""
    import polars as pl

    copy = temporary.new_file(".parquet")
    try:
        frame = pl.read_avro(_unpacked(name, path, compression))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            InputProblem(f"an Avro file that cannot be read ({reason})", name)
        ) from None
    with temporary.writing():
        frame.write_parquet(copy)
    return _parquet(name, copy, "none")


def _unpacked(name: str, path: Path, compression: Compression) -> Path:
    """The path of a plain copy, where the file is compressed."""
    if compression == "none":
        return path
    plain = temporary.new_file()
    try:
        with (
            bytestream.open_bytes(path, compression) as packed,
            temporary.writing(),
            plain.open("wb") as out,
        ):
            shutil.copyfileobj(packed, out, 1 << 20)
    except bytestream.BROKEN as error:
        raise bytestream.damaged(name, compression, error) from None
    return plain


def _parquet(name: str, path: Path, compression: Compression) -> InputFile:
    from cesctl.sources import columnar

    path = _unpacked(name, path, compression)
    columns, rows = columnar.layout(name, path)
    if not rows:
        raise NoRowsError(InputProblem("no rows", name), columns)
    return InputFile(name, path, "parquet", size=path.stat().st_size, columns=columns)


def _json(file: InputFile, text: str, named: tuple[str, ...]) -> InputFile:
    text = text.strip()
    if text.startswith("["):
        if file.whole and _decoded(text) == []:
            raise NoRowsError(InputProblem("no rows: an empty array", file.name))
        return replace(file, format="json", opening="[")
    lines = [x for x in text.split("\n") if x.strip()]
    alone = len(lines) == 1
    # any line may be broken, the first too; those of a document over several lines are seldom objects
    some = (lines if file.whole or alone else lines[:-1])[:_SOME_LINES]
    record_a_line = 2 * sum(isinstance(jsonitems.of_line(x.encode()), dict) for x in some) >= len(
        some
    )
    wrapper = None if record_a_line and not alone else _wrapper(text, file.whole, named)
    # A first line longer than the sample is one record, unless it wraps an array.
    if wrapper is None and (record_a_line or (alone and not file.whole)):
        return replace(file, format="ndjson")
    if wrapper is not None and file.whole and (_decoded(text) or {}).get(wrapper) == []:
        raise NoRowsError(InputProblem(f'no rows: the array "{wrapper}" is empty', file.name))
    return replace(file, format="json", opening="{", wrapper=wrapper)


def _decoded(text: str) -> Any:
    try:
        return DECODER.decode(text.strip())
    except (json.JSONDecodeError, RecursionError):
        return None


def _wrapper(text: str, whole: bool, named: tuple[str, ...]) -> str | None:
    """The key of the one array of objects that a top-level object wraps; None where it is a record."""
    top: dict[str, Any] = {}
    arrays: list[str] = []
    empty: list[str] = []
    at = text.index("{") + 1
    try:
        while text[at := _skip(text, at)] != "}":
            key, at = DECODER.raw_decode(text, at)
            if not isinstance(key, str):
                return None
            at = _skip(text, _skip(text, at) + 1)  # over the colon
            if text[at] == "[":
                inside = text[_skip(text, at + 1)]
                if not key.startswith("_"):  # as _links are beside what is linked
                    arrays += [key] * (inside == "{")
                    empty += [key] * (inside == "]")
            top[key], at = DECODER.raw_decode(text, at)  # a long array runs out of the sample
            at = _skip(text, at)
            at += text[at] == ","
    except (json.JSONDecodeError, IndexError, RecursionError):
        if whole and not arrays:
            return None
    arrays = arrays or empty
    if len(arrays) != 1:
        return None
    if any(jsonvalue.at(top, ((n,), tuple(n.split(".")))) is not None for n in named):
        return None
    return None if names.is_record(top) or presets.is_folded(top) else arrays[0]


def _skip(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at
