"""Nights that nobody ran: for which T their scores are made up for."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable

_DAY = timedelta(days=1)
_END = time(23, 59, 59, 999_999)


def missed(
    last: datetime | None,
    now: datetime,
    *,
    timezone: str,
    most: int,
    newest: Callable[[datetime], datetime | None] | None = None,
) -> list[datetime]:
    """The T of the days between those of the last run and of this one, the latest ``most``.

    A day's T is its last microsecond in the timezone, or, with ``newest``, the newest event by then, and
    none where nothing happened since the T before.
    """
    if last is None:
        return []
    zone = ZoneInfo(timezone)
    day, until = last.astimezone(zone).date() + _DAY, now.astimezone(zone).date()
    day = max(day, until - most * _DAY) if until.toordinal() > most else day
    found: list[datetime] = []
    while day < until:
        end: datetime | None = datetime.combine(day, _END, zone).astimezone(UTC)
        if newest is not None and end is not None:
            end = newest(end)
        if end is not None and (found[-1] if found else last) < end < now:
            found.append(end)
        day += _DAY
    return found
