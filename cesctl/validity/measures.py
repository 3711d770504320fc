"""How well the score foretells, beside each of its signals and plain counts, on the same pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from cesctl.insight.intervals import for_each_of
from cesctl.pipeline.numbers import round_half_away, with_shared
from cesctl.validity.ranking import (
    Ranking,
    average_precision,
    captured,
    levels_of,
    ranking,
    times_of,
)

if TYPE_CHECKING:
    from cesctl.validity.ranking import Interval

CHANCE = 0.5
FEWEST = 10  # customers with the outcome, and without: of fewer nothing is said
SHARES = {"10": 0.1, "20": 0.2}
SCHEMA = {
    "name": pl.String, "kind": pl.String, "auc": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "average_precision": pl.Float64, "captured_10": pl.Float64, "captured_20": pl.Float64,
    "lift_10": pl.Float64, "lift_20": pl.Float64, "difference": pl.Float64,
    "difference_low": pl.Float64, "difference_high": pl.Float64, "than_score": pl.String,
    "direction": pl.String,
}  # fmt: skip


def compared(
    pairs: pl.DataFrame, values: Sequence[tuple[str, str, str]], *, good: bool
) -> pl.DataFrame:
    """One row per value, the score first: name, ``kind`` (score, signal, plain), auc with its interval (low,
    high), average_precision, the share of outcomes in the first 10 and 20 % of each T (``captured_10``) and
    how many times what chance gives (``lift_10``), ``difference`` (auc less the score's) with an interval
    (all of them hold together with 95 % confidence), ``than_score`` ("better", "worse", null where chance may
    be all there is to it), ``direction`` ("right" where the auc is above 0.5, "wrong" below it, null where
    that may be chance; all of them together with 95 % confidence). Of few customers neither is said.

    ``values``: name, kind (also "unweighed": a signal without a weight has no direction), column, the score
    first; the more, the more engaged. ``good``: whether the engaged
    are those who should have the outcome.
    """
    rows = []
    score: Ranking | None = None
    confidence = for_each_of(len(values) - 1)
    times = times_of(pairs, [column for _, _, column in values])
    for name, kind, column in values:
        own = times.oriented(column, good=good)
        levels = levels_of(own)
        found = ranking(times, own, levels)
        score = score or found
        row = {"name": name, "kind": kind.replace("unweighed", "signal"), **_of(levels, found)}
        if found is not None and score is not None and kind != "score":
            row |= _beside(found, score, confidence)
        if kind != "unweighed":
            row["direction"] = _direction(found, for_each_of(len(values)))
        rows.append(row)
    frame = pl.DataFrame(rows, schema=SCHEMA)
    numbers = [c for c, t in SCHEMA.items() if t == pl.Float64]
    return with_shared(frame, *(round_half_away(pl.col(c), 6).alias(c) for c in numbers))


def _of(levels: Sequence[pl.DataFrame], found: Ranking | None) -> dict[str, object]:
    if found is None:
        return {}
    low, high = found.interval() or (None, None)
    row: dict[str, object] = {"auc": found.auc, "low": low, "high": high}
    row["average_precision"] = average_precision(levels)
    parts = captured(levels, list(SHARES.values())) or []
    for (name, share), part in zip(SHARES.items(), parts, strict=False):
        row |= {f"captured_{name}": part, f"lift_{name}": part / share}
    return row


def _beside(found: Ranking, score: Ranking, confidence: float) -> dict[str, object]:
    difference, interval = found.less(score, confidence)
    low, high = interval or (None, None)
    return {
        "difference": difference,
        "difference_low": low,
        "difference_high": high,
        "than_score": _than(interval) if found.fewest >= FEWEST else None,
    }


def _direction(found: Ranking | None, confidence: float) -> str | None:
    if found is None or found.fewest < FEWEST:
        return None
    interval = found.interval(confidence)
    if interval is None or interval[0] <= CHANCE <= interval[1]:
        return None
    return "right" if interval[0] > CHANCE else "wrong"


def _than(interval: Interval | None) -> str | None:
    if interval is None or interval[0] <= 0.0 <= interval[1]:
        return None
    return "better" if interval[0] > 0.0 else "worse"
