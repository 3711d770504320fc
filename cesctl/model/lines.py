"""Lines of a text by the places of characters in them."""

from __future__ import annotations

from typing import NamedTuple

from cesctl.model.report import LINE_END


class Change(NamedTuple):
    """Characters ``start`` up to ``end`` give way to ``text``."""

    start: int
    end: int
    text: str = ""


class Lines:
    """Where the lines of a text begin and end, and with what."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = LINE_END.search(text)
        self.break_ = found[0] if found else "\n"

    def start(self, at: int) -> int:
        """Where the line of a character begins."""
        return max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1

    def end(self, at: int) -> int:
        """Where it ends, before its line end."""
        found = LINE_END.search(self.text, at)
        return found.start() if found else len(self.text)

    def next(self, at: int) -> int:
        """Where the next line begins, or the text ends."""
        found = LINE_END.search(self.text, at)
        return found.end() if found else len(self.text)

    def number(self, at: int) -> int:
        """The line of a character, from 1."""
        return len(LINE_END.findall(self.text, 0, at)) + 1

    def is_first(self, at: int) -> bool:
        """Whether only blanks stand before it in its line."""
        return not self.text[self.start(at) : at].strip()

    def is_last(self, at: int) -> bool:
        """Whether only blanks and a comment stand in its line from there on."""
        rest = self.text[at : self.end(at)].strip()
        return not rest or rest[0] == "#"

    def indentation(self, at: int) -> str:
        """The blanks that put the beginning of a line below that character."""
        before = self.text[self.start(at) : at]
        return before if not before.strip() else " " * len(before)


def changed(text: str, changes: list[Change]) -> str:
    """The text with changes that do not overlap."""
    for start, end, new in sorted(changes, reverse=True):
        text = f"{text[:start]}{new}{text[end:]}"
    return text
