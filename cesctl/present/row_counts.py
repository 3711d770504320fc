"""Where the rows of a log went, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cesctl.result import RowCounts


def counted(rows: RowCounts, later: str = "after that time") -> list[str]:
    """``9 read``, ``7 accepted`` and what else there is, but for the rejected: of these each view says
    something else. ``later``: what to call those after T.
    """
    others = (
        (rows.duplicate, "duplicate"),
        (rows.filtered, "filtered out"),
        (rows.after_as_of, later),
    )
    return [
        f"{rows.read:,} read",
        f"{rows.accepted:,} accepted",
        *(f"{number:,} {word}" for number, word in others if number),
    ]
