"""Confidence intervals: of the difference of two means, of a share, of the ratio of two."""

from __future__ import annotations

import math
from statistics import NormalDist

CONFIDENCE = 0.95
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


def wilson(hits: int, of: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of a share. Wilson, "Probable inference", Journal of the American Statistical Association
    22 (1927). 0 … 1 of nobody.
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
    """The interval of the first share divided by the second.

    Katz and others, "Obtaining confidence intervals for the risk ratio in cohort studies", Biometrics 34
    (1978), with half a customer added to each count and size (Walter, Biometrika 62, 1975), so that there is
    one where nobody, or everybody, did.
    """
    z = NormalDist().inv_cdf((1.0 + confidence) / 2.0)
    (a, b), (m, n) = ((x + 0.5 for x in hits), (x + 0.5 for x in of))
    middle = math.log(a / m) - math.log(b / n)
    reach = z * math.sqrt(max(0.0, 1.0 / a - 1.0 / m + 1.0 / b - 1.0 / n))
    return math.exp(middle - reach), math.exp(middle + reach)


def for_each_of(many: int, confidence: float = CONFIDENCE) -> float:
    """How sure each of so many statements must be for all to hold with that confidence (Bonferroni)."""
    return 1.0 - (1.0 - confidence) / max(many, 1)
