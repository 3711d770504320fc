"""``cesctl diff``: from two models and a log to what is printed and written."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest

import cesctl
from cesctl.present.diff_view import diff_answer
from tests.cli import small
from tests.validity import logs

NEW = small.MODEL.replace("Post scheduled: 1", "Post scheduled: 0.5").replace(
    "from: 20", "from: 25"
)
BASE = ("diff", "model.yaml", "new.yaml", "events.csv", "-q")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small.write(tmp_path)
    (tmp_path / "new.yaml").write_text(NEW.replace("name: Small", "name: New"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


WHOLE = """\
Small and New · diff

  A       model.yaml · window 90d
  B       new.yaml · window 90d
  As of   2026-11-01 23:59:59 UTC
  Events  events.csv
  Rows    42 read · 42 accepted · none rejected

What the models say
  Where                         A      B
  ────────────────────────────────────────
  name                          Small  New
  events.Post scheduled.weight  1      0.5
  bands.Good.from               20     25

Both models
                     A          B  Difference
  ───────────────────────────────────────────
  Customers          4          4           0
  Average         29.3       27.3        -2.0
  Median          16.0       16.0         0.0
  At risk    2 (50.0%)  3 (75.0%)          +1
  ───────────────────────────────────────────
  Low        2 (50.0%)  3 (75.0%)          +1
  Good       2 (50.0%)  1 (25.0%)          -1

How far they agree
  4 customers are scored by both, 1 of them otherwise (25.0%); rank correlation
  1.000 (Spearman; 1 is the same order).
  At risk by both: 2; by A only: 0; by B only: 1. That is another flag for 25.0%
  of them.

From the bands of A to those of B
  A     Customers      B: Low    B: Good
  ──────────────────────────────────────
  Low           2  2 (100.0%)          \u2013
  Good          2   1 (50.0%)  1 (50.0%)
  ──────────────────────────────────────
  B             4           3          1
  Shares are of the band of A.

Greatest differences: 2 of 2
  Customer, signal      A      B  Difference  Band
  ──────────────────────────────────────────────────────
  acme              84     76          -8     Good
    Post scheduled  16.00   8.00       -8.00
    1 other         68.00  68.00        0.00
    = raw           84.00  76.00       -8.00
  ──────────────────────────────────────────────────────
  bolt              24     24           0     Good → Low
    1 other         24.00  24.00        0.00
    = raw           24.00  24.00        0.00
  The score of a customer, then the points of the signals that make the
  difference; raw is their sum.
