"""``cesctl trend``, ``movers`` and ``segments``: from a log to what is printed and written."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from rich.cells import cell_len

from tests.cli import small

BASE = ("events.csv", "-c", "model.yaml", "-q")
COMMANDS = {
    "trend": ("trend", *BASE, "--periods", "3", "--rising", "2"),
    "movers": ("movers", *BASE, "--from", "10d"),
    "segments": ("segments", *BASE, "--by", "plan"),
    "drivers": ("drivers", *BASE),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


TREND = """\
Small · trend

  As of    2026-11-01 23:59:59 UTC
  Window   90d
  Events   events.csv
  Rows     42 read · 42 accepted · none rejected
  Periods  3, 7d apart

Periods
  As of       Customers  Average    Low   Good  At risk  Engaged  Responsive
  ──────────────────────────────────────────────────────────────────────────
  2026-10-18          4     19.3  50.0%  50.0%    50.0%    50.0%        0.0%
  2026-10-25          4     26.3  50.0%  50.0%    50.0%    50.0%        0.0%
  2026-11-01          4     29.3  50.0%  50.0%    50.0%    50.0%        0.0%
  Engaged: in the best band. Responsive: active in the period, in another band.

Falling
  No customer falls.

Rising: 1 of 1
  Customer  Trend  First  Last  Per period  plan
  ──────────────────────────────────────────────
  acme      ▄▆▇       44    84       +20.0  paid
  By slope. Lines go from 0 to 100.
"""


def test_trend_whole() -> None:
    result = small.call(*COMMANDS["trend"])
    assert result.exit_code == 0, result.stderr
    assert result.stdout == TREND


MOVERS = """\
Small · movers

  As of   2026-11-01 23:59:59 UTC
  Window  90d
  Events  events.csv
  Rows    42 read · 42 accepted · none rejected
  From    2026-10-22

From band to band
  From  Customers      to Low     to Good
  ───────────────────────────────────────
  Low           2  2 (100.0%)           \u2013
  Good          2           \u2013  2 (100.0%)
  ───────────────────────────────────────
  Now           4           2           2
  Shares are of the band they came from.

Falls
  No customer fell.

Rises: 1 of 1
  Customer, signal     Then    Now  Change  Band
  ──────────────────────────────────────────────
  acme                60     84     +24     Good
    Feature explored  44.00  68.00  +24.00
    1 other           16.00  16.00    0.00
    = raw             60.00  84.00  +24.00
  The score of a customer, then the points of the signals that moved it most;
  raw is their sum.
"""


def test_movers_whole() -> None:
    result = small.call(*COMMANDS["movers"])
    assert result.exit_code == 0, result.stderr
    assert result.stdout == MOVERS


SEGMENTS = """\
Small · segments

  As of   2026-11-01 23:59:59 UTC
  Window  90d
  Events  events.csv
  Rows    42 read · 42 accepted · none rejected

By plan
  plan    Customers  Average  Difference  Interval              At risk
  ─────────────────────────────────────────────────────────────────────
  paid            2     46.0       +33.5  -1,739.9 to +1,806.9    50.0%
  trial           1     24.0        -7.0                           0.0%
  (none)          1      1.0       -37.7                         100.0%
  Difference: average less that of all others; where it is not called above or
  below, chance may be all there is to it. All intervals of the table hold
  together with 95% confidence.
