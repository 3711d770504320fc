"""What one mapping of the model held: good values, and where each stands."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cesctl.model.report import Report, Span


class Bad:
    """A value that was reported: present, but nothing to check any further."""


BAD = Bad()


@dataclass(slots=True, eq=False, repr=False)
class Entry:
    """One named entry of a mapping whose names are the user's own, or one item of a list."""

    name: str
    path: str
    span: Span  # of the name, or of the item
    value: Any


@dataclass(slots=True, eq=False, repr=False)
class Fields:
    """A mapping with known keys: ``values`` holds what is good, ``keys`` all that was written."""

    path: str
    span: Span
    keys: dict[str, Span] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)  # of the values
    values: dict[str, Any] = field(default_factory=dict)
    broken: bool = False  # something was reported in it

    def get(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    def at(self, key: str) -> Span:
        """Where the value of a key stands; where the mapping does, when the key is not there."""
        return self.places.get(key, self.span)

    def add(self, report: Report, key: str, message: str, hint: str = "") -> None:
        """Reports the value of a key."""
        report.add(self.at(key), join(self.path, key), message, hint)


def join(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A hint that names the known word nearest to this one; ``otherwise`` where none is near."""
    names = list(known)
    lower = {n.lower(): n for n in reversed(names)}
    near = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return f'did you mean "{lower[near[0]]}"?' if near else otherwise


Check = Callable[[str], tuple[str, str] | None]
"""Takes the text of a value; gives (message, hint) where it is wrong."""
