"""Fewer, larger files: late events and many exports leave several a day, which take longer to open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import OutputError
from cesctl.store import cache
from cesctl.store.failures import reading, writing
from cesctl.store.rows import StoredRows
from cesctl.store.table import EventTable, data_files
from cesctl.store.write import Written, write_days

if TYPE_CHECKING:
    from cesctl.store.place import Place

KEEP_HOURS = 24  # how long a file that no commit names any more is left for those who still read it
_AT_ONCE = 2_000_000  # rows that are written by one commit, or those of one day


@dataclass(frozen=True)
class Compacted:
    """``days``: that have one file now in place of several; files and bytes before and after;
    ``removed``: files that nobody needs any more.
    """

    days: int
    files: tuple[int, int]
    bytes: tuple[int, int]
    removed: int


def compact(place: Place, *, keep_hours: int = KEEP_HOURS) -> Compacted:
    """Puts the files of each day together. Raises InputError, OutputError."""
    table = EventTable.open(place)
    before = table.files
    done: list[object] = []  # one may have several files still, if it has very many events
    while lot := _some_days(table, done):
        done += lot
        if not _put_together(table, lot):
            raise OutputError(
                f'the event store "{place.name}" is being written to\n'
                "  nothing was lost; run the same command again once that is done"
            )
    after = table.files
    return Compacted(
        days=len(done),
        files=(before.height, after.height),
        bytes=(int(before["bytes"].sum()), int(after["bytes"].sum())),
        removed=swept(table, keep_hours=keep_hours),
    )


def swept(table: EventTable, *, keep_hours: int) -> int:
    """Removes data files that no commit names, left by runs that broke off or replaced since; how many.

    What is younger than ``keep_hours`` stays, as somebody may still read it, or be about to commit it.
    """
    with writing(table.place):
        removed = table.delta.vacuum(
            retention_hours=keep_hours, dry_run=False, enforce_retention_duration=False, full=True
        )
        table.refresh()
        left = table.place.sweep(keep_hours)
    return len(removed) + left


def _some_days(table: EventTable, done: list[object]) -> list[object]:
    """Days with several files, as many as one commit takes, without those that are done."""
    days = table.files.group_by("day").agg(pl.len(), pl.col("rows").sum()).sort("day")
    several = days.filter(pl.col("len") > 1, ~pl.col("day").is_in(done))
    kept = (pl.col("rows").cum_sum() <= _AT_ONCE) | (pl.int_range(pl.len()) == 0)
    return several.filter(kept)["day"].to_list()


def _put_together(table: EventTable, days: list[object]) -> bool:
    files = table.files.filter(pl.col("day").is_in(days))
    written = Written(table.place, remove=data_files(files))
    with written.prepared(), reading(table.place), writing(table.place):
        rows = StoredRows(table).scan(files["path"].to_list(), table.properties)
        write_days(rows, table, table.properties, written)
    if not written.commit(table):
        return False
    cache.moved(table.place, written.remove, written.add)
    return True
