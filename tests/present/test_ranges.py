"""The ranges that are shown are those that scores are banded by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cesctl.model.types import Band, Scale
from cesctl.present.ranges import band_ranges
from tests.present import made

DASH = "\u2013"


def _ranges(scale: Scale, *starts: float) -> list[str]:
    bands = tuple(Band(f"b{start}", start) for start in starts)
    return [
        text.replace(DASH, "-")
        for text in band_ranges(replace(made.MODEL, scale=scale, bands=bands))
    ]


@pytest.mark.parametrize(
    ("scale", "starts", "texts"),
    [
        (Scale("linear", (0, 250), (1, 100), 0), (1, 41, 71), ["1-40", "41-70", "71-100"]),
        (Scale("linear", (0, 250), (1, 100), 1), (1, 41, 71), ["1-40.9", "41-70.9", "71-100"]),
        (Scale("clamp", None, (0, 100), 0), (1, 41, 71), ["0-40", "41-70", "71-100"]),
        (Scale("none"), (1, 41, 71), ["under 41", "41-70.9", "71 and up"]),
        (Scale("none", round=0), (-1000, 0, 1), ["under 0", "0", "1 and up"]),
        (Scale("clamp", None, (0, 100), 0), (0, 41.5, 200), ["0-41", "41.5-100", "none"]),
        (Scale("clamp", None, (-100, 100), 0), (-100, 0), ["-100 to -1", "0-100"]),
        (Scale("linear", (0, 250), (1, 100), 0, clip=False), (5,), ["all"]),
        (Scale("clamp", None, (0, 1), 2), (0, 0.57), ["0-0.56", "0.57-1"]),
    ],
)
def test_ranges(scale: Scale, starts: tuple[float, ...], texts: list[str]) -> None:
    assert _ranges(scale, *starts) == texts
