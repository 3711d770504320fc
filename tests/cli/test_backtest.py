"""``cesctl backtest``: from a log to what is printed and written."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from rich.cells import cell_len

import cesctl
from tests.cli import small
from tests.validity.logs import MODEL, leaving

BASE = ("backtest", "events.csv", "-c", "model.yaml", "-q", "--every", "14d", "--horizon", "30d")
EVENT = (*BASE, "--outcome", "event:left")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "model.yaml").write_text(MODEL, encoding="utf-8")
    leaving().write_csv(tmp_path / "events.csv")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


WHOLE = """\
Leavers · backtest

  Window    30d
  Events    events.csv
  Rows      3,961 read · 3,308 accepted · 653 later, as outcomes · none rejected
  Outcome   event "left", within 30d of each time
  Known to  2026-06-29 23:41
  Times     4, 14d apart, 2026-04-18 23:41 to 2026-05-30 23:41
  At stake  73 customers, 266 times in all · outcome in 11.3%

Verdict
  The score foretells the outcome: of two customers at one time of whom one had
  the outcome, that one had the lower score 86 times of 100 (AUC 0.86, 95%
  interval 0.77 to 0.92; 18 of 73 customers had the outcome). The signal "use"
  alone may do as well: AUC 0.86, a difference of 0.004 (-0.023 to 0.032).
  Events in the window may do as well: AUC 0.85, a difference of -0.013 (-0.038
  to 0.013); the weights are not shown to add anything. The bands are in order:
  58.3% in Low, 1.8% in Good. As each band fared at earlier times, 5.5% should
  have had the outcome later (at one time); 8.3% had it.

How well it foretells
  Measure                      AUC  95% interval    Precision  Than score  Sure
  ──────────────────────────────────────────────────────────────────────────────
  score                      0.859  0.767 to 0.918      0.491
  use                        0.863  0.776 to 0.920      0.467      +0.004
  note                       0.363  0.264 to 0.475      0.100      -0.496  worse
  events in the window       0.846  0.754 to 0.908      0.415      -0.013
  time since the last event  0.698  0.577 to 0.796      0.351      -0.161  worse
  recency and frequency      0.783  0.676 to 0.861      0.316      -0.076
  AUC: of two customers at one time of whom one had the outcome, how often the
  measure tells which; 0.5 is chance. Precision: its average over all cuts;
  chance gives the share of outcomes. Than score: AUC less the score's; all
  intervals hold together with 95% confidence.

By band
  Band  At stake  Customers  Outcomes   Rate  95% interval
  ──────────────────────────────────────────────────────────
  Low         12          9         7  58.3%  22.5% to 87.1%
  Mid         84         36        20  23.8%  13.6% to 38.3%
  Good       170         53         3   1.8%  0.6% to 5.2%
  A customer counts once for each time at which it is at stake; intervals count
  customers.

By tenths of the score
  Score         At stake  Customers  Outcomes   Rate  95% interval
  ──────────────────────────────────────────────────────────────────
  0.5 to 4.0          28         17        13  46.4%  28.4% to 65.5%
  4.5 to 5.0          27         20         5  18.5%  7.4% to 39.3%
  5.5 to 6.0          27         16         5  18.5%  5.5% to 47.2%
  6.5 to 7.0          26         19         4  15.4%  4.8% to 39.5%
  7.5 to 9.0          23         19         2   8.7%  2.1% to 29.7%
  9.5 to 11.0         32         23         1   3.1%  0.5% to 16.8%
  11.5 to 12.5        26         19         0   0.0%  0.0% to 16.8%
  13.0 to 14.0        25         21         0   0.0%  0.0% to 15.5%
  14.5 to 15.5        30         22         0   0.0%  0.0% to 14.9%
  16.0 to 20.0        22         15         0   0.0%  0.0% to 20.4%

At-risk list
  58.3% of those on it had the outcome (22.5% to 87.1%); it held 23.3% of those
  who had it (8.9% to 48.7%). 5 of 18 outcomes were seen before, half of them 10
  days or more.

