"""A report as Markdown."""

from __future__ import annotations

import re

from cesctl.present.markdown import to_markdown
from cesctl.present.movers_view import movers_page
from cesctl.present.segments_view import segments_page
from cesctl.present.trend_view import trend_page
from tests.present.report import made


def table_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("|")]


def test_the_tables_are_line_by_line_those_of_the_commands() -> None:
    report = made.small()
    lines = table_lines(report.markdown())
    pages = [
        trend_page(report.trend, falling=0),
        movers_page(report.movers),
        *(segments_page(s) for s in report.segments),
    ]
    for page in pages:
        theirs = table_lines(to_markdown(page))
        assert theirs
        assert any(lines[at : at + len(theirs)] == theirs for at in range(len(lines))) or set(
            theirs
        ) <= set(lines)


def test_the_headings() -> None:
    headings = re.findall(r"^(#+) (.*)$", made.small().markdown(), re.MULTILINE)
    assert headings[0] == ("#", "Small shop")
    assert [title for level, title in headings if level == "##"] == [
        "Summary",
        "Bands",
        "Over time",
        "From band to band",
        "At risk",
        "Movers",
        "Segments",
        "Drivers",
        "How the score is made",
        "The data",
    ]


def test_no_cell_breaks_a_table_or_becomes_markup() -> None:
    text = made.hostile().markdown()
    assert not re.search(r"(?<!\\)<[a-z/]", text)
    columns = 0
    for line in table_lines(text):
        cells = len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))
        if set(line) <= set("|-:"):
            assert cells == columns
        columns = cells
