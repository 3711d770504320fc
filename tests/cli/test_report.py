"""``cesctl report``: from a log to a page, Markdown and JSON."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli import small

BASE = ("report", "events.csv", "-c", "model.yaml", "-q", "--periods", "3")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


MARKDOWN = """\
# Small

Engagement report · 2026-11-01 23:59:59 UTC

- **Customers**: 4 · 4 on 2026-10-22
- **Average score**: 29.3 · 23.3 on 2026-10-22
- **At risk**: 2 (50.0%) · 2 (50.0%) on 2026-10-22
- **In the best band, Good**: 2 (50.0%) · 2 (50.0%) on 2026-10-22

## Summary

2 of 4 customers (50.0%) are at risk, as many as on 2026-10-22, when it was 2 of 4 (50.0%).

The average score is 29.3; on 2026-10-22 it was 23.3. Half of the customers have 16.0 or more.

Since 2026-10-22, 0 customers moved to a better band, 0 to a worse one, and 4 stayed.

## Bands

### 4 customers · average 29.3 · median 16.0 · 2 at risk (50.0%)

| Band | Score | Customers | Share | Average | Risk | Action |
|---|---:|---:|---|---:|---|---|
| Low | 0\u201319 | 2 | 50.0% | 4.5 | at risk | Call the customer |
| Good | 20\u2013100 | 2 | 50.0% | 54.0 |  |  |
"""


def test_markdown_begins_with_what_matters() -> None:
    result = small.call(*BASE, "--since", "10d", "-f", "markdown")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(MARKDOWN)


def test_the_numbers_are_those_of_the_other_commands() -> None:
    """Each table that another command prints as Markdown stands in the report, line by line."""
    lines = small.call(*BASE, "--since", "10d", "-f", "markdown").stdout.splitlines()
    base = ("events.csv", "-c", "model.yaml", "-q", "-f", "markdown")
    for words in (
        ("score", *base, "--at-risk", "50"),
        ("trend", *base, "--periods", "3", "--falling", "0"),
        ("movers", *base, "--from", "10d"),
        ("segments", *base, "--by", "plan"),
        ("drivers", *base),
    ):
        theirs = [line for line in small.call(*words).stdout.splitlines() if line.startswith("|")]
        assert len(theirs) > 3
        for line in theirs:
            assert line in lines, words


def test_files_of_every_kind(folder: Path) -> None:
    result = small.call(*BASE[:4], "-o", "r.html", "-o", "r.md", "-o", "r.json")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert [line for line in result.stderr.splitlines() if line.startswith("wrote")] == [
        "wrote r.html",
        "wrote r.md",
        "wrote r.json",
    ]
    assert (folder / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (folder / "r.md").read_text(encoding="utf-8").startswith("# Small\n")
    assert json.loads((folder / "r.json").read_bytes())["summary"]["customers"] == 4
    assert not list(folder.glob(".cesctl-*"))


def test_the_page_goes_to_a_pipe() -> None:
    page = small.call(*BASE).stdout
    assert page.startswith("<!doctype html>")
    assert small.call(*BASE, "-o", "r.html", "-f", "html").stdout == page
    assert Path("r.html").read_text(encoding="utf-8") == page


def test_the_page_does_not_go_to_a_terminal(folder: Path) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*small.command(*BASE)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2
    assert done.stderr == "Error: a page is no text for a terminal; write it: -o report.html\n"


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("-o", "r.pdf"), 2, '--output "r.pdf" must end with .html, .md or .json'),
        (("-o", "r.md", "-o", "./r.md"), 2, "given twice"),
        (("-o", "no/r.md"), 4, 'there is no folder "no"'),
        (("--since", "2027-01-01"), 2, "--since: 2027-01-01 23:59 is not before T"),
        (("--every", "x"), 2, "--every"),
        (("--periods", "0"), 2, "--periods"),
        (("-f", "csv"), 2, "'csv' is not one of 'html', 'markdown', 'json'"),
        (("--by", "score"), 2, "score"),
    ],
)
def test_wrong_calls(args: tuple[str, ...], code: int, said: str) -> None:
    result = small.call(*BASE[:4], *args)
    assert result.exit_code == code
    assert said in re.sub(r"\s+", " ", result.stderr)
    assert not list(Path().glob("r.*"))


def test_too_many_rejected_rows_end_the_run(folder: Path) -> None:
    small.write(folder, bad_rows=10)
    result = small.call(*BASE, "-o", "r.html")
    assert result.exit_code == 3
    assert "10 of 52 rows rejected" in result.stderr
    assert not Path("r.html").exists()
    assert small.call(*BASE, "-o", "r.html", "--max-rejected", "20%").exit_code == 0


def test_only_some_customers() -> None:
    text = small.call(*BASE, "--where", "plan=paid", "-f", "markdown").stdout
    assert "- **Customers**: 2 · 2 on" in text
    assert "plan = paid: 2 of 4 customers" in text
    result = small.call(*BASE[:4], "--where", "plan=none", "-f", "markdown")
    assert result.exit_code == 0
    assert 'no customer has plan "none"; there are: paid, trial' in result.stderr


def test_without_the_extra_only_html_is_missed(folder: Path) -> None:
    """In a Python that cannot import the packages."""
    code = (
        "import sys\n"
        "sys.modules['matplotlib'] = sys.modules['jinja2'] = None\n"
        "import importlib.util as u\n"
        "found = u.find_spec\n"
        "u.find_spec = lambda n, p=None: None if n in ('matplotlib', 'jinja2') else found(n, p)\n"
        "from cesctl.cli.main import main\n"
        "sys.exit(main())\n"
    )

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, *BASE, *args],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=False,
        )

    done = run("-o", "r.html")
    assert done.returncode == 2
    assert "pip install 'cesctl[report]'" in done.stderr
    for form in ("markdown", "json"):
        done = run("-f", form)
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_standard_input_is_read_once() -> None:
    text = Path("events.csv").read_text(encoding="utf-8")
    piped = small.call("report", "-", *BASE[2:], "-f", "markdown", input=text).stdout
    own = small.call(*BASE, "-f", "markdown").stdout
    assert piped.replace("standard input", "events.csv") == own
