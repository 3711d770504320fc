"""The records of a JSON file one by one, exactly: numbers keep their own text, lines are known.

The careful path. It reads arrays, objects that wrap one, objects one after another and NDJSON,
never holding more than a piece of the file.
"""

from __future__ import annotations

import codecs
import json
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


def items(file: InputFile) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, record) of every record, or of every row where records hold their rows in an array.

    An InputError names the line that is no record.
    """
    values = _of_lines(file) if file.format == "ndjson" else _Document(file).values()
    for line, value in values:
        if not isinstance(value, dict):
            _broken(file, line, f"a JSON object is expected, not {shown(value)}")
        for row in explode.records(value, file.rows):
            yield line, row


def shown(value: Any) -> str:
    """A value for a message: short."""
    from cesctl.sources import jsonvalue

    text = jsonvalue.written(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _broken(file: InputFile, line: int, what: str) -> NoReturn:
    raise InputError(InputProblem(f"broken line: {what}", file.name, line))


def _of_lines(file: InputFile) -> Iterator[tuple[int, Any]]:
    for number, raw in enumerate(bytestream.lines(file), 1):
        try:
            text = raw.decode().strip(" \t\r\n")
            if text:
                value, end = DECODER.raw_decode(text)
                if end < len(text):
                    _broken(file, number, f"more than one JSON value, from character {end + 1} on")
                yield number, value
        except UnicodeDecodeError as error:
            _broken(file, number, f"not UTF-8 (byte {error.object[error.start]:#04x})")
        except json.JSONDecodeError as error:
            _broken(file, number, f"not JSON: {error.msg} at character {error.pos + 1}")
        except RecursionError:
            _broken(file, number, "nested too deep")


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
