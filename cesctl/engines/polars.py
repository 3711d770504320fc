"""The polars engine: all signals at all T in one streaming pass and one group_by."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import polars as pl

from cesctl.engines.apart import SIGNAL, Apart, apart
from cesctl.engines.base import Aggregate
from cesctl.engines.keys import IS_ASIDE, IS_LATE, aside, calendar, keyed
from cesctl.engines.limits import Places, places
from cesctl.engines.measures import Plan, needs_places, plan, takes
from cesctl.engines.told import activity, of_customers
from cesctl.model.measured import measured
from cesctl.model.types import Model, Signal


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
