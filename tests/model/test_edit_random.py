"""Random texts and random edits: what is edited says what it said but for the change, and looks as it did."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cesctl.errors import EditError
from cesctl.model.edit import comment_above, remove_key, set_value
from tests.effort import tries

KEYS = [
    "events", "weight", "cap", "login", "Post: scheduled", "a.b", "x y", "日本", "é😀", "from", "name", "2",
    "yes", "it's", "*", "a # b", "",
]  # fmt: skip
SCALARS = [
    "1", "-2.5", "30d", "text of words", "'it''s: quoted'", '"a\\tb\\u00e9 # no comment"', "true", "null", "",
    "http://x.y/z", "日本", "'😀'", "2026-11-01",
]  # fmt: skip
VALUES = [
    "2",
    "0.5",
    "30d",
    "'x: y'",
    "{from: 1, to: 2}",
    "[a, b]",
    "null",
    "a: {b: c}",
    "one, two",
    "",
]
COMMENTS = ["", "", "  # c", " # {a: [1,", " \t# é: 2", "   # 'open"]


@dataclass
class Text:
    """A text in the making. ``comments``: of all, in order, each with a number of its own."""

    draw: Any
    lines: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    named_so_far: int = 0

    def comment(self, *, after_dash: bool = False) -> str:
        text = self.draw(st.sampled_from(COMMENTS[: 4 if after_dash else None]))
        if not text:
            return ""
        self.comments.append(f"{text.strip()} {len(self.comments)}!")
        return f"{text} {len(self.comments) - 1}!"

    def key(self, name: str) -> str:
        plain = name not in {"Post: scheduled", "2", "yes", "*", "a # b", ""}
        if plain and self.draw(st.integers(0, 3)):
            return name
        return f"'{name.replace(chr(39), chr(39) * 2)}'"

    def scalar(self, *, inside: bool) -> str:
        if self.anchors and not self.draw(st.integers(0, 6)):
            return f"*{self.draw(st.sampled_from(self.anchors))}" + " " * inside
        text: str = self.draw(st.sampled_from(SCALARS))
        anchored = text and not self.draw(st.integers(0, 9))
        return self.named(text) if anchored else text

    def named(self, text: str) -> str:
        name = f"n{self.named_so_far}"
        self.named_so_far += 1
        self.anchors.append(name)
        return f"&{name} {text}"

    def names(self) -> list[str]:
        found: list[str] = self.draw(
            st.lists(st.sampled_from(KEYS), min_size=1, max_size=4, unique=True)
        )
        return found

    def flow(self, depth: int, indentation: str) -> str:
        """A collection in braces or brackets, on one line or several."""
        kind = self.draw(st.sampled_from("{{[")) if depth < 3 else ""
        if not kind:
            return self.scalar(inside=True)
        wide = not self.draw(st.integers(0, 3))
        blank: str = self.draw(st.sampled_from(["", " "]))
        if kind == "{":
            made = [f"{self.key(n)}: {self.flow(depth + 1, indentation)}" for n in self.names()]
        else:
            several = self.draw(st.integers(0, 3))
            made = [self.flow(depth + 1, indentation) for _ in range(several)]
            made = [m or "null" for m in made]
        if not made:
            return "[" + blank + "]"
        end = self.draw(st.sampled_from(["", "", ","]))
        if not wide:
            return f"{kind}{blank}{', '.join(made)}{end}{blank}{'}' if kind == '{' else ']'}"
        rows = [
            f"{m}{',' if at < len(made) - 1 else end}{self.comment()}" for at, m in enumerate(made)
        ]
        inner = f"\n{indentation}  ".join([kind, *rows])
        return f"{inner}\n{indentation}{'}' if kind == '{' else ']'}"

    def block(self, depth: int, indentation: str) -> None:
        """A mapping or list in lines."""
        items = depth and not self.draw(st.integers(0, 3))
        heads = (
            ["-"] * self.draw(st.integers(1, 3))
            if items
            else [f"{self.key(n)}:" for n in self.names()]
        )
        for head in heads:
            if not self.draw(st.integers(0, 4)):
                self.lines.append("")
            if not self.draw(st.integers(0, 4)):
                self.comments.append(f"# above {len(self.comments)}!")
                self.lines.append(indentation + self.comments[-1])
            if depth < 3 and not self.draw(st.integers(0, 2)):
                anchor = "" if self.draw(st.integers(0, 4)) else " " + self.named("").strip()
                self.lines.append(f"{indentation}{head}{anchor}{self.comment(after_dash=True)}")
                known = len(self.anchors) - bool(anchor)
                outer, self.anchors = self.anchors, self.anchors[:known]
                self.block(depth + 1, indentation + self.draw(st.sampled_from(["  ", "   "])))
                self.anchors = [*outer, *self.anchors[known:]]
                continue
            if not items and not self.draw(st.integers(0, 8)):
                sign = self.draw(st.sampled_from(["|", ">-", "|+"]))
                self.lines += [
                    f"{indentation}{head} {sign}{self.comment(after_dash=True)}",
                    f"{indentation}    one",
                    "",
                ]
                self.lines += [f"{indentation}     two: {{"] + [""] * self.draw(st.integers(0, 2))
                continue
            value = self.flow(depth + 1, indentation)
            blanks = self.draw(st.sampled_from([" ", " ", "   "]))
            self.lines.append(
                f"{indentation}{head}{blanks}{value}".rstrip() + self.comment(after_dash=not value)
            )


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, list[str]]:
    made = Text(draw)
    made.block(0, "")
    text = "\n".join(made.lines) + draw(st.sampled_from(["\n", "", "\n\n# end\n"]))
    return text, made.comments


def said_by(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)  # the one that reads models


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [here] if here else []
    if isinstance(value, dict):
        for key, child in value.items():
            found += paths(child, (*here, key))
    elif isinstance(value, list):
        for at, child in enumerate(value):
            found += paths(child, (*here, at))
    return found


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def plain(value: Any) -> Any:
    """A copy in which nothing is shared."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return copy.copy(value)


