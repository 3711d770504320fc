"""``cesctl explain``: the published example, to the letter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import small

BASE = ("-c", "model.yaml")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def test_table() -> None:
    result = small.call("explain", "acme", "events.csv", *BASE)
    assert result.exit_code == 0
    assert "  Score       84 · Good · rank 1 of 4\n" in result.stdout
    assert (
        "  Event             Weight  Occurrences  Total event value\n"
        "  ────────────────────────────────────────────────────────\n"
        "  Post scheduled         1           16                 16\n"
        "  Feature explored       4           17                 68\n"
        "  ────────────────────────────────────────────────────────\n"
        "  Sum (raw)                                             84\n"
    ) in result.stdout


def test_the_way_to_the_next_band() -> None:
    text = small.call("explain", "crane", "events.csv", *BASE).stdout
    assert "To the next band: the score lacks 12\n" in text
    assert "  3 more Feature explored (+12 points) → Good\n" in text


def test_json_and_markdown() -> None:
    said = json.loads(small.call("explain", "bolt", "events.csv", *BASE, "-f", "json").stdout)
    assert (said["score"], said["band"], said["rank"], said["customers"]) == (24, "Good", 2, 4)
    assert sum(s["points"] for s in said["signals"]) == said["raw"] == 24
    text = small.call("explain", "bolt", "events.csv", *BASE, "-f", "markdown").stdout
    assert "| Feature explored | 4 | 6 | 24 |" in text


def test_an_unknown_customer_gets_those_that_are_like_it() -> None:
    result = small.call("explain", "acmee", "events.csv", *BASE)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "acmee" in result.stderr
    assert "did you mean 'acme'?" in result.stderr
