"""The layout of problems, and that no text in them acts on a terminal."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from cesctl.errors import Problem
from cesctl.model import render_problems
from cesctl.model.problems import columns, shown

ONE = Problem(
    "unknown key",
    "events.purchase.wieght",
    "model.yaml",
    5,
    5,
    6,
    "    wieght: 10",
    'did you mean "weight"?',
)


def test_the_layout() -> None:
    assert render_problems([ONE, ONE]) == (
        "model.yaml:5:5: events.purchase.wieght: unknown key\n"
        "    5 |     wieght: 10\n"
        '      |     ^^^^^^ did you mean "weight"?\n'
        "model.yaml:5:5: events.purchase.wieght: unknown key\n"
        "    5 |     wieght: 10\n"
        '      |     ^^^^^^ did you mean "weight"?\n'
        "2 problems"
    )


def test_one_problem_is_singular_and_a_missing_hint_leaves_no_blank() -> None:
    text = render_problems([Problem("bad", "a", "m.yaml", 12345, 1, 1, "a: b")])
    assert text == "m.yaml:12345:1: a: bad\n12345 | a: b\n      | ^\n1 problem"


def test_a_problem_without_a_place() -> None:
    text = render_problems([Problem("no such file", file="m.yaml", hint="name it")])
    assert text == "m.yaml: no such file\n      name it\n1 problem"


def test_carets_stand_below_tabs_and_wide_characters() -> None:
    source = '\t日本: {a\u0301: x, "😀": y}'
    at = source.index("y")
    text = render_problems([Problem("bad", "", "m", 1, at + 1, 1, source)])
    line, carets = text.splitlines()[1:3]
    before = line[: line.index("y", 8)]
    assert columns(before) == carets.index("^")
    assert "\t" not in text


def test_a_long_line_is_cut_around_the_place() -> None:
    source = "a" * 1000 + "HERE" + "b" * 1000
    text = render_problems([Problem("bad", "", "m", 1, 1001, 4, source)])
    line, carets = text.splitlines()[1:3]
    assert len(line) < 150
    assert line[carets.index("^") : carets.rindex("^") + 1] == "HERE"


def test_color_adds_nothing_but_codes() -> None:
    colored = render_problems([ONE], color=True)
    assert colored != render_problems([ONE])
    assert re.sub(r"\x1b\[\d+m", "", colored) == render_problems([ONE])


@given(st.text(), st.text(), st.text(), st.integers(1, 50), st.integers(1, 50))
def test_no_text_acts_on_a_terminal(
    message: str, source: str, hint: str, column: int, length: int
) -> None:
    line = source.splitlines()[0] if source.splitlines() else ""
    text = render_problems([Problem(message, message, "f", 1, column, length, line, hint)])
    assert len(text.split("\n")) == 4
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert shown(shown(message)) == shown(message)
