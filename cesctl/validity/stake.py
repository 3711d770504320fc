"""Who is at stake at each T, and who of them had the outcome within the horizon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from cesctl.engines.measures import epoch_us

if TYPE_CHECKING:
    from cesctl.pipeline.customers import At
    from cesctl.validity.outcome import Outcome

INSTANT = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class LeftOut:
    """Customers that are scored at a T and are not at stake: ``had`` the outcome before (or are silent
    already), ``unseen``: without activity by then, ``open``: what follows is not known to the
    end of the horizon.
    """

    had: int = 0
    unseen: int = 0
    open: int = 0


def at_stake(
    at: At,
    gaps: pl.DataFrame,
    happened: pl.DataFrame,
    outcome: Outcome,
    *,
    horizon: timedelta,
    until: datetime,
    columns: Sequence[pl.Expr | str],
) -> tuple[pl.DataFrame, LeftOut]:
    """One row per customer at stake at that T: code, as_of, outcome (whether it falls in (T, T +
    horizon]), outcome_at (UTC, the first after T, also later than that; null: none by ``until``), and
    ``columns`` of the frame of scores.

    ``at``: its frame also with ``code`` and ``first_at`` (see Seen). ``gaps``: of a silence; ``happened``:
    else one row per outcome (code, at).
    """
    rows = at.frame.select("code", "first_at", *columns)
    there = rows.filter(pl.col("first_at") <= at.as_of)
    known = there.head(0) if at.as_of + horizon > until else there
    if outcome.silent_us is not None:
        found = _silences(gaps, at.as_of, timedelta(microseconds=outcome.silent_us))
    else:
        found = _events(happened, at.as_of)
    joined = known.join(found, on="code", how="left", maintain_order="left")
    staying = joined.filter(~pl.col("had").fill_null(value=False)) if takes_out(outcome) else joined
    within = pl.col("outcome_at") <= at.as_of + horizon
    made = staying.select(
        "code",
        pl.lit(at.as_of, dtype=INSTANT).alias("as_of"),
        within.fill_null(value=False).alias("outcome"),
        pl.when(pl.col("outcome_at") <= until).then("outcome_at"),
        pl.exclude("code", "first_at", "had", "outcome_at"),
    )
    return made, LeftOut(
        had=joined.height - staying.height,
        unseen=rows.height - there.height,
        open=there.height - known.height,
    )


def takes_out(outcome: Outcome) -> bool:
    """Whether who had it is at stake no more: of a silence, as long as it lasts."""
    return outcome.silent_us is not None or not outcome.again


def _events(happened: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """One row per customer with an outcome: the first after T, and whether there ``had`` been one by T."""
    by_then = pl.col("at") <= at
    return happened.group_by("code").agg(
        pl.col("at").filter(~by_then).min().alias("outcome_at"), by_then.any().alias("had")
    )


def _silences(gaps: pl.DataFrame, at: datetime, silence: timedelta) -> pl.DataFrame:
    """The same of silences: the first that is complete after T, and whether one was, and lasts.

    One that began before T counts only where from T on, too, it is as long: then no part of it is known at T
    that would make it so.
    """
    us, long = epoch_us(at), silence // timedelta(microseconds=1)
    since, until = pl.col("since").to_physical(), pl.col("until").to_physical()
    after = until.is_null() | (until > us)
    lasts = until.is_null() | (until > pl.max_horizontal(since, pl.lit(us)) + long)
    complete = since + long
    return gaps.group_by("code").agg(
        complete.filter(lasts & (complete > us)).min().cast(INSTANT).alias("outcome_at"),
        (after & (complete <= us)).any().alias("had"),
    )
