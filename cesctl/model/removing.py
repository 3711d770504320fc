"""What to change in a text so that an entry is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cesctl.errors import EditError
from cesctl.model.lines import Change, Lines
from cesctl.model.paths import joined
from cesctl.model.walk import check_apart, entry_at

if TYPE_CHECKING:
    from cesctl.model.written import Written


def removal(text: str, root: Written | None, path: Sequence[str]) -> list[Change]:
    """The changes that remove the entry at a path. Raises EditError where they cannot be made."""
    found = entry_at(root, path)
    if found is None:
        raise EditError(f"{joined(path)}: an alias brings it; write out what it names first")
    lines = Lines(text)
    node = root
    for depth in range(len(path)):
        assert node is not None
        check_apart(node, path[:depth], lines, whole=False)
        node = entry_at(root, path[: depth + 1])[1].value  # type: ignore[index]  # as all of it is
    holder, entry = found
    check_apart(entry.value, path, lines, whole=True)
    if len(holder.entries) == 1:
        return _emptied(lines, holder)
    at = holder.entries.index(entry)
    return (_from_lines if holder.block else _from_braces)(lines, holder, at)


def _emptied(lines: Lines, holder: Written) -> list[Change]:
    """The only entry: an empty collection is left."""
    empty = "{}" if holder.kind == "mapping" else "[]"
    if not holder.block:
        entry = holder.entries[0]
        comma = [] if entry.comma is None else [Change(entry.comma, entry.comma + 1)]
        return [*comma, _with_blanks(lines, entry.start, entry.end)]
    return [Change(holder.body, holder.end, empty)]


def _from_lines(lines: Lines, holder: Written, at: int) -> list[Change]:
    entry = holder.entries[at]
    if not lines.is_first(entry.start):  # the first of a list's item: the next one follows the dash
        return [Change(entry.start, holder.entries[at + 1].start)]
    return [Change(lines.start(entry.start), lines.next(entry.end))]


def _from_braces(lines: Lines, holder: Written, at: int) -> list[Change]:
    entry = holder.entries[at]
    last = at == len(holder.entries) - 1
    end = entry.end if entry.comma is None else entry.comma + 1
    commas = []
    if last and entry.comma is None:
        before = holder.entries[at - 1].comma
        if before is not None:  # a comment may stand right behind it
            space = " " if lines.text[before + 1] == "#" else ""
            commas = [Change(before, before + 1, space)]
    if lines.is_first(entry.start) and lines.is_last(end):  # alone on its lines
        return [*commas, Change(lines.start(entry.start), lines.next(end))]
    if last:
        return [*commas, _with_blanks(lines, entry.start, end)]
    following = holder.entries[at + 1].start
    if lines.text[end:following].strip():  # a comment is between them
        return [_with_blanks(lines, entry.start, end)]
    return [Change(entry.start, following)]


def _with_blanks(lines: Lines, start: int, end: int) -> Change:
    """Those before it go, too, but for a line's first."""
    first = start
    while not lines.is_first(start) and lines.text[first - 1] in " \t":
        first -= 1
    return Change(first, end)
