"""Confidence intervals: of the difference of two means, of a share, of the ratio of two."""

from __future__ import annotations

import math
from statistics import NormalDist

CONFIDENCE = 0.95
FEW = 10.0  # expected customers, below which intervals are too narrow
_MANY = 200  # degrees of freedom from which on the expansion is as good as the sum


def difference_of_means(
    means: tuple[float, float],
    variances: tuple[float, float],
    counts: tuple[int, int],
    confidence: float = CONFIDENCE,
) -> tuple[float, float] | None:
    """Welch's interval for the first mean less the second, from sample variances (n - 1) and sizes.

    None where either has fewer than two. Welch, "The generalization of Student's problem when several
    different population variances are involved", Biometrika 34 (1947); the degrees of freedom are rounded
    down, which makes the interval a little wider.
    """
    if min(counts) < 2:
        return None
    between = means[0] - means[1]
    errors = [v / n for v, n in zip(variances, counts, strict=True)]
    spread = sum(errors)
    if spread == 0.0:
        return between, between
    freedom = spread**2 / sum(e**2 / (n - 1) for e, n in zip(errors, counts, strict=True))
    reach = student(confidence, max(1, math.floor(freedom))) * math.sqrt(spread)
    return between - reach, between + reach


def student(confidence: float, freedom: int) -> float:
    """The t below which, either side of 0, lies that share of Student's distribution.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4 (the share, exact for whole
    degrees of freedom), inverted by halving; for many degrees 26.7.5.
    """
    if freedom > _MANY:
        return _expansion(confidence, freedom)
    low, high = 0.0, 1.0
    while _share_within(high, freedom) < confidence:
        high *= 2.0
    for _ in range(200):
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        if _share_within(middle, freedom) < confidence:
            low = middle
        else:
            high = middle
    return high


def _share_within(t: float, freedom: int) -> float:
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    total, term = 0.0, cosine if odd else 1.0
    for step in range(1, (freedom - odd) // 2 + 1):
        total += term
        above, below = (2 * step, 2 * step + 1) if odd else (2 * step - 1, 2 * step)
        term *= above / below * cosine**2
    return 2.0 / math.pi * (angle + sine * total) if odd else sine * total


def _expansion(confidence: float, freedom: int) -> float:
    z = NormalDist().inv_cdf((1.0 + confidence) / 2.0)
    terms = (
        z,
        (z**3 + z) / 4.0,
        (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0,
        (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / 384.0,
    )
    return sum(term / float(freedom) ** power for power, term in enumerate(terms))


def wilson(hits: float, of: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of a share. Wilson, "Probable inference", Journal of the American Statistical Association
    22 (1927). 0 … 1 of nobody. Both may be parts of a whole where what they count is worth less.
    """
    if not of:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1.0 + confidence) / 2.0)
    share, part = hits / of, z * z / of
    middle = (share + part / 2.0) / (1.0 + part)
    reach = z * math.sqrt(share * (1.0 - share) / of + part / (4.0 * of)) / (1.0 + part)
    low = 0.0 if hits == 0 else max(0.0, middle - reach)
    return low, 1.0 if hits == of else min(1.0, middle + reach)


def ratio_of_shares(
    hits: tuple[int, int], of: tuple[int, int], confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """The interval of the first share divided by the second, from Wilson's of both; infinite where it has no
    upper end. It leaves out 1 just where Newcombe's interval of their difference leaves out 0.

    Donner and Zou, "Closed-form confidence intervals for functions of the normal mean and standard
    deviation", Statistical Methods in Medical Research 21 (2012); Newcombe, Statistics in Medicine 17 (1998).
    """
    (p, q) = (hits[0] / of[0], hits[1] / of[1])
    (low_p, high_p), (low_q, high_q) = (
        wilson(h, n, confidence) for h, n in zip(hits, of, strict=True)
    )
    # the roots of (p - x q)^2 = (p - its end)^2 + x^2 (q - its end)^2
    square, end = high_q * (2.0 * q - high_q), low_p * (2.0 * p - low_p)
    below = p * q + math.sqrt(max(0.0, (p * q) ** 2 - square * end))
    low = end / below if below > 0.0 else 0.0
    square, end = low_q * (2.0 * q - low_q), high_p * (2.0 * p - high_p)
    above = p * q + math.sqrt(max(0.0, (p * q) ** 2 - square * end))
    return max(0.0, low), above / square if square > 0.0 else math.inf


def told_apart(hits: tuple[int, int], of: tuple[int, int], confidence: float = CONFIDENCE) -> bool:
    """Whether two shares differ beyond chance: the interval of their ratio leaves out 1, and so says, where
    one would expect fewer than ten customers somewhere, Fisher's exact test. Fisher, "Statistical Methods for
    Research Workers", 5th edition (1934); both sides, by the chances of what is as unlikely.
    """
    low, high = ratio_of_shares(hits, of, confidence)
    if low <= 1.0 <= high:
        return False
    done, every = sum(hits), sum(of)
    expected = min(min(of) * done, min(of) * (every - done)) / every
    return expected >= FEW or _fisher(hits, of) < 1.0 - confidence


def _fisher(hits: tuple[int, int], of: tuple[int, int]) -> float:
    done, every = sum(hits), sum(of)

    def chance(k: int) -> float:
        return math.exp(_choose(of[0], k) + _choose(of[1], done - k) - _choose(every, done))

    seen = chance(hits[0]) * (1.0 + 1e-7)
    ways = range(max(0, done - of[1]), min(of[0], done) + 1)
    return math.fsum(c for c in map(chance, ways) if c <= seen)


def _choose(n: int, k: int) -> float:
    """The logarithm of the number of ways to choose k of n."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def for_each_of(many: int, confidence: float = CONFIDENCE) -> float:
    """How sure each of so many statements must be for all to hold with that confidence (Bonferroni)."""
    return 1.0 - (1.0 - confidence) / max(many, 1)
