"""What is kept of which exports are done: it saves asking, and tells of no other table."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cesctl.store.done import Done
from cesctl.store.place import Place
from cesctl.store.table import EventTable
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
        json.dumps(said | {"table": None}),
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
