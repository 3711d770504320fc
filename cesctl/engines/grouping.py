"""One group_by: all that is asked of a customer's events at all T, in one streaming pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from cesctl.engines.apart import SIGNAL, Apart, apart
from cesctl.engines.keys import calendar, keyed
from cesctl.engines.limits import Places, places
from cesctl.engines.measures import Inside, Plan, needs_places, plan, takes
from cesctl.model.types import Model, Signal


@dataclass(frozen=True)
class Grouping:
    """``plans``: for each T one a signal. ``inside``: all that is asked inside the groups but for the signals
    that are counted ``own`` (see ``cesctl.engines.apart``). ``windows_of``: the signals whose windows must be
    there.
    """

    model: Model
    times: Sequence[datetime]
    plans: list[list[Plan]]
    inside: list[Inside]
    own: Apart
    layers: list[list[list[pl.Expr]]]
    windows_of: Sequence[Signal]

    @classmethod
    def of(
        cls,
        model: Model,
        times: Sequence[datetime],
        signals: Sequence[Signal],
        told: Sequence[Inside] = (),
        *,
        windows_of: Sequence[Signal] | None = None,
        occurrences: bool = False,
    ) -> Grouping:
        """The signals' measures at each T, the latest first, and what else is ``told`` of a customer.

        ``windows_of``: the signals that ``told`` looks at (None: the same).
        """
        ordered = {s.name: _places(s, signals, model, times) for s in signals if needs_places(s)}
        best = apart(signals, len(times), occurrences=occurrences)
        for own in (best, replace(best, signals=())):
            plans = _plans(signals, times, ordered, own, occurrences=occurrences)
            inside = [*told, *(i for made in plans for p in made for i in p.inside)]
            if not own.signals or all(i.merge for i in inside):
                break
        layers = [p.layers for p in ordered.values()]
        layers += [p.before for made in plans for p in made]
        return cls(
            model, times, plans, inside, own, layers, signals if windows_of is None else windows_of
        )

    def grouped(self, events: pl.LazyFrame) -> pl.DataFrame:
        """One row per customer, and per reason why rows are not counted: ``key``, and the columns of all that
        is asked inside.
        """
        rows = keyed(events, self.model, list(self.times), self.windows_of, self.layers)
        if not self.own.signals:
            return rows.group_by("key").agg(i.expr for i in self.inside).collect(engine="streaming")
        by_signal = rows.with_columns(self.own.number()).group_by("key", SIGNAL)
        parts = by_signal.agg(i.expr for i in (*self.inside, *self.own.inside()))
        return self.own.together(parts.collect(engine="streaming"), self.inside)

    def merged(self, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """What was ``grouped`` of parts of the events that cut no period which must not be; columns that some
        parts lack are nothing there.
        """
        asked = [i.merged(uncut=True) for i in self.inside]
        asked += [pl.col(c).sum() for c in self.own.counts]
        rows = pl.concat([p.lazy() for p in parts], how="diagonal")
        return rows.group_by("key").agg(asked).collect(engine="streaming")

    def joined(self, grouped: pl.DataFrame, events: pl.LazyFrame) -> pl.DataFrame:
        """Customers that were grouped otherwise, with what is asked of these events of theirs: many may have
        none.
        """
        rows = keyed(
            events.filter(False), self.model, list(self.times), self.windows_of, self.layers
        )
        of_none = rows.select(i.expr for i in self.inside).collect().row(0, named=True)
        asked = list(of_none)
        return grouped.join(
            self.grouped(events).select("key", *asked), on="key", how="left"
        ).with_columns(pl.col(c).fill_null(of_none[c]) for c in asked if of_none[c] is not None)


def _places(
    signal: Signal, signals: Sequence[Signal], model: Model, times: Sequence[datetime]
) -> Places:
    return places(
        signal,
        times,
        lambda index: takes([signal], index),
        lambda frame: frame.with_columns(calendar(signals, model.timezone)),
    )


def _plans(
    signals: Sequence[Signal],
    times: Sequence[datetime],
    ordered: Mapping[str, Places],
    own: Apart,
    *,
    occurrences: bool,
) -> list[list[Plan]]:
    """For each T one plan a signal. ``own``: those that are counted by signal."""
    counted = {s.name for s in own.signals}
    return [
        [
            own.plan(s, index)
            if s.name in counted
            else plan(
                s,
                index,
                at,
                ordered[s.name].place[index] if s.name in ordered else None,
                occurrences=occurrences and index == 0,
            )
            for s in signals
        ]
        for index, at in enumerate(times)
    ]
