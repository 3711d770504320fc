"""Where bands begin, set from outcome rates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cesctl.model.types import Band

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CUTS = 100  # at most so many scores between which bands are tried
ENDS = (0.01, 0.99)  # of the scores: the few beyond them make no wider steps
LEAST = 0.03  # of the pairs, in each band


def bands_by_rate(
    bands: Sequence[Band], scores: pl.Series, engaged: Floats
) -> tuple[Band, ...] | None:
    """The bands with other ``from``: at round scores, so that outcomes are as unlike between the bands as can
    be (the likeliest rates, one for each), and more of a higher band are engaged. None where the pairs show
    fewer steps than there are bands. The first band keeps its ``from``, unless another would begin
    below it: what is below it is in it, too.
    """
    low, high = (float(scores.quantile(q, "nearest") or 0.0) for q in ENDS)
    step = _step(high - low)
    if step == 0.0 or len(bands) < 2:
        return None
    bins = np.floor(scores.to_numpy() / step + 1e-9).astype(int)
    starts, place = np.unique(bins, return_inverse=True)
    counts = np.bincount(place).astype(np.float64)
    hits = np.bincount(place, weights=engaged).astype(np.float64)
    blocks = _rising(counts, hits)
    chosen = _likeliest(blocks, counts, hits, len(bands))
    if chosen is None:
        return None
    froms = [_number(starts[n], step) for n in chosen]
    first = (
        min(bands[0].from_, _number(starts[0], step))
        if froms[0] <= bands[0].from_
        else bands[0].from_
    )
    froms.insert(0, first)
    return tuple(replace(b, from_=f) for b, f in zip(bands, froms, strict=True))


def _step(reach: float) -> float:
    """A round width of which at most ``CUTS`` fit into the scores."""
    if reach <= 0.0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(reach / CUTS))
    return next(power * n for n in (1.0, 2.0, 5.0, 10.0) if reach / (power * n) <= CUTS)


def _number(start: int, step: float) -> float:
    return float(f"{start * step:.15g}")


def _rising(counts: Floats, hits: Floats) -> list[int]:
    """Where blocks begin whose share of hits rises: neighbours that do not rise are pooled (Ayer et al., "An
    empirical distribution function for sampling with incomplete information", 1955).
    """
    blocks: list[list[float]] = []  # begin, pairs, hits
    for n, (count, hit) in enumerate(zip(counts, hits, strict=True)):
        blocks.append([n, count, hit])
        while len(blocks) > 1 and blocks[-2][2] * blocks[-1][1] >= blocks[-1][2] * blocks[-2][1]:
            _, more, others = blocks.pop()
            blocks[-1][1] += more
            blocks[-1][2] += others
    return [int(b[0]) for b in blocks]


def _likeliest(blocks: Sequence[int], counts: Floats, hits: Floats, bands: int) -> list[int] | None:
    """Where the bands after the first begin, of the places where blocks do."""
    ends = [*blocks, len(counts)]
    n = np.concatenate([[0.0], np.cumsum(counts)])[ends]
    h = np.concatenate([[0.0], np.cumsum(hits)])[ends]
    size, least = len(ends), LEAST * n[-1]

    def worth(a: int, b: int) -> float:
        pairs, hit = n[b] - n[a], h[b] - h[a]
        if pairs < least:
            return -math.inf
        return _times_log(hit, hit / pairs) + _times_log(pairs - hit, 1.0 - hit / pairs)

    best = [worth(0, b) if b else -math.inf for b in range(size)]
    ways: list[list[int]] = []
    for _ in range(bands - 1):
        after, back = [-math.inf] * size, [0] * size
        for b in range(1, size):
            for a in range(1, b):
                if best[a] > -math.inf and best[a] + worth(a, b) > after[b]:
                    after[b], back[b] = best[a] + worth(a, b), a
        best = after
        ways.append(back)
    if best[-1] == -math.inf:
        return None
    places, place = [], size - 1
    for back in reversed(ways):
        place = back[place]
        places.append(ends[place])
    return places[::-1]


def _times_log(count: float, share: float) -> float:
    return count * math.log(share) if count > 0.0 else 0.0
