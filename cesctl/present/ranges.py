"""The range of scores of each band, in words: ``under 41``, ``1 to 40.9``, ``71 and up``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cesctl.present.numbers import readable

if TYPE_CHECKING:
    from cesctl.model.types import Model, Scale

DASH = "\u2013"  # as in 41–70  # noqa: RUF003


def band_ranges(model: Model) -> list[str]:
    """One text a band, lowest first. Scores are rounded, so a band has a last score."""
    lowest, highest = _bounds(model.scale)
    edges = [band.from_ for band in model.bands]
    texts = []
    for at, start in enumerate(edges):
        first = start if at else lowest  # what is below the first band belongs to it
        last = highest
        if at + 1 < len(edges):
            below = _below(edges[at + 1], model.scale.round)
            last = below if last is None else min(below, last)
        texts.append(_range(first, last, edges[at + 1] if at + 1 < len(edges) else None))
    return texts


def _bounds(scale: Scale) -> tuple[float | None, float | None]:
    """The least and the greatest score of a scale; None where there is none."""
    if scale.method == "none" or (scale.method == "linear" and not scale.clip):
        return None, None
    low, high = sorted(scale.to)
    return low, high


def _below(edge: float, decimals: int) -> float:
    """The greatest score with so many decimals below ``edge``."""
    step = 10.0**decimals
    return (math.ceil(round(edge * step, 6)) - 1) / step


def _range(first: float | None, last: float | None, before: float | None) -> str:
    if first is None:
        return "all" if before is None else f"under {readable(before)}"
    if last is None:
        return f"{readable(first)} and up"
    if last < first:
        return "none"
    if last == first:
        return readable(first)
    if first < 0 or last < 0:
        return f"{readable(first)} to {readable(last)}"
    return f"{readable(first)}{DASH}{readable(last)}"
