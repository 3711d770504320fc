"""Which transactions of a table are done. The table tells, the slower the more there are; what it has told
once is kept beside the exports.

What is done stays done, so that only a table which is another one, or was put back to an earlier state, could
say otherwise: what was kept is of no use for those.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cesctl.cloud.errors import StoreError
from cesctl.errors import InputError, OutputError

if TYPE_CHECKING:
    from cesctl.store.table import EventTable

EXPORTS = "exports"  # the folder of the store that tells of exports
_FILE = "done.json"
_NO_LOSS = (OSError, StoreError, InputError, OutputError)


@dataclass
class Done:
    """``sure``: names of transactions that are; ``kept``: how many of them are kept."""

    table: EventTable
    sure: set[str]
    kept: int

    @staticmethod
    def of(table: EventTable) -> Done:
        """With what is kept."""
        sure = _kept(table)
        return Done(table, sure, len(sure))

    def __contains__(self, transaction: str) -> bool:
        if transaction not in self.sure and self.table.is_done(transaction):
            self.sure.add(transaction)
        return transaction in self.sure

    def keep(self, more: Iterable[str] = ()) -> None:
        """With ``more`` that are done, for the next time."""
        self.sure.update(more)
        if len(self.sure) == self.kept:
            return
        delta = self.table.delta
        said = {
            "table": delta.metadata().id,
            "version": delta.version(),
            "done": sorted(self.sure),
        }
        with contextlib.suppress(*_NO_LOSS):
            self.table.place.write(EXPORTS, _FILE, json.dumps(said).encode())
            self.kept = len(self.sure)


def _kept(table: EventTable) -> set[str]:
    with contextlib.suppress(*_NO_LOSS, ValueError, KeyError, TypeError):
        said = json.loads(table.place.read(EXPORTS, _FILE) or b"{}")
        same = said["table"] == table.delta.metadata().id
        if same and said["version"] <= table.delta.version():
            return {name for name in said["done"] if isinstance(name, str)}
    return set()
