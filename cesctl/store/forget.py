"""Erases customers from a store for good: events, what is carried over, history, old versions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import OutputError
from cesctl.store import cache, forgotten, history, names
from cesctl.store.compact import KEEP_HOURS, swept
from cesctl.store.failures import reading, writing
from cesctl.store.rows import StoredRows
from cesctl.store.table import EventTable
from cesctl.store.write import Written, without_rows

if TYPE_CHECKING:
    from cesctl.store.place import Place

_TRIES = 20


@dataclass(frozen=True)
class Forgotten:
    """``events`` by customer, none of those that had none; ``reported``: rows of the history."""

    events: dict[str, int]
    reported: int


def forget(place: Place, customers: Collection[str], *, now: datetime | None = None) -> Forgotten:
    """Erases all events of these ids, as they were exported. Raises InputError, OutputError.

    Files that hold them are written anew without them, and removed at once: who reads an older state of the
    store meanwhile may have to begin again.
    """
    table = EventTable.open(place)
    with writing(
        place
    ):  # first: an export that is taken in meanwhile may be read from its beginning
        forgotten.note(place, customers, (now or datetime.now(UTC)).astimezone(UTC))
    for _ in range(_TRIES):
        with reading(place):
            found = _found(table, customers)
        done = _erase(table, found)
        if done:
            break
        table.refresh()
    else:
        raise OutputError(
            f'the event store "{place.name}" is being written to all the time\n'
            "  nothing was erased; run the same command again once that is done"
        )
    with writing(place):
        table.delta.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
        table.refresh()
        cache.clear(place)
    swept(table, keep_hours=KEEP_HOURS)
    reported = history.forget(place, customers)  # last, as one that is damaged ends it
    counted = found.group_by(names.CUSTOMER).len().sort(names.CUSTOMER)
    return Forgotten(dict(counted.rows()), reported)


def _found(table: EventTable, customers: Collection[str]) -> pl.DataFrame:
    """One row per event of theirs: where it is, and the customer."""
    rows = StoredRows(table).placed(table.files["path"].to_list())
    own = rows.filter(pl.col(names.CUSTOMER).is_in(list(customers)))
    return own.select("path", "row", names.CUSTOMER).collect(engine="streaming")


def _erase(table: EventTable, found: pl.DataFrame) -> bool:
    if not found.height:
        return True
    written = Written(table.place)
    with written.prepared(), writing(table.place):
        without_rows(found.select("path", "row"), table, written)
    return written.commit(table)
