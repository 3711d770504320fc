"""A signal as polars expressions: which events it takes, and what it measures of them.

Each signal at each T gives three things: columns to be there before grouping, expressions inside one
``group_by(customer)``, and an expression over their results that is the measure. Everything is put
together by ``cesctl.engines.polars``, so that all signals and all T share one pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import and_
from typing import Literal, TypeAlias

import polars as pl

from cesctl.duration import DAY_US
from cesctl.model.types import EventMatch, Limit, Signal
from cesctl.pipeline.conditions import event_property, holds, matches
from cesctl.pipeline.numbers import NANO, float_to_nanos, nanos, nanos_to_float, number, quotient

Merge: TypeAlias = Literal["sum", "min", "max", "any"]
Uncut: TypeAlias = Literal["day", "week"]

MOST_ROWS = 2**32 - 1  # polars counts rows in 32 bits
AT = pl.col("at")


@dataclass(frozen=True)
class Inside:
    """An expression inside the group_by. ``merge``: how what it gives of parts of a customer's events becomes
    what it gives of all; None: it takes all of them together. ``uncut``: it becomes that by a sum, where no
    such period of the model's time zone is in two of the parts.
    """

    expr: pl.Expr
    merge: Merge | None = None
    uncut: Uncut | None = None

    @property
    def name(self) -> str:
        """Of the column that it gives."""
        return self.expr.meta.output_name()

    def merged(self, *, uncut: bool = False) -> pl.Expr:
        """``uncut``: of parts that cut no period which must not be."""
        column = pl.col(self.name)
        match self.merge or ("sum" if uncut and self.uncut else None):
            case "sum":
                return column.sum()
            case "min":
                return column.min()
            case "max":
                return column.max()
            case "any":
                return column.any()
        raise ValueError(f"{column} cannot be merged")


@dataclass
class Plan:
    """One signal at one T. Column names end in ``|<index of T>`` so that several T live side by side."""

    signal: Signal
    before: list[list[pl.Expr]] = field(default_factory=list)  # layers: a layer may use the last
    inside: list[Inside] = field(default_factory=list)
    measure: pl.Expr = field(default_factory=lambda: pl.lit(None))


def epoch_us(at: datetime) -> int:
    """Whole microseconds since 1970; exact, unlike ``timestamp()``."""
    return (at - datetime(1970, 1, 1, tzinfo=at.tzinfo)) // timedelta(microseconds=1)


def window_columns(signals: Sequence[Signal], times: Sequence[datetime]) -> list[pl.Expr]:
    """A boolean column for each window of each T: T - offset - window < at <= T - offset.

    Computed once, however many signals look through it. Events after the first T, the latest, are put
    aside before grouping, so a window that is all of history up to then needs no column.
    """
    columns: dict[str, pl.Expr] = {}
    us = AT.to_physical()
    for index, at in enumerate(times):
        for signal in signals:
            name = window_name(signal, index)
            end = epoch_us(at) - signal.offset_us
            inside = us <= end
            if signal.window_us is not None:
                inside = inside & (us > max(end - signal.window_us, -(2**62)))
            if name is not None:
                columns[name] = inside.alias(name)
    return list(columns.values())


def window_name(signal: Signal, index: int) -> str | None:
    if index == 0 and signal.window_us is None and signal.offset_us == 0:
        return None
    return f"in:{signal.window_us}:{signal.offset_us}|{index}"


def takes(signals: Sequence[Signal], index: int | None) -> pl.Expr:
    """Whether at least one of the signals takes the event (by event, where, window and offset); without an
    index whatever the time.
    """
    # signals that differ only in their names share one test
    alike: dict[tuple[object, ...], list[Signal]] = {}
    for s in signals:
        alike.setdefault((s.where, s.window_us, s.offset_us), []).append(s)
    parts = []
    for group in alike.values():
        names = tuple(dict.fromkeys(n for s in group for n in s.match.names))
        patterns = tuple(dict.fromkeys(p for s in group for p in s.match.patterns))
        window = None if index is None else window_name(group[0], index)
        tests = [
            matches(EventMatch(names=names, patterns=patterns), pl.col("event")),
            None if window is None else pl.col(window),
            holds(group[0].where),
        ]
        there = [t for t in tests if t is not None]
        # not a literal: that would have one row, and a sum of 1
        parts.append(reduce(and_, there) if there else AT.is_not_null())
    return pl.any_horizontal(parts) if len(parts) > 1 else parts[0]


def needs_places(signal: Signal) -> bool:
    """Whether it matters which of a period's events are within the limit, and not only how many."""
    decays = signal.half_life_us or signal.linear_decay_us
    return signal.limit is not None and (signal.measure != "count" or bool(decays))


