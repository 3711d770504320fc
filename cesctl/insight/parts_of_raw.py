"""What raw is made of: a part for each signal, and what limits and averages take from it.

The parts of a customer add up to its raw. A signal's part is its points times its group's weight; where
accounts are scored by the mean of their users, that by the number of users. What is left to raw, a group's
limits and the median, least or greatest of users, is a part of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import polars as pl

from cesctl.model.scored_by import all_signals
from cesctl.pipeline.numbers import quotient, round_half_away, with_shared

if TYPE_CHECKING:
    from cesctl.model.types import Model
    from cesctl.result import Scored

LIMITS = "limits of {}"  # of a group
USERS = "{} of users"  # by which an account's users make its raw
NOISE = 1e-7  # what adding doubles up may leave over


def parts_of_raw(scored: Scored) -> pl.DataFrame:
    """One row per customer: customer, ``raw`` and a column for each part: the signals in order, then what
    groups' limits and the roll-up change, as far as anybody has any. Points, 6 decimals; 0 for a part that
    the customer's variant does not have.
    """
    signals = [s.name for s in all_signals(scored.model)]
    made = [_parts(detail, model, signals) for model, detail in scored.by_model]
    if len(made) == 1:
        return made[0]
    together = pl.concat(made, how="diagonal")
    names = [f"part:{name}" for name in signals]
    names += [c for c in together.columns if c.startswith("part:") and c not in names]
    return together.select("customer", "raw", *(pl.col(n).fill_null(0.0) for n in names))


def _parts(detail: pl.DataFrame, model: Model, names: Sequence[str]) -> pl.DataFrame:
    """The same of customers that one model scores; ``names``: of all signals of all variants."""
    weights = {g.name: g.weight for g in model.groups}
    per_user = model.roll_up is not None and model.roll_up.by == "mean"
    # an account of a roster that has no user is scored by itself
    users = pl.max_horizontal(pl.col("users").cast(pl.Float64), 1.0) if per_user else pl.lit(1.0)

    def share(points: pl.Expr) -> pl.Expr:
        return quotient(points, users) if per_user else points

    signals = {
        s.name: share(pl.col(f"p:{s.name}").fill_null(0.0) * weights.get(s.group or "", 1.0))
        for s in model.signals
    }
    others: dict[str, pl.Expr] = {}
    for group in model.groups:
        own = [signals[s.name] for s in model.signals if s.group == group.name]
        name = _free(LIMITS.format(group.name), {*names, *others})
        others[name] = share(pl.col(f"g:{group.name}")) - _sum(own)
    if model.roll_up is not None:
        name = _free(USERS.format(model.roll_up.by), {*names, *others})
        others[name] = pl.col("raw") - _sum([*signals.values(), *others.values()])
    others = {n: pl.when(e.abs() > NOISE).then(e).otherwise(0.0) for n, e in others.items()}
    frame = with_shared(
        detail,
        *(round_half_away(e, 6).alias(f"part:{n}") for n, e in {**signals, **others}.items()),
    )
    kept = [n for n in others if bool((frame[f"part:{n}"] != 0).any())]
    return frame.select("customer", "raw", *(f"part:{n}" for n in (*signals, *kept)))


def _sum(parts: Sequence[pl.Expr]) -> pl.Expr:
    return reduce(add, parts, pl.lit(0.0))


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    return name
