"""Kinds of values: each reads a node of the model file and describes itself as JSON Schema.

One object does both, so that what the loader takes and what an editor shows cannot drift apart.
``read`` gives the value, or BAD after reporting what is wrong.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from cesctl.duration import PATTERN, DurationError, format_duration, parse_duration
from cesctl.model.blanks import trimmed
from cesctl.model.document import Items, Pairs, Scalar
from cesctl.model.fields import BAD, did_you_mean

if TYPE_CHECKING:
    from cesctl.model.document import Node
    from cesctl.model.fields import Check
    from cesctl.model.report import Report, Span

Schema = dict[str, Any]


class Kind(Protocol):
    """``owner`` is the place of the key or list item that holds the node."""

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any: ...

    def schema(self) -> Schema: ...


def found(node: Node) -> str:
    """A node in words, for messages."""
    if isinstance(node, Items):
        return "a list"
    if isinstance(node, Pairs):
        return "a mapping"
    if node.is_null:
        return "nothing"
    text = node.text if len(node.text) <= 40 else node.text[:39] + "…"
    return text if node.is_number or node.flag is not None else f'"{text}"'


def expected(wanted: str, node: Node, path: str, report: Report, hint: str = "") -> Any:
    report.add(node.span, path, f"{wanted} is expected, not {found(node)}", hint)
    return BAD


@dataclass(eq=False, repr=False)
class Number:
    """A finite number."""

    wanted: str = "a number"
    whole: bool = False
    least: float | None = None
    most: float | None = None
    not_zero: bool = False

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:  # noqa: ARG002
        if not isinstance(node, Scalar) or not node.is_number:
            return expected(self.wanted, node, path, report, _number_hint(node))
        number = float(node.text)
        if not math.isfinite(number):
            return expected(self.wanted, node, path, report, "it is too large")
        wrong = (
            (self.whole and number != int(number))
            or (self.least is not None and number < self.least)
            or (self.most is not None and number > self.most)
            or (self.not_zero and number == 0)
        )
        if wrong:
            return expected(self.wanted, node, path, report)
        return int(number) if self.whole else number + 0.0  # -0 is 0

    def schema(self) -> Schema:
        schema: Schema = {"type": "integer" if self.whole else "number"}
        if self.least is not None:
            schema["minimum"] = self.least
        if self.most is not None:
            schema["maximum"] = self.most
        if self.not_zero:
            schema["not"] = {"const": 0}
        return schema


def _number_hint(node: Node) -> str:
    if not isinstance(node, Scalar):
        return ""
    bare = node.text.strip().replace("_", "").replace(",", "").replace(" ", "").rstrip("%")
    plain = Scalar(node.span, bare)
    if plain.is_number:
        return f"write {bare}" + ("" if node.plain else " without quotes")
    return "it must be finite" if bare.lower().strip("+-.") in {"inf", "infinity", "nan"} else ""


@dataclass(eq=False, repr=False)
class Text:
    """Text, trimmed; plain numbers and words such as ``yes`` are the text they are written as."""

    wanted: str = "text"
    check: Check | None = None
    pattern: str | None = None

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:  # noqa: ARG002
        if not isinstance(node, Scalar) or node.is_null or not trimmed(node.text):
            return expected(self.wanted, node, path, report)
        text = trimmed(node.text)
        wrong = self.check(text) if self.check else None
        if wrong:
            report.add(node.span, path, *wrong)
            return BAD
        fits = self.pattern is None or (node.flag is None and re.fullmatch(self.pattern, text))
        if not fits:
            return expected(self.wanted, node, path, report)
        return text

    def schema(self) -> Schema:
        if self.pattern is not None:
            return {"type": "string", "pattern": f"^({self.pattern})$"}
        if self.check is not None:
            return {"type": "string", "pattern": r"\S"}
        return {"type": ["string", "number", "boolean"], "pattern": r"\S"}


@dataclass(eq=False, repr=False)
class Verbatim:
    """Text taken as it is, blanks too."""

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:  # noqa: ARG002
        if not isinstance(node, Scalar) or node.is_null:
            return expected("text", node, path, report)
        return node.text

    def schema(self) -> Schema:
        return {"type": ["string", "number", "boolean"]}


@dataclass(eq=False, repr=False)
class Word:
    """One of a few words."""

    words: tuple[str, ...]
    wanted: str = "one of"

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:  # noqa: ARG002
        listed = (
            f"{self.wanted} {', '.join(self.words)}" if self.wanted == "one of" else self.wanted
        )
        if not isinstance(node, Scalar) or node.is_null:
            return expected(listed, node, path, report)
        text = node.text.strip()
        if text in self.words:
            return text
        choose = "use " + " or ".join(filter(None, [", ".join(self.words[:-1]), self.words[-1]]))
        hint = did_you_mean(text, self.words, choose)
        report.add(node.span, path, f"unknown {path.rsplit('.', 1)[-1]} {found(node)}", hint)
        return BAD

    def schema(self) -> Schema:
        return {"enum": list(self.words)}


@dataclass(eq=False, repr=False)
class WholeWord:
    """A number that must be one certain number: the version of the page."""

    number: int

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:  # noqa: ARG002
        if isinstance(node, Scalar) and node.is_number and float(node.text) == self.number:
            return self.number
        report.add(
            node.span, path, f"{found(node)} is not known", f"this cesctl reads {self.number}"
        )
        return BAD

    def schema(self) -> Schema:
        return {"const": self.number}


@dataclass(eq=False, repr=False)
class NumberOrWord:
    """A number, or one of a few words."""

    words: tuple[str, ...]

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:
        if isinstance(node, Scalar) and node.text in self.words:
            return node.text
        if isinstance(node, Scalar) and node.is_number:
            return Number().read(node, path, owner, report)
        wanted = f"{', '.join(self.words)} or a number"
        hint = did_you_mean(node.text, self.words) if isinstance(node, Scalar) else ""
        return expected(wanted, node, path, report, hint)

    def schema(self) -> Schema:
        return {"anyOf": [{"enum": list(self.words)}, {"type": "number"}]}


@dataclass(eq=False, repr=False)
class Flag:
    """true or false."""

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:  # noqa: ARG002
        if isinstance(node, Scalar):
            if node.flag is not None:
                return node.flag
            word = node.text.strip().lower()
            if word in {"yes", "on", "y", "true", "1"}:
                return expected("true or false", node, path, report, "write true")
            if word in {"no", "off", "n", "false", "0"}:
                return expected("true or false", node, path, report, "write false")
        return expected("true or false", node, path, report)

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(eq=False, repr=False)
class Duration:
    """A duration as microseconds; ``none``, where allowed, is the text ``none``."""

    none: bool = False
    zero: bool = False

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:  # noqa: ARG002
        wanted = "a duration" + (" or none" if self.none else "")
        if not isinstance(node, Scalar) or node.is_null:
            return expected(wanted, node, path, report, "such as 90d")
        text = node.text.strip()
        if self.none and text == "none":
            return "none"
        if self.zero and node.is_number and float(text) == 0:
            return 0
        try:
            us = parse_duration(text)
        except DurationError as error:
            endless = self.none and text[:-1].isdecimal()
            hint = 'write "none" for all history' if endless else error.hint
            report.add(node.span, path, str(error), hint)
            return BAD
        if us == 0 and not self.zero:
            hint = "leave the key out" + (", or write none" if self.none else "")
            report.add(
                node.span, path, f"a duration above 0 is expected, not {format_duration(us)}", hint
            )
            return BAD
        return us

    def schema(self) -> Schema:
        digits = PATTERN if self.zero else "0*[1-9]" + PATTERN.replace("+", "*")
        choices: list[Schema] = [{"type": "string", "pattern": f"^{digits}$"}]
        if self.zero:
            choices.append({"const": 0})
        if self.none:
            choices.append({"const": "none"})
        return choices[0] if len(choices) == 1 else {"anyOf": choices}
