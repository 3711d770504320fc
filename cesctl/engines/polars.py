"""The polars engine: all signals at all T in one streaming pass and one group_by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from cesctl.engines.base import Aggregate
from cesctl.engines.measures import AT, Plan, epoch_us, in_window, plan, takes
from cesctl.model.types import Model
from cesctl.pipeline.conditions import event_property, matches

# An accepted id is trimmed, so a key that begins with a space is never a customer's: the rows that
# are no events are counted by reason in the same group_by, instead of in a second pass.
_ASIDE = " "


def aggregate(
    events: pl.LazyFrame,
    model: Model,
    times: list[datetime],
    *,
    occurrences: bool = False,
) -> Aggregate:
    """Measures every signal of every customer at each T. See :class:`Aggregate` for the frames."""
    plans = [
        [
            plan(s, index, at, occurrences=occurrences and index == 0)
            for s in model.signals
            if s.measure != "ratio"
        ]
        for index, at in enumerate(times)
    ]
    grouped = _query(events, model, times, plans).collect(engine="streaming")
    aside = grouped.filter(pl.col("key").str.starts_with(_ASIDE))
    people = grouped.filter(~pl.col("key").str.starts_with(_ASIDE))
    newest = people["newest"].max()
    assert newest is None or isinstance(newest, datetime)
    left = [c for c in grouped.columns if c.startswith("x:")]
    return Aggregate(
        activity=[
            _activity(people, model, index, made, occurrences=occurrences)
            for index, made in enumerate(plans)
        ],
        read=int(grouped["rows"].sum()),
        after=int(people["after"].sum()),
        reasons={int(k): int(n) for k, n in aside.select("key", "rows").iter_rows()},
        newest=newest,
        left_out={c[2:-2]: int(people[c].sum()) for c in left},
    )


def _query(
    events: pl.LazyFrame, model: Model, times: list[datetime], plans: list[list[Plan]]
) -> pl.LazyFrame:
    """The one query: nothing is computed yet."""
    every = [p for made in plans for p in made]
    key = pl.map_batches(["customer", "reason"], _key, return_dtype=pl.String, is_elementwise=True)
    events = events.with_columns(
        key.alias("key"),
        *_calendar(model),
        *(
            pl.when(in_window(None, 0, at)).then(AT).alias(f"last_at|{i}")
            for i, at in enumerate(times)
        ),
    )
    layers: list[list[pl.Expr]] = []
    for p in every:
        for depth, layer in enumerate(p.before):
            if depth == len(layers):
                layers.append([])
            layers[depth] += layer
    for layer in layers:
        events = events.with_columns(layer)
    first = times[0]
    inside: list[pl.Expr] = [
        pl.len().alias("rows"),
        (AT.to_physical() > epoch_us(first)).sum().alias("after"),
        AT.max().alias("newest"),
        *(pl.col(f"last_at|{i}").max() for i in range(len(times))),
    ]
    own = [s for s in model.signals if s.measure != "ratio"]
    inside.append(
        (takes(own, first) if own else pl.lit(value=False)).sum().cast(pl.UInt32).alias("events")
    )
    if model.risk.activity is not None:
        active = matches(model.risk.activity, pl.col("event"))
        by_now = in_window(None, 0, first)
        inside.append(
            AT.filter(by_now if active is None else by_now & active).max().alias("activity_at")
        )
    for name, path in model.attributes:
        value = event_property(path)
        there = value.is_not_null() & in_window(None, 0, first)
        latest = value.filter(there).sort_by(AT.filter(there), value.filter(there)).last()
        inside.append(latest.alias(f"attr:{name}"))
    for p in every:
        inside += p.inside
    return events.group_by("key").agg(inside)


def _key(columns: Sequence[pl.Series]) -> pl.Series:
    """What a row is grouped by: its customer, or the reason why it is no event."""
    customer, reason = columns
    if reason.null_count() == len(reason):
        return customer
    aside = reason.cast(pl.String)
    return pl.select(
        pl.when(reason.is_null()).then(customer).otherwise(pl.lit(_ASIDE) + aside).alias("key")
    ).to_series()


def _calendar(model: Model) -> list[pl.Expr]:
    """Calendar day (Date), week (its number) and hour (the instant it began) in the model's timezone,
    as far as a signal asks for them.
    """
    wanted = {s.limit.per for s in model.signals if s.limit is not None}
    wanted |= {"day" for s in model.signals if s.measure == "days"}
    wanted |= {"week" for s in model.signals if s.measure == "weeks"}
    local = AT if model.timezone == "UTC" else AT.dt.convert_time_zone(model.timezone)
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
    people: pl.DataFrame, model: Model, index: int, plans: list[Plan], *, occurrences: bool
) -> pl.DataFrame:
    """The customers that have an event by this T, with their measures."""
    there = people.filter(pl.col(f"last_at|{index}").is_not_null())
    columns: list[pl.Expr] = [
        pl.col("key").alias("customer"),
        *(p.measure.alias(f"m:{p.signal.name}") for p in plans),
        pl.col(f"last_at|{index}").alias("last_at"),
    ]
    if index == 0:
        columns.append(pl.col("events"))
        if model.risk.activity is not None:
            columns.append(pl.col("activity_at"))
        columns += [pl.col(f"attr:{name}") for name, _ in model.attributes]
        if occurrences:
            columns += [pl.col(f"n:{p.signal.name}|0").alias(f"n:{p.signal.name}") for p in plans]
    return there.select(columns).with_columns(_ratios(model))


def _ratios(model: Model) -> list[pl.Expr]:
    """Measure of one signal ÷ measure of another; nothing when there is nothing to divide, or by 0."""
    made = []
    for s in model.signals:
        if s.measure == "ratio":
            of, per = pl.col(f"m:{s.of}"), pl.col(f"m:{s.per}")
            made.append(pl.when(per != 0).then(of / per).alias(f"m:{s.name}"))
    return made
