"""Stretches of time that were counted before: sums in place of events.

A sum of events lasts where it does not depend on T: the number of a signal's events between two instants, the
sum of a property, the latest of something. An answer at any T whose windows neither begin nor end between
them is made of such sums and of the events around them. What depends on T in each event (decay), or on all
of a customer's events together (sessions, distinct values, which events are within a limit), does not last:
those signals go on being measured in events, but only in those that they take.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from cesctl.engines.grouping import Grouping
from cesctl.engines.latest import latest
from cesctl.engines.measures import AT, Inside, Uncut, epoch_us, needs_places, plan, takes
from cesctl.engines.told import attributed_at, counted_once
from cesctl.model.measured import bare, measured
from cesctl.pipeline.conditions import matches

if TYPE_CHECKING:
    from cesctl.engines.base import Asked
    from cesctl.model.types import Model, Signal

_ANY = datetime(1970, 1, 1, tzinfo=UTC)  # what lasts is asked alike at any T


@dataclass(frozen=True, order=True)
class Stretch:
    """From an instant to before another."""

    first: datetime
    end: datetime

    def is_cut(self, edges: Sequence[int]) -> bool:
        """Whether some instant of it is no later than an edge, of which the least is first, and some is."""
        first, last = epoch_us(self.first), epoch_us(self.end) - 1
        place = bisect_left(edges, first)
        return place < len(edges) and edges[place] < last

    def is_seen(self, signal: Signal, at: datetime) -> bool:
        """Whether it lies in the signal's window at that T, which does not cut it."""
        end = epoch_us(at) - signal.offset_us
        begins = signal.window_us is None or end - signal.window_us < epoch_us(self.first)
        return begins and epoch_us(self.end) - 1 <= end


@dataclass(frozen=True)
class Summed:
    """What is known of some stretches in place of their events. ``signals``: the names of those that are
    measured by it. ``parts``: one row per customer and stretch, the columns of ``Grouping.grouped``, without
    those that are nothing there. ``events``: those of all the log that other signals may take.
    ``aside``: rows of the stretches that are not scored, as in ``Aggregate``.
    """

    signals: frozenset[str]
    parts: Sequence[pl.DataFrame]
    events: pl.LazyFrame
    aside: dict[tuple[int, int], int] = field(default_factory=dict)


def edges(signals: Iterable[Signal], times: Sequence[datetime]) -> list[int]:
    """The last instants of all T and windows, and the last before a window begins, in microseconds: whatever
    looks at a stretch that none of them cuts looks at all of it, or at nothing.
    """
    found = {epoch_us(at) for at in times}
    for s in signals:
        ends = {epoch_us(at) - s.offset_us for at in times}
        found |= ends
        if s.window_us is not None:
            found |= {end - s.window_us for end in ends}
    return sorted(found)


