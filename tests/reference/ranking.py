"""How well values tell outcomes apart, in plain Python: every pair compared, every cut made."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import groupby

Pair = tuple[Hashable, bool, float]  # customer, outcome, value: the greater the likelier


def area(pairs: Sequence[Pair]) -> Fraction:
    """The share of pairs of one with the outcome and one without of which the value tells which is which."""
    having = [v for _, outcome, v in pairs if outcome]
    lacking = [v for _, outcome, v in pairs if not outcome]
    hits = sum((_hit(x, y) for x in having for y in lacking), Fraction(0))
    return hits / (len(having) * len(lacking))


def _hit(having: float, lacking: float) -> Fraction:
    return Fraction(1, 2) if having == lacking else Fraction(int(having > lacking))


def covariance(one: Sequence[Pair], other: Sequence[Pair]) -> Fraction:
    """Of two areas over the same pairs, those of one customer together (Obuchowski 1997, section 2)."""
    parts = [_components(pairs) for pairs in (one, other)]
    of_customer: dict[Hashable, list[bool]] = defaultdict(list)
    for customer, outcome, _ in one:
        of_customer[customer].append(outcome)
    customers = list(of_customer)
    m = {c: sum(of_customer[c]) for c in customers}
    n = {c: len(of_customer[c]) - m[c] for c in customers}
    whole_m, whole_n = sum(m.values()), sum(n.values())
    thetas = [area(one), area(other)]

    def apart(which: int, customer: Hashable, *, having: bool) -> Fraction:
        own = parts[which][having].get(customer, Fraction(0))
        return own - (m if having else n)[customer] * thetas[which]

    def spread(a: bool, b: bool, count: int) -> Fraction:
        pairs = (apart(0, c, having=a) * apart(1, c, having=b) for c in customers)
        return Fraction(count, count - 1) * sum(pairs, Fraction(0))

    having, lacking = (sum(of[c] > 0 for c in customers) for of in (m, n))
    ten = spread(True, True, having) / whole_m**2
    one_ = spread(False, False, lacking) / whole_n**2
    both = spread(True, False, len(customers)) + spread(False, True, len(customers))
    return ten + one_ + both / (whole_m * whole_n)


def _components(pairs: Sequence[Pair]) -> dict[bool, dict[Hashable, Fraction]]:
    """The sums of each customer's components: of its pairs with the outcome, and of those without."""
    having = [v for _, outcome, v in pairs if outcome]
    lacking = [v for _, outcome, v in pairs if not outcome]
    found: dict[bool, dict[Hashable, Fraction]] = {True: {}, False: {}}
    for customer, outcome, value in pairs:
        if outcome:
            part = sum((_hit(value, y) for y in lacking), Fraction(0)) / len(lacking)
        else:
            part = sum((_hit(x, value) for x in having), Fraction(0)) / len(having)
        own = found[outcome]
        own[customer] = own.get(customer, Fraction(0)) + part
    return found


def average_precision(pairs: Sequence[Pair]) -> Fraction:
    ordered = sorted(pairs, key=lambda p: -p[2])
    outcomes = sum(p[1] for p in pairs)
    found, taken, area_ = 0, 0, Fraction(0)
    for _, group in groupby(ordered, key=lambda p: p[2]):
        own = list(group)
        hits = sum(p[1] for p in own)
        found, taken = found + hits, taken + len(own)
        area_ += Fraction(hits, outcomes) * Fraction(found, taken)
    return area_


def captured(groups: Sequence[Sequence[Pair]], share: Fraction) -> Fraction:
    """Of several T: the share of all outcomes in the first part of each."""
    hits = Fraction(0)
    for pairs in groups:
        room = share * len(pairs)
        for _, group in groupby(sorted(pairs, key=lambda p: -p[2]), key=lambda p: p[2]):
            own = list(group)
            taken = min(room, Fraction(len(own)))
            hits += taken / len(own) * sum(p[1] for p in own)
            room -= taken
    return hits / sum(p[1] for pairs in groups for p in pairs)


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