"""


def test_whole() -> None:
    shown = small.call(*BASE)
    assert shown.exit_code == 0
    assert shown.stderr == ""
    assert shown.stdout == WHOLE


def test_the_command_prints_what_the_library_returns() -> None:
    models = [cesctl.load_model(name) for name in ("model.yaml", "new.yaml")]
    made = cesctl.diff(["events.csv"], models[0], models[1])
    answer = diff_answer(made, top=1)
    shown = small.call(*BASE, "--top", "1", "-f", "markdown").stdout
    assert shown == answer.markdown()
    assert small.call(*BASE, "-f", "json").stdout.encode() == b"".join(answer.file("json"))
    said = json.loads(small.call(*BASE, "-f", "json").stdout)
    assert [c["customer"] for c in said["customers"]] == made.customers["customer"].to_list()
    assert said["a"]["summary"] == {"customers": 4, "at_risk": 2, "average": 29.25, "median": 16}
    assert said["models"][1] == {"where": "events.Post scheduled.weight", "a": "1", "b": "0.5"}
    assert said["customers"][0]["Post scheduled.b"] == 8
    assert "foretelling" not in said


def test_files_hold_a_row_per_customer(folder: Path) -> None:
    shown = small.call(*BASE, "-f", "csv", "-o", "d.parquet", "-o", "d.json", "-o", "d.xlsx")
    rows = list(csv.DictReader(io.StringIO(shown.stdout)))
    assert [r["customer"] for r in rows] == ["acme", "bolt", "[red]", "crane"]
    assert list(rows[0]) == [
        "customer", "plan", "score_a", "score_b", "difference", "band_a", "band_b", "at_risk_a",
        "at_risk_b", "rank_a", "rank_b", "raw_a", "raw_b", "raw_difference", "Post scheduled.difference",
        "Feature explored.difference",
    ]  # fmt: skip
    assert rows[1]["band_b"] == "Low"
    assert pl.read_parquet(folder / "d.parquet").columns == list(rows[0])
    assert len(json.loads((folder / "d.json").read_text())["transitions"]) == 3


def test_what_if_of_one_model() -> None:
    call = ("diff", "model.yaml", "model.yaml", "events.csv", "-q")
    shown = small.call(*call, "--set", "events.Feature explored.weight=0", "--top", "0").stdout
    assert "  B       model.yaml · with events.Feature explored.weight = 0 · window 90d" in shown
    assert "  A       model.yaml · window 90d" in shown
    assert "events.Feature explored.weight  4  0" in shown
    assert "Greatest differences" not in shown
    same = small.call(*call).stdout
    assert "Both say the same." in same
    assert "No score and no band differs." in same
    wrong = small.call(*call, "--set", "events.x.weight=0")
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith(
        "Error: --set: events.x: no such key; there are: Post scheduled,"
    )


def test_options_are_for_both() -> None:
    shown = small.call(*BASE, "--as-of", "2026-10-09", "--window", "5d", "--compare", "2d").stdout
    assert shown.count("window 5d · compared with 2d earlier") == 2
    assert "  As of   2026-10-09 23:59:59 UTC" in shown


def test_the_problems_of_both_models(folder: Path) -> None:
    (folder / "model.yaml").write_text("events: {a: x}", encoding="utf-8")
    (folder / "new.yaml").write_text("events: {b: y}", encoding="utf-8")
    wrong = small.call(*BASE)
    assert wrong.exit_code == 2
    assert "model.yaml:1:13: events.a: a number is expected" in wrong.stderr
    assert "new.yaml:1:" in wrong.stderr
    assert wrong.stderr.endswith("2 problems\n")
    once = small.call("diff", "new.yaml", "new.yaml", "events.csv")
    assert once.stderr.endswith("1 problem\n")
    (folder / "new.yaml").unlink()
    assert "new.yaml: no such file" in small.call(*BASE).stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--horizon", "30d"), 2, "--horizon goes with --outcome"),
        (("--every", "1w"), 2, "--every goes with --outcome"),
        (("--good",), 2, "--good goes with --outcome"),
        (("--from", "2026-01-01"), 2, "--from goes with --outcome"),
        (("--outcome", "silent:x"), 2, "--outcome"),
        (("-o", "model.yaml"), 2, "must end"),
        (("-o", "events.csv"), 2, "events.csv"),
        (("--where", "plan=paid"), 2, "No such option"),
    ],
)
def test_wrong_calls(arguments: tuple[str, ...], code: int, said: str) -> None:
    wrong = small.call(*BASE, *arguments)
    assert wrong.exit_code == code
    assert said in wrong.stderr


def test_no_events() -> None:
    wrong = small.call("diff", "model.yaml", "new.yaml")
    assert wrong.exit_code == 2
    assert "no events: name files" in wrong.stderr
    assert small.call("diff", "model.yaml", "new.yaml", "none.csv").exit_code == 3


def test_the_files_of_a_model_may_be_those_of_the_other(folder: Path) -> None:
    text = small.MODEL.replace("source: {", "source: {files: events.csv, ")
    (folder / "new.yaml").write_text(text, encoding="utf-8")
    for order in (("model.yaml", "new.yaml"), ("new.yaml", "model.yaml")):
        shown = small.call("diff", *order)
        assert shown.exit_code == 0, shown.stderr
        assert "4 customers are scored by both, 0 of them otherwise" in shown.stdout


def test_too_many_rejected_rows_of_either(folder: Path) -> None:
    text = small.MODEL.replace("timestamp: at", "timestamp: at, timestamp_format: epoch_s")
    (folder / "new.yaml").write_text(text, encoding="utf-8")
    for order in (("model.yaml", "new.yaml"), ("new.yaml", "model.yaml")):
        wrong = small.call("diff", *order, "events.csv")
        assert wrong.exit_code == 3
        assert "42 of 42 rows rejected" in wrong.stderr
        assert not wrong.stdout
    assert (
        "cesctl score -c new.yaml"
        in small.call("diff", "model.yaml", "new.yaml", "events.csv").stderr
    )


def test_what_is_not_alike_is_said(folder: Path) -> None:
    text = NEW.replace("as_of: 2026-11-01", "as_of: 2026-10-01").replace(
        "user, event", "plan, event"
    )
    (folder / "new.yaml").write_text(text, encoding="utf-8")
    shown = small.call("diff", "model.yaml", "new.yaml", "events.csv").stdout
    assert "  Note    both models score at the T of A, 2026-11-01 23:59 UTC; B says as_of:" in shown
    assert "  Note    A and B read the log each by its own source" in shown
    assert "4 customers are scored by A only." in shown
    assert "2 customers are scored by B only." in shown
    rows = small.call("diff", "model.yaml", "new.yaml", "events.csv", "-f", "csv")
    assert "both models score at the T of A" in rows.stderr
    said = json.loads(small.call(*BASE, "-f", "json").stdout)
    assert said["notes"][1] == "A and B read the log each by its own source"
    assert (said["scored_by_a_only"], said["scored_by_b_only"]) == (4, 2)


def test_a_model_is_not_written_over(folder: Path) -> None:
    """Neither of them, whatever it is called."""
    for name in ("model", "new"):
        text = (folder / f"{name}.yaml").read_text(encoding="utf-8")
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
        models = [f"{n}.{'json' if n == name else 'yaml'}" for n in ("model", "new")]
        wrong = small.call("diff", *models, "events.csv", "-o", f"{name}.json")
        assert wrong.exit_code == 2
        assert (folder / f"{name}.json").read_text(encoding="utf-8") == text


def test_models_that_nobody_may_write(folder: Path) -> None:
    for name in ("model.yaml", "new.yaml"):
        (folder / name).chmod(0o444)
    assert small.call(*BASE, "--set", "name=Other").stdout.startswith("Small and Other · diff\n")


def test_standard_input() -> None:
    log = Path("events.csv").read_text(encoding="utf-8")
    shown = small.process("diff", "model.yaml", "new.yaml", "-", "-q", cwd=Path.cwd(), input=log)
    assert shown.returncode == 0, shown.stderr
    assert "4 customers are scored by both" in shown.stdout


def test_scales_that_differ_are_told(folder: Path) -> None:
    (folder / "new.yaml").write_text(
        NEW.replace("method: clamp", "method: minmax"), encoding="utf-8"
    )
    assert "Their scales differ" not in small.call(*BASE).stdout
    raw = NEW.replace("method: clamp, round: 0", "method: none")
    (folder / "new.yaml").write_text(raw, encoding="utf-8")
    assert "Their scales differ (A: 0 to 100, B: raw)" in small.call(*BASE).stdout


def test_ids_and_names_act_on_no_terminal(folder: Path) -> None:
    evil = NEW.replace("name: Small", 'name: "[red]\\e[31mx"').replace("Low,", '"[b]\\e]0;x\\a",')
    (folder / "new.yaml").write_text(evil, encoding="utf-8")
    shown = small.call(*BASE)
    assert shown.exit_code == 0
    assert "\x1b" not in shown.stdout
    assert "\x07" not in shown.stdout
    assert "[red]" in shown.stdout


def test_which_foretells_better(folder: Path) -> None:
    (folder / "a.yaml").write_text(logs.MODEL, encoding="utf-8")
    worse = logs.MODEL.replace("use: 1", "use: 0").replace("weight: 0.5", "weight: 2")
    (folder / "b.yaml").write_text(worse, encoding="utf-8")
    logs.leaving().write_csv("log.csv")
    call = ("diff", "a.yaml", "b.yaml", "log.csv", "-q", "--outcome", "event:left")
    options = ("--every", "14d", "--horizon", "30d", "--top", "0")
    shown = small.call(*call, *options).stdout
    assert "Which foretells better\n  A foretells better: AUC 0.8" in shown
    assert '  Outcome   event "left", within 30d of each time\n' in shown
    table = shown.partition("How well each foretells\n")[2].splitlines()
    assert table[0].split()[:2] == ["Model", "AUC"]
    assert [line.split()[0] for line in table[2:4]] == ["A", "B"]
    said = json.loads(small.call(*call, *options, "-f", "json").stdout)
    assert said["foretelling"]["verdict"].startswith("A foretells better")
    assert said["foretelling"]["customers"] >= said["foretelling"]["customers_with_outcome"] > 10
    assert [m["name"] for m in said["measures"]] == ["A", "B"]
    assert said["measures"][1]["than_score"] == "worse"