class Timeless:
    """What is asked of a stretch so that it can be told of it at any T later. ``lasting``: the signals that
    can be summed, without their windows; ``others``: those that cannot; ``uncut``: the period of the model's
    time zone that no stretch may cut.

    ``alone``: whether a customer's events of one such period are in no two parts for another reason.
    """

    def __init__(self, model: Model, *, alone: bool) -> None:
        self._model = model
        self._wanted = measured(model)
        self.signals = self._wanted.signals
        self.others = [s for s in self.signals if not _lasts(s, alone=alone)]
        kept = (s for s in self.signals if s not in self.others)
        self.lasting = {s.name: _without_window(s) for s in kept}
        asked = [i.uncut for s in self.lasting.values() for i in _plain(s)]
        self.uncut: Uncut = "week" if "week" in asked else "day"
        # what at least one of several signals takes is known of those that look at a stretch together
        self.together = {
            name: _together(own)
            for name, own in self._wanted.events.items()
            if own and not counted_once(own)
        }

    @property
    def told(self) -> list[object]:
        """All that is asked, as JSON can say it."""
        return [
            sorted(self.lasting),
            sorted((s.name, repr(bare(s))) for s in self.lasting.values()),
            sorted((s.name, repr(s.match), repr(s.where)) for s in self.others),
            sorted((name, _names(sets)) for name, sets in self.together.items()),
            sorted((name, repr(kind)) for name, kind in self._wanted.activity.items()),
            sorted(self._model.attributes),
            None if self._model.roll_up is None else self._model.roll_up.to,
        ]

    @property
    def sums(self) -> int:
        """How many there are of a customer."""
        grouping = self.grouping(Stretch(_ANY, _ANY))
        return len(grouping.inside) + len(grouping.own.counts)

    def grouping(self, stretch: Stretch) -> Grouping:
        """What to ask of the events of a stretch."""
        told = [
            Inside(pl.len().alias("rows"), "sum"),
            Inside(AT.max(), "max"),
            *(
                Inside(
                    takes([_without_window(s) for s in own], 0).sum().alias(_set(name, n)), "sum"
                )
                for name, sets in self.together.items()
                for n, own in enumerate(sets)
            ),
        ]
        for name, kind in self._wanted.activity.items():
            active = matches(kind, pl.col("event"))
            last = (AT if active is None else AT.filter(active)).max()
            told.append(Inside(last.alias(name), "max"))
        for name, path in self._model.attributes:
            told.append(Inside(latest(path, 0).alias(f"attr:{name}"), "max"))
        if self._model.roll_up is not None:
            told.append(Inside(latest(self._model.roll_up.to, 0).alias("account"), "max"))
        return Grouping.of(self._model, [stretch.end], list(self.lasting.values()), told)

    def seen(
        self,
        sums: pl.DataFrame,
        stretch: Stretch,
        asked: Asked,
    ) -> pl.DataFrame:
        """What was grouped of a stretch as it is seen at each T, none of which cuts it: one row per customer,
        with the columns of which something is seen.
        """
        attributed = attributed_at(self._model, len(asked.times), asked.reported, asked.attributed)
        columns = [pl.col("key"), pl.col("rows"), pl.col("at")]
        for index, at in enumerate(asked.times):
            if stretch.first > at:
                continue
            if index:
                columns.append(pl.col("at").alias(f"at|{index}"))
            names = list(self._of_signals(stretch, index, at))
            if index in asked.reported:
                names += self._of_sets(stretch, index, at)
                names += [(name, f"{name}|{index}") for name in self._wanted.activity]
            if index in attributed:
                names += [(f"attr:{a}", f"attr:{a}|{index}") for a, _ in self._model.attributes]
            if self._model.roll_up is not None:
                names.append(("account", f"account|{index}"))
            columns += [pl.col(kept).alias(name) for kept, name in names]
        return sums.select(columns)

    def _of_signals(self, stretch: Stretch, index: int, at: datetime) -> Iterable[tuple[str, str]]:
        """The kept columns and their names at the T of that place."""
        for signal in self.signals:
            own = self.lasting.get(signal.name)
            if own is None or not stretch.is_seen(signal, at):
                continue
            for inside in _plain(own):
                kept = inside.name
                if index == 0 or not kept.startswith("x:"):  # told for the first T only
                    yield kept, f"{kept.removesuffix('|0')}|{index}"

    def _of_sets(self, stretch: Stretch, index: int, at: datetime) -> Iterable[tuple[str, str]]:
        for name, sets in self.together.items():
            own = tuple(s for s in self._wanted.events[name] if stretch.is_seen(s, at))
            if own:
                yield _set(name, sets.index(own)), f"{name}|{index}"


def _without_window(signal: Signal) -> Signal:
    return replace(signal, window_us=None, offset_us=0)


def _plain(signal: Signal) -> list[Inside]:
    """What is asked for a signal without a window, whatever T is."""
    return plan(signal, 0, _ANY, occurrences=False).inside


def _lasts(signal: Signal, *, alone: bool) -> bool:
    """Whether what is asked of its events is the same at any T, and can be summed."""
    if signal.half_life_us or signal.linear_decay_us or needs_places(signal):
        return False
    return all(i.merge or (alone and i.uncut) for i in _plain(_without_window(signal)))


def _together(own: Sequence[Signal]) -> list[tuple[Signal, ...]]:
    """Those of the signals that look at an event together, by its age: each such set once."""
    ages = {s.offset_us for s in own}
    ages |= {s.offset_us + s.window_us for s in own if s.window_us is not None}
    found = (tuple(s for s in own if _sees(s, age)) for age in sorted(ages))
    return [looking for looking in dict.fromkeys(found) if looking]


def _sees(signal: Signal, age: int) -> bool:
    ends = signal.window_us is None or age < signal.offset_us + signal.window_us
    return signal.offset_us <= age and ends


def _names(sets: Sequence[Sequence[Signal]]) -> list[list[str]]:
    return [[s.name for s in own] for own in sets]


def _set(name: str, number: int) -> str:
    return f"{name}@{number}"
