"""Presets that the model declares itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import cesctl
from cesctl.errors import ModelError
from tests.sources.writing import put

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MODEL = """version: 1
timezone: Europe/Berlin
events: {any: {event: "*", weight: 1}, login: {event: my.login, weight: 1}}
presets:
  mytool:
    columns: [who, what, moment]
    customer: [who, mail]
    event: what
    timestamp: moment
    timestamp_format: "%d.%m.%Y %H:%M"
    id: [number, who]
    where: {test: "no"}
    prefix: my.
  batches:
    columns: [device, log]
    rows: log.entries
    customer: device
    event: log.entries.name
    timestamp: log.entries.at
"""
ROWS = (
    "number,who,what,moment,test,mail,sg_event_id,email,event,timestamp\n"
    "1,u1,login,31.10.2026 12:00,no,,,,,\n1,u1,login,31.10.2026 12:00,no,,,,,\n"
    "1,u2,login,31.10.2026 12:00,no,,,,,\n2,,login,31.10.2026 12:00,no,a@b.c,,,,\n"
    "3,u1,login,31.10.2026 12:00,yes,,,,,\n"
)


@pytest.mark.parametrize("source", ["", "source: {preset: mytool}\n"])
def test_a_preset_of_ones_own(tmp_path: Path, source: str) -> None:
    """Found by its columns, before the program's: SendGrid's columns are there too."""
    path = put(tmp_path, "x.csv", ROWS)
    result = cesctl.score([path], cesctl.parse_model(MODEL + source), now=NOW)
    assert ("read as mytool (preset mytool)" in result.notes) is not bool(source)
    counted = result.scores.select("customer", "login.measure").rows()
    assert sorted(counted) == [("a@b.c", 1), ("u1", 1), ("u2", 1)]
    assert (result.rows.duplicate, result.rows.filtered) == (1, 1)
    assert result.as_of == datetime(2026, 10, 31, 11, tzinfo=UTC)  # noon in the model's zone


BATCHES: list[dict[str, Any]] = [
    {"device": "d1", "log": {"entries": [{"name": "x", "at": 1760000000}] * 2}},
    {"device": "d2", "log": {"entries": [{"name": "y", "at": 1760000000}]}},
    {"device": "d3", "log": {}},
]


@pytest.mark.parametrize("alone", [False, True])
def test_rows_further_down(tmp_path: Path, alone: bool) -> None:
    records = BATCHES[:1] if alone else BATCHES
    path = put(tmp_path, "x.ndjson", "".join(json.dumps(b) + "\n" for b in records))
    result = cesctl.score([path], cesctl.parse_model(MODEL), now=NOW)
    assert "read as batches (preset batches)" in result.notes
    expected = {b["device"]: len(b["log"].get("entries", [])) for b in records}
    counted = dict(result.scores.select("customer", "any.measure").rows())
    assert counted == {c: n for c, n in expected.items() if n}


def test_an_object_around_rows_is_a_record(tmp_path: Path) -> None:
    model = (
        "version: 1\nevents: {x: 1}\npresets: {t: {columns: [box, items], rows: items, "
        "customer: box, event: items.e, timestamp: items.t}}\n"
    )
    text = json.dumps({"box": "b", "items": [{"e": "x", "t": "2026-10-01"}] * 3})
    result = cesctl.score([put(tmp_path, "x.json", text)], cesctl.parse_model(model), now=NOW)
    assert result.scores.select("customer", "x.measure").rows() == [("b", 3)]


def test_columns_that_a_preset_leaves_out_are_found_by_name(tmp_path: Path) -> None:
    model = "version: 1\nevents: {x: 1}\npresets: {t: {columns: [odd]}}\n"
    path = put(tmp_path, "x.csv", "odd,user_id,event,timestamp\n1,u,x,2026-10-01\n")
    result = cesctl.score([path], cesctl.parse_model(model), now=NOW)
    assert "read as t (preset t)" in result.notes
    assert result.scores.select("customer", "x.measure").rows() == [("u", 1)]


def test_the_names_of_the_programs_presets_are_taken() -> None:
    with pytest.raises(ModelError, match='"segment" is the name of a preset of the program'):
        cesctl.parse_model("events: {x: 1}\npresets: {segment: {columns: [a]}}\n")
