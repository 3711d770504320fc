"""The range of scores of each band, in words: ``under 41``, ``1 to 40.9``, ``71 and up``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cesctl.model.scored_by import decimals, own_bands, scored_by
from cesctl.present.numbers import readable

if TYPE_CHECKING:
    from cesctl.model.types import Model, Scale

DASH = "\u2013"  # as in 41–70  # noqa: RUF003


def band_ranges(model: Model) -> list[str]:
    """One text for each row of the table of bands, in its order. Scores are rounded, so a band has a last
    score.
    """
    if own_bands(model):
        return [text for one in scored_by(model).values() for text in band_ranges(one)]
    lowest, highest = score_bounds(model) or (None, None)
    edges = [band.from_ for band in model.bands]
    texts = []
    for at, start in enumerate(edges):
        first = start if at else lowest  # what is below the first band belongs to it
        last = highest
        if at + 1 < len(edges):
            below = _below(edges[at + 1], decimals(model))
            last = below if last is None else min(below, last)
        texts.append(_range(first, last, edges[at + 1] if at + 1 < len(edges) else None))
    return texts


def score_bounds(model: Model) -> tuple[float, float] | None:
    """The least and the greatest score that there can be; None where a scale has no such."""
    scales = [model.scale, *(v.scale for v in model.variants)]
    if any(_is_open(scale) for scale in scales):
        return None
    ends = [end for scale in scales for end in scale.to]
    return min(ends), max(ends)


def _is_open(scale: Scale) -> bool:
    return scale.method == "none" or (scale.method in {"linear", "possible"} and not scale.clip)


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
