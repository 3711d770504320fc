"""What lies beside exports and is none, by its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import PurePath

# Endings of what may look like one.
_NO_EXPORTS = frozenset({
    ".md", ".rst", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".py", ".r", ".sql", ".sh", ".html",
    ".htm", ".xml", ".pdf", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".xlsx", ".xls", ".docx", ".log",
    ".lock", ".crc", ".sha256", ".md5", ".orc", ".db", ".sqlite", ".duckdb", ".ipynb",
})  # fmt: skip
# Amplitude's exports have files of users that became one beside those of events; their name says so.
# https://amplitude.com/docs/data/destination-catalog/amazon-s3
_MERGED_USERS = re.compile(r"-\w+_[0-9]{4}-[0-9]{2}-[0-9]{2}_.*\.json(\.gz)?")


def is_beside(path: PurePath) -> bool:
    """Whether a file of a folder, or of a zip, is passed over; ``path``: as seen from there."""
    return is_hidden(path) or path.suffix.lower() in _NO_EXPORTS


def is_hidden(path: PurePath) -> bool:
    return any(part.startswith((".", "_SUCCESS", "__MACOSX")) for part in path.parts)


def is_merged_users(name: str) -> bool:
    return _MERGED_USERS.fullmatch(name) is not None
