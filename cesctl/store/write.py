"""New data files of a store: a file a day for what comes, and files without rows that go.

A file counts only once a commit names it, so one of a run that broke off is no more than waste.
"""

from __future__ import annotations

import contextlib
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.cloud.errors import StoreError
from cesctl.store import names
from cesctl.store.rows import ROW, StoredRows
from cesctl.store.table import EVENTS, Change, DataFile, data_files, schema

if TYPE_CHECKING:
    from datetime import date

    from cesctl.store.place import Place
    from cesctl.store.table import EventTable

_COMPRESSION: Any = "zstd"


@dataclass
class Written:
    """Files that were written, and those whose place they take; ``paths``: all that may be there."""

    place: Place
    add: list[DataFile] = field(default_factory=list)
    remove: list[DataFile] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def prepared(self) -> Iterator[None]:
        """What is written in the block goes again where the block fails."""
        try:
            yield
        except BaseException:
            self._undo()
            raise

    def commit(self, table: EventTable, done: Sequence[str] = ()) -> bool:
        """Makes one commit of it; False where the table has changed before, and then the files go. Where it
        raises, the commit may have been made: nothing that it names is touched.
        """
        made = table.commit(Change(self.add, self.remove, done))
        if not made:
            self._undo()
        return made

    def _undo(self) -> None:
        """Removes the files, which no commit names."""
        with contextlib.suppress(OSError, StoreError):
            for path in self.paths:
                self.place.remove(EVENTS, path)


def write_days(
    rows: pl.LazyFrame, table: EventTable, properties: Sequence[str], to: Written
) -> None:
    """Writes events, a file for each of their days; several for one with very many. ``rows``: the columns of
    a data file.
    """
    run = secrets.token_hex(8)
    columns = list(schema(properties))
    dated = rows.select(*columns, pl.col(names.AT).dt.date().alias(names.DAY))
    counts = dated.group_by(names.DAY).agg(pl.len()).collect(engine="streaming")
    wanted = dict(counts.sort(names.DAY).iter_rows())
    place = table.place
    paths: list[str] = []

    def file_of(given: pl.io.partition.FileProviderArgs) -> str:
        # polars goes on with a day in another file where it cannot keep those of all days open
        day, number = given.partition_keys[names.DAY].item(), given.index_in_partition
        path = f"{names.DAY}={day.isoformat()}/part-{run}-{number}.parquet"
        paths.append(path)
        to.paths.append(path)
        return path

    dated.sink_parquet(
        pl.PartitionBy(
            place.uri(EVENTS),
            key=names.DAY,
            include_key=False,
            file_path_provider=file_of,
            approximate_bytes_per_file=None,
        ),
        compression=_COMPRESSION,
        mkdir=True,
        storage_options=place.options,
    )
    made = _told(table, paths)
    written: Counter[date] = Counter()
    for file in made:
        written[file.day] += file.rows
    # what is in the files is looked at, not what was meant to be
    assert written == wanted, "events were lost as they were written"
    to.add += made


def _told(table: EventTable, paths: Sequence[str]) -> list[DataFile]:
    """What the files themselves say that they hold, by path."""
    if not paths:
        return []
    sizes = table.place.sizes(EVENTS, paths)
    found = (
        pl.scan_parquet(
            [table.path(p) for p in paths],
            glob=False,
            hive_partitioning=False,
            include_file_paths="path",
            schema={names.AT: schema([])[names.AT]},
            extra_columns="ignore",
            storage_options=table.place.options,
        )
        .group_by(pl.col("path").str.extract(r"([^/]+/[^/]+)$"))
        .agg(pl.len(), pl.col(names.AT).min().alias("first"), pl.col(names.AT).max().alias("last"))
        .sort("path")
        .collect(engine="streaming")
    )
    return [
        DataFile(path, first.date(), rows, first, last, sizes[path])
        for path, rows, first, last in found.iter_rows()
    ]


def without_rows(gone: pl.DataFrame, table: EventTable, to: Written) -> None:
    """Files without some of their rows. ``gone``: one row per row that goes, ``path`` and ``row``."""
    touched = gone["path"].unique().to_list()
    for file in data_files(table.files.filter(pl.col("path").is_in(touched))):
        of_it = gone.filter(pl.col("path") == file.path).select(
            pl.col("row").cast(pl.UInt32).alias(ROW)
        )
        kept = StoredRows(table).placed([file.path]).join(of_it.lazy(), on=ROW, how="anti")
        before = len(to.add)
        write_days(kept, table, table.properties, to)
        assert sum(f.rows for f in to.add[before:]) == file.rows - of_it.height
        to.remove.append(file)
