"""``cesctl score``: options, formats, files and exit codes, from a log to what is printed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import cesctl
from cesctl.present.layout import plain
from cesctl.present.score_view import Shown
from cesctl.present.terminal import score_lines
from tests.cli import small

BASE = ("score", "events.csv", "-c", "model.yaml")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


TABLE = """\
Small

  As of   2026-11-01 23:59:59 UTC
  Window  90d
  Events  events.csv
  Rows    42 read · 42 accepted · none rejected

4 customers · average 29.3 · median 16.0 · 2 at risk (50.0%)
  Band   Score  Customers  Share             Average  Risk     Action
  ──────────────────────────────────────────────────────────────────────────────
  Low     0\u201319          2  50.0% █████           4.5  at risk  Call the customer
  Good  20\u2013100          2  50.0% █████          54.0

At risk: 2 of 2
  Customer  Score  Silent  Reasons   Missing signal    plan
  ─────────────────────────────────────────────────────────
  [red]         1     31d  band Low  Feature explored
  crane         8     30d  band Low  Feature explored  paid
  Lowest score first, then most recently active.

Most engaged: 1 of 4
  Customer  Rank  Score  Band  Events  Silent  plan
  ─────────────────────────────────────────────────
  acme         1     84  Good      33      4d  paid
"""


def test_whole() -> None:
    result = small.call(*BASE, "--top", "1", "-q")
    assert result.stdout == TABLE
    assert result.exit_code == 0
    assert result.stderr == ""


def test_the_command_prints_what_the_library_returns() -> None:
    result = cesctl.score(["events.csv"], cesctl.load_model("model.yaml"))
    from cesctl.insight.missing import missing_signal

    lines = score_lines(result, 80, Shown(top=1, missing=missing_signal(result)))
    assert plain(lines) == TABLE
    said = json.loads(small.call(*BASE, "-f", "json").stdout)
    assert [c["customer"] for c in said["customers"]] == result.scores["customer"].to_list()
    assert [b["customers"] for b in said["bands"]] == result.bands["customers"].to_list()


def test_the_model_in_this_folder(folder: Path) -> None:
    missing = small.call("score", "events.csv")
    assert missing.exit_code == 2
    assert "no model: give one with -c MODEL, or put cesctl.yaml" in missing.stderr
    (folder / "model.yaml").rename(folder / "cesctl.yaml")
    assert small.call("score", "events.csv", "-f", "csv").exit_code == 0


def test_no_events() -> None:
    result = small.call("score", "-c", "model.yaml")
    assert result.exit_code == 2
    assert "no events: name files, folders or -" in result.stderr


def test_formats_agree() -> None:
    rows = list(csv.DictReader(io.StringIO(small.call(*BASE, "-f", "csv").stdout)))
    said = json.loads(small.call(*BASE, "-f", "json").stdout)["customers"]
    lines = [json.loads(t) for t in small.call(*BASE, "-f", "ndjson").stdout.splitlines()]
    assert said == lines
    ids = [row["customer"] for row in rows]
    assert ids == ["acme", "bolt", "crane", "[red]"] == [row["customer"] for row in said]
    assert [row["score"] for row in rows] == ["84", "24", "8", "1"]
    text = small.call(*BASE, "-f", "markdown").stdout
    assert "| \\[red\\] | 1 | 31d | band Low | Feature explored |  |" in text


def test_options_win_over_the_model(folder: Path) -> None:
    def score(*options: str) -> dict[str, object]:
        said: dict[str, object] = json.loads(small.call(*BASE, "-f", "json", *options).stdout)
        return said

    assert score("--as-of", "2026-10-05")["as_of"] == "2026-10-05T23:59:59Z"
    assert score("--window", "3d")["window"] == "3d"
    assert score("--window", "none")["window"] is None
    customers = score("--compare", "7d")["customers"]
    assert isinstance(customers, list)
    assert "previous_score" in customers[0]
    (folder / "roster.csv").write_text("customer,country\nsilent,DE\n")
    customers = score("--customers", "roster.csv")["customers"]
    assert isinstance(customers, list)
    assert customers[-1]["customer"] == "silent"
    assert customers[-1]["country"] == "DE"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--as-of", "yesterday"], '--as-of: "yesterday" is no time'),
        (["--window", "3 months"], "--window: "),
        (["--compare", "0d"], "--compare: a duration above 0"),
        (["--where", "plan"], "write NAME=VALUE"),
        (["--where", "plan=a", "--where", "plan=b"], "given twice"),
        (["--where", "nope=a"], 'no attribute "nope"; there are: plan'),
        (["--by", "nope"], 'no attribute "nope"; there are: plan'),
        (["--master", "local[2]"], "--master is of --engine spark"),
        (["--max-rejected", "5"], "write 5% if you mean percent"),
        (["--fail-if", "at_risk"], "is no rule"),
        (["--fail-if", "band:Mid > 1"], 'no band "Mid"; there are "Low", "Good"'),
        (["-o", "a.txt"], "must end with .csv"),
        (["--rejects", "a"], "must end with .csv"),
        (["-o", "a.csv", "--at-risk-output", "./a.csv"], "given twice as an output"),
        (["-o", "events.csv"], "written over a file that is read"),
        (["--rejects", "model.yaml.csv", "-o", "model.yaml"], "must end with"),
    ],
)
def test_a_wrong_call_writes_nothing(options: list[str], said: str, folder: Path) -> None:
    before = sorted(folder.iterdir())
    result = small.call(*BASE, "-o", "scores.csv", *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert sorted(folder.iterdir()) == before


def test_all_problems_of_a_model(folder: Path) -> None:
    (folder / "bad.yaml").write_text(
        "events:\n  a: {wieght: 1}\n  b: {measure: conut, weight: 1}\n"
    )
    result = small.call("score", "events.csv", "-c", "bad.yaml")
    assert result.exit_code == 2
    assert "bad.yaml:2:7: events.a.wieght: unknown key" in result.stderr
    assert "problems" in result.stderr
    assert "\x1b" not in result.stderr


def test_where_shows_summarises_and_judges_only_those() -> None:
    said = json.loads(small.call(*BASE, "-f", "json", "--where", "plan=paid").stdout)
    assert [(c["customer"], c["rank"]) for c in said["customers"]] == [("acme", 1), ("crane", 3)]
    assert said["summary"]["customers"] == 2
    rule = ("--fail-if", "at_risk >= 50%")
    assert small.call(*BASE, "-q", *rule).exit_code == 1
    assert small.call(*BASE, "-q", *rule, "--where", "plan=trial").exit_code == 0
    without = json.loads(small.call(*BASE, "-f", "json", "--where", "plan=").stdout)
    assert [c["customer"] for c in without["customers"]] == ["[red]"]
    nobody = small.call(*BASE, "--where", "plan=Paid")
    assert nobody.exit_code == 0
    assert 'no customer has plan "Paid"; there are: paid, trial' in nobody.stderr


def test_by_prints_the_bands_once_per_value() -> None:
    text = small.call(*BASE, "--by", "plan", "--at-risk", "0").stdout
    headings = [line.split(":")[0] for line in text.splitlines() if line.startswith("plan = ")]
    assert headings == ["plan = paid", "plan = trial", "plan = (none)"]
    assert "At risk:" not in text
    other = small.call(*BASE, "--by", "plan", "-f", "csv")
    assert "--by shows in tables and Markdown only, not in csv" in other.stderr


def test_fail_if(folder: Path) -> None:
    result = small.call(
        *BASE, "-o", "s.csv", "--fail-if", "at_risk > 20%", "--fail-if", "average < 60",
        "--fail-if", "band:Low > 50%", "-q",
    )  # fmt: skip
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "--fail-if at_risk > 20%: 2 of 4 customers (50.0%)",
        "--fail-if average < 60: average 29.25",
    ]
    assert "4 customers" in result.stdout
    assert (folder / "s.csv").is_file()


def test_output_files(folder: Path) -> None:
    names = ["s.csv", "s.json", "s.ndjson", "s.parquet", "s.xlsx"]
    options = [option for name in names for option in ("-o", name)]
    result = small.call(*BASE, *options, "--at-risk-output", "r.csv", "--rejects", "rejects.csv")
    assert result.exit_code == 0
    assert [line for line in result.stderr.splitlines() if line.startswith("wrote")] == [
        f"wrote {name}" for name in [*names, "r.csv", "rejects.csv"]
    ]
    assert (folder / "s.csv").read_text() == small.call(*BASE, "-f", "csv").stdout
    assert (folder / "s.json").read_text() == small.call(*BASE, "-f", "json").stdout
    assert (folder / "s.ndjson").read_text() == small.call(*BASE, "-f", "ndjson").stdout
    ids = ["acme", "bolt", "crane", "[red]"]
    assert pl.read_parquet("s.parquet")["customer"].to_list() == ids
    sheet = openpyxl.load_workbook("s.xlsx")["scores"]
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == ids
    at_risk = (folder / "r.csv").read_text().splitlines()[1:]
    assert [line.split(",")[0] for line in at_risk] == ids[2:]
    assert (folder / "rejects.csv").read_text().split() == [
        "file,line,reason,customer,event,timestamp"
    ]


def test_rejected_rows(folder: Path) -> None:
    small.write(folder, bad_rows=2)
    result = small.call(*BASE, "--rejects", "rejects.csv")
    assert result.exit_code == 0
    assert "2 rejected" in result.stdout
    assert "4.5% of all rows: 1 no customer, 1 unreadable timestamp" in result.stdout
    assert (folder / "rejects.csv").read_text().splitlines() == [
        "file,line,reason,customer,event,timestamp",
        "events.csv,44,unreadable timestamp,u,Login,31/31/2026",
        "events.csv,45,no customer,,Login,2026-10-01T00:00:00Z",
    ]


def test_too_many_rejected_rows(folder: Path) -> None:
    small.write(folder, bad_rows=10)
    result = small.call(*BASE, "-o", "scores.csv", "--rejects", "rejects.ndjson")
    assert result.exit_code == 3
    assert result.stdout == ""
    assert "10 of 52 rows rejected (19.2%), more than --max-rejected 5%:" in result.stderr
    assert "  5 unreadable timestamp" in result.stderr
    assert 'events.csv:44: timestamp "31/31/2026" is no time\n' in result.stderr
    assert "  set source.timestamp_format in the model: " in result.stderr
    assert not (folder / "scores.csv").exists()
    assert len((folder / "rejects.ndjson").read_text().splitlines()) == 10
    for allowed in ("20%", "0.2"):
        assert small.call(*BASE, "--max-rejected", allowed).exit_code == 0
    assert small.call(*BASE, "--max-rejected", "19%").exit_code == 3


def test_too_many_unreadable_timestamps_to_look_for_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.write(folder, bad_rows=10)
    monkeypatch.setattr("cesctl.cli.rejected.SOON_FOUND", 9)
    result = small.call(*BASE)
    assert "events.csv:44" not in result.stderr
    assert "  set source.timestamp_format in the model: " in result.stderr


@pytest.mark.parametrize("events", ["nope.csv", "empty.csv", "header.csv", "empty"])
def test_input_that_cannot_be_read_ends_with_3(events: str, folder: Path) -> None:
    (folder / "empty.csv").write_text("")
    (folder / "header.csv").write_text("user,event,at,plan\n")
    (folder / "empty").mkdir()
    result = small.call("score", events, "-c", "model.yaml", "-o", "scores.csv")
    assert result.exit_code == 3
    assert events in result.stderr
    assert not (folder / "scores.csv").exists()


def test_a_place_where_nothing_can_be_written_ends_with_4_before_any_work() -> None:
    result = small.call("score", "nope.csv", "-c", "model.yaml", "-o", "none/scores.csv")
    assert result.exit_code == 4
    assert 'cannot write "none/scores.csv": there is no folder "none"' in result.stderr


def test_nothing_in_a_log_acts_on_the_terminal(folder: Path) -> None:
    evil = ["\x1b[2Jx", "a\u202eb", "[bold]x", "客户", "🙂", 'q"q', "l\nf"]
    rows = ["user,event,at,plan"]
    rows += [
        '"{}",Post scheduled,2026-10-02T00:00:00Z,"{}"'.format(*[e.replace('"', '""')] * 2)
        for e in evil
    ]
    (folder / "events.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for form in ("table", "markdown"):
        result = small.call(*BASE, "-f", form, "--top", "9", "--by", "plan")
        assert result.exit_code == 0
        assert "\x1b" not in result.stdout
        assert "\u202e" not in result.stdout
        assert "客户" in result.stdout
    assert "[bold]x" in small.call(*BASE).stdout
    ids = [c["customer"] for c in json.loads(small.call(*BASE, "-f", "json").stdout)["customers"]]
    assert sorted(ids) == sorted(evil)


def test_verbose_says_how_long() -> None:
    assert "Scoring events.csv: " in small.call(*BASE, "-v").stderr
    assert "Scoring events.csv: " not in small.call(*BASE).stderr


def test_a_list_is_shown_judged_and_written(folder: Path) -> None:
    lists = (
        "lists: {upsell: {where: {plan: paid}, score: {ge: 5}, action: Offer the yearly plan}}\n"
    )
    (folder / "model.yaml").write_text((folder / "model.yaml").read_text() + lists)
    shown = small.call(*BASE, "-q", "--list", "upsell")
    assert shown.exit_code == 0, shown.stderr
    assert "List    upsell: 2 of 4 customers" in shown.stdout
    assert "upsell: 2 of 2" in shown.stdout
    assert "Offer the yearly plan" in shown.stdout
    assert "At risk:" not in shown.stdout
    rows = small.call(*BASE, "-q", "--list", "upsell", "-f", "csv", "-o", "l.csv")
    assert [r["customer"] for r in csv.DictReader(io.StringIO(rows.stdout))] == ["acme", "crane"]
    assert (folder / "l.csv").read_text().count("\n") == 3
    failed = small.call(*BASE, "-q", "--list", "upsell", "--fail-if", "at_risk > 0")
    assert failed.exit_code == 1
    assert small.call(*BASE, "--list", "upsel").exit_code == 2
    one = small.call(*BASE, "-q", "--list", "upsell", "--top", "1").stdout
    assert "1 more: --top N shows them" in one


def test_the_list_of_those_at_risk() -> None:
    shown = small.call(*BASE, "-q", "--list", "at_risk").stdout
    assert "At risk: 2 of 2" in shown
    assert "List    at_risk: 2 of 4 customers" in shown
