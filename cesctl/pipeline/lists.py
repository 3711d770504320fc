"""Lists of customers that a model declares, and ``at_risk``, which every model has."""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from cesctl.errors import UsageError
from cesctl.model.fields import did_you_mean
from cesctl.model.types import AT_RISK
from cesctl.pipeline.conditions import holds

if TYPE_CHECKING:
    from cesctl.model.types import Condition, CustomerList, Model
    from cesctl.result import Scored

    Some = TypeVar("Some", bound=Scored)

_COMPARE = {
    "eq": pl.Expr.eq,
    "ne": pl.Expr.ne,
    "gt": pl.Expr.gt,
    "ge": pl.Expr.ge,
    "lt": pl.Expr.lt,
    "le": pl.Expr.le,
}


def listed(scored: Some, name: str) -> Some:
    """The customers of a list. Raises UsageError for a list, or an attribute in it, that there is not."""
    if name == AT_RISK:
        return scored.keep(pl.col("at_risk"))
    chosen = named(scored.model, name)
    for condition in chosen.where:
        scored.known(condition.property)
    return scored.keep(on_list(chosen))


def check_list(model: Model, name: str) -> None:
    """Raises UsageError for a list that there is not."""
    if name != AT_RISK:
        named(model, name)


def named(model: Model, name: str) -> CustomerList:
    """The list of that name. Raises UsageError where there is none."""
    found = next((one for one in model.lists if one.name == name), None)
    if found is None:
        names = [AT_RISK, *(one.name for one in model.lists)]
        hint = did_you_mean(name, names, f"there are: {', '.join(names)}")
        raise UsageError(f'no list "{name}"; {hint}')
    return found


def on_list(chosen: CustomerList) -> pl.Expr:
    """Whether a row of the scores is on it. What is not there (the change of a new customer) satisfies no
    comparison, not even ``ne``.
    """
    parts = [_compared(c) for c in chosen.numbers]
    where = holds(chosen.where, pl.col)
    if where is not None:
        parts.append(where)
    if chosen.bands:
        parts.append(pl.col("band").is_in(list(chosen.bands)))
    if chosen.at_risk is not None:
        parts.append(pl.col("at_risk") == chosen.at_risk)
    return reduce(and_, parts, pl.lit(value=True))


def _compared(condition: Condition) -> pl.Expr:
    value = pl.col(condition.property).cast(pl.Float64)
    return _COMPARE[condition.op](value, pl.lit(condition.number)).fill_null(value=False)
