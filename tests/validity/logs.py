"""Logs of customers who leave, sooner the less they do."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import polars as pl

END = datetime(2026, 7, 1, tzinfo=UTC)
MODEL = """
name: Leavers
timezone: UTC
as_of: 2026-07-01T00:00:00Z
window: 30d
events: {use: 1, note: {weight: 0.5, measure: days}}
scale: {method: none, round: 1}
bands: {Low: 0, Mid: 3, Good: 7}
attributes: {plan: plan}
"""


def leaving(customers: int = 120, *, strength: float = 1.0, seed: int = 1) -> pl.DataFrame:
    """A day's chance to leave falls with use; ``strength`` 0: it is the same for all, below 0: it rises."""
    rng = random.Random(seed)
    rows = []
    for n in range(customers):
        use = rng.choice([0.05, 0.15, 0.4])
        chance = min(0.004 * (0.15 / use) ** (1.4 * strength), 0.05)
        plan = rng.choice(["free", "paid"])
        for day in range(rng.randint(0, 60), 180):
            at = END - timedelta(days=180 - day, seconds=rng.randint(0, 80_000))
            event = "use" if rng.random() < use else "note" if rng.random() < 0.1 else None
            if event is not None:
                rows.append((f"c{n:03d}", event, at.isoformat(), plan))
            if rng.random() < chance:
                rows.append((f"c{n:03d}", "left", at.isoformat(), plan))
                break
    names = ["user_id", "event", "timestamp", "plan"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def with_one(log: pl.DataFrame, event: str) -> pl.DataFrame:
    """With an event of a customer who does nothing else, on the log's first day."""
    row = {"user_id": "once", "event": event, "timestamp": log["timestamp"].min(), "plan": None}
    return pl.concat([log, pl.DataFrame([row], schema=log.schema)])
