"""The polars engine: all signals at all T in one streaming pass and one group_by."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from cesctl.engines.apart import SIGNAL, Apart, apart
from cesctl.engines.base import Aggregate, Asked
from cesctl.engines.keys import IS_ASIDE, IS_LATE, aside, calendar, keyed
from cesctl.engines.limits import Places, places
from cesctl.engines.measures import Plan, needs_places, plan, takes
from cesctl.engines.told import activity, of_customers
from cesctl.model.measured import measured
from cesctl.model.types import Model, Signal

if TYPE_CHECKING:
    from cesctl.pipeline.log import Log


class Polars:
    """The engine of one machine: all of its cores, and as much memory as customers need."""

    def over(self, log: Log) -> Counted:
        """The log, to be counted in as few passes as can be."""
        return Counted(log)


@dataclass(frozen=True)
class Counted:
    """A log that polars counts."""

    log: Log

    def newest(self) -> datetime | None:
        """The newest accepted event; None where there is none."""
        return self.log.count(newest)[0]

    def aggregate(self, asked: Asked) -> Aggregate:
        """One pass over the log; two where records are there twice."""
        made, of_files = self.log.count(lambda events: answer(events, self.log.model, asked))
        return replace(made, of_files=of_files)


def newest(events: pl.LazyFrame) -> datetime | None:
    """The newest accepted event; None where there is none."""
    at = events.filter(pl.col("reason").is_null()).select(pl.col("at").max()).collect().item()
    assert at is None or isinstance(at, datetime)
    return at


def answer(events: pl.LazyFrame, model: Model, asked: Asked) -> Aggregate:
    """What is asked of some events; the files of their rows are not counted."""
    if asked.among is not None:  # what is rejected is counted whoever it is of
        own = pl.col("customer").is_in(asked.among.implode())
        events = events.filter(own | pl.col("reason").is_not_null())
    return aggregate(
        events,
        model,
        asked.times,
        reported=asked.reported,
        attributed=asked.attributed,
        occurrences=asked.occurrences,
    )


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
    if model.variants:  # they go by the attributes of each T
        attributed = range(len(times))
    elif attributed is None:
        attributed = reported
    told = of_customers(model, len(times), wanted=wanted, reported=reported, attributed=attributed)
    best = apart(wanted.signals, len(times), occurrences=occurrences)
    for own in (best, replace(best, signals=())):
        plans = _plans(wanted.signals, times, ordered, own, occurrences=occurrences)
        inside = [*told, *(i for made in plans for p in made for i in p.inside)]
        if not own.signals or all(i.merge for i in inside):
            break
    layers = [p.layers for p in ordered.values()]
    layers += [p.before for made in plans for p in made]
    rows = keyed(events, model, times, wanted.signals, layers)
    if own.signals:
        by_signal = rows.with_columns(own.number()).group_by("key", SIGNAL)
        parts = by_signal.agg(i.expr for i in (*inside, *own.inside()))
        grouped = own.together(parts.collect(engine="streaming"), inside)
    else:
        grouped = rows.group_by("key").agg(i.expr for i in inside).collect(engine="streaming")
    people = grouped.filter(~IS_ASIDE)
    newest = grouped.filter(~IS_ASIDE | IS_LATE)["at"].max()
    assert newest is None or isinstance(newest, datetime)
    return Aggregate(
        activity=[
            activity(
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
        aside=aside(grouped.filter(IS_ASIDE)),
        newest=newest,
    )


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
