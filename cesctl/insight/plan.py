"""What a starter model says, before it is text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from cesctl.insight.spread import Spread
    from cesctl.insight.telling import Told
    from cesctl.model.types import Source

TOO_MANY = 0.05  # of the rows rejected, and scoring stops unless told otherwise


@dataclass(frozen=True)
class Weighted:
    """An event as a signal: ``points`` at its cap, below 0 for alarming ones."""

    told: Told
    points: float

    @property
    def weight(self) -> float:
        """Per occurrence, with two digits."""
        return float(f"{self.points / self.told.usual_most:.2g}")


@dataclass(frozen=True)
class Plan:
    """All that a starter model says, before it is text. Days are of 24 hours."""

    sources: tuple[Source, ...]
    refused: float  # share of the rows that is rejected all the same
    count: int  # events of the log
    customers: int
    first: datetime
    last: datetime
    one_in: int  # customers looked at for the weights
    window_days: int | None
    compare_days: int | None
    events: tuple[Weighted, ...]
    left_out: tuple[str, ...]  # event names, most customers first
    gone: tuple[str, ...]  # event names with nothing in the window
    day_target: int
    recency_days: int
    silent_days: int | None
    spread: Spread | None = None  # None: not yet known
    drop: int | None = None
