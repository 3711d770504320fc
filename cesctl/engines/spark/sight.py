"""Whether an executor sees a file that the driver has looked into."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def trouble(path: Path, size: int) -> tuple[str, bool] | None:
    """What is wrong with it, and whether something is there at all; None where it is that file. ``size``: of
    what the driver saw.
    """
    host = socket.gethostname()
    try:
        there = path.stat().st_size
    except OSError as error:
        return f"the executor on {host} cannot see it ({error.strerror or error})", False
    if there != size:
        return (
            f"the executor on {host} sees another file there: {there:,} bytes, not {size:,}",
            True,
        )
    return None
