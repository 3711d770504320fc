"""Which events are copies depends on the properties that a model uses: what is kept of one model does not
serve another that tells them by other properties.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from cesctl.insight.segments import segments
from cesctl.model.load import parse_model
from cesctl.model.types import Model
from cesctl.pipeline.run import score
from cesctl.store import Store
from cesctl.store import days as kept_days
from tests.store.makers import same, take


@pytest.fixture(params=[0, 10**9], ids=["days summed", "events carried"], autouse=True)
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_days, "ENOUGH", request.param)


def log(folder: Path) -> Path:
    """Every event twice: alike in ``a``, and in no other property."""
    path = folder / "log.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(["user", "event", "time", "a", "b", "props"])
        for day in range(1, 29):
            for n in range(4):
                for copy in "xy":
                    own = {"a": "same", "b": f"{copy}{n % 2}"}
                    row = [f"u{n}", "x", f"2026-01-{day:02}T10:00:00Z", *own.values()]
                    table.writerow([*row, json.dumps(own)])
    return path


def model(prop: str) -> Model:
    return parse_model(
        "source: {customer: user, event: event, timestamp: time, deduplicate: exact}\n"
        "window: 20d\n"
        "events:\n"
        "  x: 1\n"
        "  ever: {event: x, measure: once, window: none, weight: 1}\n"
        f"  kinds: {{event: x, measure: distinct, property: {prop}, weight: 1}}\n"
    )


@pytest.mark.parametrize("start", ["", "props."])
@pytest.mark.parametrize("order", ["ab", "ba"])
def test_models_that_tell_copies_by_other_properties(
    start: str, order: str, tmp_path: Path
) -> None:
    path, store = log(tmp_path), tmp_path / "store"
    take(store, path, by=model("a"))
    for name in [*order, *order]:
        same(store, [path], model(start + name))
    assert score([path], model(f"{start}a")).rows.duplicate == 112
    assert score([path], model(f"{start}b")).rows.duplicate == 0


def test_copies_that_differ_in_what_only_one_command_asks_for(tmp_path: Path) -> None:
    path, store = log(tmp_path), tmp_path / "store"
    take(store, path, by=model("a"))
    for _ in range(2):
        found, whole = (segments(i, model("a"), by=["b"]) for i in (Store(str(store)), [path]))
        assert found.rows.equals(whole.rows)
        assert found.everyone.rows == whole.everyone.rows
        assert (found.everyone.rows.accepted, found.everyone.rows.duplicate) == (112, 112)
