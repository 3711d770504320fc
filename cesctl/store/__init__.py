"""The event store: what was read of exports is kept, so that a later run reads only what is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from cesctl.model.types import Model
    from cesctl.store.log import StoreLog


@dataclass(frozen=True)
class Store:
    """An event store, to be given where exports are: ``cesctl.score(cesctl.Store("events.store"), model)``.

    ``name``: its folder.
    """

    name: str

    def log(self, model: Model, *, as_of: str, clock: datetime) -> StoreLog:
        """Its events for a model; raises UsageError without the extra, InputError where there are none."""
        from cesctl.extras import STORE

        STORE.check()
        from cesctl.store.log import open_store
        from cesctl.store.place import Place

        return open_store(Place.of(self.name), model, as_of=as_of, clock=clock)
