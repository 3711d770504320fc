"""The T of a backtest: which they are, how far after each is looked, and to when the log tells what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cesctl.duration import format_duration
from cesctl.engines.polars import newest
from cesctl.errors import UsageError
from cesctl.insight.event_table import carefully
from cesctl.insight.periods import Every, series
from cesctl.insight.times import length
from cesctl.pipeline.log import fixed_as_of

if TYPE_CHECKING:
    from cesctl.pipeline.log import Log
    from cesctl.validity.outcome import Outcome

USUAL_HORIZON = timedelta(days=90)


@dataclass
class PastTimes:
    """From the model's T to those that are held against the log.

    ``known``: to when it tells what came; None: to the model's T. ``until``: the earlier of the two, known
    after a call.
    """

    every: Every
    zone: str
    horizon: timedelta
    known: datetime | None
    first: datetime | None
    last: datetime | None
    periods: int | None
    until: datetime = field(init=False)

    def __call__(self, at: datetime) -> Sequence[datetime]:
        self.until = at if self.known is None else min(at, self.known)
        try:
            end = self.until - self.horizon if self.last is None else self.last
        except OverflowError:
            raise UsageError("--horizon: goes back beyond the year 1") from None
        if end > self.until:
            raise UsageError(
                f"--to: {end:%Y-%m-%d %H:%M} is later than the log, which ends "
                f"{self.until:%Y-%m-%d %H:%M} UTC"
            )
        return series(self.every, self.zone, periods=self.periods, first=self.first)(end)


def horizon_of(text: str | None, outcome: Outcome) -> timedelta:
    """What an option says (None: not given): of a silence as long as that, or longer. Raises UsageError."""
    silence = None if outcome.silent_us is None else timedelta(microseconds=outcome.silent_us)
    if text is None:
        return silence or USUAL_HORIZON
    found = timedelta(microseconds=length("--horizon", text))
    if silence is not None and found < silence:
        long = format_duration(outcome.silent_us or 0)
        raise UsageError(f"--horizon: a silence of {long} is not over within {text.strip()}")
    return found


def known_end(log: Log) -> datetime | None:
    """To when the log tells what came, where T does not say it: T may be later than the newest event."""
    fixed = fixed_as_of(log)
    if fixed is None:
        return None
    guess = log.newest_guess()
    if guess is not None and guess >= fixed:
        return fixed
    return carefully(log, lambda own: own.count(newest)[0]) or fixed
