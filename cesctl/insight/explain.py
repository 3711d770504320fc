"""Why a customer has the score: every step from events to score, for one customer.

A view of a run, not a second way to score: all numbers are the run's own.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.errors import UsageError
from cesctl.insight.next_band import next_band
from cesctl.model.columns import VARIANT
from cesctl.model.in_words import counting, rounded, scaled
from cesctl.model.scored_by import decimals
from cesctl.pipeline.customers import most_possible

if TYPE_CHECKING:
    from cesctl.model.types import Group, Model, Signal
    from cesctl.result import Result


@dataclass(frozen=True)
class SignalLine:
    """One signal of one customer. ``points`` are what it adds (after ``missing: skip`` has shared out
    the weight); None when it was left out. ``steps`` say what acted between measure and points.
    """

    name: str
    measure_name: str
    events: int
    measure: float | None
    value: float | None
    weight: float
    points: float | None
    steps: list[str]
    group: str | None
    skipped: bool


@dataclass(frozen=True)
class GroupLine:
    """Points of a group: the sum of its signals' points, x weight, within its limits."""

    name: str
    sum: float
    weight: float
    points: float
    steps: list[str]


@dataclass(frozen=True)
class Explanation:
    """One customer's score; ``model`` is the one that scores its variant, ``decimals`` are those of changes.

    Ungrouped points and group points add up to raw; the scale steps lead from raw to score. Of an account
    (the model rolls up) they are sums over its ``users`` (customer, raw, events, last_at; the greatest raw
    first), whose raw together make that of the account.
    """

    customer: str
    as_of: datetime
    model: Model
    row: dict[str, Any]
    customers: int
    signals: list[SignalLine]
    groups: list[GroupLine]
    raw: float
    scale_steps: list[str]
    score: float
    band: str
    next_band: list[str]
    to_next: float | None
    users: pl.DataFrame | None = None
    variant: str | None = None
    has_variants: bool = False
    decimals: int = 1


def explain(result: Result, customer: str) -> Explanation:
    """Explains one customer of a run that was scored with ``occurrences=True``.

    Raises UsageError for a customer that is not there, naming whom it counts for, or those with similar ids.
    """
    customer = customer.strip()
    found = result.detail.filter(pl.col("customer") == customer)
    if found.is_empty():
        raise UsageError(_unknown(result, customer))
    detail = found.row(0, named=True)
    row = result.scores.filter(pl.col("customer") == customer).row(0, named=True)
    variant = row[VARIANT] if result.model.variants else None
    own = result.of_variant(variant)
    model = own.model
    ways, to_next = next_band(own, found)
    return Explanation(
        customer=customer,
        as_of=result.as_of,
        model=model,
        row=row,
        customers=result.scores.height,
        signals=[_signal_line(s, detail, model) for s in model.signals],
        groups=[_group_line(g, detail, model) for g in model.groups],
        raw=detail["given_raw"],
        scale_steps=_scale_steps(model, detail, _everybody(result.model, variant)),
        score=detail["score"],
        band=detail["band"],
        next_band=ways,
        to_next=to_next,
        users=_users(result, customer),
        variant=variant,
        has_variants=bool(result.model.variants),
        decimals=decimals(result.model),
    )


def _users(result: Result, account: str) -> pl.DataFrame | None:
    if result.users is None:
        return None
    return result.users.filter(pl.col("account") == account).drop("account")


def _unknown(result: Result, customer: str) -> str:
    ids = result.scores["customer"]
    what = "customer" if result.users is None else "account"
    message = f"no {what} {customer!r} among {ids.len():,} scored"
    counts_for = _counts_for(result, customer)
    if counts_for:
        return f"{message}; {counts_for}"
    near = difflib.get_close_matches(customer, ids.head(200_000).to_list(), n=3, cutoff=0.6)
    if not near:
        near = ids.filter(ids.str.to_lowercase() == customer.lower()).head(3).to_list()
    hint = f"; did you mean {' or '.join(repr(n) for n in near)}?" if near else ""
    return message + hint


def _counts_for(result: Result, customer: str) -> str:
    """What became of an id: the one that it was replaced by, the account of a user; nothing where neither."""
    steps = []
    last = customer
    if (new := _looked_up(result.identities, "old", last, "new")) is not None:
        steps.append(f'"{last}" counts as "{new}" (identities)')
        last = new
    if (account := _looked_up(result.users, "customer", last, "account")) is not None:
        steps.append(f'"{last}" is a user of "{account}" (roll_up)')
        last = account
    if not steps:
        return ""
    there = last in result.scores["customer"]
    return ", ".join(steps) + (f': ask for "{last}"' if there else ", which is not scored either")


