"""What an engine tells of each customer besides measures, and the frames of both."""

from __future__ import annotations

from collections.abc import Container, Sequence

import polars as pl

from cesctl.engines.apart import alone
from cesctl.engines.latest import given_at, latest, value_of
from cesctl.engines.measures import AT, Inside, Plan, takes
from cesctl.model.measured import Measured
from cesctl.model.types import Model, Signal
from cesctl.pipeline.conditions import matches
from cesctl.pipeline.roll_up import ATTRIBUTE_AT


def of_customers(
    model: Model,
    times: int,
    *,
    wanted: Measured,
    reported: Container[int],
    attributed: Container[int],
) -> list[Inside]:
    """What is told of a customer besides measures."""
    made = [
        Inside(pl.len().alias("rows"), "sum"),
        Inside(AT.max(), "max"),
        *(Inside(pl.col(f"at|{index}").max(), "max") for index in range(1, times)),
    ]
    for index in range(times):
        at = pl.col(f"at|{index}") if index else AT
        if index in reported:
            made += _reported(wanted, index, at)
        if index in attributed:
            for name, path in model.attributes:
                made.append(Inside(latest(path, index).alias(f"attr:{name}|{index}"), "max"))
        if model.roll_up is not None:
            account = latest(model.roll_up.to, index).alias(f"account|{index}")
            made.append(Inside(account, "max"))
    return made


def _reported(wanted: Measured, index: int, at: pl.Expr) -> list[Inside]:
    """Of the T of that place; ``at`` is null after it."""
    made = []
    for name, own in wanted.events.items():
        if own and not counted_once(own):
            made.append(Inside(takes(own, index).sum().alias(f"{name}|{index}"), "sum"))
    for name, kind in wanted.activity.items():
        active = matches(kind, pl.col("event"))
        last = (at if active is None else at.filter(active)).max()
        made.append(Inside(last.alias(f"{name}|{index}"), "max"))
    return made


def activity(
    people: pl.DataFrame,
    model: Model,
    wanted: Measured,
    index: int,
    plans: list[Plan],
    *,
    reported: bool,
    attributed: bool,
    occurrences: bool,
) -> pl.DataFrame:
    """The customers that have an event by this T, with their measures."""
    last_at = f"at|{index}" if index else "at"
    columns: list[pl.Expr] = [
        pl.col("key").alias("customer"),
        *(p.measure.alias(f"m:{p.signal.name}") for p in plans),
        pl.col(last_at).alias("last_at"),
    ]
    if reported:
        for name, own in wanted.events.items():
            taken = (
                pl.sum_horizontal(f"c:{s.name}|{index}" for s in own)
                if counted_once(own)
                else pl.col(f"{name}|{index}")
            )
            columns.append((taken if own else pl.lit(0)).cast(pl.UInt32).alias(name))
        columns += [pl.col(f"{name}|{index}").alias(name) for name in wanted.activity]
    if attributed:
        for name, _ in model.attributes:
            found = pl.col(f"attr:{name}|{index}")
            columns.append(value_of(found).alias(f"attr:{name}"))
            if model.roll_up is not None:
                columns.append(given_at(found).alias(f"{ATTRIBUTE_AT}{name}"))
    if index == 0:
        there = set(people.columns)
        left_out = (f"x:{p.signal.name}" for p in plans)
        columns += [pl.col(f"{name}|0").alias(name) for name in left_out if f"{name}|0" in there]
    if occurrences:
        columns += [pl.col(f"n:{p.signal.name}|0").alias(f"n:{p.signal.name}") for p in plans]
    if model.roll_up is not None:
        columns.append(value_of(pl.col(f"account|{index}")).alias("account"))
    # selected first: the other T's columns are many
    return people.select(columns).filter(pl.col("last_at").is_not_null())


def attributed_at(
    model: Model, times: int, reported: Container[int], attributed: Container[int] | None
) -> Container[int]:
    """The places of the T of which attributes are looked at."""
    if model.variants:  # they go by the attributes of each T
        return range(times)
    return reported if attributed is None else attributed


def counted_once(own: Sequence[Signal]) -> bool:
    """Whether the signals are counts of which no two take the same event: then the events that at least one
    takes are the sum of the counts, and need no test of their own.
    """
    return len(alone(own)) == len(own)
