"""Durations: what is read, what is refused, and that both ways agree."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cesctl.duration import (
    DAY_US,
    LONGEST_DAYS,
    DurationError,
    format_duration,
    parse_duration,
)


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("1m", 60_000_000),
        ("30m", 1_800_000_000),
        ("12h", 43_200_000_000),
        ("90d", 90 * DAY_US),
        ("4w", 28 * DAY_US),
        ("007d", 7 * DAY_US),
        (" 7d ", 7 * DAY_US),
        ("0d", 0),
        (f"{LONGEST_DAYS}d", LONGEST_DAYS * DAY_US),
    ],
)
def test_a_duration_is_a_whole_number_and_a_unit(text: str, us: int) -> None:
    assert parse_duration(text) == us


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("90 days", 'write "90d"'),
        ("90D", 'write "90d"'),
        ("90", 'write "90d" if you mean days'),
        ("3 months", 'write "90d"'),
        ("1y", 'write "365d"'),
        ("1.5d", 'write "36h"'),
        ("P30D", 'write "30d"'),
        ("2 weeks", 'write "14d"'),
        ("45min", 'write "45m"'),
        ("3M", "write a whole number and m, h, d or w: 30m, 12h, 90d, 4w"),
        ("-3d", "write a whole number and m, h, d or w: 30m, 12h, 90d, 4w"),
        ("30s", "write a whole number and m, h, d or w: 30m, 12h, 90d, 4w"),
        ("", "write a whole number and m, h, d or w: 30m, 12h, 90d, 4w"),
        ("٣d", "write a whole number and m, h, d or w: 30m, 12h, 90d, 4w"),
        ("1d12h", "write a whole number and m, h, d or w: 30m, 12h, 90d, 4w"),
        (f"{LONGEST_DAYS + 1}d", f"write at most {LONGEST_DAYS}d"),
        ("9" * 5000 + "d", f"write at most {LONGEST_DAYS}d"),
    ],
)
def test_what_is_no_duration_says_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(DurationError) as error:
        parse_duration(text)
    assert error.value.hint == hint


@pytest.mark.parametrize(
    ("us", "text"),
    [(0, "0d"), (90 * DAY_US, "90d"), (DAY_US // 2, "12h"), (90 * 60_000_000, "90m")],
)
def test_a_duration_is_shown_in_the_largest_unit_without_a_rest(us: int, text: str) -> None:
    assert format_duration(us) == text


def test_less_than_a_minute_is_never_rounded_away() -> None:
    with pytest.raises(ValueError, match="whole number of minutes"):
        format_duration(60_000_001)


@given(st.integers(0, LONGEST_DAYS * 1440))
def test_what_is_shown_reads_back_the_same(minutes: int) -> None:
    us = minutes * 60_000_000
    assert parse_duration(format_duration(us)) == us


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(DurationError):  # any other exception fails
        assert 0 <= parse_duration(text) <= LONGEST_DAYS * DAY_US
