"""A model with variants on the command line: what is printed and written of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import small

VARIANTS = """\
variants:
  - name: trial
    where: {plan: trial}
    events: {Feature explored: 2, Report exported: 9}
    bands: {Cold: 0, Hot: 10}
"""
BASE = ("events.csv", "-c", "model.yaml", "-q")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small.write(tmp_path)
    with (tmp_path / "model.yaml").open("a") as file:
        file.write(VARIANTS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


SCORE = """\
Small

  As of   2026-11-01 23:59:59 UTC
  Window  90d
  Events  events.csv
  Rows    42 read · 42 accepted · none rejected

4 customers · average 26.3 · median 10.0 · 2 at risk (50.0%)
  Variant  Band   Score  Customers  Share             Average  Risk     Action
  ───────────────────────────────────────────────────────────────────────────────────────
  trial    Cold     0–9          0   0.0%                      at risk
  trial    Hot   10–100          1  25.0% ██▌            12.0
  (none)   Low     0–19          2  50.0% █████           4.5  at risk  Call the customer
  (none)   Good  20–100          1  25.0% ██▌            84.0
"""  # noqa: RUF001


def test_score_whole() -> None:
    result = small.call("score", *BASE, "--at-risk", "0")
    assert result.stdout == SCORE


def test_json_has_the_variant_of_bands_and_customers() -> None:
    found = json.loads(small.call("score", *BASE, "-f", "json").stdout)
    assert [(b["variant"], b["name"], b["from"]) for b in found["bands"]] == [
        ("trial", "Cold", 0), ("trial", "Hot", 10), (None, "Low", 1), (None, "Good", 20),
    ]  # fmt: skip
    bolt = next(c for c in found["customers"] if c["customer"] == "bolt")
    assert list(bolt)[:4] == ["customer", "plan", "variant", "score"]
    assert bolt["signals"] == {
        "Post scheduled": {"measure": None, "points": None},
        "Feature explored": {"measure": 6, "points": 12},
        "Report exported": {"measure": 0, "points": 0},
    }


def test_csv_is_empty_where_a_variant_has_no_such_signal() -> None:
    lines = small.call("score", *BASE, "-f", "csv", "--where", "variant=trial").stdout.splitlines()
    assert lines[0].endswith(
        "Feature explored.points,Report exported.measure,Report exported.points"
    )
    assert len(lines) == 2
    assert lines[1].startswith("bolt,trial,trial,12,Hot,false,")
    assert lines[1].endswith(",,,6,12,0,0")


def test_fail_if_counts_a_band_of_any_variant() -> None:
    assert small.call("score", *BASE, "--fail-if", "band:Hot >= 1").exit_code == 1
    assert small.call("score", *BASE, "--fail-if", "band:Cold >= 1").exit_code == 0
    wrong = small.call("score", *BASE, "--fail-if", "band:Tepid > 1")
    assert wrong.exit_code == 2
    assert 'there are "Low", "Good", "Cold", "Hot"' in wrong.stderr


def test_explain_names_the_variant() -> None:
    shown = small.call("explain", "bolt", *BASE).stdout
    assert "Variant     trial\n" in shown
    assert "Post scheduled" not in shown
    found = json.loads(small.call("explain", "bolt", *BASE, "-f", "json").stdout)
    assert found["variant"] == "trial"
    assert [s["name"] for s in found["signals"]] == ["Feature explored", "Report exported"]
    other = small.call("explain", "acme", *BASE).stdout
    assert "Variant     (none)\n" in other


def test_check_looks_at_each_variant() -> None:
    counted = "model.yaml: no errors (3 signals, 4 bands, 1 variant)\n"
    assert small.call("check", "model.yaml").stdout == counted
    shown = small.call("check", "model.yaml", "events.csv").stdout
    for line in (
        "  Feature explored                 25     19          2   81.7% ████████▏\n",
        "  trial: Feature explored          25      6          1  100.0% ██████████\n",
        "  trial: Report exported            0      0          0    0.0%\n",
    ):
        assert line in shown, shown
    assert (
        'variants.trial.events.Report exported: no event of the log is "Report exported"' in shown
    )
    assert "trial: Cold" in shown
    assert "variants.trial.bands.Cold: no customer is in it" in shown


def test_check_tells_of_a_variant_that_nobody_is_of(folder: Path) -> None:
    text = (folder / "model.yaml").read_text()
    (folder / "model.yaml").write_text(text.replace("{plan: trial}", "{plan: gone, owner: me}"))
    advice = small.call("check", "model.yaml").stdout
    assert 'variants.trial.where: no attribute is called "owner"' in advice
    (folder / "model.yaml").write_text(text.replace("{plan: trial}", "{plan: gone}"))
    shown = small.call("check", "model.yaml", "events.csv").stdout
    assert "variants.trial: no customer is of this variant" in shown
