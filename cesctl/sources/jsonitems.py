"""The records of a JSON file one by one, exactly: numbers keep their own text, lines are known.

The careful path. It reads arrays, objects that wrap one, objects one after another and NDJSON,
never holding more than a piece of the file.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from cesctl.errors import InputError, InputProblem
from cesctl.sources import bytestream, explode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.sources.parts import InputFile


class Number(str):
    """A JSON number as it stands in the file: ``1.10`` stays ``1.10``."""

    __slots__ = ()


DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number)
# A decoder that fails this near to the end of what was read may only lack the rest of it.
_LOOKAHEAD = 16


class NoRecord(str):
    """Why a line of NDJSON is no record."""

    __slots__ = ()


def items(file: InputFile) -> Iterator[tuple[int, dict[str, Any] | NoRecord]]:
    """(line, record) of every record, or of every row where records hold their rows in an array. ``null``
    is a record of nothing.

    A line of NDJSON that is none says why. In any other document what is broken has no end, so an
    InputError names the line.
    """
    if file.format == "ndjson":
        for number, line in enumerate(bytestream.lines(file), 1):
            if line.strip():
                found = of_line(line)
                rows = [found] if isinstance(found, NoRecord) else explode.records(found, file.rows)
                yield from ((number, row) for row in rows)
        return
    for number, value in _Document(file).values():
        if not isinstance(value, dict | None):
            _broken(file, number, _no_object(value))
        for row in explode.records(value or {}, file.rows):
            yield number, row


def shown(value: Any) -> str:
    """A value for a message: short."""
    from cesctl.sources import jsonvalue

    text = jsonvalue.written(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _broken(file: InputFile, line: int, what: str) -> NoReturn:
    raise InputError(InputProblem(f"broken line: {what}", file.name, line))


def _no_object(value: Any) -> str:
    return f"a JSON object is expected, not {shown(value)}"


def of_line(line: bytes) -> dict[str, Any] | NoRecord:
    """The record of a line that is not blank, or why it is none."""
    try:
        text = line.strip().decode()
        try:
            value, end = DECODER.raw_decode(text)
        except json.JSONDecodeError:
            text = _LENIENT.sub(_as_strict, text)
            value, end = DECODER.raw_decode(text)
    except UnicodeDecodeError as error:
        return NoRecord(f"not UTF-8 (byte {error.object[error.start]:#04x})")
    except json.JSONDecodeError as error:
        return NoRecord(f"not JSON: {error.msg} at character {error.pos + 1}")
    except RecursionError:
        return NoRecord("nested too deep")
    if end < len(text):
        return NoRecord(f"more than one JSON value, from character {end + 1} on")
    if not isinstance(value, dict | None):
        return NoRecord(_no_object(value))
    return value or {}


# What the fast reader takes although it is no JSON, so that what a line means does not depend on its
# neighbours: a comma after the last item, and infinities and no-numbers however they are spelled.
_LENIENT = re.compile(
    r"""("(?:[^"\\]|\\.)*+"|[\[{][ \t\r\n]*,) | ,(?=[ \t\r\n]*[\]}]) | (inf(?:inity)?)\b | nan\b""",
    re.IGNORECASE | re.VERBOSE,
)


def _as_strict(match: re.Match[str]) -> str:
    if match[1] is not None:  # a string, or a comma that nothing comes before
        return match[1]
    if match[0] == ",":
        return ""
    return "NaN" if match[2] is None else "Infinity"


class _Document:
    """A cursor over a JSON text that is read piece by piece."""

    def __init__(self, file: InputFile) -> None:
        self.file = file
        self.chunks = bytestream.chunks(file)
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.text = ""
        self.at = 0
        self.counted = 0  # up to here lines are counted,
        self.line = 1  # and this is the one
        self.ended = False

    def values(self) -> Iterator[tuple[int, Any]]:
        while start := self.peek():
            if start == "[":
                yield from self.array()
            elif start == "{" and self.file.wrapper is not None:
                yield from self.wrapped(self.file.wrapper)
            else:
                yield self.here(), self.value()

    def array(self) -> Iterator[tuple[int, Any]]:
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            self.peek()
            yield self.here(), self.value()
            if self.take(",", "]") == "]":
                return

    def wrapped(self, key: str) -> Iterator[tuple[int, Any]]:
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            self.peek()
            name = self.value()
            self.take(":")
            if name == key and self.peek() == "[":
                yield from self.array()
            else:
                self.peek()
                self.value()
            if self.take(",", "}") == "}":
                return

    def here(self) -> int:
        """The line of the cursor."""
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line

    def fill(self) -> None:
        """Drops what was read and reads on; the more that is left, the more at once."""
        self.here()
        rest = [self.text[self.at :]]
        self.at = self.counted = 0
        want = max(1, len(rest[0]))
        while want > 0 and not self.ended:
            chunk = next(self.chunks, b"")
            self.ended = not chunk
            try:
                more = self.decoder.decode(chunk, final=self.ended)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].count(b"\n")
                lines = self.line + sum(r.count("\n") for r in rest) + before
                _broken(self.file, lines, f"not UTF-8 (byte {error.object[error.start]:#04x})")
            rest.append(more)
            want -= len(more)
        self.text = "".join(rest)

    def peek(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if self.ended:
                return ""
            self.fill()

    def take(self, *expected: str) -> str:
        char = self.peek()
        if char not in expected or not char:
            wanted = " or ".join(f'"{e}"' for e in expected)
            found = f'"{char}"' if char else "the end of the file"
            _broken(self.file, self.here(), f"{wanted} is expected, not {found}")
        self.at += 1
        return char

    def value(self) -> Any:
        """The value at the cursor."""
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                cut = error.pos >= len(self.text) - _LOOKAHEAD or "Unterminated" in error.msg
                if cut and not self.ended:
                    self.fill()
                    continue
                line = self.here() + self.text.count("\n", self.at, error.pos)
                end_of_file = error.pos >= len(self.text)
                what = "the file ends inside a record" if end_of_file else f"not JSON: {error.msg}"
                _broken(self.file, line, what)
            except RecursionError:
                _broken(self.file, self.here(), "nested too deep")
            if isinstance(value, Number) and end > len(self.text) - 4 and not self.ended:
                self.fill()  # it may go on, as 1 before .5e+9
                continue
            self.at = end
            return value
