"""Patterns of keys: ``*``, ``?``, ``[…]`` and ``**``, with the meaning that they have for files."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAGIC = re.compile(r"[*?[]")
_HIDDEN = "."


def has_magic(key: str) -> bool:
    return _MAGIC.search(key) is not None


def matches(key: str, pattern: str) -> bool:
    """As in a folder: ``*`` stays within one part of the key and passes over what begins with a dot, and
    ``**`` is any number of parts.
    """
    return _match(key.split("/"), pattern.split("/"))


def _match(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not parts
    first, rest = pattern[0], pattern[1:]
    if first != "**":
        return bool(parts) and _part(parts[0], first) and _match(parts[1:], rest)
    if not rest:  # anything below
        return bool(parts) and not any(p.startswith(_HIDDEN) for p in parts)
    for at in range(len(parts) + 1):
        if _match(parts[at:], rest):
            return True
        if at < len(parts) and parts[at].startswith(_HIDDEN):
            return False
    return False


def _part(part: str, pattern: str) -> bool:
    if not has_magic(pattern):
        return part == pattern
    hidden = part.startswith(_HIDDEN) and not pattern.startswith(_HIDDEN)
    return not hidden and fnmatchcase(part, pattern)


def folder_of(pattern: str) -> tuple[str, str]:
    """(the deepest folder that holds all it can match, what their keys have in common): ``logs/`` and
    ``logs/2026-`` for ``logs/2026-*/x.csv``.
    """
    match = _MAGIC.search(pattern)
    common = pattern if match is None else pattern[: match.start()]
    return common[: common.rfind("/") + 1], common
