"""What the engaged do (docs/insight.md), in plain Python."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass
from fractions import Fraction

from cesctl.model.types import Model, Signal
from tests.reference.chance import confidence_of_each, fisher, ratio
from tests.reference.conditions import matches
from tests.reference.several import Then

FEWEST = 8  # customers of whom there are quarters
FEW = 10  # expected customers, below which Fisher's test is asked, too


def sides(at: Then) -> tuple[set[str], set[str]]:
    """The customers of the best band and of the lowest; where one is empty, the best and the worst quarter,
    equal scores together, of those above and below the middle.
    """
    bands = at.model.bands
    top = {o.customer for o in at.outcomes if o.band == bands[-1].name}
    bottom = {o.customer for o in at.outcomes if o.band == bands[0].name}
    if len(bands) > 1 and top and bottom:
        return top, bottom
    scores = sorted(o.score for o in at.outcomes)
    if len(scores) < FEWEST:
        return set(), set()
    middle = statistics.median(scores)
    last = len(scores) - 1
    high, low = scores[math.ceil(Fraction(3 * last, 4))], scores[math.floor(Fraction(last, 4))]
    return (
        {o.customer for o in at.outcomes if o.score >= high and o.score > middle},
        {o.customer for o in at.outcomes if o.score <= low and o.score < middle},
    )


@dataclass
class Done:
    """One event: how often each customer did it."""

    counts: Counter[str]
    everybody: int
    top: set[str]
    bottom: set[str]
    events: int = 0

    @property
    def hits(self) -> tuple[int, int]:
        return (len(self.top & set(self.counts)), len(self.bottom & set(self.counts)))

    @property
    def sizes(self) -> tuple[int, int]:
        return len(self.top), len(self.bottom)

    def per_customer(self, side: set[str]) -> Fraction:
        return Fraction(sum(self.counts[c] for c in side), max(len(side), 1))

    def reach(self, side: set[str]) -> Fraction:
        return Fraction(len(side & set(self.counts)), max(len(side), 1))

    @property
    def lift(self) -> Fraction | None:
        if not min(self.sizes) or not self.hits[1]:
            return None
        return self.reach(self.top) / self.reach(self.bottom)

    @property
    def interval(self) -> tuple[float, float] | None:
        if not min(self.sizes):
            return None
        return ratio(self.hits, self.sizes, confidence_of_each(self.events))

    @property
    def separates(self) -> str | None:
        """The interval leaves out 1, and where few are expected somewhere Fisher's test says so, too."""
        if self.interval is None:
            return None
        low, high = self.interval
        if low <= 1 <= high:
            return None
        done, of = sum(self.hits), sum(self.sizes)
        expected = min(Fraction(n * k, of) for n in self.sizes for k in (done, of - done))
        unlikely = 1.0 - confidence_of_each(self.events)
        if expected < FEW and float(fisher(self.hits, self.sizes)) >= unlikely:
            return None
        return "top" if low > 1 else "bottom"


def events(at: Then) -> dict[str, Done]:
    """Every event within the model's window of those who are scored."""
    window = at.model.window_us
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in at.outcomes:
        for event in at.events.get(outcome.customer, []):
            if window is None or event.at > at.t - window:
                counts[event.name][outcome.customer] += 1
    top, bottom = sides(at)
    everybody = len(at.outcomes)
    return {name: Done(of, everybody, top, bottom, len(counts)) for name, of in counts.items()}


def takers(model: Model, name: str) -> str | None:
    """The signals that take the event; one that takes all events takes none in particular."""
    found = [s.name for s in model.signals if takes(s, name)]
    return ", ".join(found) or None


def takes(signal: Signal, name: str) -> bool:
    if signal.measure == "ratio" or any(set(p) == {"*"} for p in signal.match.patterns):
        return False
    return matches(signal.match, name)
