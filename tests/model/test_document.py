"""YAML as nodes with places: with both of PyYAML's parsers."""

from __future__ import annotations

import pytest
import yaml

from cesctl.model.document import Items, Node, Pairs, Scalar, compose
from cesctl.model.report import Report


@pytest.fixture(params=["the fast parser", "the plain parser"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "the plain parser":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


def read(text: str) -> tuple[Node | None, list[str]]:
    report = Report(text, "m")
    node = compose(report)
    return node, [f"{p.line}:{p.column}+{p.length} {p.path}: {p.message}" for p in report.problems]


def value(text: str) -> Scalar:
    node, problems = read(f"k: {text}")
    assert not problems
    assert isinstance(node, Pairs)
    scalar = node.pairs[0][1]
    assert isinstance(scalar, Scalar)
    return scalar


@pytest.mark.parametrize("text", ["1", "-2.5", "+3", ".5", "1.", "1e3", "1.5E-3", "010", "1e999"])
def test_numbers(text: str) -> None:
    assert value(text).is_number
    assert value(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "1_000",
        "0x1F",
        "0o17",
        "12:30",
        ".inf",
        ".nan",
        "1,000",
        '"1"',
        "\u0661",
        "2026-11-01",
        "e3",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert not value(text).is_number


@pytest.mark.parametrize(("text", "flag"), [("true", True), ("True", True), ("FALSE", False)])
def test_flags(text: str, *, flag: bool) -> None:
    assert value(text).flag is flag


@pytest.mark.parametrize("text", ["yes", "no", "on", "off", "y", '"true"', "tRUE", "1"])
def test_what_is_no_flag(text: str) -> None:
    assert value(text).flag is None


@pytest.mark.parametrize("text", ["", "~", "null", "NULL"])
def test_nothing(text: str) -> None:
    assert value(text).is_null
    assert not value(f'"{text}"').is_null


def test_quoted_text_is_its_content() -> None:
    assert value("'it''s: \"x\"'").text == 'it\'s: "x"'
    assert value('"a\\tb\\u00e9"').text == "a\tbé"
    assert value("|\n  a\n  b\n").text == "a\nb\n"


def places(text: str) -> dict[str, tuple[int, int, int]]:
    report = Report(text, "m")
    node = compose(report)

    def walk(node: Node) -> None:
        report.add(node.span, "", node.text if isinstance(node, Scalar) else type(node).__name__)
        for child in node.items if isinstance(node, Items) else []:
            walk(child)
        for key, child in node.pairs if isinstance(node, Pairs) else []:
            walk(key)
            walk(child)

    assert node is not None
    walk(node)
    return {p.message: (p.line, p.column, p.length) for p in report.problems}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_are_characters_of_lines(end: str) -> None:
    text = end.join(['"😀é": 日本', "k: [a, {b: c}]", "t: |", "  one", "  two", "last: 'x y'"])
    at = places(text)
    assert at["😀é"] == (1, 1, 4)
    assert at["日本"] == (1, 7, 2)
    assert at["k"] == (2, 1, 1)
    assert at["c"] == (2, 12, 1)
    assert at["Items"] == (2, 4, 11)
    assert at["last"] == (6, 1, 4)
    assert at["x y"] == (6, 7, 5)


def test_a_line_is_what_editors_call_one() -> None:
    # YAML 1.1 breaks lines at U+2028, too; editors do not.
    assert places('a: "x\u2028y"\nb: c')["b"] == (2, 1, 1)


def test_an_empty_value_stands_at_its_key() -> None:
    report = Report("name: x\nkey:\n", "m")
    node = compose(report)
    assert isinstance(node, Pairs)
    report.add(node.pairs[1][1].span, "", "empty")
    assert (report.problems[0].line, report.problems[0].column, report.problems[0].length) == (
        2,
        1,
        3,
    )


def test_duplicate_keys_are_told_and_the_first_holds() -> None:
    node, problems = read("a: 1\nb: {c: 1, c: 2}\n'a': 3\n")
    assert problems == ["2:11+1 b.c: duplicate key", "3:1+3 a: duplicate key"]
    assert isinstance(node, Pairs)
    assert [(k.text, getattr(v, "text", None)) for k, v in node.pairs] == [("a", "1"), ("b", None)]


def test_aliases_are_what_they_name() -> None:
    node, problems = read("a: &x {b: 1}\nc: *x\nd: &t text\ne: [*t, *t]")
    assert not problems
    assert isinstance(node, Pairs)
    values = {k.text: v for k, v in node.pairs}
    assert values["c"] is values["a"]
    assert isinstance(values["e"], Items)
    assert [n.text for n in values["e"].items if isinstance(n, Scalar)] == ["text", "text"]


def test_merged_keys_come_last_and_give_way() -> None:
    node, problems = read("a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}\nc: {<<: [*x, {m: 4, l: 5}]}")
    assert not problems
    assert isinstance(node, Pairs)
    merged = [v for _, v in node.pairs[1:]]
    assert [
        [(k.text, getattr(v, "text", "")) for k, v in m.pairs]
        for m in merged
        if isinstance(m, Pairs)
    ] == [[("k", "3"), ("l", "2")], [("k", "1"), ("l", "2"), ("m", "4")]]


def test_a_bomb_of_aliases_ends_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 60)]
    node, problems = read("\n".join(lines))  # whole it would have more nodes than can be counted
    assert node is None
    assert len(problems) == 1
    assert "aliases" in problems[0]


def test_nesting_ends_at_once() -> None:
    assert "nested" in read("[" * 100_000)[1][0]
    assert "nested" in read("\n".join(" " * i + "a:" for i in range(500)))[1][0]


def test_many_signals_are_no_bomb() -> None:
    text = "events:\n" + "".join(f"  event {i}: {{weight: {i}}}\n" for i in range(3000))
    assert not read(text)[1]
