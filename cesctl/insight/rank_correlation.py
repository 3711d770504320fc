"""How far two scores put customers in the same order."""

from __future__ import annotations

import math

import polars as pl


def spearman(pairs: pl.DataFrame) -> float | None:
    """Spearman's rank correlation of two columns, without nulls: 1 is the same order, -1 the opposite; equal
    values share the average rank. 6 decimals; None of fewer than two rows, and where all values are equal.

    Ranks are added up doubled and in whole numbers, so that the order of the rows changes nothing.
    """
    n = pairs.height
    ranks = [
        ((pairs[c].rank("average") * 2).cast(pl.Int64) - (n + 1)).cast(pl.Int128)
        for c in pairs.columns
    ]
    one, other = ranks
    both = int((one * other).sum())
    spreads = [int((r * r).sum()) for r in ranks]
    if not all(spreads):
        return None
    return round(both / math.sqrt(spreads[0] * spreads[1]), 6) + 0.0
