"""The table of events as it was at one moment, for where Delta's log is not read: on other machines.

It can be sent along, and holds no credentials: a place at a URL takes those of the machine it is on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.store.table import EXACT_THERE, JSON_THERE, EventTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from cesctl.store.place import Place


class Snapshot(EventTable):
    """What reading needs of a table: of some of its files, or of none. Never refreshed, nor written to."""

    def __init__(
        self, place: Place, files: pl.DataFrame, properties: Sequence[str], done: frozenset[str]
    ) -> None:
        self.place = place
        self._files = files
        self._properties = list(properties)
        self._done = done

    @staticmethod
    def of(table: EventTable) -> Snapshot:
        """Of a table, without its files."""
        done = frozenset(t for t in (EXACT_THERE, JSON_THERE) if table.is_done(t))
        return Snapshot(table.place, table.files.clear(), table.properties, done)

    def having(self, files: pl.DataFrame) -> Snapshot:
        """The same with those files: rows of ``EventTable.files``."""
        return Snapshot(self.place, files, self._properties, self._done)

    @property
    def files(self) -> pl.DataFrame:
        return self._files

    @property
    def properties(self) -> list[str]:
        return list(self._properties)

    def is_done(self, transaction: str) -> bool:
        return transaction in self._done
