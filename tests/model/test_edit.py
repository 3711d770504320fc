"""Edits of a model's text: with both of PyYAML's parsers."""

from __future__ import annotations

import pytest
import yaml

from cesctl.errors import EditError, UsageError
from cesctl.model.edit import comment_above, remove_key, set_value


@pytest.fixture(params=["the fast parser", "the plain parser"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "the plain parser":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


MODEL = """\
# top
version: 1
events:   # signals
  login: 1    # short
  "Post: scheduled":   {weight: 2, cap: 3}  # flow
  a.b c: {weight: 1}
  block:
    weight: 1  # w
    # about tiers
    tiers:
      - {at_least: 1, value: 2}
      - {at_least: 2, value: 3}  # last
  multi: {
    weight: 1,   # one
    cap: 5       # five, } and so on
  }
  empty:   # nothing
  odd: 1 ]
scale: {method: none}
bands:
- name: Low   # l
  from: 1
- name: Mid
  from: 41
"""


def edited(path: list[str], value: str | None, text: str = MODEL) -> tuple[str, str]:
    """The lines that an edit takes away, and those it puts in their place."""
    new = remove_key(text, path) if value is None else set_value(text, path, value)
    old_lines, new_lines = text.splitlines(), new.splitlines()
    while old_lines and new_lines and old_lines[0] == new_lines[0]:
        del old_lines[0], new_lines[0]
    while old_lines and new_lines and old_lines[-1] == new_lines[-1]:
        del old_lines[-1], new_lines[-1]
    return "\n".join(old_lines), "\n".join(new_lines)


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (["events", "login", "weight"], "2", "  login: 2    # short"),
        (["events", "login"], "2.5", "  login: 2.5    # short"),
        (["events", "login", "cap"], "5", "  login: {weight: 1, cap: 5}    # short"),
        (
            ["events", "Post: scheduled", "weight"],
            "-3",
            '  "Post: scheduled":   {weight: -3, cap: 3}  # flow',
        ),
        (
            ["events", "Post: scheduled", "half_life"],
            "30d",
            '  "Post: scheduled":   {weight: 2, cap: 3, half_life: 30d}  # flow',
        ),
        (
            ["events", "Post: scheduled", "target", "from"],
            "1",
            '  "Post: scheduled":   {weight: 2, cap: 3, target: {from: 1}}  # flow',
        ),
        (["events", "a.b c", "weight"], "2", "  a.b c: {weight: 2}"),
        (["events", "block", "weight"], "2", "    weight: 2  # w"),
        (
            ["events", "block", "tiers", "2", "value"],
            "9",
            "      - {at_least: 2, value: 9}  # last",
        ),
        (["events", "multi", "weight"], "2", "    weight: 2,   # one"),
        (["events", "multi", "group"], "g", "    cap: 5, group: g       # five, } and so on"),
        (["events", "empty"], "2", "  empty: 2   # nothing"),
        (["events", "empty", "weight"], "2", "  empty: {weight: 2}   # nothing"),
        (["scale", "round"], "0", "scale: {method: none, round: 0}"),
        (["scale", "to"], "[1, 100]", "scale: {method: none, to: [1, 100]}"),
        (["bands", "1", "name"], "'a: b'", "- name: 'a: b'   # l"),
        (["bands", "Mid", "from"], "50", "  from: 50"),
        (["events", "odd", "cap"], "5", '  odd: {weight: "1 ]", cap: 5}'),
    ],
)
def test_one_line_changes(path: list[str], value: str, line: str) -> None:
    assert edited(path, value)[1] == line


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (["events", "block", "group"], "g", "    group: g"),
        (["events", "new one"], "{weight: 2}", "  new one: {weight: 2}"),
        (["events", "yes"], "1", '  "yes": 1'),
        (["events", "a: b # c"], "1", '  "a: b # c": 1'),
        (["events", "7"], "1", '  "7": 1'),
        (["events", "日本 ü\u2028"], "1", '  "日本 ü\\u2028": 1'),
        (["bands", "1", "at_risk"], "true", "  at_risk: true"),
        (["bands", "2", "at_risk"], "true", "  at_risk: true"),
        (["risk", "drop"], "5", "risk: {drop: 5}"),
        (["window"], "90d", "window: 90d"),
    ],
)
def test_one_line_more(path: list[str], value: str, line: str) -> None:
    assert edited(path, value) == ("", line)


