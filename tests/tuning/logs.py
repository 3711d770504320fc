"""Customers whose leaving is driven by known weights, or by nothing."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

START = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PERIOD = 30  # days: who leaves, leaves by what it did in the 30 days before
DRIVEN = {"much": -0.35, "some": -0.12, "nothing": 0.0, "bad": 0.2}
MODEL = """
version: 1
name: Made up
window: 30d     # one period
events:
  # what they do
  much: 1
  some: {weight: 1}
  nothing: 1   # seen often
  bad:
    weight: -1
scale: {method: clamp, to: [-100, 100], round: 1}
bands: {Low: -100, Mid: 0, Good: 5}
"""


def log(
    seed: int,
    *,
    customers: int = 900,
    periods: int = 10,
    driven: Mapping[str, float] = DRIVEN,
    noise: bool = False,
) -> pl.DataFrame:
    """One row per event, of customers that come over time. In each period one leaves with odds e^(-1.5 + sum
    of ``driven`` x its events in the period before); of ``noise``, whatever it did.
    """
    rng = random.Random(seed)
    rows: list[tuple[str, str, str]] = []
    for customer in range(customers):
        rates = {name: rng.choice([0.02, 0.1, 0.3]) for name in driven}
        odds: float | None = None
        for period in range(rng.randrange(0, periods - 2), periods):
            left = None
            if odds is not None:
                chance = 0.08 if noise else 1.0 / (1.0 + math.exp(1.5 - odds))
                left = rng.random() * PERIOD if rng.random() < chance else None
            odds = 0.0
            for name, rate in rates.items():
                for day in range(PERIOD):
                    at = day + rng.random()
                    if rng.random() < rate and (left is None or at < left):
                        odds += driven[name]
                        rows.append((f"c{customer}", name, _at(period * PERIOD + at)))
            if left is not None:
                rows.append((f"c{customer}", "left", _at(period * PERIOD + left)))
                break
    return pl.DataFrame(rows, schema=["user_id", "event", "timestamp"], orient="row")


def _at(days: float) -> str:
    return (START + days * DAY).isoformat(timespec="seconds")


def options(periods: int = 10) -> dict[str, Any]:
    """T at the ends of periods, so that a window of one period holds what drives."""
    last = (START + PERIOD * (periods - 1) * DAY).isoformat()
    return {"horizon": "30d", "every": "30d", "last": last, "periods": periods - 1}
