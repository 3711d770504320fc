"""``cesctl check``."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from cesctl.cli.main import app

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """\
events:
  Login: 1
  Exprot: 5
bands: {Low: 1, Good: 99}
"""
LOG = """\
user_id,event,timestamp
a,Login,2026-01-01T10:00:00Z
a,Export,2026-01-02T10:00:00Z
b,[red]Page[/red],2026-01-03T10:00:00Z
,Login,2026-01-03T10:00:00Z
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "90")
    (tmp_path / "model.yaml").write_text(MODEL)
    (tmp_path / "events.csv").write_text(LOG)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_model_alone() -> None:
    done = CliRunner().invoke(app, ["check", "model.yaml"])
    assert (done.exit_code, done.stdout) == (0, "model.yaml: no errors (2 signals, 2 bands)\n")


def test_a_model_with_errors_shows_all_of_them(folder: Path) -> None:
    (folder / "model.yaml").write_text("events:\n  a: {wieght: 1}\n  b: x\nbandz: 1\n")
    done = CliRunner().invoke(app, ["check", "model.yaml", "events.csv"])
    assert done.exit_code == 2
    assert done.stdout == ""
    assert 'did you mean "weight"?' in done.stderr
    assert 'did you mean "bands"?' in done.stderr


def test_advice_on_the_model_alone(folder: Path) -> None:
    (folder / "model.yaml").write_text("events: {a: {weight: 1, max_points: 60}}")
    done = CliRunner().invoke(app, ["check", "model.yaml"])
    assert done.exit_code == 0
    assert "add up to 60, not to 100" in done.stdout


@pytest.mark.usefixtures("folder")
def test_against_a_log() -> None:
    done = CliRunner().invoke(app, ["check", "model.yaml", "events.csv"])
    assert done.exit_code == 0
    assert done.stdout == EXPECTED


@pytest.mark.usefixtures("folder")
def test_a_log_that_is_not_there() -> None:
    done = CliRunner().invoke(app, ["check", "model.yaml", "none.csv"])
    assert done.exit_code == 3
    assert done.stdout == ""
    assert "none.csv" in done.stderr


def test_a_model_alone_needs_no_polars(folder: Path) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from cesctl.cli.main import app; "
        "done = CliRunner().invoke(app, ['check', 'model.yaml']); "
        "print(done.exit_code, sorted({'polars', 'duckdb', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout == "0 []\n"


EXPECTED = """\
model.yaml, and how it fits this log

  As of      2026-01-03 10:00:00 UTC
  Rows       4 read · 3 accepted · 1 rejected: no customer
  Customers  2

Signals
  Signal  In the log  Taken  Customers  Share of points
  ───────────────────────────────────────────────────────
  Login            1      1          1  100.0% ██████████
  Exprot           0      0          0    0.0%
  In the log: events of these names. Taken: those that window and where let through.

Bands
  Band  From  Customers
  ─────────────────────
  Low      1          2
  Good    99          0

Events that no signal uses
  Event            Events  Customers
  ──────────────────────────────────
  Export                1          1
  [red]Page[/red]       1          1

Advice
  model.yaml: source: 25.0% of the rows are rejected: 1 no customer
      scoring stops above 5%: raise --max-rejected, or leave them out by `where`
  model.yaml:3: events.Exprot: no event of the log is "Exprot"
      did you mean "Export"?
  model.yaml:2: events.Login: makes up 100% of all points
      a lower weight, a cap or max_points would let the other signals speak
  model.yaml: bands.Good: no customer reaches it
      scores go from 0 to 1

model.yaml: no errors
"""