def test_lines_give_way_to_a_value_and_the_key_keeps_its_comment() -> None:
    text = "a:   # about a\n  # about b\n  b: 1  # b\n  c:\n  - 2\n# about d\nd: 3"
    assert set_value(text, ["a"], "2") == "a: 2   # about a\n  # about b\n# about d\nd: 3"
    assert set_value(text, ["a", "c"], "{x: 1}").splitlines()[3] == "  c: {x: 1}"
    assert set_value("k:\n- 1\n- 2\n", ["k"], "[3]") == "k: [3]\n"


def test_text_of_several_lines_gives_way() -> None:
    text = "a: |+  # as it is\n  one\n\n  two\n\nb: one\n  two  # b\nc: 'x\n\n  y'\nd: >\n  z"
    assert set_value(text, ["a"], "x") == (
        "a: x  # as it is\nb: one\n  two  # b\nc: 'x\n\n  y'\nd: >\n  z"
    )
    assert set_value(text, ["b"], "x").count("# b") == 1
    assert yaml.safe_load(set_value(text, ["c"], "x")) == {**yaml.safe_load(text), "c": "x"}
    assert set_value(text, ["d"], "x").endswith("\nd: x")


def test_a_key_after_text_of_several_lines() -> None:
    text = "a:\n  b: |+\n    one\n\nc: 1\n"
    assert set_value(text, ["a", "k"], "2") == "a:\n  b: |+\n    one\n\n  k: 2\nc: 1\n"
    text = "a:\n  b: |\n    one\n\n# c\nc: 1\n"
    assert set_value(text, ["a", "k"], "2") == "a:\n  b: |\n    one\n  k: 2\n\n# c\nc: 1\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_stay_as_they_are(end: str) -> None:
    text = end.join(["a: 1  # é 😀", "b:", "  c: 2"])
    assert set_value(text, ["a"], "5") == end.join(["a: 5  # é 😀", "b:", "  c: 2"])
    assert set_value(text, ["b", "d"], "5") == end.join([text, "  d: 5"])
    assert set_value(text, ["d"], "5") == end.join([text, "d: 5"])
    assert comment_above(text, ["b", "c"], ["x"]) == end.join(
        ["a: 1  # é 😀", "b:", "  # x", "  c: 2"]
    )
    assert remove_key(text, ["a"]) == end.join(["b:", "  c: 2"])


def test_a_mark_at_the_start_and_wide_characters_move_no_place() -> None:
    text = '\ufeff"😀é": {日本: 1, x: 2}\n'
    assert set_value(text, ["😀é", "x"], "3") == '\ufeff"😀é": {日本: 1, x: 3}\n'
    assert remove_key(text, ["😀é", "日本"]) == '\ufeff"😀é": {x: 2}\n'
    assert comment_above(text, ["😀é"], ["c"]) == '\ufeff# c\n"😀é": {日本: 1, x: 2}\n'


def test_tabs_are_blanks() -> None:
    if not hasattr(yaml, "CSafeLoader"):
        pytest.skip("the plain parser knows no tabs")
    text = "a:\t1\t# one\nb: {\tc:\t2\t}\n"
    assert set_value(text, ["a"], "5") == "a:\t5\t# one\nb: {\tc:\t2\t}\n"
    assert set_value(text, ["b", "d"], "5") == "a:\t1\t# one\nb: {\tc:\t2, d: 5\t}\n"


def test_only_the_first_document_is_edited() -> None:
    text = "%YAML 1.1\n--- # first\na: 1\n...\n---\na: 1\n"
    assert set_value(text, ["a"], "2") == text.replace("a: 1", "a: 2", 1)
    assert set_value(text, ["b"], "2") == text.replace("a: 1\n", "a: 1\nb: 2\n", 1)


