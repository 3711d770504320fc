"""Timezones by name."""

from __future__ import annotations

import difflib
import os
from functools import lru_cache
from zoneinfo import TZPATH, ZoneInfo

# Known to Python from the machine's own folder, but to no other tool, or not the same everywhere.
_NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})
_ABBREVIATIONS = {
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "MDT": "America/Denver",
    "CST": "America/Chicago", "CDT": "America/Chicago", "EDT": "America/New_York",
    "BST": "Europe/London", "CEST": "Europe/Berlin", "MEZ": "Europe/Berlin", "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo", "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "Z": "UTC",
}  # fmt: skip


@lru_cache(maxsize=64)
def is_zone(name: str) -> bool:
    """Whether this is the name of a timezone; case matters, as it does to the tools that use it."""
    if name == "UTC":
        return True
    if name in _NO_ZONES or name.startswith(("posix/", "right/")):
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no path; a folder of zones
        return False
    return any(_is_listed(root, name) for root in TZPATH) or name in _all()


def _is_listed(root: str, name: str) -> bool:
    """Whether a folder of zones lists this name; some file systems also open europe/berlin."""
    folder = root
    for part in name.split("/"):
        try:
            if part not in os.listdir(folder):  # noqa: PTH208 - pathlib costs more than all of this
                return False
        except OSError:
            return False
        folder = f"{folder}/{part}"
    return True


@lru_cache(maxsize=1)
def _all() -> frozenset[str]:
    from zoneinfo import available_timezones

    return frozenset(available_timezones() - _NO_ZONES)


def check_zone(name: str) -> tuple[str, str] | None:
    """(message, hint) where this names no timezone."""
    return None if is_zone(name) else (f'"{name}" is no timezone', _hint(name))


def _hint(name: str) -> str:
    usual = "write a name such as UTC or Europe/Berlin"
    if name.upper() in _ABBREVIATIONS:
        return f'write "{_ABBREVIATIONS[name.upper()]}" or another place\'s name'
    places: dict[str, str] = {}
    for zone in sorted(_all()):
        places.setdefault(zone.lower(), zone)
        places.setdefault(zone.rsplit("/", 1)[-1].lower(), zone)
    near = difflib.get_close_matches(name.lower().replace(" ", "_"), places, n=1, cutoff=0.75)
    return f'did you mean "{places[near[0]]}"?' if near else usual
