"""Data files: every event is in one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from cesctl.store import names
from cesctl.store.place import Place
from cesctl.store.rows import StoredRows
from cesctl.store.table import EventTable, schema
from cesctl.store.write import Written, write_days

DAYS, EACH = 140, 110_000  # more days than polars keeps files open for, of more rows than it holds


def test_many_days_of_many_events(tmp_path: Path) -> None:
    place = Place.of(str(tmp_path / "store"))
    table = EventTable.made(place)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    number = pl.col("n")
    at = pl.lit(start) + pl.duration(days=number // EACH, milliseconds=number % EACH)
    texts = (c for c, dtype in schema([]).items() if dtype == pl.String)
    events = (
        pl.LazyFrame({"n": pl.int_range(DAYS * EACH, eager=True)})
        .with_columns(at.alias(names.AT), *(pl.lit("x").alias(c) for c in texts))
        .select(*schema([]))
    )
    written = Written(place)
    write_days(events, table, [], written)
    assert len(written.add) > DAYS  # of some days there are several files
    assert written.commit(table)
    table.refresh()
    files = table.files
    stored = StoredRows(table).scan(files["path"].to_list(), [])
    of_days = stored.group_by(pl.col(names.AT).dt.date().alias("day")).len().collect()
    assert of_days["len"].to_list() == [EACH] * DAYS
    assert files["rows"].sum() == DAYS * EACH
    last = files.select(pl.col("last").max()).item()
    assert last == start + timedelta(days=DAYS - 1, milliseconds=EACH - 1)
