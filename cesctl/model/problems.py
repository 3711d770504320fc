"""Problems of a model as text: where, what, the source line with the place marked, what to do."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.errors import Problem

TAB = 4  # columns
WIDEST = 120  # columns of a source line that are shown
BOLD, RED, RESET = "\x1b[1m", "\x1b[31m", "\x1b[0m"
# Not a control character to Python, but these turn the direction of all that follows.
JOINERS = "\u200c\u200d"  # within emoji and some scripts


def render_problems(problems: Sequence[Problem], color: bool = False) -> str:
    """All problems and their number, without a line end at the end."""
    parts = [_render(p, color) for p in problems]
    parts.append("1 problem" if len(problems) == 1 else f"{len(problems)} problems")
    return "\n".join(parts)


def _render(problem: Problem, color: bool) -> str:
    place = ":".join(
        filter(
            None,
            [shown(problem.file), *([f"{problem.line}:{problem.column}"] if problem.line else [])],
        )
    )
    head = ": ".join(filter(None, [place, shown(problem.path), shown(problem.message)]))
    hint = shown(problem.hint)
    if color:
        head = f"{BOLD}{place}{RESET}{head[len(place) :]}" if place else head
    if not problem.line:
        return f"{head}\n      {hint}" if hint else head
    before, marked, after = _cut(problem)
    blank = " " * columns(before)
    carets = "^" * max(columns(marked), 1)
    if color:
        carets = f"{RED}{carets}{RESET}"
    return (
        f"{head}\n{problem.line:>5} | {before}{marked}{after}".rstrip()
        + f"\n      | {blank}{carets} {hint}".rstrip()
    )


def _cut(problem: Problem) -> tuple[str, str, str]:
    """The source line before, at and after the marked place; of a long line only what is near."""
    start = max(problem.column - 1, 0)
    end = start + problem.length
    before, marked, after = (
        shown(problem.source[:start]),
        shown(problem.source[start:end]),
        shown(problem.source[end:]),
    )
    if len(before) > WIDEST // 2 and len(before) + len(marked) > WIDEST:
        before = "…" + before[-WIDEST // 2 :]
    if len(marked) > WIDEST:
        marked, after = marked[:WIDEST] + "…", ""
    room = max(WIDEST - len(before) - len(marked), 20)
    return before, marked, after if len(after) <= room else after[:room] + "…"


def shown(text: str) -> str:
    """Text that cannot act on a terminal: no tabs, control or direction characters."""
    return "".join(
        " " * TAB
        if c == "\t"
        else "\ufffd"
        if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and c not in JOINERS
        else c
        for c in text
    )


def columns(text: str) -> int:
    """Columns that shown text takes in a terminal."""
    return sum(_width(c) for c in text)


def _width(character: str) -> int:
    if (
        unicodedata.combining(character)
        or character in JOINERS
        or "\ufe00" <= character <= "\ufe0f"
    ):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
