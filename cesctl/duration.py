"""Durations: a whole number and ``m``, ``h``, ``d`` (24 h) or ``w`` (7 d); held as microseconds."""

from __future__ import annotations

import re

MINUTE_US = 60 * 1_000_000
UNITS_US = {"m": MINUTE_US, "h": 60 * MINUTE_US, "d": 1440 * MINUTE_US, "w": 10_080 * MINUTE_US}
DAY_US = UNITS_US["d"]

# So that T - offset - window - compare is a date that every tool can hold.
LONGEST_DAYS = 182_500
LONGEST_US = LONGEST_DAYS * DAY_US

PATTERN = r"[0-9]+[mhdw]"
_WRITTEN = re.compile(PATTERN)
_ALMOST = re.compile(r"p?t?(\d+(?:\.\d+)?)[\s_-]*([a-zµ]*)\.?", re.IGNORECASE | re.ASCII)
_MINUTES = {
    "m": 1, "min": 1, "mins": 1, "minute": 1, "minutes": 1,
    "h": 60, "hr": 60, "hrs": 60, "hour": 60, "hours": 60,
    "": 1440, "d": 1440, "day": 1440, "days": 1440,
    "w": 10_080, "wk": 10_080, "wks": 10_080, "week": 10_080, "weeks": 10_080,
    "mo": 43_200, "mon": 43_200, "month": 43_200, "months": 43_200,
    "q": 129_600, "quarter": 129_600, "quarters": 129_600,
    "y": 525_600, "yr": 525_600, "yrs": 525_600, "year": 525_600, "years": 525_600,
}  # fmt: skip


class DurationError(ValueError):
    """Text that is no duration. ``hint`` says what to write."""

    def __init__(self, message: str, hint: str) -> None:
        self.hint = hint
        super().__init__(message)


def parse_duration(text: str) -> int:
    """``90d`` as microseconds; 0 is allowed here. Raises DurationError."""
    text = text.strip()
    if not _WRITTEN.fullmatch(text):
        raise DurationError(f'"{text}" is not a duration', _hint(text))
    digits = text[:-1].lstrip("0")
    # Compared by length first: int() refuses thousands of digits.
    if len(digits) > 12 or int(digits or "0") * UNITS_US[text[-1]] > LONGEST_US:
        raise DurationError(
            f'"{text}" is longer than {LONGEST_DAYS}d', f"write at most {LONGEST_DAYS}d"
        )
    return int(digits or "0") * UNITS_US[text[-1]]


def format_duration(us: int) -> str:
    """Microseconds in the largest of days, hours and minutes that leaves no rest: ``36h``."""
    for unit in "dhm":
        if us % UNITS_US[unit] == 0:
            return f"{us // UNITS_US[unit]}{unit}"
    raise ValueError(f"{us} µs is not a whole number of minutes")


def _hint(text: str) -> str:
    usual = "write a whole number and m, h, d or w: 30m, 12h, 90d, 4w"
    match = _ALMOST.fullmatch(text)
    # A capital M alone may be months or minutes: no guess.
    minutes_each = _MINUTES.get(match[2].lower()) if match and match[2] != "M" else None
    if match is None or minutes_each is None or len(match[1]) > 9:
        return usual
    minutes = float(match[1]) * minutes_each
    if minutes != int(minutes):
        return usual
    meant = format_duration(int(minutes) * MINUTE_US)
    return f'write "{meant}"' if match[2] else f'write "{meant}" if you mean days'
