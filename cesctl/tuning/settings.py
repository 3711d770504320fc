"""What else a signal could read, and how else its measure could become a value."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from cesctl.duration import DAY_US, format_duration
from cesctl.model.types import Signal, Target, Tier
from cesctl.tuning.round_numbers import rounded

if TYPE_CHECKING:
    from cesctl.model.types import Model

WINDOWS = tuple(d * DAY_US for d in (14, 30, 60, 90, 180, 365))
HALF_LIVES = tuple(d * DAY_US for d in (7, 14, 30, 60, 90, 180))
SHARES = (0.25, 0.5, 0.75, 0.9, 0.95, 0.99)  # of the measures above 0: where a value may end
ENDS = (0.1, 0.95)  # of the measures above 0: where tiers begin and end
RATIOS = (2.0, 3.0, 5.0, 10.0)
TIERS = 8  # at most so many
DECAYS = frozenset({"count", "sum"})
# their window is all history, unless they say otherwise
WHOLE_PAST = frozenset({"recency", "tenure"})
WHOLE = frozenset({"count", "days", "weeks", "distinct", "sessions", "bounces", "once"})


@dataclass(frozen=True)
class Reading:
    """What a signal measures: ``signal`` with a window and a half-life; ``column`` has its measures."""

    signal: Signal
    column: str


def readings(model: Model, history_us: int) -> dict[str, list[Reading]]:
    """The ways to read each signal, by its name, its own first. ``history_us``: how far the log reaches back
    from the first T; a longer window is no other than all history.

    Of a ratio, and of what one is made of, there is only its own: another window would be another ratio.
    """
    parts = parts_of_ratios(model)
    taken = {s.name for s in model.signals}
    made: dict[str, list[Reading]] = {}
    for signal in model.signals:
        ways = [signal]
        if signal.measure != "ratio" and signal.name not in parts:
            ways += _other(signal, history_us)
        made[signal.name] = [Reading(signal, signal.name)]
        for n, way in enumerate(ways[1:], 1):
            column = f"{signal.name}\x1f{n}"
            while column in taken:
                column += "\x1f"
            made[signal.name].append(Reading(way, column))
    return made


def parts_of_ratios(model: Model) -> set[str | None]:
    return {n for s in model.signals if s.measure == "ratio" for n in (s.of, s.per)}


def factors(model: Model) -> dict[str, float]:
    """By signal, what its group multiplies its points by."""
    groups = {g.name: g.weight for g in model.groups}
    return {s.name: groups.get(s.group or "", 1.0) for s in model.signals}


def measuring(model: Model, found: dict[str, list[Reading]]) -> tuple[Signal, ...]:
    """The model's signals, and one of weight 0 for each other way to read them."""
    more = [
        replace(
            r.signal, name=r.column, weight=0.0, group=None, cap=None, target=None, tiers=(),
            min_points=None, max_points=None, missing="zero",
        )
        for ways in found.values()
        for r in ways[1:]
    ]  # fmt: skip
    return (*model.signals, *more)


def _other(signal: Signal, history_us: int) -> Iterator[Signal]:
    if signal.measure not in WHOLE_PAST:
        for window in (*WINDOWS, None):
            if window != signal.window_us and (window is None or window < history_us):
                yield replace(signal, window_us=window, own_window=True)
    if signal.measure in DECAYS and signal.linear_decay_us is None:
        for half_life in (None, *HALF_LIVES):
            if half_life != signal.half_life_us and (half_life or 0) < history_us:
                yield replace(signal, half_life_us=half_life)


def shapes(reading: Reading, measures: pl.Series, *, bounded: bool) -> list[Signal]:
    """How a measure may become a value: as it does, and with other caps or targets, at round numbers.
    ``measures``: of the pairs. ``bounded``: the value must have a most, as ``scale: possible`` wants it.
    """
    signal = reading.signal
    if signal.tiers or signal.measure == "once":
        return [signal]
    there = measures.drop_nulls()
    above = there.filter(there > 0.0)
    if above.is_empty():
        return [signal]
    # what stands for nothing is in the measure's units, and tiers have others
    own_units = signal.target is None and not isinstance(signal.missing, str)
    steps = [] if own_units else _doubling(signal, above)
    if signal.target is None:
        ends = _ends(above, SHARES, signal)
        caps: list[float | None] = [*ends] if bounded else [*ends, None]
        return _unlike(signal, [*(replace(signal, cap=cap) for cap in caps), *steps])
    if signal.target.start == 0.0:
        made = [Target(0.0, end) for end in _ends(above, SHARES, signal)]
    elif signal.target.start < signal.target.end:
        starts = [signal.target.start, 0.0, *_ends(above, (0.1, 0.25, 0.5), signal)]
        made = [Target(a, b) for a in starts for b in _ends(above, SHARES, signal) if a < b]
    else:
        lows = [signal.target.end, 0.0, *_ends(above, (0.05, 0.1, 0.25), signal)]
        highs = [signal.target.start, *_ends(above, SHARES, signal)]
        made = [Target(a, b) for a in highs for b in lows if a > b]
    return _unlike(signal, [*(replace(signal, target=t) for t in made), *steps])


def _doubling(signal: Signal, above: pl.Series) -> list[Signal]:
    """The signal with tiers of which each is twice the one before, or more, so that they are not too many,
    and worth as much more: the tenth of something tells less than the first.
    """
    low, high = (float(above.quantile(q, "nearest") or 0.0) for q in ENDS)
    first = _whole(rounded(low), signal)
    found = []
    for times in RATIOS:
        count = 1 + math.floor(math.log(max(high / first, 1.0), times) + 1e-9)
        if not 3 <= count <= TIERS:
            continue
        starts = [float(f"{first * times**n:.10g}") for n in range(count)]
        values = [float(round(100.0 * (n + 1) / count)) for n in range(count)]
        tiers = [Tier(a, v) for a, v in zip(starts, values, strict=True)]
        if signal.target is not None and signal.target.start > signal.target.end:  # less is better
            tiers = [Tier(0.0, 100.0), *(Tier(t.at_least, 100.0 - t.value) for t in tiers)]
        found.append(replace(signal, target=None, cap=None, tiers=tuple(tiers)))
    return found


def _unlike(signal: Signal, others: Sequence[Signal]) -> list[Signal]:
    return list(dict.fromkeys([signal, *others]))


def _ends(above: pl.Series, shares: Sequence[float], signal: Signal) -> list[float]:
    found = [above.quantile(share, "nearest") for share in shares]
    ends = [_whole(rounded(float(e)), signal) for e in found if e is not None]
    return list(dict.fromkeys(ends))


def _whole(number: float, signal: Signal) -> float:
    """Of what is counted one, or more; of what fades, too, else half a percent of an event would do."""
    if signal.measure not in WHOLE:
        return number
    fades = signal.half_life_us is not None or signal.linear_decay_us is not None
    return max(1.0, number if fades else float(round(number)))


def reading_name(reading: Reading) -> str:
    """For people: the signal, and what is not its own."""
    signal = reading.signal
    if reading.column == signal.name:
        return signal.name
    text = "all history" if signal.window_us is None else format_duration(signal.window_us)
    if signal.half_life_us is not None:
        text += f", half-life {format_duration(signal.half_life_us)}"
    return f"{signal.name} ({text})"


def changes(signal: Signal, before: Signal) -> int:
    """In how many ways it reads otherwise."""
    shape, other = ((s.cap, s.target, s.tiers) for s in (signal, before))
    windows = (signal.window_us != before.window_us, signal.half_life_us != before.half_life_us)
    return sum(windows) + (shape != other)
