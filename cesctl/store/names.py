"""The names of a store's columns: those of every event, and a column for each property.

Delta tables take names that differ only in case for the same, and other readers of them refuse some
characters. So a property's name is written with few: a capital is ``^`` and its small letter, all else that
is no small letter, digit, ``_``, ``-`` or ``.`` is ``%`` and its code point in hexadecimal, ended by ``;``.
"""

from __future__ import annotations

import re

CUSTOMER, EVENT, AT, SOURCE, EXPORT = "customer", "event", "at", "source", "export"
DAY = "day"
EVERY = (CUSTOMER, EVENT, AT, SOURCE, EXPORT)  # that a data file holds; the day is its folder's
_PROPERTY = "p_"
_PLAIN = re.compile(r"[^a-z0-9_.-]")
_WRITTEN = re.compile(r"\^([a-z])|%([0-9a-f]+);")


def column_of(path: str) -> str:
    """The column that holds a property, by its name or dotted path."""
    return _PROPERTY + _PLAIN.sub(_escaped, path)


def property_of(column: str) -> str | None:
    """The property that a column holds; None for the columns of every event."""
    if not column.startswith(_PROPERTY):
        return None
    return _WRITTEN.sub(_read, column.removeprefix(_PROPERTY))


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if "A" <= character <= "Z":
        return f"^{character.lower()}"
    return f"%{ord(character):x};"


def _read(found: re.Match[str]) -> str:
    return found[1].upper() if found[1] else chr(int(found[2], 16))
