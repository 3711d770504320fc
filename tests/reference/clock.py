"""Instants and calendars: text to microseconds since 1970 (section 3), days, weeks and hours, T (10)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.reference.numbers import decimal

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = -62_135_596_800_000_000  # year 1 begins; the page is silent, calendars are not
LAST = 253_402_300_799_999_999  # year 9999 ends
DAY = 86_400_000_000  # µs of 24 hours

ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z| UTC|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
PER_SECOND = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
MAGNITUDES = ((10**11, 1_000_000), (10**14, 1_000), (10**17, 1))


def microseconds(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def instant(local: datetime, zone: ZoneInfo) -> int:
    """A wall clock's time as an instant, in µs.

    Python's first fold is the rule of section 3: the earlier of two, and of a skipped time the instant
    that the old offset gives, which the new offset shows shifted forward by what the clock skipped.
    """
    return microseconds(local.replace(tzinfo=zone, fold=0).astimezone(UTC))


def parse(text: str, form: str, zone: ZoneInfo) -> int | None:
    """A timestamp's text as µs since 1970, or None where it is unreadable."""
    text = text.strip()
    if form in PER_SECOND:
        return epoch(text, PER_SECOND[form])
    if form not in ("auto", "iso"):
        return strptime(text, form, zone)
    found = iso(text, zone)
    return by_magnitude(text) if found is None and form == "auto" else found


def iso(text: str, zone: ZoneInfo) -> int | None:
    if not (found := ISO.fullmatch(text)):
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    micros = int(((fraction or "") + "000000")[:6])  # finer than µs is cut off
    try:
        date_ = date(int(year), int(month), int(day))
        local = datetime.combine(
            date_, time(int(hour or 0), int(minute or 0), int(second or 0), micros)
        )
    except ValueError:
        return None
    if offset is None:
        return instant(local, zone)
    return microseconds(local.replace(tzinfo=UTC)) - shift(offset)


def shift(offset: str) -> int:
    """``Z``, `` UTC``, ``+02:00`` or ``+0200`` in µs."""
    if offset in ("Z", " UTC"):
        return 0
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    size = (hours * 60 + minutes) * 60_000_000
    return -size if offset[0] == "-" else size


def epoch(text: str, micros: int) -> int | None:
    value = decimal(text)
    return None if value is None else cut(value * micros)


def by_magnitude(text: str) -> int | None:
    value = decimal(text)
    if value is None:
        return None
    return next((cut(value * micros) for below, micros in MAGNITUDES if abs(value) < below), None)


def cut(micros: Fraction) -> int | None:
    """Finer than µs is cut off: the digits after it go. An instant of no calendar year is none."""
    return int(micros) if FIRST <= micros <= LAST else None


def strptime(text: str, form: str, zone: ZoneInfo) -> int | None:
    try:
        found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the source's
    except ValueError:
        return None
    return microseconds(found) if found.tzinfo else instant(found, zone)


def local(at: int, zone: ZoneInfo) -> datetime:
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone)


def day(at: int, zone: ZoneInfo) -> date:
    return local(at, zone).date()


def week(at: int, zone: ZoneInfo) -> date:
    """The Monday of the calendar week."""
    found = day(at, zone)
    return found - timedelta(days=found.weekday())


def hour(at: int, zone: ZoneInfo) -> tuple[datetime, timedelta | None]:
    """The calendar hour; one that a clock change repeats is two, told apart by their offsets."""
    found = local(at, zone)
    start = found.replace(minute=0, second=0, microsecond=0, tzinfo=None)
    return start, found.utcoffset()


def as_of(text: str, zone: ZoneInfo, newest: int | None, clock: int) -> int:
    """T: the newest accepted event, the clock, the end of a local day, or an instant."""
    if text == "now" or (text == "latest" and newest is None):
        return clock
    if text == "latest":
        assert newest is not None
        return newest
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        following = date.fromisoformat(text) + timedelta(days=1)
        return instant(datetime.combine(following, time()), zone) - 1
    found = iso(text, zone)
    assert found is not None, text
    return found
