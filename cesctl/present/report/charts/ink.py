"""Colours that the page decides: light, dark or printed.

A chart is drawn in colours that stand for others (``INK``, ``band(0)``); in its SVG each becomes a
variable of the page's style (``var(--ink)``).
"""

from __future__ import annotations

import re

INK = "#010101"
MUTED = "#020202"
GRID = "#030303"
PAPER = "#040404"
UP = "#050501"
DOWN = "#050502"
FLAT = "#050503"
LINE = "#050504"

_NAMES = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    PAPER: "paper",
    UP: "up",
    DOWN: "down",
    FLAT: "flat",
    LINE: "line",
}
_STANDS_FOR = re.compile(r"#0[1-6][0-9a-f]{4}")


def band(place: int) -> str:
    """The colour of a band, by its place from the lowest."""
    return f"#06{place:04x}"


def as_variables(style: str) -> str:
    """A style of the SVG with the page's variables."""
    return _STANDS_FOR.sub(lambda found: f"var(--{_variable(found[0])})", style)


def _variable(color: str) -> str:
    return _NAMES.get(color) or f"band-{int(color[3:], 16)}"
