"""Events frames by hand, as normalising gives them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

START = datetime(2026, 1, 1, tzinfo=UTC)


def events_frame(
    rows: Iterable[tuple[str | None, str | None, float | None]],
    **properties: list[str | None],
) -> pl.LazyFrame:
    """Rows of (customer, event, days since 2026-01-01); a None makes the row rejected."""
    rows = list(rows)
    frame = pl.DataFrame(
        {
            "customer": [r[0] for r in rows],
            "event": [r[1] for r in rows],
            "at": [None if r[2] is None else START + timedelta(days=r[2]) for r in rows],
            "reason": [next((i for i in range(3) if r[i] is None), None) for r in rows],
            **{f"prop:{name}": values for name, values in properties.items()},
        },
        schema={
            "customer": pl.String,
            "event": pl.String,
            "at": pl.Datetime("us", "UTC"),
            "reason": pl.UInt8,
            **{f"prop:{name}": pl.String for name in properties},
        },
    )
    return frame.lazy()


NOW = START + timedelta(days=1000)


def export(rows: Iterable[tuple[str, str, float]], **columns: list[str | None]) -> pl.DataFrame:
    """An export of rows (customer, event, days since 2026-01-01), as a frame, all text."""
    rows = list(rows)
    return pl.DataFrame(
        {
            "customer": [r[0] for r in rows],
            "event": [r[1] for r in rows],
            "timestamp": [(START + timedelta(days=r[2])).isoformat() for r in rows],
            **columns,
        },
        schema_overrides=dict.fromkeys(["customer", "event", "timestamp", *columns], pl.String),
    )
