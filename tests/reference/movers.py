"""Two T compared (docs/insight.md), in plain Python."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from cesctl.model.types import Model
from tests.reference.numbers import exact
from tests.reference.points import total
from tests.reference.run import Outcome
from tests.reference.several import Then

Band = str | None  # None: not there


def transitions(before: Then, now: Then) -> dict[tuple[Band, Band], tuple[int, Fraction]]:
    """From band to band: how many, and their share of those of the band they came from."""
    was = {o.customer: o.band for o in before.outcomes}
    is_ = {o.customer: o.band for o in now.outcomes}
    moves = Counter((was.get(c), is_.get(c)) for c in {*was, *is_})
    from_ = Counter(was.get(c) for c in {*was, *is_})
    return {(a, b): (n, Fraction(n, from_[a])) for (a, b), n in moves.items()}


def in_band_order(pairs: list[tuple[Band, Band]], model: Model) -> list[tuple[Band, Band]]:
    """Lowest first, those who were not there last."""
    place: dict[Band, int] = {b.name: at for at, b in enumerate(model.bands)}
    place[None] = len(place)
    return sorted(pairs, key=lambda p: (place[p[0]], place[p[1]]))


def changes(before: Then, now: Then) -> dict[str, Fraction | None]:
    """Of each customer of either T; None where it was not there at one of them."""
    was = {o.customer: o.score for o in before.outcomes}
    is_ = {o.customer: o.score for o in now.outcomes}
    return {c: is_[c] - was[c] if c in was and c in is_ else None for c in {*was, *is_}}


def greatest_first(changes: dict[str, Fraction | None], *, falls: bool) -> list[str]:
    """Those that fell, or rose."""
    way = -1 if falls else 1
    moved = {c: change * way for c, change in changes.items() if change and change * way > 0}
    return sorted(moved, key=lambda c: (-moved[c], c))


def parts(model: Model, outcome: Outcome, users: int, by: str | None) -> dict[str, Fraction]:
    """What a customer's raw is made of: its signals, what its groups' limits changed, and what is between
    the users of an account and the mean, or the sum, of them.
    """
    each = users if by == "mean" else 1
    weights = {g.name: exact(g.weight) for g in model.groups}
    found = {
        s.name: (outcome.points[s.name] or Fraction(0)) * weights.get(s.group or "", 1) / each
        for s in model.signals
    }
    signals = dict(found)
    for name, points in outcome.groups.items():
        own = total(signals[s.name] for s in model.signals if s.group == name)
        found[f"limits of {name}"] = points / each - own
    if by is not None:
        found[f"{by} of users"] = outcome.raw - total(found.values())
    return found
