"""``as_of``: the instant T that scores are true at."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

_DATE = r"(\d{4})-(\d{2})-(\d{2})"
_TIME = r"(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?"
_ZONE = r"(Z|z| ?UTC|[+-]\d{2}:?\d{2})?"
_WRITTEN = re.compile(rf"{_DATE}(?:[Tt ]{_TIME} ?{_ZONE})?", re.ASCII)
_MICROSECOND = timedelta(microseconds=1)
_END_OF_DAY = time(23, 59, 59, 999_999)


class AsOfError(ValueError):
    """Text that is no time. ``hint`` says what to write."""

    hint = "write latest, now, 2026-11-01 or 2026-11-01T12:00:00Z"


def resolve_as_of(text: str, zone: str) -> datetime | Literal["latest", "now"]:
    """T as an aware datetime in UTC, or the word that says where T is found. Raises AsOfError.

    A date is its last microsecond in ``zone``. An instant without a zone is in ``zone``: an
    ambiguous one is the earlier, one that a clock change skips is shifted forward by the length
    of the change. Finer than µs is cut off.
    """
    text = text.strip()
    if text == "latest":
        return "latest"
    if text == "now":
        return "now"
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise AsOfError(f'"{text}" is no time')
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        if hour is None:
            return _last_of_day(date(int(year), int(month), int(day)), ZoneInfo(zone))
        wall = datetime(  # noqa: DTZ001 - the zone is put on below
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0),
            int((fraction or "")[:6].ljust(6, "0")),
        )  # fmt: skip
        # Of a skipped time, the offset before the change (fold 0) shifts it forward.
        return wall.replace(tzinfo=_zone(offset) if offset else ZoneInfo(zone), fold=0).astimezone(
            UTC
        )
    except (ValueError, OverflowError):  # no such day, hour or offset; outside of years 1 to 9999
        raise AsOfError(f'"{text}" is no time') from None


def local_instant(wall: datetime, zone: str) -> datetime:
    """A wall-clock time of the zone as an instant in UTC; a day's last microsecond is that day's end,
    whatever the clock does there.
    """
    tz = ZoneInfo(zone)
    if wall.time() == _END_OF_DAY:
        return _last_of_day(wall.date(), tz)
    return wall.replace(tzinfo=tz, fold=0).astimezone(UTC)


def check_as_of(text: str) -> tuple[str, str] | None:
    """(message, hint) where this is no time in any zone."""
    try:
        resolve_as_of(text, "UTC")
    except AsOfError as error:
        return str(error), error.hint
    return None


def _zone(offset: str) -> timezone:
    if offset[0] not in "+-":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if minutes > 59:
        raise ValueError(offset)
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(ahead if offset[0] == "+" else -ahead)


def _last_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last microsecond of a local day, in UTC, also where a clock change falls on its end."""
    wall = datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, tzinfo=zone)
    late = wall.replace(fold=1).astimezone(UTC)
    if late.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return late
    # The clock skips the day's end: search for the last instant that is still of this day.
    early, over = late, wall.replace(fold=0).astimezone(UTC)
    while over - early > _MICROSECOND:
        middle = early + (over - early) // 2
        if middle.astimezone(zone).date() <= day:
            early = middle
        else:
            over = middle
    return early