def plan(
    signal: Signal, index: int, at: datetime, place: pl.Expr | None = None, *, occurrences: bool
) -> Plan:
    """How to measure one signal at one T, the ``index``-th. ``place``: that of an event among those of its
    period, where it matters; it is there after two layers.
    """
    made = Plan(signal)
    tag = f"{signal.name}|{index}"
    taken = takes([signal], index)
    counted: pl.Expr = taken
    if signal.limit is not None and place is None:
        # which of a period's events count makes no difference, only how many
        within = _within_limit(signal.limit, taken)
        uncut: Uncut = "week" if signal.limit.per == "week" else "day"
        made.inside.append(Inside(within.alias(f"c:{tag}"), uncut=uncut))
        if occurrences:
            made.inside.append(Inside(within.alias(f"n:{tag}"), uncut=uncut))
        made.measure = pl.col(f"c:{tag}").cast(pl.Float64).alias(f"m:{tag}")
        return made
    if signal.limit is not None and place is not None:
        counted = taken.fill_null(value=False) & (place < min(signal.limit.count, MOST_ROWS))
        made.before += [[], [], [counted.alias(f"counted:{tag}")]]
        counted = pl.col(f"counted:{tag}")
    if occurrences:
        occurred = counted.sum().cast(pl.UInt32).alias(f"n:{tag}")
        made.inside.append(Inside(occurred, "sum"))
    _MEASURES[signal.measure](made, tag, counted, at)
    made.measure = made.measure.cast(pl.Float64).alias(f"m:{tag}")
    return made


def ratios(signals: Sequence[Signal]) -> list[pl.Expr]:
    """Measure of one signal ÷ measure of another; nothing when there is nothing to divide, or by 0."""
    made = []
    for s in signals:
        if s.measure == "ratio":
            of, per = pl.col(f"m:{s.of}"), pl.col(f"m:{s.per}")
            made.append(pl.when(per != 0).then(quotient(of, per)).alias(f"m:{s.name}"))
    return made


def _within_limit(limit: Limit, taken: pl.Expr) -> pl.Expr:
    """How many of a customer's events are within the limit of their period."""
    of_period = pl.col(limit.per).filter(taken).unique_counts()
    return of_period.clip(upper_bound=min(limit.count, MOST_ROWS)).sum().cast(pl.UInt32)


def _decay(signal: Signal, at: datetime) -> pl.Expr | None:
    """Between 0 and 1 by age; in double precision, one rounding per operation."""
    # what is later than T is not counted; clipped, so that its decay cannot overflow
    age = (pl.lit(epoch_us(at)) - AT.to_physical()).clip(lower_bound=0).cast(pl.Float64)
    if signal.half_life_us is not None:
        return pl.lit(2.0).pow(-quotient(age, float(signal.half_life_us)))
    if signal.linear_decay_us is not None:
        return pl.max_horizontal(pl.lit(0.0), 1.0 - quotient(age, float(signal.linear_decay_us)))
    return None


def _count(made: Plan, tag: str, counted: pl.Expr, at: datetime) -> None:
    decay = _decay(made.signal, at)
    if decay is None:
        made.inside.append(Inside(counted.sum().alias(f"c:{tag}"), "sum"))
        made.measure = pl.col(f"c:{tag}")
        return
    term = (decay * NANO).round(0, mode="half_away_from_zero").cast(pl.Int64)
    none = pl.lit(0, dtype=pl.Int64)
    made.before.append([pl.when(counted).then(term).otherwise(none).alias(f"t:{tag}")])
    made.inside.append(Inside(pl.col(f"t:{tag}").sum(), "sum"))
    made.measure = nanos_to_float(pl.col(f"t:{tag}").cast(pl.Int128))


def _sum(made: Plan, tag: str, counted: pl.Expr, at: datetime) -> None:
    text = _property(made)
    decay = _decay(made.signal, at)
    term = nanos(text) if decay is None else float_to_nanos(decay * number(text))
    made.before.append([pl.when(counted).then(term).alias(f"t:{tag}")])
    made.inside.append(Inside(pl.col(f"t:{tag}").sum(), "sum"))
    _tell_left_out(made, tag, counted)
    made.measure = nanos_to_float(pl.col(f"t:{tag}"))


