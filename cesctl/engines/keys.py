"""What the rows of a log are grouped by: their customer, or why they are not counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import zip_longest

import polars as pl

from cesctl.engines.base import AFTER
from cesctl.engines.latest import dated
from cesctl.engines.measures import AT, epoch_us, window_columns
from cesctl.model.types import Model, Signal
from cesctl.sources.parts import FILE

# An accepted id is trimmed, so a key that begins with a space is never a customer's: the rows that
# are no events, and the events after T, are counted in the same group_by, not in a second pass.
_ASIDE = " "
_IN_TIME = "in time"
IS_ASIDE = pl.col("key").str.starts_with(_ASIDE)
IS_LATE = pl.col("key").str.starts_with(f"{_ASIDE}{AFTER}")


def keyed(
    events: pl.LazyFrame,
    model: Model,
    times: list[datetime],
    signals: Sequence[Signal],
    layers: list[list[list[pl.Expr]]],
) -> pl.LazyFrame:
    """The rows with what they are grouped by. ``layers``: columns that must be there before grouping."""
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
        *calendar(signals, model.timezone),
        *window_columns(signals, times),
        *(
            pl.when(AT.to_physical() <= epoch_us(at)).then(AT).alias(f"at|{index}")
            for index, at in enumerate(times[1:], start=1)
        ),
    )
    for together in zip_longest(*layers, fillvalue=()):
        events = events.with_columns(expr for layer in together for expr in layer)
    return events


def aside(grouped: pl.DataFrame) -> dict[tuple[int, int], int]:
    """Rows by the number of their file and the code of why they are not counted."""
    found: dict[tuple[int, int], int] = {}
    for key, rows in grouped.select("key", "rows").iter_rows():
        code, _, file = key.strip().partition(_ASIDE)
        found[int(file or 0), int(code)] = rows
    return found


def _key(columns: Sequence[pl.Series], *, until: datetime) -> pl.Series:
    """What a row is grouped by: its customer, or why it is not counted."""
    in_time, customer, reason, at, *file = columns
    if in_time.all():
        return customer
    late = at > until
    code = pl.when(reason.is_null() & late).then(pl.lit(AFTER, dtype=pl.UInt8)).otherwise(reason)
    why = pl.lit(_ASIDE) + code.cast(pl.String)
    for number in file:
        why = why + pl.lit(_ASIDE) + number.cast(pl.String)
    return pl.select(pl.when(code.is_null()).then(customer).otherwise(why).alias("key"))["key"]


def _dated(model: Model) -> list[str]:
    """The properties of which the latest value is wanted."""
    accounts = [] if model.roll_up is None else [model.roll_up.to]
    return [*(path for _, path in model.attributes), *accounts]


def calendar(signals: Sequence[Signal], timezone: str) -> list[pl.Expr]:
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
