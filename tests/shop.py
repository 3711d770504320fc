"""The web shop of the benchmarks, from the shared data."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks import shop

MODEL = shop.MODEL


def path(shared_data: Path) -> Path:
    return shared_data / "online-retail" / "online_retail.csv.gz"


def lines(shared_data: Path) -> pl.DataFrame:
    return shop.lines(path(shared_data))