By time
  As of             At stake  Outcomes   Rate    AUC  95% interval    Had it
  ──────────────────────────────────────────────────────────────────────────
  2026-04-18 23:41        73         9  12.3%  0.898  0.754 to 0.962      47
  2026-05-02 23:41        69         9  13.0%  0.818  0.647 to 0.916      51
  2026-05-16 23:41        64         7  10.9%  0.837  0.631 to 0.939      56
  2026-05-30 23:41        60         5   8.3%  0.889  0.342 to 0.992      60
  Had it: before, so not at stake.

By plan
  plan  At stake  Customers  Outcomes   Rate    AUC  95% of AUC
  ─────────────────────────────────────────────────────────────────
  paid       146         40        14   9.6%  0.933  0.817 to 0.978
  free       120         33        16  13.3%  0.762  0.563 to 0.888
"""


def test_whole() -> None:
    result = small.call(*EVENT, "--by", "plan", "--periods", "4")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == WHOLE


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140])
def test_no_line_is_wider(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    result = small.call(*EVENT, "--by", "plan")
    assert max(cell_len(line) for line in result.stdout.splitlines()) <= width


def test_json_has_the_tables() -> None:
    told = json.loads(small.call(*EVENT, "--by", "plan", "-f", "json").stdout)
    assert told["outcome"] == 'event "left"'
    assert (told["horizon"], told["every"], told["known_to"]) == (
        "30d",
        "14d",
        "2026-06-29T23:41:56Z",
    )
    assert told["customers_with_outcome"] <= told["customers"] <= 120
    assert sum(b["pairs"] for b in told["bands"]) == told["pairs"]
    assert sum(t["outcomes"] for t in told["times"]) == told["outcomes"]
    assert [m["name"] for m in told["measures"]][:3] == ["score", "use", "note"]
    assert {s["plan"] for s in told["segments"]} == {"free", "paid"}
    assert told["verdict"][0].startswith("The score foretells the outcome")
    made = cesctl.backtest(
        leaving(), cesctl.parse_model(MODEL), "event:left", horizon="30d", every="14d", by="plan"
    )
    assert told["at_risk"]["precision"]["hits"] == made.at_risk.precision.hits
    assert told["at_risk"]["lead_days"] == made.at_risk.lead_days
    assert made.foretold is not None
    assert told["foretold"]["observed"] == made.foretold.observed
    for name in ("measures", "bands", "tenths", "segments"):
        assert told[name] == getattr(made, name).to_dicts()


def test_csv_and_files_have_the_pairs(folder: Path) -> None:
    result = small.call(*EVENT, "-f", "csv", "-o", "pairs.parquet")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert list(rows[0]) == [
        "customer",
        "as_of",
        "score",
        "band",
        "at_risk",
        "outcome",
        "outcome_at",
    ]
    written = pl.read_parquet(folder / "pairs.parquet")
    assert written.height == len(rows)
    assert [r["customer"] for r in rows] == written["customer"].to_list()
    assert {r["outcome"] for r in rows} == {"true", "false"}
    assert written.equals(written.sort("as_of", "customer"))


def test_a_file_of_outcomes(folder: Path) -> None:
    left = leaving().filter(pl.col("event") == "left")
    left.select("user_id", churned_at="timestamp").write_csv(folder / "left.csv")
    by_file = json.loads(small.call(*BASE, "--outcome", "left.csv", "-f", "json").stdout)
    by_event = json.loads(small.call(*EVENT, "-f", "json").stdout)
    for key in ("customers", "customers_with_outcome", "pairs", "measures", "bands", "times"):
        assert by_file[key] == by_event[key]


def test_a_silence_has_its_own_horizon() -> None:
    words = (
        "backtest",
        "events.csv",
        "-c",
        "model.yaml",
        "-q",
        "--outcome",
        "silent:21d",
        "-f",
        "json",
    )
    assert json.loads(small.call(*words).stdout)["horizon"] == "21d"


def test_markdown() -> None:
    result = small.call(*EVENT, "-f", "markdown")
    assert "| Measure |" in result.stdout.replace("  ", " ")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ((*BASE, "--outcome", "event:"), 2, "does not say what"),
        (
            (*BASE, "--outcome", "silent:40d"),
            2,
            "--horizon: a silence of 40d is not over within 30d",
        ),
        ((*EVENT, "--horizon", "0d"), 2, "--horizon: must be above 0"),
        ((*EVENT, "--horizon", "soon"), 2, "--horizon: "),
        ((*EVENT, "--periods", "3", "--from", "2026-03-01"), 2, "exclude each other"),
        (
            (*EVENT, "--to", "2026-08-01"),
            2,
            "--to: 2026-08-01 23:59 is later than the log, which ends 2026-06-29 23:41 UTC",
        ),
        ((*EVENT, "--from", "2026-06-20"), 2, "--from: 2026-06-20 is later than the last T"),
        ((*EVENT, "--to", "2025-01-01"), 2, "no time is left to score at: the log begins 2026-"),
        ((*EVENT, "--by", "score"), 2, "score"),
        ((*EVENT, "--label", "gone"), 2, "--label: event: has none"),
        ((*BASE, "--outcome", "none.csv"), 3, "none.csv: there is no such file"),
        ((*BASE, "--outcome", "silence:60d"), 3, "write event:NAME"),
        ((*BASE, "--outcome", "left"), 3, "write event:NAME"),
        (("backtest", "events.csv", "-c", "model.yaml"), 2, "--outcome"),
    ],
)
def test_wrong_calls(words: tuple[str, ...], code: int, message: str) -> None:
    result = small.call(*words)
    assert result.exit_code == code, result.stdout
    assert message in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_a_file_that_is_read_is_not_written(folder: Path) -> None:
    (folder / "left.csv").write_text("customer,date\nc001,2026-05-01\n", encoding="utf-8")
    for out in ("left.csv", "events.csv"):
        result = small.call(*BASE, "--outcome", "left.csv", "-o", out)
        assert result.exit_code == 2, result.stderr
    assert (folder / "left.csv").read_text(encoding="utf-8").startswith("customer,date")


def test_a_file_of_outcomes_among_the_exports(folder: Path) -> None:
    (folder / "exports").mkdir()
    leaving().write_csv(folder / "exports" / "events.csv")
    text = "user_id,event,timestamp\nc001,gone,2026-05-01\nnobody,gone,2026-05-02\n"
    (folder / "exports" / "left.csv").write_text(text, encoding="utf-8")
    words = (
        "backtest",
        "exports",
        "-c",
        "model.yaml",
        "--outcome",
        "exports/left.csv",
        "-f",
        "json",
    )
    result = small.call(*words)
    told = json.loads(result.stdout)
    assert told["rows"]["read"] == leaving().height
    said = "2 outcomes from 2026-05-01 to 2026-05-02, 1 of them of customers of the log"
    assert said in " ".join(result.stderr.split())


def test_what_is_in_no_log_is_told() -> None:
    result = small.call(*BASE[:-5], "--outcome", "event:Left")
    assert result.exit_code == 2
    said = '--outcome: there is no event "Left" in the log to 2026-06-29 23:41 UTC; did you mean "left"?'
    assert said in " ".join(result.stderr.split())
    early = small.call(*EVENT, "--as-of", "2025-01-01", "--periods", "1")
    assert early.exit_code == 2
    assert early.stderr.split()[-1] == "UTC"  # what comes later is no hint


def test_a_log_that_begins_later() -> None:
    result = small.call(*BASE, "--outcome", "silent:5d", "--as-of", "2025-01-01", "--periods", "1")
    assert result.exit_code == 2
    assert "no time is left to score at: the log has no event" in " ".join(result.stderr.split())


def test_hostile_names_stay_text(folder: Path) -> None:
    log = leaving().with_columns(pl.col("event").replace("left", "[red]\x1b[31mleft"))
    log.write_csv(folder / "events.csv")
    result = small.call(*BASE, "--outcome", "event:[red]\x1b[31mleft")
    assert result.exit_code == 0, result.stderr
    assert "\x1b" not in result.stdout
    assert "[red]" in result.stdout
