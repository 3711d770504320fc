"""The polars engine: all signals at all T in one streaming pass and one group_by."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from cesctl.engines.base import Aggregate, Asked
from cesctl.engines.grouping import Grouping
from cesctl.engines.keys import IS_ASIDE, IS_LATE, aside
from cesctl.engines.measures import Plan, takes
from cesctl.engines.together import added
from cesctl.engines.told import activity, attributed_at, of_customers
from cesctl.model.measured import measured
from cesctl.model.types import Model, Signal

if TYPE_CHECKING:
    from cesctl.engines.summed import Summed
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
        log, summed = self.log.summed(asked)
        made, of_files = log.count(lambda events: answer(events, log.model, asked, summed))
        return replace(made, of_files=of_files)

    def check_scored(self, customers: int, asked: Asked) -> None:
        """Any number may be scored."""


def newest(events: pl.LazyFrame) -> datetime | None:
    """The newest accepted event; None where there is none."""
    at = events.filter(pl.col("reason").is_null()).select(pl.col("at").max()).collect().item()
    assert at is None or isinstance(at, datetime)
    return at


def answer(
    events: pl.LazyFrame, model: Model, asked: Asked, summed: Summed | None = None
) -> Aggregate:
    """What is asked of some events, and of stretches that were counted before; the files of rows are not
    counted.
    """
    if asked.among is not None:  # what is rejected is counted whoever it is of
        own = asked.among.implode()
        rejected = pl.col("reason").is_not_null()
        events = events.filter(pl.col("customer").is_in(own) | rejected)
        if summed is not None:
            summed = replace(
                summed,
                parts=[part.filter(pl.col("key").is_in(own)) for part in summed.parts],
                events=summed.events.filter(pl.col("customer").is_in(own)),
            )
    return aggregate(
        events,
        model,
        asked.times,
        reported=asked.reported,
        attributed=asked.attributed,
        occurrences=asked.occurrences,
        summed=summed,
    )


def aggregate(
    events: pl.LazyFrame,
    model: Model,
    times: list[datetime],
    *,
    reported: Container[int] = (0,),
    attributed: Container[int] | None = None,
    occurrences: bool = False,
    summed: Summed | None = None,
) -> Aggregate:
    """Measures every signal of every customer at each T. See :class:`Aggregate` for the frames.

    The first T is the latest. ``reported``: the places of those T of which a customer's events and activity
    are wanted, too; the others are only compared with. ``attributed``: of which attributes are wanted (None:
    of the same). ``summed``: stretches whose events are not among these.
    """
    wanted = measured(model)
    attributed = attributed_at(model, len(times), reported, attributed)
    told = of_customers(model, len(times), wanted=wanted, reported=reported, attributed=attributed)
    signals = [s for s in wanted.signals if summed is None or s.name in summed.signals]
    grouping = Grouping.of(
        model, times, signals, told, windows_of=wanted.signals, occurrences=occurrences
    )
    grouped = grouping.grouped(events)
    plans = grouping.plans
    if summed is not None:
        grouped = grouping.merged([grouped, *summed.parts])
        others = [s for s in wanted.signals if s not in signals]
        if others:
            beside = Grouping.of(model, times, others, occurrences=occurrences)
            grouped = beside.joined(grouped, summed.events.filter(takes(others, None)))
            plans = _in_order(wanted.signals, plans, beside.plans)
    people = grouped.filter(~IS_ASIDE)
    newest = grouped.filter(~IS_ASIDE | IS_LATE)["at"].max()
    assert newest is None or isinstance(newest, datetime)
    passed_over = {} if summed is None else summed.aside
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
        read=int(grouped["rows"].sum()) + sum(passed_over.values()),
        aside=added([aside(grouped.filter(IS_ASIDE)), passed_over]),
        newest=newest,
    )


def _in_order(signals: Sequence[Signal], *parts: list[list[Plan]]) -> list[list[Plan]]:
    """The plans of some signals and of others at each T, as the signals are ordered."""
    places = {s.name: n for n, s in enumerate(signals)}
    return [
        sorted((p for plans in made for p in plans), key=lambda p: places[p.signal.name])
        for made in zip(*parts, strict=True)
    ]
