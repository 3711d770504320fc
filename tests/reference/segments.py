"""Scores by attribute (docs/insight.md), in plain Python."""

from __future__ import annotations

import math
import re
import statistics
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from tests.reference.chance import confidence_of_each, student
from tests.reference.numbers import number
from tests.reference.points import total
from tests.reference.run import Outcome
from tests.reference.several import Then

MANY = 30  # customers whose variance is their own
MOST_VALUES = 10
CODE = re.compile(r"[+-]?0[0-9]")


@dataclass
class Value:
    """What a customer's attribute counts as; ``order``: its place among numbers."""

    text: str | None
    order: Fraction | None = None


def values(texts: list[str | None]) -> list[Value]:
    """Numbers in order, equal ones under one text; all else as it is. Bins are not made here."""
    if not numeric(texts):
        return [Value(t) for t in texts]
    same: dict[Fraction, str] = {}
    for text in texts:
        if text is not None:
            same[size(text)] = min(text, same.get(size(text), text))
    return [Value(None) if t is None else Value(same[size(t)], size(t)) for t in texts]


def numeric(texts: list[str | None]) -> bool:
    there = [t for t in texts if t is not None]
    return bool(there) and all(number(t) is not None and not CODE.match(t) for t in there)


def is_binned(texts: list[str | None]) -> bool:
    return numeric(texts) and len({size(t) for t in texts if t is not None}) > MOST_VALUES


def size(text: str) -> Fraction:
    """As a double: what numbers are compared as."""
    found = number(text)
    assert found is not None
    return Fraction(found.numerator / found.denominator)


@dataclass
class Segment:
    outcomes: list[Outcome]
    others: list[Outcome]
    segments: int
    everybody: Fraction  # the variance of all scores

    @property
    def scores(self) -> list[Fraction]:
        return sorted(o.score for o in self.outcomes)

    def quantile(self, part: Fraction) -> Fraction:
        """Between the two scores where it lies."""
        place = part * (len(self.scores) - 1)
        below = math.floor(place)
        above = min(below + 1, len(self.scores) - 1)
        return self.scores[below] + (place - below) * (self.scores[above] - self.scores[below])

    @property
    def average(self) -> Fraction:
        return mean([o.score for o in self.outcomes])

    @property
    def others_average(self) -> Fraction | None:
        return mean([o.score for o in self.others]) if self.others else None

    def intervals(self) -> list[tuple[float, float]]:
        """Welch's interval of the difference; empty where either side has fewer than two. Two where the
        degrees of freedom are a whole number: rounding down in doubles may give one less.
        """
        sides = ([o.score for o in self.outcomes], [o.score for o in self.others])
        if min(len(s) for s in sides) < 2:
            return []
        errors = [self.variance(s) / len(s) for s in sides]
        between = mean(sides[0]) - mean(sides[1])
        spread = total(errors)
        if not spread:
            return [(float(between), float(between))]
        freedom = spread**2 / total(e**2 / (len(s) - 1) for e, s in zip(errors, sides, strict=True))
        found = []
        for degrees in {math.floor(freedom), math.floor(freedom - Fraction(1, 10**7))}:
            t = student(confidence_of_each(self.segments), max(degrees, 1))
            reach = t * math.sqrt(spread)
            found.append((float(between) - reach, float(between) + reach))
        return found

    def variance(self, scores: list[Fraction]) -> Fraction:
        """Of few at least that of everybody."""
        own = variance(scores)
        return own if len(scores) >= MANY else max(own, self.everybody)


def mean(scores: list[Fraction]) -> Fraction:
    return total(scores) / len(scores)


def variance(scores: list[Fraction]) -> Fraction:
    return Fraction(statistics.variance(scores)) if len(scores) > 1 else Fraction(0)


def segments(
    at: Then, keys: dict[str, tuple[str | None, ...]]
) -> dict[tuple[str | None, ...], Segment]:
    """By the key of each customer."""
    members: dict[tuple[str | None, ...], list[Outcome]] = defaultdict(list)
    for outcome in at.outcomes:
        members[keys[outcome.customer]].append(outcome)
    everybody = variance([o.score for o in at.outcomes])
    return {
        key: Segment(
            own,
            [o for o in at.outcomes if keys[o.customer] != key],
            len(members),
            everybody,
        )
        for key, own in members.items()
    }
