"""The problems of one text, each at its line and column."""

from __future__ import annotations

import bisect
import re
from typing import NamedTuple

from cesctl.errors import Problem

LINE_END = re.compile(r"\r\n|\r|\n")


class Span(NamedTuple):
    """A place in the text: characters ``start`` up to ``end``, counted from 0."""

    start: int
    end: int


class Report:
    """Gathers the problems of a text; turns spans into lines and columns as editors count them."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.problems: list[Problem] = []
        self.found = 0  # problems, those told already included: what grew it is at fault
        self._starts = [0, *(m.end() for m in LINE_END.finditer(text))]
        self._seen: set[tuple[Span, str]] = set()

    def add(self, span: Span, path: str, message: str, hint: str = "") -> None:
        self.found += 1
        if (span, message) in self._seen:  # the same text, used again by an alias
            return
        self._seen.add((span, message))
        line = self.line(span)
        first = self._starts[line - 1]
        source = LINE_END.split(self.text[first : self._end(line)], maxsplit=1)[0]
        column = min(span.start - first, len(source))
        marked = source[column : max(span.end - first, column)].rstrip()
        self.problems.append(
            Problem(message, path, self.file, line, column + 1, max(len(marked), 1), source, hint)
        )

    def line(self, span: Span) -> int:
        """The line a span starts in, from 1."""
        return bisect.bisect_right(self._starts, span.start)

    def _end(self, line: int) -> int:
        return self._starts[line] if line < len(self._starts) else len(self.text)
