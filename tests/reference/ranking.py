"""How well values tell outcomes apart, in plain Python: every pair compared, every cut made."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import groupby

Pair = tuple[
    Hashable, Hashable, bool, float
]  # customer, T, outcome, value: the greater the likelier


def area(pairs: Sequence[Pair]) -> Fraction | None:
    """Of all twos at one T, one with the outcome and one without: the share of which the value tells which is
    which.
    """
    twos = [(x, y) for x in pairs for y in pairs if x[1] == y[1] and x[2] and not y[2]]
    return sum((_hit(x, y) for x, y in twos), Fraction(0)) / len(twos) if twos else None


def _hit(having: Pair, lacking: Pair) -> Fraction:
    one, other = having[3], lacking[3]
    return Fraction(1, 2) if one == other else Fraction(int(one > other))


def covariance(one: Sequence[Pair], other: Sequence[Pair]) -> Fraction:
    """Of two areas over the same pairs, those of one customer together (Obuchowski 1997, section 2): from the
    hits of each customer's pairs beyond the area, with the outcome and without.
    """
    parts = [_beyond(pairs) for pairs in (one, other)]
    customers = list(dict.fromkeys(p[0] for p in one))
    having, lacking = ({p[0] for p in one if p[2] is kind} for kind in (True, False))
    twos = sum(x[1] == y[1] and x[2] and not y[2] for x in one for y in one)

    def spread(a: bool, b: bool, count: int) -> Fraction:
        pairs = (parts[0][a].get(c, 0) * parts[1][b].get(c, 0) for c in customers)
        return Fraction(count, count - 1) * sum(pairs, Fraction(0))

    both = spread(True, False, len(customers)) + spread(False, True, len(customers))
    found = spread(True, True, len(having)) + spread(False, False, len(lacking)) + both
    return found / twos**2


def _beyond(pairs: Sequence[Pair]) -> dict[bool, dict[Hashable, Fraction]]:
    theta = area(pairs)
    assert theta is not None
    found: dict[bool, dict[Hashable, Fraction]] = {True: {}, False: {}}
    for x in pairs:
        for y in pairs:
            if x[1] == y[1] and x[2] and not y[2]:
                for kind, pair in ((True, x), (False, y)):
                    own = found[kind]
                    own[pair[0]] = own.get(pair[0], Fraction(0)) + _hit(x, y) - theta
    return found


def average_precision(pairs: Sequence[Pair]) -> Fraction:
    """Of each T, the mean by their outcomes."""
    times = list(dict.fromkeys(p[1] for p in pairs))
    outcomes = sum(p[2] for p in pairs)
    return sum((_steps([p for p in pairs if p[1] == t]) for t in times), Fraction(0)) / outcomes


def _steps(pairs: Sequence[Pair]) -> Fraction:
    ordered = sorted(pairs, key=lambda p: -p[3])
    found, taken, area_ = 0, 0, Fraction(0)
    for _, group in groupby(ordered, key=lambda p: p[3]):
        own = list(group)
        hits = sum(p[2] for p in own)
        found, taken = found + hits, taken + len(own)
        area_ += hits * Fraction(found, taken)
    return area_


def captured(groups: Sequence[Sequence[Pair]], share: Fraction) -> Fraction:
    """Of several T: the share of all outcomes in the first part of each."""
    hits = Fraction(0)
    for pairs in groups:
        room = share * len(pairs)
        for _, group in groupby(sorted(pairs, key=lambda p: -p[3]), key=lambda p: p[3]):
            own = list(group)
            taken = min(room, Fraction(len(own)))
            hits += taken / len(own) * sum(p[2] for p in own)
            room -= taken
    return hits / sum(p[2] for pairs in groups for p in pairs)


def logit_interval(theta: float, variance: float, reach: float) -> tuple[float, float]:
    middle = math.log(theta / (1 - theta))
    half = reach * math.sqrt(variance) / (theta * (1 - theta))
    low, high = (1 / (1 + math.exp(-(middle + s * half))) for s in (-1, 1))
    return low, high


def share_variance(pairs: Sequence[tuple[Hashable, bool]]) -> Fraction:
    """Of a share of pairs, those of one customer together: the ratio estimate of a cluster sample."""
    n: dict[Hashable, int] = defaultdict(int)
    h: dict[Hashable, int] = defaultdict(int)
    for customer, hit in pairs:
        n[customer] += 1
        h[customer] += hit
    p = Fraction(sum(h.values()), len(pairs))
    spread = sum(((h[c] - p * n[c]) ** 2 for c in n), Fraction(0))
    return Fraction(len(n), len(n) - 1) * spread / len(pairs) ** 2
