"""What a score is held against: counts and dates that need no model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from cesctl.pipeline.numbers import quotient

if TYPE_CHECKING:
    from cesctl.model.types import Model, Signal

EVENTS = "events in the window"
RECENCY = "time since the last event"
FIFTHS = 5


def money(model: Model) -> Signal | None:
    """The signal that stands for what a customer spends: the first sum with a weight above 0."""
    return next((s for s in model.signals if s.measure == "sum" and s.weight > 0), None)


def rfm_name(model: Model) -> str:
    spent = money(model)
    return "recency and frequency" if spent is None else f"recency, frequency and {spent.name}"


def plain_columns() -> list[pl.Expr]:
    """Of the frame at a T: the more, the more engaged."""
    return [
        pl.col("events:").fill_null(0).cast(pl.Float64).alias(EVENTS),
        (-pl.col("last_us")).cast(pl.Float64).alias(RECENCY),
    ]


def with_rfm(pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Adds the customary score of recency, frequency and money: each in fifths of those at stake at one T,
    from 1 to 5, added up. Hughes, "Strategic Database Marketing" (1994).
    """
    spent = money(model)
    parts = [EVENTS, RECENCY, *([] if spent is None else [f"m:{spent.name}"])]
    fifths = [
        quotient(pl.col(p).fill_null(0.0).rank("average") * FIFTHS, pl.len().cast(pl.Float64))
        .ceil()
        .over("as_of")
        for p in parts
    ]
    return pairs.with_columns(pl.sum_horizontal(fifths).alias(rfm_name(model)))