def _mean(made: Plan, tag: str, counted: pl.Expr, _: datetime) -> None:
    made.before.append([pl.when(counted).then(nanos(_property(made))).alias(f"t:{tag}")])
    made.inside += [
        Inside(pl.col(f"t:{tag}").sum(), "sum"),
        Inside(pl.col(f"t:{tag}").is_not_null().sum().alias(f"c:{tag}"), "sum"),
    ]
    _tell_left_out(made, tag, counted)
    made.measure = pl.when(pl.col(f"c:{tag}") > 0).then(
        quotient(nanos_to_float(pl.col(f"t:{tag}")), pl.col(f"c:{tag}").cast(pl.Float64))
    )


def _extreme(made: Plan, tag: str, counted: pl.Expr, _: datetime) -> None:
    made.before.append([pl.when(counted).then(number(_property(made))).alias(f"t:{tag}")])
    column = pl.col(f"t:{tag}")
    least = made.signal.measure == "min"
    made.inside.append(Inside(column.min(), "min") if least else Inside(column.max(), "max"))
    _tell_left_out(made, tag, counted)
    made.measure = pl.col(f"t:{tag}")


def _last(made: Plan, tag: str, counted: pl.Expr, _: datetime) -> None:
    made.before.append([pl.when(counted).then(number(_property(made))).alias(f"t:{tag}")])
    value = pl.col(f"t:{tag}")
    there = value.is_not_null()
    ordered = value.filter(there).sort_by(AT.filter(there), value.filter(there))
    made.inside.append(Inside(ordered.last().alias(f"t:{tag}")))
    _tell_left_out(made, tag, counted)
    made.measure = pl.col(f"t:{tag}")


def _distinct(made: Plan, tag: str, counted: pl.Expr, _: datetime) -> None:
    text = _property(made)
    values = text.filter(counted & text.is_not_null())
    made.inside.append(Inside(values.n_unique().alias(f"c:{tag}")))
    made.measure = pl.col(f"c:{tag}")


def _periods(made: Plan, tag: str, counted: pl.Expr, _: datetime) -> None:
    period: Uncut = "day" if made.signal.measure == "days" else "week"
    periods = pl.col(period).filter(counted).n_unique().alias(f"c:{tag}")
    made.inside.append(Inside(periods, uncut=period))
    made.measure = pl.col(f"c:{tag}")


def _once(made: Plan, tag: str, counted: pl.Expr, _: datetime) -> None:
    made.inside.append(Inside(counted.any().alias(f"c:{tag}"), "any"))
    made.measure = pl.col(f"c:{tag}").cast(pl.UInt8)


def _since(made: Plan, tag: str, counted: pl.Expr, at: datetime) -> None:
    made.before.append([pl.when(counted).then(AT.to_physical()).alias(f"t:{tag}")])
    column = pl.col(f"t:{tag}")
    newest = made.signal.measure == "recency"
    made.inside.append(Inside(column.max(), "max") if newest else Inside(column.min(), "min"))
    made.measure = quotient((pl.lit(epoch_us(at)) - column).cast(pl.Float64), float(DAY_US))


def _sessions(made: Plan, tag: str, counted: pl.Expr, _: datetime) -> None:
    """Sorted instants of one customer; a step of ``gap`` or more begins a session."""
    times = AT.to_physical().filter(counted).sort()
    step = times.diff()
    new = step.is_null() | (step >= made.signal.gap_us)
    match made.signal.measure:
        case "sessions":
            made.inside.append(Inside(new.sum().alias(f"c:{tag}")))
            made.measure = pl.col(f"c:{tag}")
        case "session_minutes":
            within = pl.when(step < made.signal.gap_us).then(step).otherwise(0)
            made.inside.append(Inside(within.sum().alias(f"c:{tag}")))
            made.measure = quotient(pl.col(f"c:{tag}").cast(pl.Float64), 60e6)
        case _:
            alone = (new & new.shift(-1, fill_value=True)).sum()
            made.inside.append(Inside(alone.alias(f"c:{tag}")))
            made.measure = pl.col(f"c:{tag}")


def _property(made: Plan) -> pl.Expr:
    assert made.signal.property is not None
    return event_property(made.signal.property)


def _tell_left_out(made: Plan, tag: str, counted: pl.Expr) -> None:
    """Counts what is there but no number; told for the first T only, as the others see the same log."""
    if tag.endswith("|0"):
        text = _property(made)
        odd = counted & text.is_not_null() & number(text).is_null()
        made.inside.append(Inside(odd.sum().alias(f"x:{tag}"), "sum"))


_MEASURES = {
    "count": _count,
    "sum": _sum,
    "mean": _mean,
    "min": _extreme,
    "max": _extreme,
    "last": _last,
    "distinct": _distinct,
    "days": _periods,
    "weeks": _periods,
    "once": _once,
    "recency": _since,
    "tenure": _since,
    "sessions": _sessions,
    "session_minutes": _sessions,
    "bounces": _sessions,
}
