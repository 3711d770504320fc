"""``cesctl init``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from cesctl.cli.main import app
from cesctl.cli.model_files import model_files
from cesctl.model import load_model, parse_model
from cesctl.pipeline.run import score

if TYPE_CHECKING:
    from pathlib import Path

LOG = "user_id,event,timestamp\n" + "".join(
    f"c{i},{event},2026-01-{day:02}T10:00:00Z\n"
    for i in range(30)
    for day in range(1, i + 2)
    for event in ("Login", *(["Export"] if i > 20 else []))
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "events.csv").write_text(LOG)
    return tmp_path


def init(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["init", *arguments])


def test_it_writes_a_model_that_runs_at_once(folder: Path) -> None:
    done = init("events.csv")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.endswith("cesctl.yaml written. Next: cesctl score\n")
    assert {p.name for p in folder.iterdir()} == {"events.csv", "cesctl.yaml"}
    model = load_model(folder / "cesctl.yaml")
    assert [s.name for s in model.signals] == ["Export", "Login", "active_days", "last_active"]
    assert CliRunner().invoke(app, ["score"]).exit_code == 0


def test_it_writes_over_nothing_unless_told_to(folder: Path) -> None:
    (folder / "cesctl.yaml").write_text("mine")
    done = init("events.csv")
    assert done.exit_code == 2
    assert '"cesctl.yaml" is there already; --force writes over it' in done.stderr
    assert (folder / "cesctl.yaml").read_text() == "mine"
    assert init("events.csv", "--force").exit_code == 0
    assert (folder / "cesctl.yaml").read_text() != "mine"


def test_to_standard_output(folder: Path) -> None:
    done = init("events.csv", "-o", "-")
    assert done.exit_code == 0
    assert parse_model(done.stdout).sources[0].customer == ("user_id",)
    assert [p.name for p in folder.iterdir()] == ["events.csv"]


def test_to_another_folder_the_files_are_named_from_there(folder: Path) -> None:
    (folder / "models").mkdir()
    done = init("events.csv", "-o", "models/mine.yaml")
    assert done.stderr.endswith(
        "models/mine.yaml written. Next: cesctl score -c models/mine.yaml\n"
    )
    assert "files: [../events.csv]" in (folder / "models" / "mine.yaml").read_text()
    assert CliRunner().invoke(app, ["score", "-c", "models/mine.yaml"]).exit_code == 0


@pytest.mark.usefixtures("folder")
def test_where_nothing_can_be_written() -> None:
    done = init("events.csv", "-o", "no/such/folder.yaml")
    assert done.exit_code == 4
    assert 'cannot write "no/such/folder.yaml"' in done.stderr


def test_nothing_is_written_when_the_export_cannot_be_read(folder: Path) -> None:
    (folder / "bad.csv").write_text("user_id,event,timestamp\na,x,yesterday\n")
    done = init("bad.csv")
    assert done.exit_code == 3
    assert "no row is an event (1 unreadable timestamp)" in done.stderr
    assert "  set source.timestamp_format in the model: " in done.stderr
    assert {p.name for p in folder.iterdir()} == {"events.csv", "bad.csv"}


def test_columns_can_be_named(folder: Path) -> None:
    (folder / "orders.csv").write_text("Email,Paid at\na@x.org,2026-01-01T10:00:00Z\n")
    done = init(
        "orders.csv",
        "-o",
        "-",
        "--customer",
        "Email",
        "--event-name",
        "order",
        "--timestamp",
        "Paid at",
    )
    assert done.exit_code == 0
    source = parse_model(done.stdout).sources[0]
    assert (source.customer, source.event_value, source.timestamp) == (
        ("Email",),
        "order",
        ("Paid at",),
    )


def test_files_of_two_tools_are_two_sources(folder: Path) -> None:
    mails = [
        {"email": "a", "event": e, "timestamp": 1767225600 + n * 86400, "sg_event_id": f"{e}{n}"}
        for n in range(9)
        for e in ("open", "click")
    ]
    (folder / "mails.json").write_text(json.dumps(mails))
    assert init("events.csv", "mails.json").exit_code == 0
    model = load_model("cesctl.yaml")
    assert [(s.name, s.preset, s.files) for s in model.sources] == [
        ("plain", None, ("events.csv",)),
        ("sendgrid", "sendgrid", ("mails.json",)),
    ]
    assert score([], model).rows.read == LOG.count("\n") - 1 + len(mails)
    done = init("events.csv", "mails.json", "-o", "-")
    assert "sources:\n  plain:\n    files: [events.csv]\n" in done.stdout


@pytest.mark.usefixtures("folder")
def test_two_ways_to_say_the_event_are_one_too_many() -> None:
    done = init("events.csv", "--event", "event", "--event-name", "x")
    assert done.exit_code == 2
    assert "--event and --event-name exclude each other" in done.stderr


def test_standard_input_is_no_file_of_the_model(tmp_path: Path) -> None:
    assert model_files(["a.csv", "-"], tmp_path) == []


def test_an_unclear_column_is_named_by_an_option(folder: Path) -> None:
    (folder / "odd.csv").write_text("who,event,timestamp\na,x,2026-01-01\n")
    done = init("odd.csv")
    assert done.exit_code == 3
    assert "say which: --customer COLUMN" in done.stderr
