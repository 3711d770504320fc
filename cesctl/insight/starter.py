"""A first model for a log: what to count, how much it weighs, and a scale that spreads it.

Points are shared out so that a customer at every signal's usual most gets about 100:

    ===========  ======  ================================================================
    the events       60  in proportion to their worth (``cesctl.insight.telling``)
    active days      25  all of them at the active days that 95 % stay within
    recency          15  all of them on the last day, none after a window without an event
    ===========  ======  ================================================================

An event's weight is its share of the 60 points, divided by its cap (the occurrences that 95 % of
its customers stay within): no signal can dominate, and one more of a rare event weighs more.
Events with an alarming word in their name get half the mean share, against the customer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import InputError, InputProblem
from cesctl.insight.advice import SET_TIMESTAMP_FORMAT
from cesctl.insight.event_table import EventTable, carefully, event_table
from cesctl.insight.plan import TOO_MANY, Plan, Weighted
from cesctl.insight.spread import drop_threshold, spread
from cesctl.insight.starter_text import model_text
from cesctl.insight.telling import USUAL_MOST, Told, daily, tell, window_start
from cesctl.model import parse_model
from cesctl.model.types import Condition
from cesctl.pipeline.normalise import NO_CUSTOMER, NO_EVENT, NO_TIMESTAMP, REJECTED, UNREADABLE
from cesctl.pipeline.run import score_log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cesctl.model.types import Source
    from cesctl.pipeline.log import Log

EVENT_POINTS, DAY_POINTS, RECENCY_POINTS = 60.0, 25.0, 15.0
KEPT = 20  # signals for events; more than anyone would look through
KEPT_ALARMING = 5
_CANDIDATES = 200  # event names that are looked at closely, those of most customers
_WINDOWS = ((90, 30), (30, 14), (14, 7), (7, 7))  # days, and the days to compare with
_SAMPLE_ROWS, _SAMPLE_CUSTOMERS = (
    3_000_000,
    10_000,
)  # above these a sample of customers tells enough


def starter(log: Log, files: Sequence[Sequence[str]] = ()) -> str:
    """The text of a model for this log. Reads the log three times. Raises InputError.

    ``files``: what the model says each source of the log reads, relative to the folder it will lie in; empty:
    it does not say.
    """
    plan = carefully(log, lambda log: _plan(log, files))
    # Scored once without a scale: what is raw then tells which scale spreads it.
    result = score_log(replace(log, model=parse_model(model_text(plan))))
    chosen = spread(result.detail["raw"])
    drop = None
    if plan.compare_days is not None:
        before = chosen.scores(result.detail["previous_score"])
        drop = drop_threshold(before, chosen.scores(result.detail["raw"]))
    return model_text(replace(plan, spread=chosen, drop=drop))


def _plan(log: Log, files: Sequence[Sequence[str]]) -> Plan:
    table = event_table(log.events())
    if table.first is None or table.last is None:
        raise _no_events(log, table)
    span_days = (table.last - table.first).days + 1
    window_days, compare_days = windows(span_days)
    start = window_start(table.last, window_days)
    names, gone = _in_window(table, start)
    one_in = max(1, min(table.count // _SAMPLE_ROWS, table.customers // _SAMPLE_CUSTOMERS))
    days = daily(log.events(), names[:_CANDIDATES], table.last, one_in)
    active = days if start is None else days.filter(pl.col("day") >= start)
    kept = choose(tell(days, active))
    taken = {k.told.event for k in kept}
    sources, refused = _aside(log.raw.sources, table)
    return Plan(
        sources=tuple(
            replace(s, files=tuple(own))
            for s, own in zip(sources, files or [()] * len(sources), strict=True)
        ),
        refused=refused,
        count=table.count,
        customers=table.customers,
        first=table.first,
        last=table.last,
        one_in=one_in,
        window_days=window_days,
        compare_days=compare_days,
        events=tuple(kept),
        left_out=tuple(n for n in names if n not in taken),
        gone=tuple(gone),
        day_target=_usual_days(active),
        recency_days=window_days or max(1, span_days),
        silent_days=_silent_days(days, window_days),
    )


def _aside(sources: Sequence[Source], table: EventTable) -> tuple[Sequence[Source], float]:
    """The sources, one with a row filter where scoring would reject too much of it, and the share that is
    still rejected.

    Rows without a customer, say, may be as they should: then they are no errors to stop at.
    """
    rejected = {r: n for r, n in table.reasons.items() if r in REJECTED}
    read = table.count + sum(table.reasons.values())
    if len(sources) > 1:
        return sources, sum(rejected.values()) / read
    source = sources[0]
    conditions: list[Condition] = []
    for reason, paths in (
        (NO_CUSTOMER, source.customer),
        (NO_EVENT, source.event),
        (NO_TIMESTAMP, source.timestamp),
    ):
        if sum(rejected.values()) <= TOO_MANY * read:
            break
        if len(paths) == 1 and rejected.pop(reason, 0):
            conditions.append(Condition(paths[0], "exists", flag=True))
    found = replace(source, where=(*source.where, *conditions))
    return [found], sum(rejected.values()) / read


def _in_window(table: EventTable, start: date | None) -> tuple[list[str], list[str]]:
    """The event names, most customers first: those of the window, and those that ended before it."""
    ordered = table.events.sort(["customers", "event"], descending=[True, False])
    if start is None:
        return ordered["event"].to_list(), []
    gone = pl.col("last").dt.date() < start
    return ordered.filter(~gone)["event"].to_list(), ordered.filter(gone)["event"].to_list()


def windows(span_days: int) -> tuple[int | None, int | None]:
    """Window and compare, in days: the longest window that the log holds twice."""
    return next((pair for pair in _WINDOWS if 2 * pair[0] <= span_days), (None, None))


def choose(told: list[Told]) -> list[Weighted]:
    """The most telling events with their points, most points first; the alarming ones last."""
    best = sorted(told, key=lambda t: (-t.evidence, -t.customers, t.event))
    alarming = sorted((t for t in told if t.alarming), key=lambda t: (-t.customers, t.event))[
        :KEPT_ALARMING
    ]
    good = [t for t in best if not t.alarming][: KEPT - len(alarming)]
    total = sum(t.worth for t in good)
    kept = [Weighted(t, EVENT_POINTS * t.worth / total) for t in good]
    kept.sort(key=lambda w: (-w.points, w.told.event))
    against = -EVENT_POINTS / max(1, len(good)) / 2
    return kept + [Weighted(t, max(against, -EVENT_POINTS / 4)) for t in alarming]


def _usual_days(active: pl.DataFrame) -> int:
    per_customer = active.group_by("customer").agg(pl.col("day").n_unique())
    most = per_customer["day"].quantile(USUAL_MOST, interpolation="nearest")
    return int(most or 1)


def _silent_days(days: pl.DataFrame, window_days: int | None) -> int | None:
    """Longer than 95 % of the pauses between active days; None where the log is short."""
    if window_days is None:
        return None
    gaps = (
        days.select("customer", "day")
        .unique()
        .sort("customer", "day")
        .select(pl.col("day").diff().over("customer").dt.total_days().alias("gap"))["gap"]
        .drop_nulls()
    )
    usual = gaps.quantile(USUAL_MOST, interpolation="nearest")
    return None if usual is None else min(window_days, max(3, int(usual) + 1))


def _no_events(log: Log, table: EventTable) -> InputError:
    why = ", ".join(f"{n:,} {REJECTED.get(r, 'left out')}" for r, n in table.reasons.items())
    names = ", ".join(f.name for f in log.raw.files)
    return InputError(
        InputProblem(
            "no row is an event" + (f" ({why})" if why else ""),
            names,
            hint=SET_TIMESTAMP_FORMAT
            if UNREADABLE in table.reasons
            else "cesctl inspect shows what is in it",
        )
    )
