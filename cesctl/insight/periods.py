"""The instants of a series: T and those before it, a period apart."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cesctl.duration import format_duration
from cesctl.errors import UsageError
from cesctl.insight.times import length
from cesctl.model.as_of import local_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST = 120  # instants of one series
_MONTHS = re.compile(r"([1-9][0-9]{0,2})mo")


@dataclass(frozen=True)
class Every:
    """How far apart: so many calendar months, else so many microseconds."""

    us: int = 0
    months: int = 0

    def __str__(self) -> str:
        return f"{self.months}mo" if self.months else format_duration(self.us)

    def before(self, at: datetime, periods: int, zone: str) -> datetime:
        """The instant so many periods before. Months go by the calendar of the zone: from a month's last
        day to a month's last day, else to the same day, or the last of a month that has no such day.
        """
        if not self.months:
            return at - timedelta(microseconds=self.us * periods)
        local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        month = local.year * 12 + local.month - 1 - self.months * periods
        year, month = divmod(month, 12)
        last = calendar.monthrange(year, month + 1)[1]
        ends = local.day == calendar.monthrange(local.year, local.month)[1]
        day = last if ends else min(local.day, last)
        return local_instant(local.replace(year=year, month=month + 1, day=day), zone)

    def begins(self, at: datetime, periods: int, zone: str) -> datetime:
        """Where so many periods begin that end there: the first one's begin, or that of the year 1."""
        try:
            return self.before(at, periods, zone)
        except (OverflowError, ValueError):
            return datetime.min.replace(tzinfo=UTC)


def parse_every(text: str) -> Every:
    """``1w``, ``30d``, ``1mo``. Raises UsageError."""
    text = text.strip()
    months = _MONTHS.fullmatch(text)
    if months:
        return Every(months=int(months[1]))
    return Every(us=length("--every", text, "; months are 1mo, 3mo"))


def series(
    every: Every, zone: str, *, periods: int | None = None, first: datetime | None = None
) -> Callable[[datetime], Sequence[datetime]]:
    """From T to the instants of the series, oldest first, T last: so many, or all from ``first`` on.

    The function raises UsageError where none or too many would be.
    """

    def instants(at: datetime) -> list[datetime]:
        found = [at]
        while len(found) < (periods or MOST + 1):
            try:
                before = every.before(at, len(found), zone)
            except (OverflowError, ValueError):
                if first is not None:
                    break
                raise UsageError("--periods: goes back beyond the year 1") from None
            if first is not None and before < first:
                break
            found.append(before)
        if first is not None and first > at:
            raise UsageError(f"--from: {first:%Y-%m-%d} is later than the last T, {at:%Y-%m-%d}")
        if len(found) > MOST:
            raise UsageError(f"--from: more than {MOST} periods; set a longer --every")
        return found[::-1]

    return instants
