"""A report before it is laid out: sections of sentences, charts and tables. All texts are safe to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cesctl.present.view import Table, Words


@dataclass(frozen=True)
class Chart:
    """What all charts say: ``name`` tells it from the others of its report (letters, digits, hyphens),
    ``told`` is what it shows, for who cannot see it.
    """

    name: str
    title: str
    told: str


@dataclass(frozen=True)
class BandBars(Chart):
    """A bar per band, lowest first: its name, its share of the customers, and that in words; ``colors``: the
    place of each one's colour.
    """

    bands: tuple[tuple[str, float, str], ...]
    colors: tuple[int, ...]


@dataclass(frozen=True)
class BandsOverTime(Chart):
    """``average`` of each instant above, its ``shares`` by band (lowest first) below; None: of nobody."""

    times: tuple[str, ...]
    bands: tuple[str, ...]
    average: tuple[float | None, ...]
    shares: tuple[tuple[float, ...] | None, ...]
    decimals: int


@dataclass(frozen=True)
class SharesOverTime(Chart):
    """A line per name: a share at each instant; None: nobody was there."""

    times: tuple[str, ...]
    lines: tuple[tuple[str, tuple[float | None, ...]], ...]


NOT_THERE = -1  # in place of a band


@dataclass(frozen=True)
class Flows(Chart):
    """Customers by the place of their band then and now (-1: was not there); ``titles``: of both sides.

    ``bands``: the names, lowest first.
    """

    titles: tuple[str, str]
    bands: tuple[str, ...]
    flows: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Intervals(Chart):
    """A row per segment: name, difference, its interval (None: there is none), above, below or None."""

    rows: tuple[tuple[str, float, tuple[float, float] | None, str | None], ...]


@dataclass(frozen=True)
class Pairs(Chart):
    """A row per event: name, share of the first, share of the second of ``sides``."""

    sides: tuple[str, str]
    rows: tuple[tuple[str, float, float], ...]


Part: TypeAlias = Table | Words | Chart


@dataclass(frozen=True)
class KeyFigure:
    """A number that stands at the head of a report; ``then``: what it was, in words."""

    label: str
    value: str
    then: str = ""


@dataclass(frozen=True)
class Section:
    """``name`` is what links lead to; ``lead``: sentences of what is to be seen."""

    name: str
    title: str
    lead: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    parts: Sequence[Part] = ()


@dataclass(frozen=True)
class Document:
    """``colors``: of each band, lowest first, as the model says; None: it does not."""

    title: str
    under_title: str
    figures: Sequence[KeyFigure]
    sections: Sequence[Section]
    colors: Sequence[str | None]
