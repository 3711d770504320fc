"""``where`` and ``event`` (section 4): which rows and which event names are taken."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cesctl.model.types import Condition, EventMatch
from tests.reference.numbers import number


def present(text: str | None) -> str | None:
    """Trimmed text; absent, null and blank are all missing."""
    return (text or "").strip() or None


def holds(condition: Condition, text: str | None) -> bool:
    """Whether a property's text satisfies one condition."""
    value = present(text)
    if value is None:
        return condition.op in ("ne", "not_in") or (condition.op, condition.flag) == (
            "exists",
            False,
        )
    match condition.op:
        case "exists":
            return condition.flag is True
        case "eq" | "in":
            return value in condition.values
        case "ne" | "not_in":
            return value not in condition.values
        case "contains":
            return any(part in value for part in condition.values)
    found, bound = number(value), condition.number
    if found is None or bound is None:
        return False
    size = (
        found.numerator / found.denominator
    )  # as doubles: what both sides are, but for exact sums
    match condition.op:
        case "gt":
            return size > bound
        case "ge":
            return size >= bound
        case "lt":
            return size < bound
        case "le":
            return size <= bound


def all_hold(conditions: Iterable[Condition], row: dict[str, str | None]) -> bool:
    return all(holds(c, row.get(c.property)) for c in conditions)


def matches(match: EventMatch, name: str) -> bool:
    """``*`` is any text, also none; ``?`` one character; all else is itself, in its own case."""
    return name in match.names or any(like(p, name) for p in match.patterns)


def like(pattern: str, name: str) -> bool:
    parts = {"*": ".*", "?": "."}
    return bool(
        re.fullmatch("".join(parts.get(c) or re.escape(c) for c in pattern), name, re.DOTALL)
    )
