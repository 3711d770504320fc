"""Which transactions of a table are done. The table tells, the slower the more there are; what it has told
once is kept beside the exports, for the very commit that it was told of.
"""

from __future__ import annotations

import contextlib
import hashlib
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
_COMMITS = "events/_delta_log"
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
        with contextlib.suppress(*_NO_LOSS):
            commit = _commit(self.table)
            if commit:
                said = {"commit": commit, "done": sorted(self.sure)}
                self.table.place.write(EXPORTS, _FILE, json.dumps(said).encode())
                self.kept = len(self.sure)


def _kept(table: EventTable) -> set[str]:
    """Nothing where it was told of another commit. The number of a version would not do: a table that was
    copied or put back while others went on comes to the same number by other commits.
    """
    with contextlib.suppress(*_NO_LOSS, ValueError, KeyError, TypeError):
        said = json.loads(table.place.read(EXPORTS, _FILE) or b"{}")
        if said["commit"] == _commit(table):
            return {name for name in said["done"] if isinstance(name, str)}
    return set()


def _commit(table: EventTable) -> str | None:
    """A digest of the table's last commit; None where that is not there any more."""
    content = table.place.read(_COMMITS, f"{table.delta.version():020}.json")
    return None if content is None else hashlib.sha256(content).hexdigest()
