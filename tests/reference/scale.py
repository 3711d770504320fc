"""From raw to score (section 6)."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

from cesctl.model.types import Model, Scale, Signal
from tests.reference.numbers import exact, round_half_away
from tests.reference.points import NONE_SAID, groups, kept, total

PRECISE = Context(prec=60, Emax=10**15, Emin=-(10**15))


def scaled(model: Model, raws: dict[str, Fraction]) -> dict[str, Fraction]:
    """Each customer's score before rounding. ``raws`` holds all scored customers."""
    scale = model.scale
    low, high = (exact(end) for end in scale.to)
    match scale.method:
        case "none":
            return dict(raws)
        case "clamp":
            return {c: within(r, low, high) for c, r in raws.items()}
        case "linear":
            assert scale.from_ is not None
            start, end = (exact(x) for x in scale.from_)
            return {c: linear(scale, r, start, end) for c, r in raws.items()}
        case "possible":
            return {c: linear(scale, r, Fraction(0), most(model)) for c, r in raws.items()}
        case "minmax":
            least, greatest = min(raws.values(), default=None), max(raws.values(), default=None)
            if least is None or greatest is None:
                return {}
            if least == greatest:
                return {c: high if r > 0 else low for c, r in raws.items()}
            return {c: linear(scale, r, least, greatest) for c, r in raws.items()}
        case "percentile":
            return {c: low + (high - low) * share(r, list(raws.values())) for c, r in raws.items()}
        case "logistic":
            return {c: low + (high - low) * logistic(scale, r) for c, r in raws.items()}


def within(found: Fraction, low: Fraction, high: Fraction) -> Fraction:
    low, high = min(low, high), max(low, high)
    return min(max(found, low), high)


def linear(scale: Scale, raw: Fraction, start: Fraction, end: Fraction) -> Fraction:
    low, high = (exact(x) for x in scale.to)
    found = low + (raw - start) / (end - start) * (high - low)
    return within(found, low, high) if scale.clip else found


def share(raw: Fraction, raws: list[Fraction]) -> Fraction:
    """(average rank - 1) / (n - 1), ranks from the least; 1 for a customer alone."""
    if len(raws) == 1:
        return Fraction(1)
    below = sum(other < raw for other in raws)
    equal = sum(other == raw for other in raws)
    # ranks below + 1 ... below + equal, on average below + (equal + 1) / 2
    return (below + Fraction(equal - 1, 2)) / (len(raws) - 1)


def logistic(scale: Scale, raw: Fraction) -> Fraction:
    """1 / (1 + e^(-steepness x (raw - midpoint))), to some 60 digits."""
    assert scale.midpoint is not None
    assert scale.steepness is not None
    power = -exact(scale.steepness) * (raw - exact(scale.midpoint))
    if abs(power) > 200:  # e^200 is 1e86: nothing of it is left in 9 decimals
        return Fraction(power < 0)
    e = PRECISE.exp(PRECISE.divide(Decimal(power.numerator), Decimal(power.denominator)))
    return 1 / (1 + Fraction(e))


def most(model: Model) -> Fraction:
    """The most points the model can give. An unbounded model never gets here: loading refuses it."""
    found = Fraction(0)
    for name in (None, *groups(model)):
        group = next((g for g in model.groups if g.name == name), NONE_SAID)
        parts = [most_of(s) for s in model.signals if s.group == name]
        if None in parts and group.weight > 0:
            assert group.max_points is not None, name
            found += exact(group.max_points)
        else:
            found += kept(group, exact(group.weight) * total(p or Fraction(0) for p in parts))
    assert found > 0
    return found


def most_of(signal: Signal) -> Fraction | None:
    """The most points of one signal; None where there is no most."""
    if signal.weight <= 0:
        return max(Fraction(0), exact(signal.min_points or 0.0))
    greatest = greatest_value(signal)
    if greatest is None:
        return None if signal.max_points is None else exact(signal.max_points)
    if isinstance(signal.missing, float):
        greatest = max(greatest, exact(signal.missing))
    return kept(signal, exact(signal.weight) * greatest)


def greatest_value(signal: Signal) -> Fraction | None:
    """What target, tiers, cap and ``once`` together allow."""
    ends = [exact(signal.cap)] if signal.cap is not None else []
    if signal.measure == "once":
        ends.append(Fraction(1))
    end = min(ends, default=None)
    if signal.target is not None:
        start, full = exact(signal.target.start), exact(signal.target.end)
        if end is None or start > full:
            return Fraction(100)
        return min(max(100 * (end - start) / (full - start), Fraction(0)), Fraction(100))
    if signal.tiers:
        reached = (t.value for t in signal.tiers if end is None or exact(t.at_least) <= end)
        return max([Fraction(0), *(exact(v) for v in reached)])
    return end


def score(model: Model, found: Fraction) -> Fraction:
    """Rounded to 9 decimals, then to ``round``."""
    return round_half_away(round_half_away(found, 9), model.scale.round)
