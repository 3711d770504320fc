"""Colours of the bands that can be read on light and on dark pages."""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING, TypeAlias

from rich.color import Color, ColorParseError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Rgb: TypeAlias = tuple[float, float, float]

LIGHT_PAPER = "#ffffff"
DARK_PAPER = "#15191f"
CONTRAST = (
    4.5  # of text (WCAG AA): the same colours are used for names and for areas with text on them
)
_STEPS = 100

# From the lowest band to the best, where the model names no colours.
_PALETTE = ("#b3362b", "#b0620a", "#7a6a16", "#2f7d5b", "#1f6fa8", "#5b4bb0", "#8a3f86")
# The terminal's names, as they look best on paper.
_NAMED = {
    "red": "#b3362b",
    "yellow": "#94700f",
    "green": "#2f7d4f",
    "cyan": "#16768a",
    "blue": "#2563ab",
    "magenta": "#8a3f86",
    "black": "#333333",
    "white": "#777777",
}


def band_colors(colors: Sequence[str | None]) -> list[tuple[str, str]]:
    """A colour for light pages and one for dark ones for each band, lowest first; ``colors``: the model's."""
    usual = _usual(len(colors))
    found = [
        (_rgb(color) if color else None) or _hex(own)
        for color, own in zip(colors, usual, strict=True)
    ]
    return [(_on(rgb, LIGHT_PAPER), _on(rgb, DARK_PAPER)) for rgb in found]


def contrast(one: str, other: str) -> float:
    """1 … 21, by WCAG."""
    low, high = sorted(_luminance(_hex(color)) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def _usual(count: int) -> list[str]:
    """So many of the palette, spread over all of it where there are few."""
    if count == 1:
        return [_PALETTE[4]]
    if count > len(_PALETTE):
        return [_PALETTE[at % len(_PALETTE)] for at in range(count)]
    last = 4 if count <= 5 else len(_PALETTE) - 1
    return [_PALETTE[round(at * last / (count - 1))] for at in range(count)]


def _rgb(name: str) -> Rgb | None:
    """A colour by name or #rrggbb; None for what is none (a model may say any word)."""
    name = name.strip().lower()
    if name in _NAMED:
        return _hex(_NAMED[name])
    if len(name) == 4 and name.startswith("#"):
        name = "#" + "".join(2 * digit for digit in name[1:])
    try:
        triplet = Color.parse(name).get_truecolor()
    except ColorParseError:
        return None
    return triplet.red / 255, triplet.green / 255, triplet.blue / 255


def _on(rgb: Rgb, paper: str) -> str:
    """The colour, darker or lighter until it can be read on the paper."""
    hue, light, full = colorsys.rgb_to_hls(*rgb)
    darker = _luminance(_hex(paper)) > 0.5
    end = 0.0 if darker else 1.0
    for step in range(_STEPS + 1):
        lightness = light + (end - light) * step / _STEPS
        found = _text(colorsys.hls_to_rgb(hue, lightness, full))
        if contrast(found, paper) >= CONTRAST:
            return found
    return "#000000" if darker else "#ffffff"


def _hex(color: str) -> Rgb:
    return int(color[1:3], 16) / 255, int(color[3:5], 16) / 255, int(color[5:7], 16) / 255


def _text(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)


def _luminance(rgb: Rgb) -> float:
    linear: Callable[[float], float] = lambda c: (  # noqa: E731
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
    )
    red, green, blue = (linear(part) for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
