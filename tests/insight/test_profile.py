"""What inspect finds in an export."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
import yaml

from cesctl.errors import InputError
from cesctl.insight.profile import Profile, profile
from cesctl.model import parse_model
from cesctl.model.types import Source
from cesctl.result import RowCounts
from tests.insight.frames import NOW, START

if TYPE_CHECKING:
    from pathlib import Path

CSV = """\
user_id,event,timestamp,plan,amount,note
a,Login,2026-01-01T00:00:00Z,pro,,
a,Buy,2026-01-03T10:00:00Z,pro,9.50,"x, y"
b,Login,2026-01-02T10:00:00Z,free,,
b,Buy,2026-01-05T10:00:00Z,,3,
,Login,2026-01-05T10:00:00Z,pro,,
b,Login,never,pro,,
"""


def look(path: Path, source: Source | None = None) -> Profile:
    return profile([path], [source or Source()], now=NOW)


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    path.write_text(CSV)
    return path


def test_the_events_and_how_rows_are_counted(csv: Path) -> None:
    found = look(csv)
    assert found.events.select("event", "count", "customers").rows() == [
        ("Buy", 2, 2),
        ("Login", 2, 2),
    ]
    assert (found.rows.read, found.rows.accepted, found.customers) == (6, 4, 2)
    assert found.rows.rejected == {"no customer": 1, "unreadable timestamp": 1}
    assert found.first == START
    assert found.last is not None
    assert found.last.isoformat() == "2026-01-05T10:00:00+00:00"


def test_columns_used_and_why(csv: Path) -> None:
    found = look(csv)
    assert found.sources[0].customer == ("user_id",)
    assert found.sources[0].event == ("event",)
    assert found.sources[0].timestamp == ("timestamp",)
    assert "found by name" in " ".join(found.notes)
    assert found.files == ((str(csv), "csv"),)


def test_every_column_with_a_sample(csv: Path) -> None:
    found = look(csv)
    assert [(c.name, c.filled, c.sample) for c in found.columns] == [
        ("user_id", 5, "a"),
        ("event", 6, "Login"),
        ("timestamp", 6, "2026-01-01T00:00:00Z"),
        ("plan", 5, "pro"),
        ("amount", 2, "9.50"),
        ("note", 1, "x, y"),
    ]
    assert [c.name for c in found.attributes] == ["plan", "amount"]
    assert [c.name for c in found.numbers] == ["amount"]


def test_the_block_is_a_source_of_a_model(csv: Path) -> None:
    model = parse_model(look(csv).block + "events: {Login: 1}")
    assert model.sources[0].customer == ("user_id",)
    named = look(csv, Source(customer=("plan",), event_value="yes", timestamp=("timestamp",)))
    assert yaml.safe_load(named.block) == {
        "source": {"customer": "plan", "event": {"value": "yes"}, "timestamp": "timestamp"}
    }
    assert named.events["event"].to_list() == ["yes"]


def test_nested_json_shows_its_paths(tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson.gz"
    rows = [
        {"event": "Login", "properties": {"distinct_id": "a", "time": 1767225600}},
        {"event": "Buy", "properties": {"distinct_id": "b", "time": 1767225700, "price": 2.50}},
    ]
    path.write_bytes(gzip.compress("\n".join(json.dumps(r) for r in rows).encode()))
    found = look(path)
    assert found.sources[0].customer == ("properties.distinct_id", "properties.$user_id")
    assert {c.name: c.filled for c in found.columns} == {
        "event": 2,
        "properties.distinct_id": 2,
        "properties.time": 2,
        "properties.price": 1,
    }
    assert found.events["event"].to_list() == ["Buy", "Login"]


def test_an_export_whose_columns_have_other_names_still_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("who,what,moment\na,x,2026-01-01\nb,y,2026-01-02\n")
    found = look(path)
    assert "no customer column is found by its name" in found.problems[0].message
    assert found.block == ""
    assert [(c.name, c.sample) for c in found.columns] == [
        ("who", "a"),
        ("what", "x"),
        ("moment", "2026-01-01"),
    ]
    assert (found.rows, found.events.height) == (RowCounts(read=2), 0)
    told = Source(customer=("who",), event=("what",), timestamp=("moment",))
    assert look(path, told).rows.accepted == 2


def test_files_of_different_columns(tmp_path: Path, csv: Path) -> None:
    (tmp_path / "more.csv").write_text("user_id,event,timestamp,seats\nz,Login,2026-01-09,4\n")
    found = profile([csv, tmp_path / "more.csv"], [Source()], now=NOW)
    assert [c.name for c in found.columns][-1] == "seats"
    assert found.rows.read == 7
    assert {c.name: c.filled for c in found.columns}["plan"] == 5


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv"):
        look(tmp_path / "none.csv")


@pytest.mark.slow
def test_a_real_export(shared_data: Path) -> None:
    found = profile(
        [shared_data / "online-retail" / "online_retail.csv.gz"],
        [Source(event_value="purchase")],
        now=NOW,
    )
    assert (found.rows.read, found.customers) == (541_909, 4_372)
    assert found.rows.rejected == {"no customer": 135_080}
    assert {"Quantity", "UnitPrice"} <= {c.name for c in found.numbers}
