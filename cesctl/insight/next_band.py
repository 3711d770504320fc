"""The shortest ways to the next band: how much more of one signal would do.

Each candidate is put through the same points and scale as every customer; nothing is estimated.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from cesctl.duration import UNITS_US
from cesctl.engines.measures import ratios
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
PERIODS_US = {
    "hour": UNITS_US["h"],
    "day": UNITS_US["d"],
    "days": UNITS_US["d"],
    "week": UNITS_US["w"],
    "weeks": UNITS_US["w"],
}
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
    if model.roll_up is not None:  # which of its users would do what, nobody can tell
        now = float(row["raw"].item())
        way = f"raw, the {model.roll_up.by} of its users', from {now:.6g} to {needed:.6g}"
        return [f"{way} → {goal.name}"], lacking
    ways: list[tuple[int, int, str]] = []
    for order, signal in enumerate(model.signals):
        n = _steps_needed(model, row, signal, needed)
        if n is not None:
            gained = _gained(model, row, _with(model, row, signal, n))
            ways.append((n, order, f"{_more(signal, n)} (+{gained:.6g} points) → {goal.name}"))
    if not ways:
        together = _together(model, row, needed)
        return ([f"{together} → {goal.name}"] if together else []), lacking
    return [text for _, _, text in sorted(ways)[:SHOWN]], lacking


def _together(model: Model, row: pl.DataFrame, needed: float) -> str | None:
    """Where no signal is enough alone: the signals with most left to gain, each to its full, until the
    last one needs only a part. None where all of them are not enough.
    """
    start, said = row, []
    left = list(model.signals)
    while left:
        best = max(left, key=lambda s: _room(model, row, s)[1])
        left.remove(best)
        steps, gain = _room(model, row, best)
        if gain <= 0:
            return None
        n = _steps_needed(model, row, best, needed)
        row = _with(model, row, best, steps if n is None else n)
        said.append(_more(best, steps if n is None else n))
        if n is not None:
            return f"{' and '.join(said)} (+{_gained(model, start, row):.6g} points)"
    return None


def _room(model: Model, row: pl.DataFrame, signal: Signal) -> tuple[int, float]:
    """The fewest more of a signal that give the most it can still add, and what they add to raw."""
    raw = _raws(model, row, signal)
    if raw is None or raw.is_empty():
        return 0, 0.0
    most = raw.max()
    assert isinstance(most, float)
    now = float(add_points(row, model)["raw"].item())
    return int((raw >= most - 1e-9).arg_true()[0]) + 1, most - now


def _with(model: Model, row: pl.DataFrame, signal: Signal, n: int) -> pl.DataFrame:
    measure = _measures(model, row, signal)
    assert measure is not None
    changed = row.with_columns(pl.lit(measure[n - 1]).alias(f"m:{signal.name}"))
    return changed.with_columns(ratios(model.signals))


def _gained(model: Model, before: pl.DataFrame, after: pl.DataFrame) -> float:
    raw = [float(add_points(f, model)["raw"].item()) for f in (before, after)]
    return raw[1] - raw[0]


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
    from cesctl.pipeline.customers import most_possible

    model = result.model
    changed = row.select(pl.lit(raw).alias("raw"))
    if model.scale.method in RELATIVE:
        others = result.detail.filter(pl.col("customer") != row["customer"].item()).select("raw")
        changed = pl.concat([changed, others])
    return bool(add_score(changed, model, most_possible(model))["score"][0] >= goal)


def _steps_needed(model: Model, row: pl.DataFrame, signal: Signal, needed: float) -> int | None:
    """How many more of a signal reach the raw that is needed; None when no number does."""
    raw = _raws(model, row, signal)
    enough = pl.Series([], dtype=pl.UInt32) if raw is None else (raw >= needed - 1e-7).arg_true()
    return None if enough.is_empty() else int(enough[0]) + 1


def _raws(model: Model, row: pl.DataFrame, signal: Signal) -> pl.Series | None:
    """Raw with 1, 2, 3 … more of a signal; None for a signal that nobody can do more of."""
    measure = _measures(model, row, signal)
    if measure is None:
        return None
    name = f"m:{signal.name}"
    others = row.select(f"m:{s.name}" for s in model.signals if s.name != signal.name)
    tried = measure.alias(name).to_frame()
    if others.width:
        tried = others.join(tried, how="cross", maintain_order="right")
    return add_points(tried.with_columns(ratios(model.signals)), model)["raw"]


def _measures(model: Model, row: pl.DataFrame, signal: Signal) -> pl.Series | None:
    """The measure with 1, 2, 3 … more; None where what happens from now on cannot add to it."""
    helps = any(signal.name in (s.of, s.per) for s in model.signals)
    if (signal.weight <= 0 and not helps) or signal.offset_us > 0:
        return None
    if signal.measure == "recency":
        return pl.Series([0.0])
    if signal.measure == "once":
        return pl.Series([1.0])
    if signal.measure not in COUNTED:
        return None
    now = row[f"m:{signal.name}"].item() or 0.0
    more = now + pl.int_range(1, MOST_STEPS + 1, eager=True).cast(pl.Float64)
    return more.filter(more <= _most(signal))


def _most(signal: Signal) -> float:
    """No more than this fits into the signal's window, which may begin and end amid a period."""
    if signal.window_us is None:
        return math.inf
    if signal.measure in PERIODS_US:
        return _periods(signal.window_us, signal.measure)
    if signal.measure == "count" and signal.limit is not None:
        return signal.limit.count * _periods(signal.window_us, signal.limit.per)
    return math.inf


def _periods(window_us: int, period: str) -> int:
    """The most periods that a window touches."""
    return -(-window_us // PERIODS_US[period]) + 1


def _more(signal: Signal, n: int) -> str:
    if signal.measure == "recency":
        return f"an event for {signal.name} now"
    return f"{n:,} more {UNITS.get(signal.measure, '')}{signal.name}"
