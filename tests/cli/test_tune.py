"""``cesctl tune``: from a log to a new model."""

from __future__ import annotations

import csv
import io
import json
import shlex
from pathlib import Path

import pytest
from rich.cells import cell_len

import cesctl
from cesctl import extras
from cesctl.tuning import rivals
from tests.cli.small import call
from tests.tuning import logs

BASE = ("tune", "events.csv", "-c", "model.yaml", "--outcome", "event:left")
TIMES = ("--horizon", "30d", "--every", "30d", "--periods", "9", "--to", "2025-09-28T00:00:00Z")
RUN = (*BASE, *TIMES)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tune")
    (folder / "model.yaml").write_text(logs.MODEL, encoding="utf-8")
    logs.log(1, customers=700).write_csv(folder / "events.csv")
    return folder


@pytest.fixture(autouse=True)
def folder(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(made)
    monkeypatch.setattr(rivals, "TREES", 10)  # what they make of it is tested elsewhere
    monkeypatch.setenv("COLUMNS", "80")
    return made


@pytest.mark.parametrize("columns", ["80", "140"])
def test_what_it_prints(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    result = call(*RUN)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert max(map(cell_len, lines)) <= int(columns)
    text = " ".join(result.stdout.split())
    assert lines[0] == "Made up · tune"
    assert "Tuned weights foretell the outcome better than those of the model: AUC 0." in text
    for title in ("What changes", "How well it foretells", "By band of the tuned weights"):
        assert title in lines
    for name in ("weights before", "tuned weights", "equal weights", "boosted trees"):
        assert sum(line.strip().startswith(name) for line in lines) >= 1


def test_writes_a_model_that_scores_and_says_why(folder: Path) -> None:
    target = folder / "tuned.yaml"
    result = call(*RUN, "--write", str(target), "-f", "json", "--as-of", "2026-06-01")
    assert result.exit_code == 0, result.stderr
    assert "tuned.yaml written" in result.stderr
    text = target.read_text(encoding="utf-8")
    for comment in ("# one period", "# what they do", "# seen often"):
        assert comment in text
    assert "  # cesctl tune: weight 1 -> " in text
    answer = json.loads(result.stdout)
    assert answer["better"] is True
    assert 0.0 < answer["low"] < answer["difference"] < answer["high"]
    written = {s.name: s.weight for s in cesctl.load_model(target).signals}
    assert written == {row["signal"]: row["new_weight"] for row in answer["changes"]}
    assert [row["name"] for row in answer["measures"]][:2] == ["weights before", "tuned weights"]
    assert [row["band"] for row in answer["bands"]] == ["Low", "Mid", "Good"]
    assert answer["fitted"]["customers"] + answer["judged"]["customers"] <= 700
    assert call("score", "events.csv", "-c", "tuned.yaml").exit_code == 0
    command = " ".join(result.stderr.split()).partition("Next: cesctl ")[2]
    assert command.startswith(
        "backtest events.csv --outcome event:left --every 30d --horizon 30d --as-of 2026-06-01"
    )
    following = call(*shlex.split(command), "-f", "json")
    assert following.exit_code == 0, following.stderr
    times = [row["as_of"] for row in json.loads(following.stdout)["times"]]
    assert times == answer["judged"]["times"]
    over = call(*RUN, "--write", str(target))
    assert over.exit_code == 2
    assert "is there already; --force writes over it" in " ".join(over.stderr.split())
    target.write_text("mine", encoding="utf-8")
    assert call(*RUN, "--write", str(target), "--force").exit_code == 0
    assert target.read_text(encoding="utf-8") == text
    again = call(
        "tune",
        "events.csv",
        "-c",
        "tuned.yaml",
        "--outcome",
        "event:left",
        *TIMES,
        "-w",
        "again.yaml",
    )
    assert "No better weights were found: tuned ones are " in " ".join(again.stdout.split())
    assert "again.yaml is not written" in again.stderr
    assert not (folder / "again.yaml").exists()


def test_rows_are_signals(folder: Path) -> None:
    result = call(*RUN, "-f", "csv", "-o", "changes.csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [r["signal"] for r in rows] == ["much", "some", "nothing", "bad"]
    assert list(rows[0]) == [
        "signal",
        "weight",
        "new_weight",
        "setting",
        "new_setting",
        "odds",
        "why",
    ]
    assert (folder / "changes.csv").read_text(encoding="utf-8") == result.stdout


def test_markdown() -> None:
    text = call(*RUN, "-f", "markdown").stdout
    assert text.startswith("# Made up")
    assert "| tuned weights |" in text


def test_too_few_is_said_and_nothing_is_written(folder: Path) -> None:
    (folder / "few.csv").write_text(
        "".join(
            (folder / "events.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:4000]
        ),
        encoding="utf-8",
    )
    result = call("tune", "few.csv", *RUN[2:], "--write", "few.yaml")
    assert result.exit_code == 0, result.stderr
    assert "too few" in " ".join(result.stdout.split())
    assert "stays as it is" in result.stderr
    assert not (folder / "few.yaml").exists()
    empty = json.loads(call("tune", "few.csv", *RUN[2:], "-f", "json").stdout)
    assert empty["better"] is False
    assert "changes" not in empty


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--write", "model.yaml"), "a file that is read"),
        (("--write", "model.txt"), "must end with .yaml"),
        (("--write", "nowhere/model.yaml"), "there is no folder"),
        (("--periods", "3", "--from", "2025-01-01"), "exclude each other"),
        (("--horizon", "250d"), "at stake at one T only"),
        (("--good", "--label", "x"), "it chooses rows of a file"),
    ],
)
def test_wrong_calls(options: tuple[str, ...], message: str) -> None:
    result = call(*BASE, *(TIMES if "--from" not in options else ()), *options)
    assert result.exit_code in {2, 4}
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(extras.TUNE.modules, "no_such_package", "scikit-learn")
    result = call(*RUN)
    assert result.exit_code == 2
    assert "pip install 'cesctl[tune]'" in result.stderr
