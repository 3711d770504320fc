"""What the docs quote from the program is what the program prints."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import ROOT

DOCS = runpy.run_path(str(ROOT / "docs" / "make.py"))
PAGES: list[Path] = DOCS["PAGES"]
QUOTING = [p for p in PAGES if "<!-- output:" in p.read_text() or "<!-- help:" in p.read_text()]


SLOW = {"what-if.md", "insight.md", "validity.md"}  # those with many outputs
PARAMS = [pytest.param(p, marks=[pytest.mark.slow] * (p.name in SLOW), id=p.name) for p in QUOTING]


@pytest.mark.parametrize("page", PARAMS)
def test_quoted_output_is_what_is_printed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert DOCS["made"](text) == text, "run: python docs/make.py"


PICTURES = {path: arguments for page in PAGES for path, arguments in DOCS["pictures"](page).items()}


@pytest.mark.slow
@pytest.mark.parametrize("path", PICTURES, ids=lambda p: p.name)
def test_pictures_show_what_a_terminal_shows(path: Path) -> None:
    made, old = DOCS["picture"](path.stem, PICTURES[path]), path.read_text(encoding="utf-8")
    assert DOCS["said"](made) == DOCS["said"](old), "run: python docs/make.py"
    assert len(DOCS["said"](old)) > 20


def test_pictures_are_small_and_whole() -> None:
    assert set((ROOT / "docs" / "pictures").iterdir()) == set(PICTURES)
    for path in PICTURES:
        text = path.read_text(encoding="utf-8")
        assert len(text.encode()) < 60_000, path.name
        ET.fromstring(text)
        links = set(re.findall(r"\w+://[^\s\"<>]+", text))
        assert links == {"http://www.w3.org/2000/svg"}  # nothing is fetched from elsewhere


def test_every_command_is_in_the_reference() -> None:
    from cesctl.cli.main import COMMANDS

    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"<!-- help: {name} -->" in text, name


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_readmes_python_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    names = run_first_block("README.md", monkeypatch)
    result = names["result"]
    assert result.at_risk.height > 0  # type: ignore[attr-defined]


@pytest.mark.slow
def test_the_python_of_the_page_of_what_if_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    names = run_first_block("docs/what-if.md", monkeypatch)
    made = names["made"]
    assert made.models.rows() == [("events.posts.weight", "0.2", "0.4")]  # type: ignore[attr-defined]


@pytest.mark.slow
def test_the_python_of_the_page_of_reports_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    names = run_first_block("docs/report.md", monkeypatch)
    assert str(names["page"]).startswith("<!doctype html>")


@pytest.mark.slow
def test_the_python_of_the_page_of_views_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    run_first_block("docs/insight.md", monkeypatch)
    text = (ROOT / "docs" / "insight.md").read_text(encoding="utf-8")
    assert text.split("```python", 1)[1].split("```", 1)[0].count("cesctl.") == 5


@pytest.mark.slow
def test_the_python_of_the_page_of_validity_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    names = run_first_block("docs/validity.md", monkeypatch)
    assert names["made"].pairs.height > 0  # type: ignore[attr-defined]


@pytest.mark.slow
def test_the_python_of_the_page_of_tuning_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    names = run_first_block("docs/tuning.md", monkeypatch)
    assert names["made"].better  # type: ignore[attr-defined]


def run_first_block(page: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    text = (ROOT / page).read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert code is not None
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    exec(code[1], names)
    return names


def test_the_readmes_model_loads() -> None:
    import cesctl

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL):
        assert cesctl.parse_model(block).signals


def test_the_table_of_presets_is_the_programs() -> None:
    from cesctl.sources.tools import PRESETS

    page = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
    rows = [
        line.split(" | ")
        for line in page.splitlines()
        if line.startswith("| `") and line.count(" | ") == 6
    ]

    def code(columns: tuple[str, ...], between: str = ", ") -> str:
        return between.join(f"`{c}`" for c in columns)

    def found_by(signature: tuple[tuple[str, ...], ...]) -> str:
        return ", ".join(code(one_of, " or ") for one_of in signature)

    assert rows == [
        [
            f"| `{p.name}`",
            p.title,
            found_by(p.signature),
            code(p.customer),
            code(p.event) or f"always {p.event_value}",
            code(p.timestamp),
            " or ".join(code(i, " with ") for i in p.ids) + " |",
        ]
        for p in PRESETS
    ]


def test_the_sources_on_the_page_of_exports_are_read() -> None:
    import cesctl

    page = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 2
    for source in (*blocks[0].splitlines(), blocks[1]):
        assert cesctl.parse_model(f"events: {{login: 1}}\n{source}").sources
