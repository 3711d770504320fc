"""The page as text: what stands in it, and what can never run."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from html.parser import HTMLParser

import pytest

from cesctl import extras
from cesctl.errors import UsageError
from cesctl.insight.report import Limits
from tests.present.report import made

VOID = {"meta", "link", "img", "br", "input"}


class Outline(HTMLParser):
    """Elements with their attributes, texts by element, and whether all that opens is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", data))

    def tags(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page() -> str:
    return made.small().html()


@pytest.fixture(scope="module")
def hostile() -> str:
    return made.hostile().html()


def test_the_page_is_well_formed(page: str, hostile: str) -> None:
    for text in (page, hostile):
        outline = Outline(text)
        assert outline.open == []
        ids = [a["id"] for _, a in outline.elements if "id" in a]
        assert len(ids) == len(set(ids))
        for link in outline.tags("a"):
            assert str(link["href"])[1:] in ids
        for _, attributes in outline.elements:
            for name in (attributes.get("aria-labelledby") or "").split():
                assert name in ids


def test_it_is_one_that_reads_alone(page: str) -> None:
    """No address leads out of it, and only its own script may run."""
    outline = Outline(page)
    assert page.startswith("<!doctype html>")
    assert outline.tags("html") == [{"lang": "en"}]
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(
        str(m["content"])
        for m in outline.tags("meta")
        if m.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.split("; ") == [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        f"script-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert {str(a.get("name")) for a in outline.tags("meta")} >= {"viewport", "color-scheme"}
    for _, attributes in outline.elements:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            assert str(attributes.get(name) or "#")[0] == "#" or attributes[name] == "data:,"
    assert "http" not in re.sub(r'xmlns="[^"]*"|http-equiv', "", page)
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_tables_have_captions_and_heads(page: str) -> None:
    outline = Outline(page)
    tables = page.count("<table")
    assert tables == page.count("<caption") == page.count("<thead") > 8
    assert all(head["scope"] in {"col", "row"} for head in outline.tags("th"))


def test_what_stands_in_the_data_stays_text(page: str, hostile: str) -> None:
    """The page of hostile names has the elements that any page has, and no others."""

    def kinds(text: str) -> set[str]:
        return {tag for tag, _ in Outline(text).elements}

    assert kinds(hostile) <= kinds(page)
    outline = Outline(hostile)
    assert len(outline.tags("script")) == 1
    assert not any(name.startswith("on") for _, a in outline.elements for name in a)
    shown = " ".join(text for _, text in outline.texts)
    for name in made.HOSTILE:
        if name.isprintable() and not name.startswith("long"):
            assert name in shown
    assert "49" not in [text for _, text in outline.texts]
    assert r"\x1b[31mred" in shown
    assert r"\u202ereversed" in shown
    assert "\x1b" not in hostile
    assert "\u202e" not in hostile
    (script,) = [text for tag, text in outline.texts if tag == "script"]
    assert "hacked" not in script


def test_the_same_report_is_the_same_page(page: str) -> None:
    assert made.small().html() == page


def test_lists_are_as_long_as_asked_for() -> None:
    text = made.small().html(Limits(at_risk=2, falling=1, rising=0))
    assert "At risk: 2 of " in text
    assert "Falls: 1 of " in text
    assert "Rises: " not in text


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "matplotlib" else name)
    with pytest.raises(UsageError) as caught:
        made.small().html()
    assert str(caught.value) == (
        "a report in HTML needs matplotlib: pip install 'cesctl[report]'; "
        "-f markdown and -f json do without"
    )
    assert made.small().markdown()


def test_the_package_alone_loads_none_of_it() -> None:
    import subprocess

    code = (
        "import sys, cesctl, cesctl.present.report.text, cesctl.present.report.data\n"
        "import cesctl.insight.report\n"
        "assert not {'matplotlib', 'jinja2', 'markupsafe'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
