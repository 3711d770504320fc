"""``where`` and event names as boolean expressions, never null."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_, or_

import polars as pl

from cesctl.model.types import Condition, EventMatch
from cesctl.pipeline.numbers import number

PROPERTY = "prop:"  # a property's column in the events frame


def event_property(path: str) -> pl.Expr:
    """The column of the events frame that holds a property: trimmed text, null where missing."""
    return pl.col(PROPERTY + path)


def trimmed(text: pl.Expr) -> pl.Expr:
    """Text without the white space around it; null where nothing is left."""
    text = text.str.strip_chars()
    return pl.when(text.str.len_bytes() > 0).then(text)


def holds(
    conditions: Sequence[Condition], column: Callable[[str], pl.Expr] = event_property
) -> pl.Expr | None:
    """Whether all conditions hold; None where there are none. ``column`` gives a property's text."""
    parts = [_holds(c, column(c.property)) for c in conditions]
    return reduce(and_, parts) if parts else None


def _holds(condition: Condition, text: pl.Expr) -> pl.Expr:
    values = list(condition.values)
    match condition.op:
        case "eq":
            return text.eq_missing(pl.lit(values[0]))
        case "ne":
            return text.ne_missing(pl.lit(values[0]))
        case "in":
            return text.is_in(values).fill_null(value=False)
        case "not_in":
            return ~text.is_in(values).fill_null(value=False)
        case "contains":
            return text.str.contains(values[0], literal=True).fill_null(value=False)
        case "exists":
            return text.is_not_null() if condition.flag else text.is_null()
        case "gt":
            result = number(text) > condition.number
        case "ge":
            result = number(text) >= condition.number
        case "lt":
            result = number(text) < condition.number
        case "le":
            result = number(text) <= condition.number
    return result.fill_null(value=False)


def matches(match: EventMatch, event: pl.Expr) -> pl.Expr | None:
    """Whether the event's name is taken; None where every name is."""
    if "*" in match.patterns:
        return None
    parts = []
    if len(match.names) == 1:
        parts.append(event == match.names[0])
    elif match.names:
        parts.append(event.is_in(list(match.names)))
    parts += [event.str.contains(pattern_to_regex(p)) for p in match.patterns]
    return reduce(or_, parts) if parts else pl.lit(value=False)


def pattern_to_regex(pattern: str) -> str:
    """``*`` is any text, ``?`` any one character, all else itself."""
    parts = {"*": ".*", "?": "."}
    return "(?s)^" + "".join(parts.get(c) or re.escape(c) for c in pattern) + "$"
