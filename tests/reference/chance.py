"""What chance alone may do: Student's distribution, intervals of shares and Fisher's test, by slow means.

Integrals and roots are found by taking many steps, sums over all tables with exact fractions; none of the
formulas that the program uses is used here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from statistics import NormalDist

SLICES = 2_000


def confidence_of_each(many: int) -> float:
    """So sure must each of many be that all hold together with 95 %."""
    return 1.0 - 0.05 / max(many, 1)


@cache
def student(confidence: float, freedom: int) -> float:
    """With t = sqrt(freedom) tan(angle) the density is cos(angle) ^ (freedom - 1): add it up from 0 until
    that share of all of it is there.
    """

    def density(angle: float) -> float:
        return math.cos(angle) ** (freedom - 1)

    # beyond, hardly anything is left, and the slices are thin enough for many degrees
    far = min(math.pi / 2, 12.0 / math.sqrt(freedom)) if freedom > 60 else math.pi / 2
    whole = simpson(density, far)
    angle = root(lambda a: simpson(density, a) - confidence * whole, 0.0, far)
    return math.sqrt(freedom) * math.tan(angle)


def simpson(of: Callable[[float], float], end: float) -> float:
    step = end / SLICES
    inner = sum((4 if k % 2 else 2) * of(k * step) for k in range(1, SLICES))
    return (of(0.0) + inner + of(end)) * step / 3


def root(of: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that is negative at ``low`` and positive at ``high`` is 0, to 1e-9 or so."""
    for _ in range(60):
        if high - low <= 1e-11 * max(1.0, abs(high)):
            break
        middle = (low + high) / 2
        low, high = (middle, high) if of(middle) < 0 else (low, middle)
    return (low + high) / 2


def wilson(hits: int, of: int, confidence: float) -> tuple[float, float]:
    """The shares p that a sample with so many hits does not speak against: |p̂ - p| <= z sqrt(p(1-p)/n)."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    seen = hits / of

    def beyond(p: float) -> float:
        return (seen - p) ** 2 - z * z * p * (1 - p) / of

    low = 0.0 if hits == 0 else root(lambda p: -beyond(p), 0.0, seen)
    return low, 1.0 if hits == of else root(beyond, seen, 1.0)


def ratio(hits: tuple[int, int], of: tuple[int, int], confidence: float) -> tuple[float, float]:
    """The x for which 0 lies in the interval of (first share - x times the second), made of the ends of
    their own intervals as squares add up; up to infinity.
    """
    (low_p, high_p), (low_q, high_q) = (
        wilson(h, n, confidence) for h, n in zip(hits, of, strict=True)
    )
    p, q = hits[0] / of[0], hits[1] / of[1]

    def reaches_down(x: float) -> float:
        """Below 0 where p - x q is above 0 with all of its interval: x is too small."""
        return math.sqrt((p - low_p) ** 2 + (x * (high_q - q)) ** 2) - (p - x * q)

    def reaches_up(x: float) -> float:
        return (x * q - p) - math.sqrt((high_p - p) ** 2 + (x * (q - low_q)) ** 2)

    most = 1e6
    low = 0.0 if reaches_down(0.0) >= 0 else root(reaches_down, 0.0, most)
    return low, math.inf if reaches_up(most) <= 0 else root(reaches_up, 0.0, most)


def fisher(hits: tuple[int, int], of: tuple[int, int]) -> Fraction:
    """The chance of all tables with these margins that are no likelier than this one."""
    done = sum(hits)
    tables = {
        k: math.comb(of[0], k) * math.comb(of[1], done - k)
        for k in range(max(0, done - of[1]), min(of[0], done) + 1)
    }
    whole = math.comb(sum(of), done)
    return Fraction(sum(n for n in tables.values() if n <= tables[hits[0]]), whole)
