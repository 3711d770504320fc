"""GitHub's tables: a cell holds what it holds."""

from __future__ import annotations

from cesctl.present.markdown import escape, to_markdown
from cesctl.present.score_view import Shown, score_page
from tests.present import made


def test_escape() -> None:
    assert escape("a|b [x](y) <b> *c* `d` &amp;") == (r"a\|b \[x\](y) \<b\> \*c\* \`d\` \&amp;")


def test_page() -> None:
    rows = [made.customer("a|b\n[x](y)", 12.4, before=61.4, reasons=("band Low", "dropped 49"))]
    result = made.result(rows, files=("my_events.csv",))
    text = to_markdown(score_page(result, Shown(missing={"a|b\n[x](y)": "Feature explored"})))
    assert text.startswith("# SaaS engagement\n\n- **As of**: 2026-11-01 23:59:59 UTC\n")
    assert "- **Events**: my\\_events.csv\n" in text
    assert (
        "## At risk: 1 of 1\n\n"
        "| Customer | Score | Change | Silent | Reasons | Missing signal | plan | country |\n"
        "|---|---:|---:|---:|---|---|---|---|\n"
        "| a\\|b\\\\n\\[x\\](y) | 12.4 | -49.0 | 2d | band Low, dropped 49 | Feature explored "
        "| paid | DE |\n"
    ) in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in tables} == {8, 9}
