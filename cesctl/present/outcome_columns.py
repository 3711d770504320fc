"""Columns of tables that hold scores against outcomes: how well a measure foretells, how often they came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cesctl.present.numbers import fixed, percent
from cesctl.present.view import Cell, Column, cell

MEASURES = (
    Column("AUC", "right", keep=True),
    Column("95% interval"),
    Column("Precision", "right", optional=True),
    Column("First 10%", "right", optional=True),
    Column("20%", "right", optional=True),
)
SHARES = (
    Column("At stake", "right"),
    Column("Customers", "right", optional=True),
    Column("Outcomes", "right"),
    Column("Rate", "right", keep=True),
    Column("95% interval"),
)


def measure_cells(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    """Of a row of ``compared``, for ``MEASURES``."""
    return (
        cell(fixed(row["auc"], 3), "bold"),
        cell(ends(row["low"], row["high"], 3)),
        cell(fixed(row["average_precision"], 3)),
        cell(percent(row["captured_10"])),
        cell(percent(row["captured_20"])),
    )


def share_cells(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    """Of a row with a rate, for ``SHARES``."""
    within = f"{percent(row['low'])} to {percent(row['high'])}" if row["pairs"] else ""
    return (
        cell(f"{row['pairs']:,}"),
        cell(f"{row['customers']:,}"),
        cell(f"{row['outcomes']:,}"),
        cell(percent(row["rate"]), "bold"),
        cell(within),
    )


def ends(low: float | None, high: float | None, places: int) -> str:
    return "" if low is None or high is None else f"{fixed(low, places)} to {fixed(high, places)}"
