"""T from text: words, dates, instants, and the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cesctl.model import resolve_as_of
from cesctl.model.as_of import AsOfError, check_as_of

ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/St_Johns",
    "Asia/Beirut", "Africa/Cairo", "Pacific/Apia", "America/Havana", "Australia/Lord_Howe",
    "Asia/Kathmandu", "America/Scoresbysund",
]  # fmt: skip


def shown(text: str, zone: str = "UTC") -> str:
    at = resolve_as_of(text, zone)
    assert isinstance(at, datetime)
    assert at.tzinfo is UTC
    return at.isoformat().removesuffix("+00:00")


@pytest.mark.parametrize("word", ["latest", "now", " now "])
def test_words_stay_words(word: str) -> None:
    assert resolve_as_of(word, "UTC") == word.strip()


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-11-01", "UTC", "2026-11-01T23:59:59.999999"),
        ("2026-11-02", "Europe/Berlin", "2026-11-02T22:59:59.999999"),
        ("2026-07-01", "Europe/Berlin", "2026-07-01T21:59:59.999999"),
        # Midnight is skipped: the day ends as the clock goes from 23:59:59 to 01:00.
        ("2018-11-03", "America/Sao_Paulo", "2018-11-04T02:59:59.999999"),
        # Midnight goes back to 23:00: the last hour comes twice, the day ends with the second.
        ("2018-02-17", "America/Sao_Paulo", "2018-02-18T02:59:59.999999"),
        # One minute past midnight goes back to 23:01 of the day before.
        ("2010-11-06", "America/St_Johns", "2010-11-07T03:29:59.999999"),
        # A day that the zone leaves out: the end of the one before.
        ("2011-12-30", "Pacific/Apia", "2011-12-30T09:59:59.999999"),
        ("2026-11-01T12:00:00Z", "Europe/Berlin", "2026-11-01T12:00:00"),
        ("2026-11-01T12:00:00 UTC", "Europe/Berlin", "2026-11-01T12:00:00"),
        ("2026-11-01 12:00:00+02:00", "UTC", "2026-11-01T10:00:00"),
        ("2026-11-01T12:00:00-0530", "UTC", "2026-11-01T17:30:00"),
        ("2026-07-01T12:00", "Europe/Berlin", "2026-07-01T10:00:00"),
        ("2026-07-01T12:00:00.1234567", "UTC", "2026-07-01T12:00:00.123456"),
        ("2026-07-01T12:00:00.5", "UTC", "2026-07-01T12:00:00.500000"),
        # Ambiguous: the earlier. Skipped: shifted forward.
        ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T00:30:00"),
        ("2026-03-29T02:30:00", "Europe/Berlin", "2026-03-29T01:30:00"),
    ],
)
def test_dates_and_instants(text: str, zone: str, instant: str) -> None:
    assert shown(text, zone) == instant


@pytest.mark.parametrize(
    "text",
    [
        "yesterday", "", "2026-02-30", "2026-13-01", "2026-11-01T25:00:00", "2026-11-01T24:00:00",
        "2026-11-01T12:00:60", "2026-11-01T12:00:00+25:00", "2026-11-01T12:00:00+02:75",
        "01/11/2026", "2026-1-1", "20261101", "1793500000", "2026-11-01T", "\uff12026-11-01",
        "0001-01-01T00:00:00+10:00", "9999-12-31T23:00:00-10:00", "Latest",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(AsOfError, match="is no time"):
        resolve_as_of(text, "UTC")
    wrong = check_as_of(text)
    assert wrong is not None
    assert "2026-11-01" in wrong[1]


@given(st.dates(date(1950, 1, 1), date(2037, 12, 31)), st.sampled_from(ZONES))
def test_a_date_ends_one_microsecond_before_the_next_day(day: date, zone: str) -> None:
    end = resolve_as_of(day.isoformat(), zone)
    assert isinstance(end, datetime)
    local = ZoneInfo(zone)
    assert end.astimezone(local).date() <= day  # before it, where the zone leaves the day out
    assert (end + timedelta(microseconds=1)).astimezone(local).date() > day
    # No later instant is of this day, also where the clock goes back over midnight.
    later = (end + timedelta(minutes=m) for m in range(1, 26 * 60, 7))
    assert all(at.astimezone(local).date() > day for at in later)


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    assert (check_as_of(text) is None) in {True, False}
