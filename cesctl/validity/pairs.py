"""Pairs of a customer and a T at which it is at stake, over several T."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import UsageError
from cesctl.validity.plain import plain_columns
from cesctl.validity.stake import LeftOut, at_stake

if TYPE_CHECKING:
    from cesctl.pipeline.customers import At
    from cesctl.validity.outcome import Outcome
    from cesctl.validity.seen import Seen

Columns = Callable[[pl.DataFrame], Sequence[pl.Expr | str]]


def paired(
    found: Sequence[At],
    told: Seen,
    happened: pl.DataFrame,
    outcome: Outcome,
    *,
    horizon: timedelta,
    until: datetime,
    columns: Columns,
) -> tuple[list[pl.DataFrame], dict[datetime, LeftOut]]:
    """For each T at which the log has begun, one row per customer at stake, in the order of customers: see
    ``at_stake``; with ``code`` (the customer as a number), the plain counts, and ``columns`` of the frame of
    scores. And by T who is not at stake. Raises UsageError where no customer is there at any T.
    """
    codes = told.everybody.sort().to_frame("customer").with_row_index("code")
    frames, left_out = [], {}
    for number, at in enumerate(found):
        if told.oldest is None or at.as_of < told.oldest:  # nobody is there yet
            continue
        known = told.by(number, at.users).join(codes, on="customer")
        counted = replace(at, frame=at.frame.join(known, on="customer", how="left"))
        kept = ["code", *columns(counted.frame), *plain_columns()]
        frame, left_out[at.as_of] = at_stake(
            counted, told.gaps, happened, outcome, horizon=horizon, until=until, columns=kept
        )
        frames.append(frame.sort("code"))
    if not frames:
        raise UsageError("no customer has an event by any of the T; the log begins later")
    return frames, left_out
