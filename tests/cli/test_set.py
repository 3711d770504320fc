"""``--set``: what a run says where the model said something else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cesctl
from tests.cli import small

SET = ("--set", "events.Post scheduled.weight=0", "--set", "bands.Good.from=25")
COMMANDS: dict[str, tuple[str, ...]] = {
    "score": (),
    "explain": ("bolt",),
    "trend": (),
    "movers": (),
    "segments": ("--by", "plan"),
    "drivers": (),
    "backtest": ("--outcome", "silent:7d", "--every", "7d", "--periods", "2"),
    "report": (),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_scores_takes_it_and_says_so(name: str) -> None:
    call = (name, *COMMANDS[name], "events.csv", "-c", "model.yaml", *SET)
    shown = small.call(*call, "-f", "markdown", "-q")
    assert shown.exit_code == 0, shown.stderr
    assert "events.Post scheduled.weight = 0 · bands.Good.from = 25" in shown.stdout
    said = json.loads(small.call(*call, "-f", "json", "-q").stdout)
    wanted = {"events.Post scheduled.weight": "0", "bands.Good.from": "25"}
    assert said["model"]["set"] == wanted
    model = cesctl.load_model("model.yaml", set=wanted)
    assert said["model"]["sha256"] == model.sha256
    assert model.sha256 != cesctl.load_model("model.yaml").sha256


def test_the_scores_are_those_of_the_model_that_says_so(folder: Path) -> None:
    found = json.loads(
        small.call("score", "events.csv", "-c", "model.yaml", *SET, "-f", "json").stdout
    )
    edited = small.MODEL.replace("scheduled: 1", "scheduled: 0").replace("from: 20", "from: 25")
    (folder / "edited.yaml").write_text(edited, encoding="utf-8")
    alone = json.loads(small.call("score", "events.csv", "-c", "edited.yaml", "-f", "json").stdout)
    assert found["customers"] == alone["customers"]
    assert found["model"]["sha256"] == alone["model"]["sha256"]
    assert [c["score"] for c in found["customers"]] == [68, 24, 8, 0]


def test_nothing_is_said_of_it_where_nothing_is_set() -> None:
    call = ("score", "events.csv", "-c", "model.yaml")
    assert "  Set " not in small.call(*call).stdout
    assert "set" not in json.loads(small.call(*call, "-f", "json").stdout)["model"]


def test_the_model_of_this_folder(folder: Path) -> None:
    (folder / "model.yaml").rename("cesctl.yaml")
    assert (
        "  Set     scale.round = 2\n"
        in small.call("score", "events.csv", "--set", "scale.round=2").stdout
    )


def test_an_option_that_says_the_same_is_refused() -> None:
    call = ("score", "events.csv", "-c", "model.yaml", "--set", "window=3d", "--window", "60d")
    result = small.call(*call)
    assert result.exit_code == 2
    assert "--window and --set window say the same thing; give one" in result.stderr


def test_files_that_are_given_and_set_are_refused() -> None:
    result = small.call(
        "score", "events.csv", "-c", "model.yaml", "--set", "source.files=[other.csv]"
    )
    assert result.exit_code == 2
    said = "files are given, and by --set source.files others; give one"
    assert said in " ".join(result.stderr.split())


def test_what_cannot_be_set_ends_the_run() -> None:
    call = ("score", "events.csv", "-c", "model.yaml", "--set")
    wrong = small.call(*call, "events.Post schedled.weight=2")
    assert wrong.exit_code == 2
    assert wrong.stderr == (
        'Error: --set: events.Post schedled: no such key; did you mean "Post scheduled"?\n'
    )
    refused = small.call(*call, "bands.Good.from=0")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("model.yaml (with --set):12:24: bands.2.from: ")


def test_what_is_set_acts_on_no_terminal() -> None:
    shown = small.call("score", "events.csv", "-c", "model.yaml", "--set", 'name="[red]\\e[31mx"')
    assert "\x1b" not in shown.stdout + shown.stderr
    assert "[red]" in shown.stdout


def test_a_report_says_at_once_that_it_asks_what_if() -> None:
    page = small.call("report", "events.csv", "-c", "model.yaml", "-f", "markdown", *SET).stdout
    assert "what if: 2 values set" in "\n".join(page.splitlines()[:6])
