"""The rows of a store's data files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from cesctl.store import names
from cesctl.store.table import schema

if TYPE_CHECKING:
    from cesctl.store.table import EventTable

PATH, ROW = "path", "row"  # where a row of the store is: its file, and its place there


@dataclass(frozen=True)
class StoredRows:
    """Those of a table as it is now; ``without``: marks of exports whose rows are passed over."""

    table: EventTable
    without: frozenset[str] = frozenset()

    def of_days(self, days: Collection[date]) -> pl.LazyFrame:
        """The rows of some days with ``path`` and ``row``, all columns."""
        files = self.table.files
        chosen = files.filter(pl.col("day").is_in(list(days)))["path"].to_list()
        return self.placed(chosen)

    def placed(self, files: Sequence[str]) -> pl.LazyFrame:
        """The rows of some files with ``path`` and ``row``, all columns."""
        properties = self.table.properties
        frames = [
            self._scan([f], properties).with_row_index(ROW).with_columns(pl.lit(f).alias(PATH))
            for f in files
        ]
        if not frames:
            return pl.LazyFrame(schema={ROW: pl.UInt32(), **schema(properties), PATH: pl.String()})
        return self._kept(pl.concat(frames))

    def scan(self, files: Sequence[str], properties: Sequence[str]) -> pl.LazyFrame:
        """The rows of some files: the columns of every event, and those of some properties."""
        if not files:
            return pl.LazyFrame(schema=schema(properties))
        return self._kept(self._scan(files, properties))

    def _scan(self, files: Sequence[str], properties: Sequence[str]) -> pl.LazyFrame:
        return pl.scan_parquet(
            [self.table.path(f) for f in files],
            glob=False,
            hive_partitioning=False,
            schema=schema(properties),
            missing_columns="insert",  # of a property that came later
            extra_columns="ignore",
            storage_options=self.table.place.options,
        )

    def _kept(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        if not self.without:
            return rows
        return rows.filter(~pl.col(names.EXPORT).is_in(list(self.without)))
