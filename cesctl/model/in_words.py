"""Parts of a model in words, as a person would say them. Names from the model are as they stand there: who
shows them makes them safe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.duration import format_duration
from cesctl.model.types import CAN_BE_NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.model.types import Condition, CustomerList, EventMatch, Risk, Scale, Signal

_OPS = {
    "eq": "is",
    "ne": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "contains": "contains",
    "gt": "is above",
    "ge": "is at least",
    "lt": "is below",
    "le": "is at most",
}
_MEASURES = {
    "count": "how many: {events}",
    "sum": "sum of {property} over {events}",
    "mean": "mean {property} of {events}",
    "min": "least {property} of {events}",
    "max": "greatest {property} of {events}",
    "last": "latest {property} of {events}",
    "distinct": "different values of {property} in {events}",
    "days": "days with {events}",
    "weeks": "weeks with {events}",
    "once": "whether there was any: {events}",
    "recency": "days since the last of {events}",
    "tenure": "days since the first of {events}",
    "sessions": "sessions of {events} ({gap} without any ends one)",
    "session_minutes": "minutes in sessions of {events} ({gap} without any ends one)",
    "bounces": "sessions of a single one of {events} ({gap} without any ends one)",
}


def number(value: float | None) -> str:
    """All its digits: ``1234567``, ``0.1``; nothing of None."""
    return "" if value is None else repr(float(value) + 0.0).removesuffix(".0")


def quoted(text: str) -> str:
    """A text of several; in quotes where it would look like two."""
    return f'"{text}"' if ", " in text or " or " in text else text


def measured(signal: Signal) -> str:
    """What a signal measures: ``days with Logged in or Report exported, where plan is paid``."""
    if signal.measure == "ratio":
        return f"{signal.of} ÷ {signal.per}"
    text = _MEASURES[signal.measure].format(
        events=taken(signal.match), property=signal.property, gap=format_duration(signal.gap_us)
    )
    where = [condition(c) for c in signal.where]
    return f"{text}, where {' and '.join(where)}" if where else text


def taken(match: EventMatch) -> str:
    """The events by name: ``Logged in or Report exported``."""
    names = [quoted(name) for name in (*match.names, *match.patterns)]
    if "*" in names:
        return "any event"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def condition(one: Condition) -> str:
    if one.op == "exists":
        return f"{one.property} is {'there' if one.flag else 'not there'}"
    value = number(one.number) if one.number is not None else ", ".join(map(quoted, one.values))
    return f"{one.property} {_OPS[one.op]} {value}"


def reach_back(signal: Signal) -> str:
    """The window: ``90d``, ``30d, until 30d before``, ``all history``; nothing for a ratio."""
    if signal.measure == "ratio":
        return ""
    text = "all history" if signal.window_us is None else format_duration(signal.window_us)
    if signal.offset_us:
        text += f", until {format_duration(signal.offset_us)} before"
    return text


def counting(signal: Signal) -> list[str]:
    """What acts on the events before they are measured."""
    steps = []
    if signal.limit is not None:
        steps.append(f"first {signal.limit.count} per {signal.limit.per}")
    if signal.half_life_us is not None:
        steps.append(f"half-life {format_duration(signal.half_life_us)}")
    if signal.linear_decay_us is not None:
        steps.append(f"decays to 0 in {format_duration(signal.linear_decay_us)}")
    return steps


def valued(signal: Signal) -> list[str]:
    """How a measure becomes a value and points."""
    steps = []
    if signal.cap is not None:
        steps.append(f"cap {number(signal.cap)}")
    if signal.target is not None:
        steps.append(f"{number(signal.target.start)} … {number(signal.target.end)} becomes 0 … 100")
    if signal.tiers:
        tiers = ", ".join(f"{number(t.value)} from {number(t.at_least)}" for t in signal.tiers)
        steps.append(f"tiers: {tiers}")
    steps += limits(signal.max_points, signal.min_points)
    if signal.measure in CAN_BE_NOTHING and signal.missing != "zero":
        steps.append(
            "left out where there is nothing to measure, its weight shared out"
            if signal.missing == "skip"
            else f"nothing to measure counts {number(signal.missing)}"
        )
    return steps


def limits(most: float | None, least: float | None) -> list[str]:
    steps = [] if most is None else [f"at most {number(most)} points"]
    return steps if least is None else [*steps, f"at least {number(least)} points"]


def scaled(scale: Scale, most: float | None, everybody: str = "all customers") -> str:
    """From raw to score, before it is rounded; nothing where raw is the score. ``most``: the most raw there
    is, where the scale asks for it; ``everybody``: among whom a place is.
    """
    lo, hi = (number(x) for x in scale.to)
    match scale.method:
        case "none":
            return ""
        case "clamp":
            return f"kept within {lo} … {hi}"
        case "linear":
            assert scale.from_ is not None
            return f"{number(scale.from_[0])} … {number(scale.from_[1])} becomes {lo} … {hi}"
        case "possible":
            return f"0 … {number(most)} (all there is to get) becomes {lo} … {hi}"
        case "minmax":
            return f"least … greatest raw of {everybody} becomes {lo} … {hi}"
        case "percentile":
            return f"place among {everybody}, from {lo} to {hi}"
        case "logistic":
            curve = f"middle at {number(scale.midpoint)}, steepness {number(scale.steepness)}"
            return f"logistic curve from {lo} to {hi}, {curve}"


def rounded(scale: Scale) -> str:
    return f"rounded to {scale.round} decimal{'s' * (scale.round != 1)}"


def risky(bands: Sequence[str], risk: Risk, compare_us: int | None) -> list[str]:
    """What puts a customer at risk, each a half sentence; ``bands``: those that do."""
    found = [f"is in the band {name}" for name in bands]
    if risk.drop is not None and compare_us is not None:
        found.append(f"lost {number(risk.drop)} points or more in {format_duration(compare_us)}")
    if risk.silent_for_us is not None:
        found.append(f"was silent for {format_duration(risk.silent_for_us)} or longer")
    found.append("was never active")
    return found


def listed(one: CustomerList) -> str:
    """Who is on a list: ``band is Good or Excellent and change is at least 5``."""
    parts = []
    if one.bands:
        parts.append(f"band is {' or '.join(one.bands)}")
    if one.at_risk is not None:
        parts.append("at risk" if one.at_risk else "not at risk")
    parts += [condition(c) for c in (*one.numbers, *one.where)]
    return " and ".join(parts)