@pytest.mark.parametrize(
    ("text", "value", "new"),
    [
        ("", "1", "k: 1\n"),
        ("# only this", "1", "# only this\nk: 1"),
        ("---\n", "1", "---\nk: 1\n"),
        ("null\n", "1", "k: 1\n"),
        ("{}\n", "1", "{k: 1}\n"),
        ("{ }", "1", "{k: 1}"),
        ("{ # none\n}", "1", "{k: 1 # none\n}"),
        ("{a: 1, }", "2", "{a: 1, k: 2 }"),
        ("{a: 1,  # one\n}", "2", "{a: 1, k: 2  # one\n}"),
        ("{a}", "2", "{a, k: 2}"),
        ("{a: }", "2", "{a: , k: 2 }"),
        ("{a: &x }", "2", "{a: &x, k: 2 }"),
        ("{k}", "2", "{k: 2}"),
        ("{k: }", "2", "{k: 2 }"),
        ("{k: &x }", "2", "{k: &x 2 }"),
        ("k:", "2", "k: 2"),
        ("k: # c", "2", "k: 2 # c"),
        ("k: &x # c", "2", "k: &x 2 # c"),
        ("k: &x\n  a: 1\n", "2", "k: &x 2\n"),
        ("k: !!str 5", "6", "k: 6"),
        ("k: !!str\n  5", "6", "k: 6"),
        ("k: !!map\n  a: 1\n", "6", "k: 6\n"),
        ("? k\n: 5", "6", "? k\n: 6"),
        ("? a\n: 5", "6", "? a\n: 5\nk: 6"),
        ("k:\n  5  # c", "6", "k:\n  6  # c"),
        ("'k' : 5", "6", "'k' : 6"),
    ],
)
def test_odd_ways_to_write(text: str, value: str, new: str) -> None:
    assert set_value(text, ["k"], value) == new


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2", "2"),
        (" 2  # two\n", "2"),
        ("", "null"),
        ("a: b", "{a: b}"),
        ("a:\n  b: 1\n  c: [x]", "{a: {b: 1, c: [x]}}"),
        ("- 1\n- a, b", '[1, "a, b"]'),
        ("1, cap: 5", '{"1, cap": 5}'),
        ("1, cap", '"1, cap"'),
        ("a } b", '"a } b"'),
        ("'it''s'", "'it''s'"),
        ("one\n  two", "one two"),
        ("|\n  one\n  two", '"one\\ntwo"'),
        ("&x 5", "&x 5"),
        ("{from: 1, to: 2}", "{from: 1, to: 2}"),
    ],
)
def test_a_value_is_one_value_wherever_it_stands(value: str, text: str) -> None:
    assert set_value("k: 1 # c\n", ["k"], value) == f"k: {text} # c\n"
    assert set_value("{k: 1, l: 2}", ["k"], value) == f"{{k: {text}, l: 2}}"


@pytest.mark.parametrize(
    "value", ["*", "*x", "[1", "{a", "@x", "%x: 1", "'", "1\n---\n2", "--- 2", "\x07", "a: b: c"]
)
def test_what_is_no_value_is_refused(value: str) -> None:
    with pytest.raises(EditError, match="is no value"):
        set_value("k: 1", ["k"], value)


SHARED = """\
events:
  login: &base {weight: 1, cap: 4, limit: {count: 3, per: day}}
  other: *base
  merged: {<<: *base, group: x}
  lines:
    <<: [*base, {cap: 9}]
    weight: 7
  number: &n 3
  same: *n
"""


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("events/other/weight", "3", "  other: {<<: *base, weight: 3}"),
        ("events/other", "3", "  other: 3"),
        (
            "events/other/limit/count",
            "5",
            "  other: {<<: *base, limit: {count: 5, per: day}}",
        ),
        ("events/other/target/from", "5", "  other: {<<: *base, target: {from: 5}}"),
        ("events/merged/weight", "3", "  merged: {<<: *base, group: x, weight: 3}"),
        ("events/merged/group", "y", "  merged: {<<: *base, group: y}"),
        (
            "events/merged/limit/per",
            "week",
            "  merged: {<<: *base, group: x, limit: {count: 3, per: week}}",
        ),
        ("events/lines/weight", "3", "    weight: 3"),
        ("events/same/weight", "4", "  same: 4"),
        ("events/same/cap", "4", "  same: {weight: *n, cap: 4}"),
        ("events/number/cap", "4", "  number: {weight: &n 3, cap: 4}"),
    ],
)
def test_what_an_alias_brings_is_overridden_where_it_is_used(
    path: str, value: str, line: str
) -> None:
    assert edited(path.split("/"), value, SHARED)[1] == line


