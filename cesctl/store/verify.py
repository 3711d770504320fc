"""Whether a store is whole: what its commits say is what its files hold, and nothing is there twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from cesctl.store import exports, names
from cesctl.store.failures import reading
from cesctl.store.rows import StoredRows
from cesctl.store.table import EVENTS, EventTable, data_files, schema

if TYPE_CHECKING:
    from cesctl.store.place import Place
    from cesctl.store.table import DataFile

_SHOWN = 5  # of many alike


@dataclass(frozen=True)
class Verified:
    """``problems``: none where all is well; ``unused``: data files that no commit names."""

    files: int
    events: int
    exports: int
    unused: int
    problems: list[str]


def verify(place: Place) -> Verified:
    """Reads every file of a store through. Raises InputError where there is no store."""
    table = EventTable.open(place)
    files = data_files(table.files)
    with reading(place):
        there = place.data_files(EVENTS)
    problems = [p for f in files for p in _of_file(f, table, there)]
    if not problems:
        problems += _of_exports(table)
        problems += _twice(table)
    named = {f.path for f in files}
    return Verified(
        files=len(files),
        events=sum(f.rows for f in files),
        exports=len(exports.every(table, anew=True)),
        unused=sum(f not in named for f in there),
        problems=problems,
    )


def _of_file(file: DataFile, table: EventTable, there: Mapping[str, int]) -> Iterator[str]:
    """What is wrong with one data file; ``there``: the bytes of those that are there."""
    at = pl.col(names.AT)
    blank = [pl.col(c).is_null() | (pl.col(c) == "") for c in (names.CUSTOMER, names.EVENT)]
    try:
        size = there.get(file.path)
        if size != file.bytes:
            what = (
                "is not there"
                if size is None
                else f"{size:,} bytes where {file.bytes:,} were written"
            )
            yield f"{file.path}: {what}"
            return
        rows = StoredRows(table).scan([file.path], table.properties)
        every = pl.any_horizontal(pl.col(c).is_not_null() for c in schema(table.properties))
        told = rows.select(
            pl.len().alias("rows"),
            every.sum().alias("read"),  # so that every column is
            pl.any_horizontal(*blank, at.is_null()).sum().alias("blank"),
            (at.dt.date() != file.day).sum().alias("astray"),
        )
        found = told.collect(engine="streaming").row(0, named=True)
    except (OSError, pl.exceptions.PolarsError) as error:
        yield f"{file.path}: cannot be read ({str(error).splitlines()[0]})"
    else:
        if found["rows"] != file.rows:
            yield f"{file.path}: {found['rows']:,} events where {file.rows:,} were written"
        if found["blank"]:
            yield f"{file.path}: {found['blank']:,} events without customer, name or time"
        if found["astray"]:
            yield f"{file.path}: {found['astray']:,} events of other days"


def _of_exports(table: EventTable) -> Iterator[str]:
    """Exports of which there is more than was taken in, and events of none."""
    rows = StoredRows(table).scan(table.files["path"].to_list(), ())
    counted = dict(rows.group_by(names.EXPORT).len().collect(engine="streaming").rows())
    for export in exports.every(table, anew=True):
        there = counted.pop(export.tag, 0)
        taken = export.rows.get("taken in", 0)
        if there > taken:
            yield f"{export.name}: {there:,} events where {taken:,} were taken in"
    if counted:
        yield f"{sum(counted.values()):,} events are of no export that the store knows"


def _twice(table: EventTable) -> Iterator[str]:
    """Records that are there twice, by their ids, on one day."""
    files = table.files["path"].to_list()
    rows = StoredRows(table).scan(files, table.properties)
    scopes = rows.select(pl.col(names.SOURCE).unique()).collect(engine="streaming")
    for scope in sorted(scopes[names.SOURCE].to_list()):
        key = exports.key_of(scope)
        if not key:
            continue
        own = rows.filter(pl.col(names.SOURCE) == scope, pl.col(key[0]).is_not_null())
        again = own.group_by(*key, pl.col(names.AT).dt.date().alias(names.DAY)).len()
        found = again.filter(pl.col("len") > 1).collect(engine="streaming")
        if found.height:
            some = ", ".join(f'"{v}"' for v in found[key[0]].sort().head(_SHOWN).to_list())
            yield f"{found.height:,} records are there twice by their id: {some}"
