"""A property's latest value that is not empty; of those at one instant the greatest text.

Value and instant go together as one text, whose greatest is the latest: a maximum needs no memory, where
sorting would keep every event of a customer.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from cesctl.engines.measures import AT
from cesctl.pipeline.conditions import event_property

_SHIFT = 2 * 10**18  # makes of every instant of the years 1 to 9999 a number of as many digits
_DIGITS = 19


def dated(paths: Iterable[str]) -> list[pl.Expr]:
    """Columns to be there before grouping: each property's value after its instant, null without either."""
    instant = (AT.to_physical() + _SHIFT).cast(pl.String)
    return [(instant + event_property(path)).alias(_name(path)) for path in dict.fromkeys(paths)]


def latest(path: str, index: int) -> pl.Expr:
    """Inside a group: the greatest of those by the T of that place, whose column is ``at|<index>``."""
    value = pl.col(_name(path))
    return (pl.when(pl.col(f"at|{index}").is_not_null()).then(value) if index else value).max()


def value_of(found: pl.Expr) -> pl.Expr:
    return found.str.slice(_DIGITS)


def given_at(found: pl.Expr) -> pl.Expr:
    """When it was so."""
    physical = found.str.head(_DIGITS).cast(pl.Int64) - _SHIFT
    return physical.cast(pl.Datetime("us", "UTC"))


def _name(path: str) -> str:
    return f"dated:{path}"
