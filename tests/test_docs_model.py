"""docs/model.md: each model on the page is run on the page's log and gives the page's table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import cesctl
from cesctl.model.jsonschema import json_schema

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "model.md"
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


@dataclass
class Example:
    """A model of the page, the files that stand before it, and the table that follows it."""

    heading: str
    model: str
    files: dict[str, str]
    table: list[dict[str, str]] = field(default_factory=list)


def examples() -> list[Example]:
    text = PAGE.read_text(encoding="utf-8")
    files: dict[str, str] = {}
    out: list[Example] = []
    blocks = list(FENCE.finditer(text))
    for at, block in enumerate(blocks):
        kind, name, body = block.groups()
        end = blocks[at + 1].start() if at + 1 < len(blocks) else len(text)
        if kind == "csv":
            files[name] = body
        elif kind == "yaml":
            heading = re.findall(r"^## (.*)", text[: block.start()], re.MULTILINE)[-1]
            out.append(Example(heading, body, dict(files), table(text[block.end() : end])))
    return out


def table(text: str) -> list[dict[str, str]]:
    """The Markdown table that follows a model, if one about customers does."""
    lines = text.strip().splitlines()
    if not lines or not lines[0].startswith("| customer |"):
        return []
    cells = [[c.strip() for c in line.split("|")[1:-1]] for line in lines if line.startswith("|")]
    last = next((i for i, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:last]]


def shown(value: object) -> str:
    """A cell as the page writes it: shortest number, nothing as an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "; ".join(value)
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


EXAMPLES = examples()


def test_the_page_has_its_examples() -> None:
    assert len(EXAMPLES) > 14
    assert sum(bool(e.table) for e in EXAMPLES) > 12


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=[f"{e.heading}:{i}" for i, e in enumerate(EXAMPLES)]
)
def test_an_example_gives_its_table(example: Example, tmp_path: Path) -> None:
    for name, body in example.files.items():
        (tmp_path / name).write_text(body, encoding="utf-8")
    (tmp_path / "model.yaml").write_text(example.model, encoding="utf-8")
    model = cesctl.load_model(tmp_path / "model.yaml")
    scores = cesctl.score([tmp_path / "events.csv"], model).scores
    assert scores.height >= 2
    if example.table:
        names = list(example.table[0])
        given = [
            {name: shown(row[name]) for name in names}
            for row in scores.select(names).iter_rows(named=True)
        ]
        assert given == example.table


def keys(node: Any) -> set[str]:
    """All keys that a JSON Schema knows, at any depth."""
    if isinstance(node, dict):
        return set(node.get("properties", ())).union(*(keys(n) for n in node.values()))
    return set().union(*(keys(n) for n in node)) if isinstance(node, list) else set()


def test_every_key_is_on_the_page() -> None:
    words = set(re.findall(r"[a-z_]+", PAGE.read_text(encoding="utf-8")))
    assert keys(json_schema()) - words == set()


def test_links_lead_somewhere() -> None:
    for page in (PAGE, ROOT / "docs" / "glossary.md", ROOT / "configs" / "README.md"):
        text = page.read_text(encoding="utf-8")
        headings = {
            re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-")
            for h in re.findall(r"^#+ (.*)", text, re.MULTILINE)
        }
        for target in re.findall(r"\]\(([^)]+)\)", text):
            path, _, anchor = target.partition("#")
            if path.startswith("http"):
                continue
            assert not path or (page.parent / path).exists(), target
            assert path or anchor in headings, target
