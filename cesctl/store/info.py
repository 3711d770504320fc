"""What is in a store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from cesctl.store import exports, names
from cesctl.store.failures import reading
from cesctl.store.rows import StoredRows
from cesctl.store.table import EventTable

if TYPE_CHECKING:
    from datetime import datetime

    from cesctl.store.exports import Export
    from cesctl.store.place import Place


@dataclass(frozen=True)
class Info:
    """``first``, ``last``: the instants of its first and last event; ``days``: that have events;
    ``exports``: in the order they were taken in.
    """

    events: int
    customers: int
    days: int
    first: datetime | None
    last: datetime | None
    files: int
    bytes: int
    properties: list[str]
    exports: list[Export]


def info(place: Place) -> Info:
    """Raises InputError where there is no store."""
    table = EventTable.open(place)
    files = table.files
    with reading(place):
        rows = StoredRows(table).scan(files["path"].to_list(), ())
        customers = rows.select(pl.col(names.CUSTOMER).n_unique()).collect(engine="streaming")
        taken = exports.every(table)
    return Info(
        events=int(files["rows"].sum()),
        customers=int(customers.item()) if files.height else 0,
        days=files["day"].n_unique(),
        first=files["first"].min(),  # type: ignore[arg-type]
        last=files["last"].max(),  # type: ignore[arg-type]
        files=files.height,
        bytes=int(files["bytes"].sum()),
        properties=table.properties,
        exports=taken,
    )