def _looked_up(table: pl.DataFrame | None, key: str, value: str, wanted: str) -> str | None:
    if table is None:
        return None
    found = table.filter(pl.col(key) == value)[wanted]
    return None if found.is_empty() else str(found[0])


def _signal_line(signal: Signal, detail: dict[str, Any], model: Model) -> SignalLine:
    name = signal.name
    points = detail[f"p:{name}"]
    return SignalLine(
        name=name,
        measure_name=signal.measure,
        events=detail.get(f"n:{name}") or 0,
        measure=detail[f"m:{name}"],
        value=detail[f"v:{name}"],
        weight=signal.weight,
        points=points,
        steps=[] if model.roll_up else _steps(signal, detail),  # they act on each user
        group=signal.group,
        skipped=points is None,
    )


def _steps(signal: Signal, detail: dict[str, Any]) -> list[str]:
    """What stands between the events and the points, in the order in which it acts."""
    measure, value, points = (detail[f"{k}:{signal.name}"] for k in "mvp")
    steps = counting(signal)
    if signal.measure == "ratio":
        steps.append(f"{signal.of} ÷ {signal.per}")
    elif signal.measure != "count":
        of = f" of {signal.property}" if signal.property else ""
        steps.append(f"{signal.measure}{of}")
    if measure is None:
        counts = "" if value is None else f", counts as {value:g}"
        steps.append("nothing to measure" + (", left out" if points is None else counts))
        if value is None:
            return steps
    else:
        steps += _value_steps(signal, measure)
    plain = signal.weight * value
    if signal.max_points is not None and plain > signal.max_points:
        steps.append(f"at most {signal.max_points:g}")
        plain = signal.max_points
    if signal.min_points is not None and plain < signal.min_points:
        steps.append(f"at least {signal.min_points:g}")
        plain = signal.min_points
    if points is not None and abs(points - plain) > 1e-9 * max(1.0, abs(plain)):
        steps.append(f"x {points / plain:.4g} for what is missing")
    return steps


def _value_steps(signal: Signal, measure: float) -> list[str]:
    """What stands between a measure and its value."""
    steps = []
    if signal.cap is not None and measure > signal.cap:
        steps.append(f"cap {signal.cap:g}")
    if signal.target is not None:
        start = f"from {signal.target.start:g} " if signal.target.start else ""
        steps.append(f"{start}to target {signal.target.end:g}")
    if signal.tiers:
        capped = measure if signal.cap is None else min(measure, signal.cap)
        reached = [t for t in signal.tiers if capped >= t.at_least]
        steps.append(f"tier {reached[-1].at_least:g}" if reached else "below the first tier")
    return steps


def _group_line(group: Group, detail: dict[str, Any], model: Model) -> GroupLine:
    own = [detail[f"p:{s.name}"] for s in model.signals if s.group == group.name]
    total = sum(p for p in own if p is not None)
    points = detail[f"g:{group.name}"]
    steps: list[str] = []
    if model.roll_up is not None:
        return GroupLine(group.name, total, group.weight, points, steps)
    if group.max_points is not None and group.weight * total > group.max_points:
        steps.append(f"at most {group.max_points:g}")
    if group.min_points is not None and group.weight * total < group.min_points:
        steps.append(f"at least {group.min_points:g}")
    return GroupLine(group.name, total, group.weight, points, steps)


def _everybody(model: Model, variant: str | None) -> str:
    """Among whom a place is."""
    if not model.variants:
        return "all customers"
    return "all customers of no variant" if variant is None else f'all customers of "{variant}"'


def _scale_steps(model: Model, detail: dict[str, Any], everybody: str) -> list[str]:
    """From raw to score, in words with this customer's numbers."""
    words = scaled(model.scale, most_possible(model), everybody)
    becomes = detail["scaled"]
    steps = [f"raw {detail['given_raw']:.10g}: {words} = {becomes:.10g}"] if words else []
    if abs(becomes - detail["score"]) > 1e-9:
        steps.append(f"{rounded(model.scale)} = {detail['score']:.10g}")
    return steps
