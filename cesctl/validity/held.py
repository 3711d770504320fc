"""A log scored at past T, and what came after each: what backtest and tune both begin with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import UsageError
from cesctl.insight.periods import parse_every
from cesctl.insight.times import first_instant, fixed_time
from cesctl.model.fields import did_you_mean
from cesctl.pipeline.log import open_log
from cesctl.pipeline.run import score_times
from cesctl.validity.outcome import parse_outcome
from cesctl.validity.outcome_file import read_outcomes
from cesctl.validity.past_times import PastTimes, horizon_of, known_end
from cesctl.validity.plain import plain_columns
from cesctl.validity.seen import seen
from cesctl.validity.stake import INSTANT, LeftOut, at_stake

if TYPE_CHECKING:
    from cesctl.insight.periods import Every
    from cesctl.model.types import Model
    from cesctl.pipeline.customers import At
    from cesctl.pipeline.log import Inputs, Log
    from cesctl.result import Result
    from cesctl.validity.outcome import Outcome
    from cesctl.validity.seen import Seen

PERIODS = 12
SURVIVORS = (
    "customers: only is not heeded: the customers file is of today, and who is gone is not in it; all "
    "customers of the log are scored"
)
Columns = Callable[[pl.DataFrame], Sequence[pl.Expr | str]]


@dataclass(frozen=True)
class Held:
    """``result``: the run at the last T. ``said``: those of its notes that are of the outcome. ``found``: the
    customers at all T. ``pairs``: for each T at which the log has begun, one row per customer at stake, in
    the order of customers, see ``at_stake``; with ``code`` (the customer as a number), the plain counts, and
    what was asked for. ``left_out``: by T, who is not at stake. ``until``: to when the log tells what came;
    ``oldest``: its first event. ``days``: see ``Seen``.
    """

    log: Log
    result: Result
    said: tuple[str, ...]
    found: Sequence[At]
    pairs: list[pl.DataFrame]
    left_out: dict[datetime, LeftOut]
    outcome: Outcome
    every: Every
    horizon: timedelta
    until: datetime
    oldest: datetime
    days: pl.DataFrame


def held(
    inputs: Inputs,
    model: Model,
    outcome: Outcome | str,
    *,
    every: str,
    periods: int | None,
    first: str | None,
    last: str | None,
    horizon: str | None,
    as_of: str | None,
    now: datetime | None,
    columns: Columns,
    attributes_then: bool = False,
    days: bool = False,
) -> Held:
    """Scores the log at the T that the options say (see ``backtest``). ``columns``: what the pairs have of
    the frame of scores at a T. All customers of the log are scored, also where the model scores only those
    of its customers file. Two passes over the log. Raises InputError, UsageError.
    """
    outcome = parse_outcome(outcome) if isinstance(outcome, str) else outcome
    step, ahead = parse_every(every), horizon_of(horizon, outcome)
    start = None if first is None else first_instant("--from", first, model.timezone)
    end = None if last is None else fixed_time("--to", last, model.timezone)
    roster, notes = model.customers, []
    if roster is not None and roster.only:
        model, notes = replace(model, customers=replace(roster, only=False)), [SURVIVORS]
    apart = () if outcome.file is None else (outcome.file,)
    log = open_log(inputs, model, as_of=as_of, now=now, exclude=apart)
    noted = None if outcome.file is None else read_outcomes(outcome, log)
    many = None if start else periods or PERIODS
    wanted = PastTimes(step, model.timezone, ahead, known_end(log), start, end, many)
    result, found = score_times(log, wanted, attributes_then=attributes_then)
    told = seen(log, [at.as_of for at in found], wanted.until, outcome, days=days)
    happened = told.times
    if noted is not None:
        happened = noted.join(told.everybody, on="customer").select("code", "at")
        notes.append(_matched(outcome, noted, happened, told.everybody))
    elif outcome.event is not None and not happened.height:
        raise UsageError(_no_such_event(outcome, log, wanted.until))
    said = tuple(notes)
    pairs, left_out = _paired(
        found, told, happened, outcome, horizon=ahead, until=wanted.until, columns=columns
    )
    assert told.oldest is not None  # else there are no pairs
    return Held(
        log=log,
        result=replace(result, notes=(*result.notes, *said)),
        said=said,
        found=found,
        pairs=pairs,
        left_out=left_out,
        outcome=outcome,
        every=step,
        horizon=ahead,
        until=wanted.until,
        oldest=told.oldest,
        days=told.days,
    )


def scores_at(found: Sequence[At], name: str) -> pl.DataFrame:
    """One row per customer and T: customer, as_of (UTC), and the score as ``name``."""
    return pl.concat(
        at.frame.select(
            "customer",
            pl.lit(at.as_of, dtype=INSTANT).alias("as_of"),
            pl.col("score").alias(name),
        )
        for at in found
    )


def _paired(
    found: Sequence[At],
    told: Seen,
    happened: pl.DataFrame,
    outcome: Outcome,
    *,
    horizon: timedelta,
    until: datetime,
    columns: Columns,
) -> tuple[list[pl.DataFrame], dict[datetime, LeftOut]]:
    frames, left_out = [], {}
    for number, at in enumerate(found):
        if told.oldest is None or at.as_of < told.oldest:  # nobody is there yet
            continue
        known = told.by(number, at.users)
        counted = replace(at, frame=at.frame.join(known, on="customer", how="left"))
        kept = ["customer", *columns(counted.frame), *plain_columns()]
        frame, left_out[at.as_of] = at_stake(
            counted, told.gaps, happened, outcome, horizon=horizon, until=until, columns=kept
        )
        frames.append(frame.sort("code"))
    if not frames:
        begins = (
            "has no event" if told.oldest is None else f"begins {told.oldest:%Y-%m-%d %H:%M} UTC"
        )
        raise UsageError(
            f"no time is left to score at: the log {begins}, and the last time whose horizon it covers is "
            f"{max(at.as_of for at in found):%Y-%m-%d %H:%M} UTC; a shorter --horizon leaves more"
        )
    return frames, left_out


def _no_such_event(outcome: Outcome, log: Log, until: datetime) -> str:
    accepted = pl.col("reason").is_null() & (pl.col("at") <= until)
    names = log.events().filter(accepted).select(pl.col("event").unique().sort())
    there = names.collect(engine="streaming").to_series().to_list()
    assert outcome.event is not None
    asked = [*outcome.event.names, *outcome.event.patterns]
    hint = next(filter(None, (did_you_mean(name, there) for name in asked)), "")
    said = f"--outcome: there is no {outcome} in the log to {until:%Y-%m-%d %H:%M} UTC"
    return said + (f"; {hint}" if hint else "")


def _matched(
    outcome: Outcome, noted: pl.DataFrame, there: pl.DataFrame, everybody: pl.DataFrame
) -> str:
    """How many outcomes ``noted`` in a file are ``there``, in the log, and until when. Raises UsageError
    where none is.
    """
    if not noted.height:
        raise UsageError(f"{outcome}: there are no outcomes in it")
    if not there.height and everybody.height:
        ids = [f'"{frame["customer"].sort()[0]}"' for frame in (noted, everybody)]
        raise UsageError(
            f"{outcome}: none of its {noted.height:,} outcomes is of a customer of the log: it names "
            f"{ids[0]} and such, the log {ids[1]}"
        )
    first, last = noted["at"].min(), noted["at"].max()
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    return (
        f"{outcome}: {noted.height:,} outcomes from {first:%Y-%m-%d} to {last:%Y-%m-%d}, "
        f"{there.height:,} of them of customers of the log; what is not in it counts as not having come"
    )
