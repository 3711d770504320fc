"""Amounts of memory: how they are written, and how much this process has."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cesctl.errors import UsageError

UNITS = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KIB": 2**10,
    "MIB": 2**20,
    "GIB": 2**30,
    "TIB": 2**40,
}
MOST = 2**50
_WRITTEN = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([KMGT]?I?B)", re.IGNORECASE | re.ASCII)
_STATUS = Path("/proc/self/statm")
_AT_ONCE = "dirty_decay_ms:0,muzzy_decay_ms:0"
_AHEAD_KB = str(64 << 10)
_UNKNOWN = 250 << 20  # what a process has that has loaded everything, where no one tells


def parse_size(text: str, name: str = "--memory-limit") -> int:
    """``4GiB`` (1024s) or ``500MB`` (1000s) in bytes. Raises UsageError, which names what is wrong by
    ``name``.
    """
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f'{name} "{text}": write a number and its unit, such as 4GiB, 1.5GB or 800MiB'
        )
    found = int(float(match[1]) * UNITS[match[2].upper()])
    if not 0 < found <= MOST:
        raise UsageError(f'{name} "{text}": write more than nothing, and at most 1024TiB')
    return found


def size_of(limit: float | str) -> int:
    """A limit in bytes, which may be text. Raises UsageError."""
    if isinstance(limit, str):
        return parse_size(limit, "memory_limit")
    if not isinstance(limit, (int, float)) or isinstance(limit, bool) or not 1 <= limit <= MOST:
        raise UsageError(f"memory_limit {limit}: write bytes, or text such as 4GiB")
    return int(limit)


def format_size(size: float) -> str:
    """Bytes in words, never less than they are: ``1.3 GiB``."""
    unit = "GiB" if size >= UNITS["GIB"] else "MiB"
    whole = UNITS[unit.upper()]
    tenths = -(-int(size) * 10 // whole)
    return f"{tenths / 10:,.1f} {unit}" if unit == "GiB" else f"{-(-tenths // 10):,} {unit}"


def in_use() -> int:
    """Bytes of memory that this process has now; a usual number where the system does not tell."""
    try:
        import resource

        return int(_STATUS.read_text().split()[1]) * resource.getpagesize()
    except (ImportError, OSError, ValueError, IndexError):
        return _UNKNOWN


def lean() -> None:
    """Makes a polars that is not yet loaded read less far ahead and give memory back at once, but for what
    the user has set.
    """
    of_user = os.environ.get("_RJEM_MALLOC_CONF")  # what is named last counts
    os.environ["_RJEM_MALLOC_CONF"] = f"{_AT_ONCE},{of_user}" if of_user else _AT_ONCE
    os.environ.setdefault("POLARS_ROW_GROUP_PREFETCH_KBYTES_BUDGET", _AHEAD_KB)
