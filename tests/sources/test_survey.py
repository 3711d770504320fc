"""Every column of an export, also where it is unclear what they mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cesctl.model.types import Source
from cesctl.sources.survey import survey

if TYPE_CHECKING:
    from pathlib import Path


def test_every_column_and_the_keys_of_an_event_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("note,user_id,event,timestamp\nhi,a,x,2026-01-01\n")
    found = survey([path], [Source()])
    assert found.events is not None
    (everything,) = found.everything.parts
    (keys,) = found.events.parts
    assert everything.frame.collect().row(0) == ("hi", "a", "x", "2026-01-01")
    assert keys.frame.collect().columns == ["user_id", "event", "timestamp"]
    assert found.events.sources[0].customer == ("user_id",)
    assert found.problems == ()


def test_unclear_keys_are_problems_not_errors(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text(json.dumps({"who": {"name": "a"}, "n": 1}) + "\n")
    found = survey([path], [Source()])
    assert found.events is None
    assert "no customer column" in found.problems[0].message
    (part,) = found.everything.parts
    assert part.frame.collect().to_dicts() == [{"who.name": "a", "n": "1"}]
