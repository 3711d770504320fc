"""What was counted of disjoint customers, put together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from cesctl.engines.base import Aggregate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Key = TypeVar("Key")


def together(parts: Sequence[Aggregate]) -> Aggregate:
    """One aggregate of all parts, of which there is at least one.

    All are of one model and the same T, and no customer is in two of them: then frames are put one below
    the other, and rows are added up.
    """
    assert parts, "of nothing there is no aggregate"
    frames = zip(*(part.activity for part in parts), strict=True)
    return Aggregate(
        activity=[pl.concat(of_one_time) for of_one_time in frames],
        read=sum(part.read for part in parts),
        aside=added(part.aside for part in parts),
        newest=max((part.newest for part in parts if part.newest is not None), default=None),
        of_files=added(part.of_files for part in parts),
    )


def added(counts: Iterable[Mapping[Key, int]]) -> dict[Key, int]:
    """The sums by key."""
    found: Counter[Key] = Counter()
    for part in counts:
        found.update(part)
    return dict(found)
