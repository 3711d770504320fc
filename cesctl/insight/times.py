"""Instants that options name."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime

from cesctl.duration import DurationError, parse_duration
from cesctl.errors import UsageError
from cesctl.model.as_of import AsOfError, local_instant, resolve_as_of

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def length(option: str, text: str, more: str = "") -> int:
    """A length of time above 0, in µs. Raises UsageError; ``more``: what else may be written."""
    try:
        us = parse_duration(text)
    except DurationError as error:
        raise UsageError(f"{option}: {error}; {error.hint}{more}") from None
    if us == 0:
        raise UsageError(f"{option}: must be above 0")
    return us


def fixed_time(option: str, text: str, zone: str) -> datetime:
    """An instant as T is named: a date is its end. Raises UsageError, also for ``latest`` and ``now``."""
    try:
        found = resolve_as_of(text, zone)
    except AsOfError as error:
        raise UsageError(f"{option}: {error}; write 2026-11-01 or 2026-11-01T12:00:00Z") from None
    if isinstance(found, str):
        raise UsageError(f'{option}: "{text}" is no fixed time; write 2026-11-01')
    return found


def first_instant(option: str, text: str, zone: str) -> datetime:
    """The same, but a date is its beginning."""
    if _DATE.fullmatch(text.strip()):
        with suppress(ValueError):
            return local_instant(datetime.fromisoformat(text.strip()), zone)
    return fixed_time(option, text, zone)
