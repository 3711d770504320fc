"""Pieces of sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.model.scored_by import own_bands
from cesctl.present.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.model.types import Model

NAMED = 3  # names of a sentence


def counted(number: int, whom: str) -> str:
    return f"{number:,} {whom}{'' if number == 1 else 's'}"


def are(number: int) -> str:
    return "is" if number == 1 else "are"


def some(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    shown = list(names[:NAMED]) if more > 1 else list(names)
    if more > 1:
        shown.append(f"{more} others")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def best_band(model: Model) -> str:
    """What the best band is called, which may be another for each variant."""
    return "that of the variant" if own_bands(model) else safe(model.bands[-1].name)