def test_a_merged_key_is_added_in_lines() -> None:
    assert edited(["events", "lines", "cap"], "3", SHARED) == ("", "    cap: 3")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("events/login/weight", "events.login: &base in line 2"),
        ("events/login/limit/count", "line 3 uses it, too, as *base"),
        ("events/login", "cannot change alone"),
        ("events/number", "line 9 uses it, too, as *n"),
        ("events/number/weight", "line 9 uses it, too, as *n"),
        ("events", None),  # all that use it go with it
    ],
)
def test_what_others_take_over_is_not_changed(path: str, said: str | None) -> None:
    if said is None:
        assert set_value(SHARED, path.split("/"), "{a: 1}") == "events: {a: 1}\n"
        return
    with pytest.raises(EditError) as told:
        set_value(SHARED, path.split("/"), "{a: 1}")
    assert said in str(told.value)


def test_an_anchor_that_nobody_uses_stays() -> None:
    text = "events:\n  login: &base {weight: &w 1}\n"
    assert edited(["events", "login", "weight"], "2", text)[1] == "  login: &base {weight: &w 2}"


def test_an_anchor_within_is_not_lost() -> None:
    text = "events: {a: {weight: &w 1}, b: {weight: *w}}\n"
    with pytest.raises(EditError, match="line 1 uses it, too"):
        set_value(text, ["events", "a"], "2")
    with pytest.raises(EditError, match="line 1 uses it, too"):
        remove_key(text, ["events", "a"])


def test_aliases_of_a_list_and_of_lists_in_it() -> None:
    text = "a: &a [1, {x: 2}]\nb: *a\n"
    assert set_value(text, ["b", "2", "x"], "3") == "a: &a [1, {x: 2}]\nb: [1, {x: 3}]\n"
    text = "a: &a\n  - x: &x 1\n    y: 'two'\n  - *x\nb: *a\n"
    assert set_value(text, ["b", "1", "y"], "3").splitlines()[4] == "b: [{x: 1, y: 3}, *x]"


def test_a_bomb_of_aliases_costs_nothing() -> None:
    lines = ["k: 1", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 60)]
    assert set_value("\n".join(lines), ["k"], "2") == "\n".join(["k: 2", *lines[1:]])
    lines.append("b: *a59")
    assert set_value("\n".join(lines), ["b", "2"], "3").endswith(
        f"\nb: [*a58, 3, {', '.join(['*a58'] * 8)}]"
    )


@pytest.mark.parametrize(
    ("path", "gone", "instead"),
    [
        ("events/login", "  login: 1    # short", ""),
        ("events/Post: scheduled/cap", None, '  "Post: scheduled":   {weight: 2}  # flow'),
        ("events/Post: scheduled/weight", None, '  "Post: scheduled":   {cap: 3}  # flow'),
        ("events/a.b c/weight", None, "  a.b c: {}"),
        ("events/block/weight", "    weight: 1  # w", ""),
        ("events/block/tiers/1", "      - {at_least: 1, value: 2}", ""),
        ("events/multi/weight", "    weight: 1,   # one", ""),
        (
            "events/multi/cap",
            "    weight: 1,   # one\n    cap: 5       # five, } and so on",
            "    weight: 1   # one",
        ),
        ("events/empty", "  empty:   # nothing", ""),
        ("scale/method", None, "scale: {}"),
        ("scale", "scale: {method: none}", ""),
        ("bands/1/name", "- name: Low   # l\n  from: 1", "- from: 1"),
        ("bands/Low/from", "  from: 1", ""),
        ("bands/Mid", "- name: Mid\n  from: 41", ""),
    ],
)
def test_what_is_removed(path: str, gone: str | None, instead: str) -> None:
    found = edited(path.split("/"), None)
    assert found[1] == instead
    assert gone is None or found[0] == gone


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("{k: 1}", "{}"),
        ("{ k: 1, }", "{ }"),
        ("{a: 1, k: 2, b: 3}", "{a: 1, b: 3}"),
        ("{k: 2, b: 3}", "{b: 3}"),
        ("{a: 1, k: 2, }", "{a: 1, }"),
        ("{a: 1, # one\n  k: 2}", "{a: 1 # one\n  }"),
        ("{a: 1, k: 2, # two\n  b: 3}", "{a: 1, # two\n  b: 3}"),
        ("{a: 1, k, b: 3}", "{a: 1, b: 3}"),
        ("{a: 1,# one\n k: 2}", "{a: 1 # one\n }"),
        ("k: 1", "{}"),
        ("# c\nk:\n  l: 1\n", "# c\n{}\n"),
        ("a: 1\nk: 2", "a: 1\n"),
        ("a: 1\nk: |+\n  x\n\n\nb: 2", "a: 1\nb: 2"),
    ],
)
def test_odd_ways_to_remove(text: str, new: str) -> None:
    assert remove_key(text, ["k"]).rstrip("\n") == new.rstrip("\n")


