"""The shortest ways to the next band: how much more of one signal would do.

Each candidate is put through the same points and scale as every customer; nothing is estimated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.pipeline.numbers import round_half_away
from cesctl.pipeline.points import add_points
from cesctl.pipeline.scale import add_score

if TYPE_CHECKING:
    from cesctl.model.types import Model, Signal
    from cesctl.result import Result

MOST_STEPS = 10_000  # more than this of one thing is no advice
MOST_RAW = 1e9  # further away than this, no way is short
SHOWN = 3
RELATIVE = frozenset({"minmax", "percentile"})  # a score depends on the other customers
COUNTED = frozenset({"count", "distinct", "days", "weeks", "once", "sessions"})
UNITS = {"days": "days of ", "weeks": "weeks of ", "distinct": "different values of "}


def next_band(result: Result, row: pl.DataFrame) -> tuple[list[str], float | None]:
    """Ways to the next band as sentences, shortest first, and the score that is lacking.

    ``row`` is the customer's one row of ``result.detail``. Nothing and None in the top band. A way
    changes one signal alone; events that several signals take can be worth more.
    """
    model = result.model
    place = int(row["band_index"].item())
    if place + 1 >= len(model.bands):
        return [], None
    goal = model.bands[place + 1]
    lacking = float(
        row.select(round_half_away(goal.from_ - pl.col("score"), model.scale.round)).item()
    )
    needed = _raw_needed(result, row, goal.from_)
    if needed is None:
        return [], lacking
    ways: list[tuple[int, int, str]] = []
    for order, signal in enumerate(model.signals):
        steps = _steps_needed(model, row, signal, needed)
        if steps is not None:
            n, gained = steps
            text = f"{_more(signal, n)} (+{gained:.6g} points) → {goal.name}"
            ways.append((n, order, text))
    return [text for _, _, text in sorted(ways)[:SHOWN]], lacking


def _raw_needed(result: Result, row: pl.DataFrame, goal: float) -> float | None:
    """The least raw that scores ``goal``, the other customers staying as they are, found by halving."""
    low = float(row["raw"].item())
    step = 1.0
    while not _reaches(result, row, low + step, goal):
        step *= 2.0
        if step > MOST_RAW:
            return None
    high = low + step
    while high - low > 1e-7:
        middle = (low + high) / 2.0
        if _reaches(result, row, middle, goal):
            high = middle
        else:
            low = middle
    return high


def _reaches(result: Result, row: pl.DataFrame, raw: float, goal: float) -> bool:
    from cesctl.pipeline.run import most_possible

    model = result.model
    changed = row.select(pl.lit(raw).alias("raw"))
    if model.scale.method in RELATIVE:
        others = result.detail.filter(pl.col("customer") != row["customer"].item()).select("raw")
        changed = pl.concat([changed, others])
    return bool(add_score(changed, model, most_possible(model))["score"][0] >= goal)


def _steps_needed(
    model: Model, row: pl.DataFrame, signal: Signal, needed: float
) -> tuple[int, float] | None:
    """How many more of a signal reach the raw that is needed, and the raw they add; None when no number
    does."""
    if signal.weight <= 0:
        return None
    name = f"m:{signal.name}"
    if signal.measure in COUNTED:
        most = 1 if signal.measure == "once" else MOST_STEPS
        more = pl.int_range(1, most + 1, eager=True).cast(pl.Float64)
        measure = (row[name].item() or 0.0) + more
        if signal.measure == "once":
            measure = measure.clip(0.0, 1.0)
    elif signal.measure == "recency":
        more = pl.Series([1.0])
        measure = pl.Series([0.0])
    else:
        return None
    measures = [f"m:{s.name}" for s in model.signals if s.name != signal.name]
    tried = row.select(measures).join(measure.alias(name).to_frame(), how="cross")
    raw = add_points(tried, model)["raw"]
    enough = (raw >= needed - 1e-7).arg_true()
    if enough.is_empty():
        return None
    place = int(enough[0])
    return place + 1, float(raw[place]) - float(row["raw"].item())


def _more(signal: Signal, n: int) -> str:
    if signal.measure == "recency":
        return f"an event for {signal.name} now"
    return f"{n:,} more {UNITS.get(signal.measure, '')}{signal.name}"
