"""The table of events: a Delta table with a folder a day, changed by whole commits only.

Every commit carries one transaction of a fixed name whose number is one more than the last, so that of two
that were prepared from the same state the second is refused, and prepared again. What a commit depends on
(which exports are in, which records) has therefore not changed when it is made.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.errors import InputError, InputProblem
from cesctl.store import names
from cesctl.store.failures import reading, writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deltalake import DeltaTable

    from cesctl.store.place import Place

EVENTS = "events"  # the table's folder in the store
_TITLE = "cesctl events, layout 1"
EXACT_THERE = (
    "exact"  # the transaction of commits with events that are copies where all is the same
)
JSON_THERE = "json"  # of commits with records that leave out what is empty
_SERIAL = "cesctl"  # the transaction that every commit carries
# Of text columns no statistics: a customer who is to be forgotten must not live on in the log of commits.
_SETTINGS = {"delta.dataSkippingStatsColumns": names.AT}
FILES = {
    "path": pl.String(),
    "day": pl.Date(),
    "rows": pl.Int64(),
    "first": pl.Datetime("us", "UTC"),
    "last": pl.Datetime("us", "UTC"),
    "bytes": pl.Int64(),
}


@dataclass(frozen=True)
class DataFile:
    """A file of one day's events: where it is under the table's folder, and what the commit says of it."""

    path: str
    day: date
    rows: int
    first: datetime
    last: datetime
    bytes: int


@dataclass(frozen=True)
class Change:
    """What one commit does. ``done``: names of transactions that are done with it, once more."""

    add: Sequence[DataFile] = ()
    remove: Sequence[DataFile] = ()
    done: Sequence[str] = ()


@dataclass
class EventTable:
    """The table as it was when opened or last refreshed."""

    place: Place
    delta: DeltaTable
    _asked: tuple[int, pl.DataFrame] | None = field(default=None, repr=False, compare=False)

    @staticmethod
    def open(place: Place) -> EventTable:
        """Raises InputError where there is none, or one that is not a store's."""
        with reading(place):
            found = _opened(place)
        if found is None:
            problem = InputProblem(
                "there is no event store",
                place.name,
                hint=f"make one: cesctl ingest EXPORTS --store {place.name}",
            )
            raise InputError(problem)
        if found.metadata().name != _TITLE:
            what = "a Delta table that cesctl did not make, or a later version did"
            raise InputError(InputProblem(f"is no event store but {what}", place.name))
        return EventTable(place, found)

    @staticmethod
    def made(place: Place) -> EventTable:
        """The same, made where there is none."""
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError

        with reading(place):
            there = _opened(place) is not None
        if not there:
            with writing(place):
                try:
                    DeltaTable.create(
                        place.uri(EVENTS),
                        _schema([]),
                        mode="ignore",
                        partition_by=[names.DAY],
                        name=_TITLE,
                        configuration=_SETTINGS,
                        storage_options=place.options,
                    )
                except DeltaError:  # another run may have made it at the same moment
                    if _opened(place) is None:
                        raise
        return EventTable.open(place)

    def refresh(self) -> None:
        """As it is now."""
        with reading(self.place):
            self.delta.update_incremental()

    @property
    def files(self) -> pl.DataFrame:
        """One row per file of the table: path, day, rows, first and last instant, bytes; by day and path."""
        version = self.delta.version()
        if self._asked is None or self._asked[0] != version:
            self._asked = (version, self._asked_files())
        return self._asked[1]

    def _asked_files(self) -> pl.DataFrame:
        with reading(self.place):
            found = pl.DataFrame(self.delta.get_add_actions(flatten=True))
        if not found.height:
            return pl.DataFrame(schema=FILES)
        said = {
            "path": "path",
            "day": f"partition.{names.DAY}",
            "rows": "num_records",
            "first": f"min.{names.AT}",
            "last": f"max.{names.AT}",
            "bytes": "size_bytes",
        }
        unsaid = pl.lit(None)
        return found.select(
            (pl.col(there) if there in found.columns else unsaid).cast(FILES[name]).alias(name)
            for name, there in said.items()
        ).sort("day", "path")

    @property
    def properties(self) -> list[str]:
        """The properties that its events can have, in the order they came."""
        found = (names.property_of(f.name) for f in self.delta.schema().fields)
        return [p for p in found if p is not None]

    def is_done(self, transaction: str) -> bool:
        """Whether a commit was made with it."""
        return self.times(transaction) > 0

    def times(self, transaction: str) -> int:
        """How many commits were made with it."""
        return self.delta.transaction_version(transaction) or 0

    def with_properties(self, paths: Sequence[str]) -> None:
        """Adds columns for properties that it has none for."""
        from deltalake.exceptions import DeltaError

        for _ in range(_TRIES):
            there = set(self.properties)
            new = [names.column_of(p) for p in paths if p not in there]
            if not new:
                return
            try:
                self.delta.alter.add_columns([_text(n) for n in new])
            except DeltaError as error:  # another run adds columns
                failed = error
            else:
                self.refresh()
                return
            self.refresh()
        with writing(self.place):
            raise failed

    def commit(self, change: Change) -> bool:
        """Makes it so; False where the table has changed since it was opened, and nothing was done.

        Where an error leaves open whether it was done, the table is asked. Raises OutputError where that
        cannot be told either: then nothing may be removed that the commit names.
        """
        from deltalake import CommitProperties, Transaction
        from deltalake.exceptions import CommitFailedError, DeltaError
        from deltalake.transaction import AddAction, RemoveAction

        now = int(time.time() * 1000)
        actions: list[Any] = [
            AddAction(
                f.path,
                f.bytes,
                {names.DAY: f.day.isoformat()},
                now,
                True,
                _statistics(f),
            )
            for f in change.add
        ]
        actions += [
            RemoveAction(f.path, True, now, f.bytes, {names.DAY: f.day.isoformat()})
            for f in change.remove
        ]
        names_done = dict.fromkeys((_SERIAL, *change.done))
        done = [Transaction(name, self.times(name) + 1) for name in names_done]
        with writing(self.place):
            try:
                self.delta.create_write_transaction(
                    actions,
                    "append",
                    self.delta.schema(),
                    [names.DAY],
                    commit_properties=CommitProperties(app_transactions=done),
                )
            except (DeltaError, OSError) as error:
                # Of a commit whose answer was lost the repetition is refused as a conflict with itself.
                self.delta.update_incremental()
                if self._was_made(change):
                    return True
                if not isinstance(error, CommitFailedError):
                    raise
                return False
        self.refresh()
        return True

    def _was_made(self, change: Change) -> bool:
        """Whether the table is as a change has made it; names of files come once only."""
        there = set(self.files["path"].to_list())
        if change.add:
            return any(f.path in there for f in change.add)
        return not any(f.path in there for f in change.remove) and bool(change.remove)

    def path(self, file: str) -> str:
        """Where a file of the table is, for polars."""
        return self.place.uri(EVENTS, file)


