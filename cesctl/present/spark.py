"""A series of scores as a line of blocks: ``▁▂▅▇█``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
NOTHING = "·"


def sparkline(values: Sequence[float | None], low: float, high: float) -> str:
    """One character a value, from ``low`` to ``high``; a dot where there is none.

    All lines of a page share ``low`` and ``high``, so that they can be compared.
    """
    span = high - low
    return "".join(NOTHING if v is None else BLOCKS[_step(v, low, span)] for v in values)


def _step(value: float, low: float, span: float) -> int:
    if span <= 0:
        return 0
    return min(max(int((value - low) / span * len(BLOCKS)), 0), len(BLOCKS) - 1)