"""


def test_segments_whole() -> None:
    result = small.call(*COMMANDS["segments"])
    assert result.exit_code == 0, result.stderr
    assert result.stdout == SEGMENTS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_form_and_file_says_the_same(name: str, folder: Path) -> None:
    words = COMMANDS[name]
    as_csv = small.call(*words, "-f", "csv").stdout_bytes.decode()
    rows = list(csv.DictReader(io.StringIO(as_csv)))
    lines = [json.loads(t) for t in small.call(*words, "-f", "ndjson").stdout.splitlines()]
    whole = json.loads(small.call(*words, "-f", "json").stdout)
    written = [
        f for kind in ("csv", "json", "ndjson", "parquet", "xlsx") for f in ("-o", f"o.{kind}")
    ]
    assert small.call(*words, *written).exit_code == 0
    assert (folder / "o.csv").read_bytes().decode() == as_csv
    assert json.loads((folder / "o.json").read_text()) == whole
    assert pl.read_parquet(folder / "o.parquet").height == len(rows)
    assert list(rows[0]) == list(lines[0]) == pl.read_parquet(folder / "o.parquet").columns
    array, key = {"segments": ("segments", "plan"), "drivers": ("events", "event")}.get(
        name, ("customers", "customer")
    )
    table = whole[array]
    assert [r[key] or None for r in rows] == [r[key] for r in lines] == [r[key] for r in table]
    assert whole["rows"]["read"] == 42
    markdown = small.call(*words, "-f", "markdown").stdout
    assert markdown.startswith(f"# Small · {name}\n")
    assert "|---" in markdown


def test_json_of_trend() -> None:
    made = json.loads(small.call(*COMMANDS["trend"], "-f", "json").stdout)
    assert made["every"] == "7d"
    assert [p["as_of"] for p in made["periods"]] == [
        "2026-10-18T23:59:59Z",
        "2026-10-25T23:59:59Z",
        "2026-11-01T23:59:59Z",
    ]
    assert made["periods"][0]["bands"] == {"Low": 2, "Good": 2}
    scores = {c["customer"]: c["scores"] for c in made["customers"]}
    assert scores["acme"] == [44, 72, 84]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("trend", "--periods", "3", "--from", "2026-10-01"), "--periods and --from"),
        (("trend", "--to", "2026-10-01", "--as-of", "2026-10-01"), "--to and --as-of"),
        (("trend", "--every", "soon"), "--every"),
        (("trend", "--where", "plan"), "NAME=VALUE"),
        (("trend", "--where", "size=1"), 'no attribute "size"'),
        (("trend", "-o", "x.txt"), "must end with"),
        (("trend", "-o", "model.yaml.csv", "-o", "model.yaml.csv"), "given twice"),
        (("movers", "--from", "2026-11-02"), "is not before T"),
        (("movers", "--to", "2026-10-01", "--as-of", "2026-10-01"), "--to and --as-of"),
        (("segments",), "--by"),
        (("segments", "--by", "plan", "--by", "plan"), "twice"),
    ],
)
def test_wrong_calls(words: tuple[str, ...], said: str) -> None:
    result = small.call(words[0], *BASE, *words[1:])
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_file_that_cannot_be_written_costs_no_work(folder: Path) -> None:
    result = small.call(*COMMANDS["movers"], "-o", "nowhere/x.csv")
    assert result.exit_code == 4
    assert not (folder / "nowhere").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_what_data_holds_is_never_markup(name: str, folder: Path) -> None:
    text = (folder / "events.csv").read_text()
    (folder / "events.csv").write_text(
        text.replace("acme", "[red]\x1b[31m|x").replace("paid", "<b>*")
    )
    shown = small.call(*COMMANDS[name]).stdout
    assert "\x1b" not in shown
    assert "[red]" in shown or name in {"segments", "drivers"}
    markdown = small.call(*COMMANDS[name], "-f", "markdown").stdout
    assert "<b>" not in markdown
    assert "\\<b\\>" in markdown or name in {"movers", "drivers"}


def test_nobody() -> None:
    for words in COMMANDS.values():
        result = small.call(*words, "--where", "plan=none")
        assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_too_many_rejected_rows_end_the_run(name: str, folder: Path) -> None:
    small.write(folder, bad_rows=10)
    result = small.call(*COMMANDS[name])
    assert result.exit_code == 3
    assert "10 of 52 rows rejected" in result.stderr
    assert "cesctl score with --rejects FILE lists them" in result.stderr
    assert result.stdout == ""
    assert small.call(*COMMANDS[name], "--max-rejected", "20%").exit_code == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_what_nobody_has_is_said(name: str) -> None:
    words = [w for w in COMMANDS[name] if w != "-q"]
    result = small.call(*words, "--where", "plan=none")
    assert 'no customer has plan "none"; there are: paid, trial' in result.stderr
    assert "plan = none: 0 of 4 customers" in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("width", [60, 80, 140])
def test_no_line_is_too_long(name: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for line in small.call(*COMMANDS[name]).stdout.splitlines():
        assert cell_len(line) <= width