_TRIES = 20


def _opened(place: Place) -> DeltaTable | None:
    """The Delta table there; None where there is none."""
    from deltalake import DeltaTable
    from deltalake.exceptions import TableNotFoundError

    try:
        return DeltaTable(place.uri(EVENTS), storage_options=place.options)
    except TableNotFoundError:
        return None


def data_files(files: pl.DataFrame) -> list[DataFile]:
    """Rows of ``EventTable.files`` one by one."""
    return [DataFile(**row) for row in files.iter_rows(named=True)]


def schema(properties: Sequence[str]) -> dict[str, pl.DataType]:
    """The columns of a data file, the day left out."""
    every: dict[str, pl.DataType] = dict.fromkeys(names.EVERY, pl.String())
    every[names.AT] = pl.Datetime("us", "UTC")
    return every | {names.column_of(p): pl.String() for p in properties}


def _statistics(file: DataFile) -> str:
    def said(at: datetime) -> dict[str, str]:
        return {names.AT: at.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")}

    return json.dumps(
        {
            "numRecords": file.rows,
            "minValues": said(file.first),
            "maxValues": said(file.last),
            "nullCount": {},
        }
    )


def _text(name: str) -> Any:
    from deltalake import Field
    from deltalake.schema import PrimitiveType

    return Field(name, PrimitiveType("string"), nullable=True)


def _schema(properties: Sequence[str]) -> Any:
    from deltalake import Field, Schema
    from deltalake.schema import PrimitiveType

    fields = [_text(n) for n in names.EVERY if n != names.AT]
    fields.insert(2, Field(names.AT, PrimitiveType("timestamp"), nullable=True))
    fields += [_text(names.column_of(p)) for p in properties]
    return Schema([*fields, Field(names.DAY, PrimitiveType("date"), nullable=True)])
