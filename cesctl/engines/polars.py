"""The polars engine: all signals at all T in one streaming pass and one group_by."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime
from functools import partial
from itertools import zip_longest

import polars as pl

from cesctl.engines.base import AFTER, Aggregate
from cesctl.engines.latest import dated, given_at, latest, value_of
from cesctl.engines.limits import Places, places
from cesctl.engines.measures import (
    AT,
    Plan,
    epoch_us,
    needs_places,
    plan,
    takes,
    window_columns,
)
from cesctl.model.measured import Measured, measured
from cesctl.model.types import Model, Signal
from cesctl.pipeline.conditions import matches
from cesctl.pipeline.roll_up import ATTRIBUTE_AT
from cesctl.sources.parts import FILE

# An accepted id is trimmed, so a key that begins with a space is never a customer's: the rows that
# are no events, and the events after T, are counted in the same group_by, not in a second pass.
_ASIDE = " "
_IN_TIME = "in time"


def aggregate(
    events: pl.LazyFrame,
    model: Model,
    times: list[datetime],
    *,
    reported: Container[int] = (0,),
    attributed: Container[int] | None = None,
    occurrences: bool = False,
) -> Aggregate:
    """Measures every signal of every customer at each T. See :class:`Aggregate` for the frames.

    The first T is the latest. ``reported``: the places of those T of which a customer's events and activity
    are wanted, too; the others are only compared with. ``attributed``: of which attributes are wanted (None:
    of the same).
    """
    wanted = measured(model)
    ordered = {
        s.name: _places(s, wanted.signals, model, times) for s in wanted.signals if needs_places(s)
    }
    plans = [
        [
            plan(
                s,
                index,
                at,
                ordered[s.name].place[index] if s.name in ordered else None,
                occurrences=occurrences and index == 0,
            )
            for s in wanted.signals
        ]
        for index, at in enumerate(times)
    ]
    layers = [p.layers for p in ordered.values()]
    layers += [p.before for made in plans for p in made]
    if model.variants:  # they go by the attributes of each T
        attributed = range(len(times))
    elif attributed is None:
        attributed = reported
    query = _query(
        events,
        model,
        times,
        plans,
        layers,
        wanted=wanted,
        reported=reported,
        attributed=attributed,
    )
    grouped = query.collect(engine="streaming")
    is_aside = pl.col("key").str.starts_with(_ASIDE)
    people = grouped.filter(~is_aside)
    late = pl.col("key").str.starts_with(f"{_ASIDE}{AFTER}")
    newest = grouped.filter(~is_aside | late)["at"].max()
    assert newest is None or isinstance(newest, datetime)
    return Aggregate(
        activity=[
            _activity(
                people,
                model,
                wanted,
                index,
                made,
                reported=index in reported,
                attributed=index in attributed,
                occurrences=occurrences and index == 0,
            )
            for index, made in enumerate(plans)
        ],
        read=int(grouped["rows"].sum()),
        aside=_aside(grouped.filter(is_aside)),
        newest=newest,
    )


def _aside(grouped: pl.DataFrame) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for key, rows in grouped.select("key", "rows").iter_rows():
        code, _, file = key.strip().partition(_ASIDE)
        found[int(file or 0), int(code)] = rows
    return found


def _places(
    signal: Signal, signals: Sequence[Signal], model: Model, times: Sequence[datetime]
) -> Places:
    return places(
        signal,
        times,
        lambda index: takes([signal], index),
        lambda frame: frame.with_columns(_calendar(signals, model.timezone)),
    )


def _query(
    events: pl.LazyFrame,
    model: Model,
    times: list[datetime],
    plans: list[list[Plan]],
    layers: list[list[list[pl.Expr]]],
    *,
    wanted: Measured,
    reported: Container[int],
    attributed: Container[int],
) -> pl.LazyFrame:
    """The one query: nothing is computed yet. ``layers``: columns that must be there before grouping."""
    every = [p for made in plans for p in made]
    of_files = [FILE] if FILE in events.collect_schema() else []
    key = pl.map_batches(
        [_IN_TIME, "customer", "reason", "at", *of_files],
        partial(_key, until=times[0]),
        return_dtype=pl.String,
        is_elementwise=True,
    )
    in_time = pl.col("reason").is_null() & (AT.to_physical() <= epoch_us(times[0]))
    events = events.with_columns(in_time.alias(_IN_TIME)).with_columns(
        key.alias("key"),
        *dated(_dated(model)),
        *_calendar(wanted.signals, model.timezone),
        *window_columns(wanted.signals, times),
        *(
            pl.when(AT.to_physical() <= epoch_us(at)).then(AT).alias(f"at|{index}")
            for index, at in enumerate(times[1:], start=1)
        ),
    )
    for together in zip_longest(*layers, fillvalue=()):
        events = events.with_columns(expr for layer in together for expr in layer)
    inside: list[pl.Expr] = [
        pl.len().alias("rows"),
        AT.max(),
        *(pl.col(f"at|{index}").max() for index in range(1, len(times))),
    ]
    for index in range(len(times)):
        at = pl.col(f"at|{index}") if index else AT
        if index in reported:
            inside += _of_customer(wanted, index, at)
        if index in attributed:
            inside += [
                latest(path, index).alias(f"attr:{n}|{index}") for n, path in model.attributes
            ]
        if model.roll_up is not None:
            inside.append(latest(model.roll_up.to, index).alias(f"account|{index}"))
    for p in every:
        inside += p.inside
    return events.group_by("key").agg(inside)


def _of_customer(wanted: Measured, index: int, at: pl.Expr) -> list[pl.Expr]:
    """What is told of a customer at the T of that place besides measures; ``at`` is null after it."""
    made: list[pl.Expr] = []
    for name, own in wanted.events.items():
        if own and not _apart(own):
            made.append(takes(own, index).sum().alias(f"{name}|{index}"))
    for name, kind in wanted.activity.items():
        active = matches(kind, pl.col("event"))
        made.append((at if active is None else at.filter(active)).max().alias(f"{name}|{index}"))
    return made


def _dated(model: Model) -> list[str]:
    """The properties of which the latest value is wanted."""
    accounts = [] if model.roll_up is None else [model.roll_up.to]
    return [*(path for _, path in model.attributes), *accounts]


def _apart(own: Sequence[Signal]) -> bool:
    """Whether the signals are plain counts of which no two take the same event: then the events that at
    least one takes are the sum of the counts, and need no test of their own.
    """
    names = [n for s in own for n in s.match.names]
    plain = all(
        s.measure == "count"
        and not (s.limit or s.half_life_us or s.linear_decay_us or s.match.patterns)
        for s in own
    )
    return plain and len(set(names)) == len(names)


def _key(columns: Sequence[pl.Series], *, until: datetime) -> pl.Series:
    """What a row is grouped by: its customer, or why it is not counted."""
    in_time, customer, reason, at, *file = columns
    if in_time.all():
        return customer
    late = at > until
    code = pl.when(reason.is_null() & late).then(pl.lit(AFTER, dtype=pl.UInt8)).otherwise(reason)
    aside = pl.lit(_ASIDE) + code.cast(pl.String)
    for number in file:
        aside = aside + pl.lit(_ASIDE) + number.cast(pl.String)
    return pl.select(pl.when(code.is_null()).then(customer).otherwise(aside).alias("key"))["key"]


def _calendar(signals: Sequence[Signal], timezone: str) -> list[pl.Expr]:
    """Calendar day (Date), week (its number) and hour (the instant it began) in the time zone, as far as
    a signal asks for them.
    """
    wanted = {s.limit.per for s in signals if s.limit is not None}
    wanted |= {"day" for s in signals if s.measure == "days"}
    wanted |= {"week" for s in signals if s.measure == "weeks"}
    local = AT if timezone == "UTC" else AT.dt.convert_time_zone(timezone)
    day = local.dt.date()
    columns = []
    if "day" in wanted:
        columns.append(day.alias("day"))
    if "week" in wanted:
        # 1970-01-01 was a Thursday: three days on, weeks begin on Monday
        columns.append((day.to_physical() + 3).floordiv(7).alias("week"))
    if "hour" in wanted:
        # as an instant, so that an hour which a clock change repeats is two
        into = (
            local.dt.minute().cast(pl.Int64) * 60_000_000
            + local.dt.second().cast(pl.Int64) * 1_000_000
            + local.dt.microsecond().cast(pl.Int64)
        )
        columns.append((AT.to_physical() - into).alias("hour"))
    return columns


def _activity(
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
                if _apart(own)
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
        left_out = (f"x:{p.signal.name}" for p in plans)
        columns += [
            pl.col(f"{name}|0").alias(name) for name in left_out if f"{name}|0" in people.columns
        ]
    if occurrences:
        columns += [pl.col(f"n:{p.signal.name}|0").alias(f"n:{p.signal.name}") for p in plans]
    if model.roll_up is not None:
        columns.append(value_of(pl.col(f"account|{index}")).alias("account"))
    # selected first: the other T's columns are many
    return people.select(columns).filter(pl.col("last_at").is_not_null())
