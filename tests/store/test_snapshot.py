"""A table's snapshot: what reading asks of it is what the table says, and it can be sent."""

from __future__ import annotations

import pickle
from pathlib import Path

from cesctl.store.place import Place
from cesctl.store.snapshot import Snapshot
from cesctl.store.table import EXACT_THERE, JSON_THERE, EventTable
from tests.store.makers import MODEL, model, record, take, write


def test_it_says_what_the_table_says(tmp_path: Path) -> None:
    exact = model(MODEL.replace("id: id", "deduplicate: exact"))
    file = write(tmp_path / "a.csv", [record(n, 1 + n) for n in range(9)])
    take(tmp_path / "store", file, by=exact)
    table = EventTable.open(Place.of(str(tmp_path / "store")))
    found = pickle.loads(pickle.dumps(Snapshot.of(table)))
    assert found.properties == table.properties
    assert "plan" in found.properties
    assert found.is_done(EXACT_THERE)
    assert not found.is_done(JSON_THERE)
    assert not found.is_done("whatever")
    assert found.files.is_empty()
    assert found.files.schema == table.files.schema
    assert found.having(table.files).files.equals(table.files)
    some = table.files["path"][0]
    assert found.path(some) == table.path(some)
