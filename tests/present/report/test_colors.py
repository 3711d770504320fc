from __future__ import annotations

import re
from importlib.resources import files

import pytest

from cesctl.present.report.colors import (
    CONTRAST,
    DARK_PAPER,
    LIGHT_PAPER,
    band_colors,
    contrast,
)

CSS = (files("cesctl.present.report") / "page.css").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "colors",
    [
        [None],
        [None] * 3,
        [None] * 12,
        ["red", "yellow", "green", "cyan"],
        ["#ffff00", "#fff", "#000000", "white", "black"],
        ["dark_orange", "no such colour", "rgb(1,2,3)", "</style>"],
    ],
)
def test_bands_can_be_read_on_both_papers(colors: list[str | None]) -> None:
    found = band_colors(colors)
    assert len(found) == len(colors)
    for light, dark in found:
        assert re.fullmatch("#[0-9a-f]{6}", light)
        assert re.fullmatch("#[0-9a-f]{6}", dark)
        assert contrast(light, LIGHT_PAPER) >= CONTRAST
        assert contrast(dark, DARK_PAPER) >= CONTRAST


def test_bands_of_a_model_without_colours_differ() -> None:
    for count in range(2, 8):
        assert len(set(band_colors([None] * count))) == count


def test_a_colour_that_can_be_read_stays() -> None:
    assert band_colors(["#1f6fa8"])[0][0] == "#1f6fa8"


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("paper", [LIGHT_PAPER, DARK_PAPER])
def test_the_pages_own_colours_can_be_read(paper: str) -> None:
    """Text has 4.5, also on the softer ground of boxes."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    block = next(b for b in blocks if f"--paper: {paper}" in b)
    found = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))
    for name in ("ink", "muted", "link", "up", "down", "line"):
        assert contrast(found[name], paper) >= CONTRAST, name
    for name in ("ink", "muted"):
        assert contrast(found[name], found["soft"]) >= CONTRAST, name
    assert contrast(found["flat"], paper) >= 3
