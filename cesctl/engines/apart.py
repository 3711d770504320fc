"""Plain counts of which no two take the same event: counted by customer and signal.

Grouped by customer alone, each signal at each T is a sum of its own over all events, nearly all of which it
does not take. Grouped by customer and signal, all signals that look through one window share its sum. What
else is asked of a customer is then asked of these parts of its events, and put together after. So this can
be done where all of it can be put together, and pays where many sums are saved, as there are more groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from cesctl.engines.measures import Inside, Plan, window_name
from cesctl.pipeline.conditions import holds

if TYPE_CHECKING:
    from cesctl.model.types import Condition, Signal

SIGNAL = "signal:"
ENOUGH = 60  # sums saved: with fewer, putting together takes what the first grouping gives


@dataclass(frozen=True)
class Apart:
    """``signals``: those that are counted so, maybe none; ``times``: at how many T; ``occurrences``: whether
    ``n:`` columns are wanted, too.
    """

    signals: tuple[Signal, ...]
    times: int
    occurrences: bool

    def number(self) -> pl.Expr:
        """Which of the signals takes an event, whatever its time; null: none."""
        # all names are looked up at once: with a test for each, a thousand signals would take seconds
        alike: dict[tuple[Condition, ...], dict[str, int]] = {}
        for n, signal in enumerate(self.signals):
            alike.setdefault(signal.where, {}).update(dict.fromkeys(signal.match.names, n))
        found = []
        for where, numbers in alike.items():
            own = pl.col("event").replace_strict(numbers, default=None, return_dtype=pl.UInt16)
            held = holds(where)
            found.append(own if held is None else pl.when(held).then(own))
        return pl.coalesce(found).alias(SIGNAL)

    @property
    def counts(self) -> list[str]:
        """The columns of counts that ``together`` gives."""
        made = [f"c:{s.name}|{index}" for s in self.signals for index in range(self.times)]
        return [*made, *(f"n:{s.name}|0" for s in self.signals if self.occurrences)]

    def inside(self) -> list[Inside]:
        """How many events of a signal are in each window of each T."""
        windows = {window_name(s, index) for s in self.signals for index in range(self.times)}
        return [Inside(_events_in(w).alias(_sum(w)), "sum") for w in sorted(windows, key=_sum)]

    def plan(self, signal: Signal, index: int) -> Plan:
        """One signal at one T, measured by what ``together`` gives."""
        tag = f"{signal.name}|{index}"
        return Plan(signal, measure=pl.col(f"c:{tag}").cast(pl.Float64).alias(f"m:{tag}"))

    def together(self, parts: pl.DataFrame, inside: Sequence[Inside]) -> pl.DataFrame:
        """One row per key from one per key and signal: what was asked ``inside``, and the signals' counts."""
        whole = parts.group_by("key").agg(i.merged() for i in inside)
        for n, signal in enumerate(self.signals):
            counts = {
                f"c:{signal.name}|{index}": _sum(window_name(signal, index))
                for index in range(self.times)
            }
            own = parts.lazy().filter(pl.col(SIGNAL) == n)
            own = own.select("key", *(pl.col(s).alias(c) for c, s in counts.items()))
            whole = whole.join(own.collect(), on="key", how="left")
            whole = whole.with_columns(pl.col(list(counts)).fill_null(0))
        if not self.occurrences:
            return whole
        return whole.with_columns(
            pl.col(f"c:{s.name}|0").alias(f"n:{s.name}|0") for s in self.signals
        )


def apart(signals: Sequence[Signal], times: int, *, occurrences: bool) -> Apart:
    """The signals that are worth counting so, if what else is asked can be put together; none where too few
    are.
    """
    own = alone(signals)
    windows = {window_name(s, index) for s in own for index in range(times)}
    if len(own) * times - len(windows) < ENOUGH:
        own = ()
    return Apart(own, times, occurrences)


def alone(signals: Sequence[Signal]) -> tuple[Signal, ...]:
    """Those whose measure is the number of their events, none of which another such signal takes."""
    plain = [s for s in signals if _is_plain(s)]
    takers = Counter(n for s in plain for n in set(s.match.names))
    return tuple(s for s in plain if all(takers[n] == 1 for n in s.match.names))


def _is_plain(signal: Signal) -> bool:
    """Whether its measure is the number of its events, which are told by their names."""
    decays = signal.half_life_us or signal.linear_decay_us
    return signal.measure == "count" and not (signal.limit or decays or signal.match.patterns)


def _events_in(window: str | None) -> pl.Expr:
    return pl.len() if window is None else pl.col(window).sum()


def _sum(window: str | None) -> str:
    return f"sum:{window}"