def test_what_an_alias_brings_is_not_removed() -> None:
    for path in ("other/weight", "merged/weight", "lines/limit/count"):
        with pytest.raises(EditError, match="an alias brings it"):
            remove_key(SHARED, ["events", *path.split("/")])
    assert edited(["events", "other"], None, SHARED) == ("  other: *base", "")


def test_comments_stand_above_the_line() -> None:
    text = comment_above(MODEL, ["events", "block", "weight"], ["one", "", "two\nthree\x07"])
    assert text is not None
    assert edited_lines(text) == ["    # one", "    #", "    # two three"]
    assert text.index("# two") < text.index("    weight: 1  # w")
    text = comment_above(MODEL, ["bands", "2", "name"], ["x"])
    assert text is not None
    assert text.splitlines()[-3:] == ["# x", "- name: Mid", "  from: 41"]
    text = comment_above(MODEL, ["bands", "2", "from"], ["x"])
    assert text is not None
    assert text.splitlines()[-2:] == ["  # x", "  from: 41"]


def edited_lines(text: str) -> list[str]:
    old = MODEL.splitlines()
    return [line.rstrip() for line in text.splitlines() if line not in old]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (MODEL, ["events", "multi", "cap"]),
        (MODEL, ["events", "Post: scheduled", "cap"]),
        (SHARED, ["events", "other", "cap"]),
        (SHARED, ["events", "lines", "cap"]),
    ],
)
def test_what_no_line_begins_with_gets_no_comment(text: str, path: list[str]) -> None:
    assert comment_above(text, path, ["x"]) is None


@pytest.mark.parametrize(
    "path", ["events/logn", "events/login/cap", "nothing", "bands/3", "bands/0"]
)
def test_what_is_not_there_is_not_removed_nor_commented(path: str) -> None:
    with pytest.raises(EditError):
        remove_key(MODEL, path.split("/"))
    with pytest.raises(EditError):
        comment_above(MODEL, path.split("/"), ["x"])


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        (MODEL, "scale/method/x", 'scale.method: "none" has no keys'),
        (MODEL, "events/login/cap/x/y", None),
        (MODEL, "bands/3/from", 'bands: "3" is none of the 2 entries'),
        (MODEL, "bands/High/from", 'bands: "High" is none of the 2 entries'),
        ("a: 1\na: 2\n", "a", '"a" stands there twice'),
        ("a: [1\n", "a", "line 1: a [ not closed"),
        ("a: *x\n", "a", "line 1: nothing is named &x"),
        ("a: &x [*x]\n", "a", "line 1: *x stands within itself"),
        ("a:\n\x07", "a", "line 2: the control character U+0007"),
        ("[" * 200, "a", "nested more than"),
        ("- a", "a", "none of the 1 entry"),
        ("text", "a", '"text" has no keys'),
    ],
)
def test_what_cannot_be_edited_says_why(text: str, path: str, said: str | None) -> None:
    if said is None:
        assert set_value(text, path.split("/"), "1")
        return
    with pytest.raises(UsageError) as told:
        set_value(text, path.split("/"), "1")
    assert said in str(told.value)


def test_an_edit_that_would_say_something_else_is_refused() -> None:
    text = "a: |\n  x"  # a line more, and the text would end with a line end
    with pytest.raises(EditError, match="written in a way that cannot be edited"):
        set_value(text, ["b"], "1")
    with pytest.raises(EditError, match="written in a way that cannot be edited"):
        set_value("? k", ["k"], "1")
    with pytest.raises(EditError, match="written in a way that cannot be edited"):
        set_value("[a: 1]", ["1", "b"], "2")


def test_no_path_is_refused() -> None:
    with pytest.raises(EditError, match="a path has a key"):
        set_value("a: 1", [], "1")
    with pytest.raises(EditError, match="a path has a key"):
        remove_key("a: 1", [])
    with pytest.raises(EditError, match="a path has a key"):
        comment_above("a: 1", [], ["x"])
