"""Instants for people."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import datetime


def local_time(at: datetime, zone: str) -> str:
    """The day in the zone, with the time of day where it is not the day's end."""
    there = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if (there.hour, there.minute, there.second) == (23, 59, 59):
        return there.date().isoformat()
    return there.isoformat(sep=" ", timespec="minutes")