def steps(path: tuple[Any, ...]) -> list[str]:
    return [str(s + 1) if isinstance(s, int) else s for s in path]


def of_a_signal(path: tuple[Any, ...]) -> bool:
    return len(path) == 2 and path[0] == "events"


def tried(edit: Callable[[], str], text: str) -> str | None:
    """None where it is refused, which only anchors and text at the end may be a reason for."""
    try:
        return edit()
    except EditError as error:
        said = str(error)
    if "edited here" in said:
        assert not text.endswith("\n")
    else:
        assert "uses it, too" in said or "an alias brings it" in said
        assert "&" in text
    return None


def kept(text: str, new: str, comments: list[str], lost: int) -> None:
    """All comments are there but those in the lines that went, and all lines but those in one run."""
    old_lines, new_lines = text.split("\n"), new.split("\n")
    first = 0
    while first < min(len(old_lines), len(new_lines)) and old_lines[first] == new_lines[first]:
        first += 1
    last = 0
    while (
        last < min(len(old_lines), len(new_lines)) - first
        and old_lines[-1 - last] == new_lines[-1 - last]
    ):
        last += 1
    gone = "\n".join(old_lines[first : len(old_lines) - last])
    for comment in comments:
        assert comment in new or (lost and comment in gone), (comment, new)


@settings(max_examples=tries(200), deadline=None, derandomize=True)
@given(st.data())
def test_set(data: st.DataObject) -> None:
    text, comments = data.draw(texts())
    mark = data.draw(st.sampled_from(["", "\ufeff"]))
    ends = data.draw(st.sampled_from(["\n", "\r\n"]))
    said = said_by(text)
    path = data.draw(st.sampled_from(paths(said)))
    old = at(said, path)
    if (isinstance(old, dict) or old is None) and data.draw(st.booleans()):
        path = (*path, data.draw(st.sampled_from([*KEYS, "new", "no", "5"])))
    elif of_a_signal(path) and not isinstance(old, list):
        path = (*path, data.draw(st.sampled_from(["weight", "cap"])))
    value = data.draw(st.sampled_from(VALUES))
    written = mark + text.replace("\n", ends)
    new = tried(lambda: set_value(written, steps(path), value), text)
    if new is None:
        return
    expected = plain(said)
    holder = expected
    for depth, step in enumerate(path[:-1]):
        if holder[step] is None:
            holder[step] = {}
        elif of_a_signal(path[: depth + 1]) and not isinstance(holder[step], dict | list):
            holder[step] = {"weight": holder[step]}
            if path[-1] == "weight":
                holder, path = expected, path[:-1]
                holder = expected["events"]
                break
        holder = holder[step]
    holder[path[-1]] = said_by(value)
    assert new.startswith(mark)
    assert ends == "\n" or "\n" not in new.replace("\r\n", "")
    bare = new.removeprefix(mark).replace("\r\n", "\n")
    assert said_by(bare) == expected
    kept(text, bare, comments, isinstance(old, dict | list))


@settings(max_examples=tries(150), deadline=None, derandomize=True)
@given(texts(), st.data())
def test_remove(made: tuple[str, list[str]], data: st.DataObject) -> None:
    text, comments = made
    said = said_by(text)
    path = data.draw(st.sampled_from(paths(said)))
    new = tried(lambda: remove_key(text, steps(path)), text)
    if new is None:
        return
    expected = plain(said)
    del at(expected, path[:-1])[path[-1]]
    assert said_by(new) == expected
    kept(text, new, comments, lost=True)


@settings(max_examples=tries(60), deadline=None, derandomize=True)
@given(texts(), st.data())
def test_comment(made: tuple[str, list[str]], data: st.DataObject) -> None:
    text, _ = made
    said = said_by(text)
    path = data.draw(st.sampled_from(paths(said)))
    new = comment_above(text, steps(path), ["why: {", "it is"])
    if new is None:
        return
    assert said_by(new) == said
    old_lines, new_lines = text.split("\n"), new.split("\n")
    first = next(n for n, line in enumerate(new_lines) if line.strip() == "# why: {")
    assert new_lines[first + 1].strip() == "# it is"
    assert [*new_lines[:first], *new_lines[first + 2 :]] == old_lines
    below, above = new_lines[first + 2], new_lines[first]
    assert len(below) - len(below.lstrip()) == len(above) - len(above.lstrip())
