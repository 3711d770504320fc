"""What is written is what YAML reads."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from cesctl.insight.quoting import flow_list, number, quoted, scalar

# YAML knows no lone surrogates, and polars holds none.
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(texts)
@example("yes")
@example("null")
@example("123")
@example("1e5")
@example("a: b")
@example("a #b")
@example("*")
@example('it\'s "so"')
@example("two\nlines\x85\u2028")
@example("\x1b[31mred\x9b")
@example("👩\u200d👩\u200d👧")
@example("\U000e0001")
@example("- x")
@example("\\n")
@example("2026-11-01")
@example("=")
@example("<<")
@example("/0")
@example("./1")
def test_any_text_comes_back(text: str) -> None:
    written = f"{scalar(text)}: [{scalar(text)}, {quoted(text)}]"
    assert yaml.safe_load(written) == {text: [text, text]}
    assert yaml.safe_load(f"x: {{a: {scalar(text)}, b: 1}}") == {"x": {"a": text, "b": 1}}


@given(texts)
def test_quoted_text_is_one_printable_line(text: str) -> None:
    line = quoted(text)
    assert len(line.splitlines()) == 1
    assert all(c.isprintable() or c == "\u200d" for c in line)
    assert yaml.safe_load(f"a: 1 # {line}\n") == {"a": 1}


def test_plain_words_stay_plain() -> None:
    names = ("Post scheduled", "page_view", "properties.$os", "user-id", "../a b.csv", "/x")
    assert [scalar(n) for n in names] == list(names)


@pytest.mark.parametrize("name", ["Yes", "NULL", "on", "3d", "a, b", "é", "x ", "~", "a  b", "$:"])
def test_doubtful_words_are_quoted(name: str) -> None:
    assert scalar(name) == f'"{name}"'


def test_a_list_of_one_has_no_brackets() -> None:
    assert flow_list(["a"]) == "a"
    assert flow_list(["a", "b c", "*"]) == '[a, b c, "*"]'


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (0.5, "0.5"), (1e-5, "0.00001"), (-2.30, "-2.3"), (-0.0, "0")]
)
def test_numbers_are_written_so_that_yaml_reads_numbers(value: float, text: str) -> None:
    assert number(value) == text
