"""What the tests of the pipeline share."""

from __future__ import annotations

import polars as pl
import pytest

from cesctl.pipeline import log


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one with every reading of the log."""
    made: list[int] = []
    opened = log.Log._records

    def counted(self: log.Log) -> pl.LazyFrame:
        made.append(1)
        return opened(self)

    monkeypatch.setattr(log.Log, "_records", counted)
    return made
