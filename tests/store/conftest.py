"""What tests of the store look at."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from cesctl.store.rows import StoredRows


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The days whose files were opened since it was last cleared."""
    days: set[str] = set()
    real = StoredRows._scan

    def scan(self: StoredRows, files: Sequence[str], properties: Sequence[str]) -> pl.LazyFrame:
        days.update(f.partition("/")[0].removeprefix("day=") for f in files)
        return real(self, files, properties)

    monkeypatch.setattr(StoredRows, "_scan", scan)
    return days
