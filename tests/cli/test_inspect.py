"""``cesctl inspect``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from cesctl.cli.main import app

if TYPE_CHECKING:
    from pathlib import Path

CSV = """\
user_id,event,timestamp,plan,amount
a,Login,2026-01-01T00:00:00Z,pro,
a,Buy,2026-01-03T10:00:00Z,pro,9.50
b,Login,2026-01-02T10:00:00Z,free,
b,[bold]Buy\x1b[31m,2026-01-05T10:00:00Z,,3
,Login,2026-01-05T10:00:00Z,pro,
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "90")
    (tmp_path / "events.csv").write_text(CSV)
    return tmp_path


def inspect(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["inspect", *arguments])


def test_the_whole_page() -> None:
    done = inspect("events.csv")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == EXPECTED


def test_as_json() -> None:
    done = inspect("events.csv", "-f", "json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["files"] == [{"name": "events.csv", "format": "csv"}]
    assert found["rows"] == {
        "read": 5,
        "accepted": 4,
        "duplicate": 0,
        "filtered": 0,
        "rejected": {"no customer": 1},
    }
    assert (found["first"], found["last"]) == ("2026-01-01T00:00:00Z", "2026-01-05T10:00:00Z")
    assert found["events"][0] == {
        "event": "Login",
        "count": 2,
        "customers": 2,
        "first": "2026-01-01T00:00:00Z",
        "last": "2026-01-02T10:00:00Z",
    }
    assert found["sources"] == [
        {
            "name": "",
            "preset": "plain",
            "customer": ["user_id"],
            "event": ["event"],
            "timestamp": ["timestamp"],
        }
    ]
    assert found["columns"][3]["values"] == {"pro": 3, "free": 1}
    assert found["problems"] == []


def test_few_rows_of_events() -> None:
    done = inspect("events.csv", "--top", "1")
    assert "and 2 more names with 2 events" in done.stdout


def test_unclear_columns_are_no_error_but_told(folder: Path) -> None:
    (folder / "odd.csv").write_text("who,event,timestamp\na,x,2026-01-01\n")
    done = inspect("odd.csv")
    assert done.exit_code == 0
    assert "--customer COLUMN" in done.stdout
    assert "For the model" not in done.stdout
    done = inspect("odd.csv", "--customer", "who")
    assert "  customer: who" in done.stdout.splitlines()[-3]


def test_a_column_that_is_not_there() -> None:
    done = inspect("events.csv", "--customer", "user")
    assert done.exit_code == 0
    assert 'did you mean "user_id"?' in done.stdout


def test_as_a_model_reads_it(folder: Path) -> None:
    (folder / "model.yaml").write_text(
        "source:\n"
        "  files: [events.csv]\n"
        "  customer: plan\n"
        "  where: {event: {ne: Login}}\n"
        "  deduplicate: exact\n"
        "events: {x: 1}\n"
    )
    found = json.loads(inspect("-c", "model.yaml", "-f", "json").stdout)
    assert found["rows"]["filtered"] == 3
    assert found["rows"]["rejected"] == {"no customer": 1}
    assert found["customers"] == 1
    found = json.loads(inspect("-c", "model.yaml", "-f", "json", "--customer", "user_id").stdout)
    assert found["customers"] == 2


def test_no_events_named() -> None:
    done = inspect()
    assert done.exit_code == 2
    assert "no events: name files, folders or -" in done.stderr


def test_nothing_to_read(folder: Path) -> None:
    (folder / "empty.csv").write_text("")
    assert inspect("none.csv").exit_code == 3
    assert inspect("empty.csv").exit_code == 3


EXPECTED = """\
events.csv

  Format     csv
  Preset     plain
  Note       columns found by name: customer = "user_id", event = "event", timestamp =
             "timestamp"
  Rows       5 read · 4 accepted
  Rejected   20.0% of all rows: 1 no customer
  Customers  2
  Dates      2026-01-01 to 2026-01-05, 5 days

Events: 3 names
  Event              Events  Customers  First to last             Share
  ────────────────────────────────────────────────────────────────────────────────
  Login                   2          2  2026-01-01 to 2026-01-02  50.0% █████
  Buy                     1          1  2026-01-03 to 2026-01-03  25.0% ██▌
  [bold]Buy\\x1b[31m       1          1  2026-01-05 to 2026-01-05  25.0% ██▌

Columns: 5
  Column     Used as    Filled  Values  Sample
  ──────────────────────────────────────────────────────────
  user_id    customer    80.0%       2  a
  event      event      100.0%       3  Login
  timestamp  timestamp  100.0%          2026-01-01T00:00:00Z
  plan                   80.0%       2  pro
  amount                 40.0%       2  9.50

Properties
  Column  Good for                                     Values
  ──────────────────────────────────────────────────────────────
  plan    attribute, where                             pro, free
  amount  attribute, where, sum, mean, min, max, last  3, 9.50

For the model
  source:
    customer: user_id
    event: event
    timestamp: timestamp
"""
