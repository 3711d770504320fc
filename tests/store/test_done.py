"""What is kept of which exports are done: it saves asking, and tells of no other table."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cesctl.store.done import Done
from cesctl.store.exports import every, noted
from cesctl.store.forget import forget
from cesctl.store.place import Place
from cesctl.store.table import EventTable
from cesctl.store.verify import verify
from tests.store.makers import record, take, write


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The transactions that the table itself is asked for."""
    names: list[str] = []
    real = EventTable.is_done

    def noted(table: EventTable, transaction: str) -> bool:
        names.append(transaction)
        return real(table, transaction)

    monkeypatch.setattr(EventTable, "is_done", noted)
    return names


def nights(folder: Path, number: int, first: int = 1) -> list[Path]:
    """Exports of so many days, each taken in by itself."""
    days = range(first, first + number)
    files = [write(folder / f"{n}.csv", [record(10 * n + m, n) for m in range(9)]) for n in days]
    for file in files:
        take(folder / "store", file)
    return files


def test_what_is_known_is_not_asked_again(tmp_path: Path, asked: list[str]) -> None:
    files = nights(tmp_path, 4)
    asked.clear()
    done = take(tmp_path / "store", *files)
    assert (len(done.passed), done.taken) == (4, [])
    assert [a for a in asked if a.startswith("export:")] == []


def test_a_table_that_is_another_one_is_asked(tmp_path: Path) -> None:
    """So that what its events are not in is not taken for known."""
    files = nights(tmp_path, 3)
    path = tmp_path / "store" / "exports" / "done.json"
    said: dict[str, Any] = json.loads(path.read_text())
    assert len(said["done"]) == 3
    (tmp_path / "store" / "events").rename(tmp_path / "gone")
    done = take(tmp_path / "store", *files)
    assert len(done.taken) == 3
    for content in (
        "",
        "[]",
        '{"table": 1}',
        json.dumps(said),
        json.dumps(said | {"commit": None}),
    ):
        path.write_text(content)
        assert Done.of(EventTable.open(Place.of(str(tmp_path / "store")))).sure == set(), content
        assert take(tmp_path / "store", *files).taken == []
        assert len(json.loads(path.read_text())["done"]) == 3


def test_a_table_put_back_to_an_earlier_state_is_asked(tmp_path: Path) -> None:
    nights(tmp_path, 2)
    shutil.copytree(tmp_path / "store" / "events", tmp_path / "before")
    files = nights(tmp_path, 2, first=3)
    shutil.rmtree(tmp_path / "store" / "events")
    (tmp_path / "before").rename(tmp_path / "store" / "events")
    assert len(take(tmp_path / "store", *files).taken) == 2


def test_a_copy_that_was_made_while_a_night_ran(tmp_path: Path) -> None:
    """It has the events of one moment and tells of the exports of a later one; other commits come to the same
    number as those it lacks.
    """
    store, copy = tmp_path / "store", tmp_path / "copy"
    files = nights(tmp_path, 3)
    shutil.copytree(store / "events", copy / "events")
    files += nights(tmp_path, 1, first=4)
    shutil.copytree(store / "exports", copy / "exports")
    place = Place.of(str(copy))
    for _ in range(3):
        forget(place, ["nobody", f"c{_:02}"])
        assert [e.name for e in every(EventTable.open(place))] == [str(f) for f in files[:3]]
    done = take(copy, *files)
    assert [e.name for e in done.taken] == [str(files[3])]
    assert verify(place).exports == 4


def test_verify_asks_the_table(tmp_path: Path) -> None:
    nights(tmp_path, 2)
    path = tmp_path / "store" / "exports" / "done.json"
    said = json.loads(path.read_text())
    shutil.copy(next((tmp_path / "store" / "exports").glob("0*.json")), tmp_path / "one.json")
    meant = json.loads((tmp_path / "one.json").read_text()) | {"sha256": "0" * 64}
    name = f"{meant['size']:015d}-{'0' * 64}-{'0' * 16}.json"
    (tmp_path / "store" / "exports" / name).write_text(json.dumps(meant))
    table = EventTable.open(Place.of(str(tmp_path / "store")))
    (new,) = {e.transaction for e in noted(table)} - set(said["done"])
    path.write_text(json.dumps(said | {"done": [*said["done"], new]}))
    assert len(every(table)) == 3
    assert verify(table.place).exports == 2
