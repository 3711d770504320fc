"""YAML text as a tree of nodes that know where they stand.

Built from parse events and not with ``yaml.compose``: aliases can be counted and nesting limited
before either does harm, scalars keep the text that was written, and duplicate keys are seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

from cesctl.model.report import Report, Span

MOST_ALIASED = 10_000  # nodes that aliases may add; a model of 500 signals has about 5,000
DEEPEST = 100  # levels; a model has 7
# What YAML allows in a text is all but these.
CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SCALAR_TAGS = {
    f"tag:yaml.org,2002:{t}" for t in ("str", "int", "float", "bool", "null", "timestamp")
}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
TRUE = frozenset({"true", "True", "TRUE"})
FALSE = frozenset({"false", "False", "FALSE"})


@dataclass(slots=True, eq=False, repr=False)
class Scalar:
    """Text as written; ``plain`` is false where it was quoted, and so is nothing but text."""

    span: Span
    text: str
    plain: bool = True
    size: int = 1

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in NULLS

    @property
    def is_number(self) -> bool:
        return self.plain and NUMBER.fullmatch(self.text) is not None

    @property
    def flag(self) -> bool | None:
        """True or false where that is written; ``yes`` and ``on`` are text here, as in YAML 1.2."""
        return (self.text in TRUE) if self.plain and self.text in TRUE | FALSE else None


@dataclass(slots=True, eq=False, repr=False)
class Items:
    """A YAML list."""

    span: Span
    items: list[Node] = field(default_factory=list)
    size: int = 1


@dataclass(slots=True, eq=False, repr=False)
class Pairs:
    """A YAML mapping; keys are distinct, in the order written, those merged with ``<<`` last."""

    span: Span
    pairs: list[tuple[Scalar, Node]] = field(default_factory=list)
    size: int = 1


Node = Scalar | Items | Pairs


class _Stop(Exception):  # noqa: N818 - no error: the rest of the text cannot be understood
    """Ends composing after a problem that leaves nothing to go on with."""


def compose(report: Report) -> Node | None:
    """The text's one document, or None where there is none or it cannot be understood."""
    control = CONTROL.search(report.text)
    if control:
        code = f"U+{ord(control[0]):04X}"
        report.add(Span(*control.span()), "", f"the control character {code}", "remove it")
        return None

    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Composer(report).run(yaml.parse(report.text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        from cesctl.model.syntax import explain

        explain(error, report)
    except _Stop:
        pass
    return None


@dataclass(slots=True, eq=False, repr=False)
class _Open:
    """A collection that is still being read."""

    node: Items | Pairs
    anchor: str | None
    key: Scalar | None = None
    has_key: bool = False
    seen: dict[str, Span] = field(default_factory=dict)
    merged: list[Pairs] = field(default_factory=list)


class _Composer:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.anchors: dict[str, Node | None] = {}  # None: still open
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.written = 0  # nodes that stand in the text

    def run(self, events: Iterator[Any]) -> Node | None:
        documents = 0
        for event in events:
            kind = type(event).__name__
            span = Span(event.start_mark.index, event.end_mark.index)
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    self._stop(span, "a second document", "a model is one document: remove the ---")
            elif kind == "ScalarEvent":
                self._tag(event, span, scalar=True)
                self.written += 1
                node = Scalar(self._place(span), event.value, plain=event.implicit[0])
                self._anchor(event.anchor, node)
                self._take(node)
            elif kind in {"SequenceStartEvent", "MappingStartEvent"}:
                self._tag(event, span, scalar=False)
                self._start(event, span, Items(span) if kind[0] == "S" else Pairs(span))
            elif kind in {"SequenceEndEvent", "MappingEndEvent"}:
                self._close(span)
            elif kind == "AliasEvent":
                self._take(self._alias(event.anchor, span))
        return self.root

    def _stop(self, span: Span, message: str, hint: str = "") -> None:
        self.report.add(span, "", message, hint)
        raise _Stop

    def _tag(self, event: Any, span: Span, *, scalar: bool) -> None:
        known = SCALAR_TAGS if scalar else {"tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}
        if event.tag not in (None, "!") and event.tag not in known:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._stop(span, f"the tag {tag} is not used in models", "remove it")

    def _anchor(self, name: str | None, node: Node | None) -> None:
        if name is not None:
            self.anchors[name] = node

    def _alias(self, name: str, span: Span) -> Node:
        if name not in self.anchors:
            self._stop(
                span, f"nothing is named &{name}", f'text that starts with * is quoted: "*{name}"'
            )
        node = self.anchors[name]
        if node is None:
            self._stop(span, f"*{name} stands within itself")
            raise AssertionError  # the line above ends it; this tells mypy
        return node

    def _start(self, event: Any, span: Span, node: Items | Pairs) -> None:
        self.written += 1
        if len(self.stack) == DEEPEST:
            self._stop(span, f"nested more than {DEEPEST} levels deep")
        self._anchor(event.anchor, None)
        self.stack.append(_Open(node, event.anchor))

    def _close(self, end: Span) -> None:
        done = self.stack.pop()
        node = done.node
        node.span = Span(node.span.start, end.end)
        if isinstance(node, Pairs):
            for other in done.merged:
                for key, value in other.pairs:
                    if key.text not in done.seen:
                        done.seen[key.text] = key.span
                        node.pairs.append((key, value))
                        node.size += 1 + value.size
        if node.size > self.written + MOST_ALIASED:
            self._stop(
                node.span,
                f"aliases (*name) make more than {MOST_ALIASED:,} entries here",
                "write the model without so many aliases",
            )
        self._anchor(done.anchor, node)
        self._take(node)

    def _place(self, span: Span) -> Span:
        """Where a scalar is shown to be: one that is left empty, at its key."""
        if span.start == span.end and self.stack:
            key = self.stack[-1].key
            if key is not None:
                return key.span
        return span

    def _take(self, node: Node) -> None:
        """Puts a finished node where it belongs: into the open list or mapping, or at the root."""
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if isinstance(top.node, Items):
            top.node.items.append(node)
            top.node.size += node.size
        elif not top.has_key:
            top.has_key = True
            top.key = self._key(top, node)
        else:
            self._pair(top, top.key, node)
            top.key, top.has_key = None, False

    def _key(self, top: _Open, node: Node) -> Scalar | None:
        if not isinstance(node, Scalar):
            hint = "quote text that starts with { or ["
            self.report.add(node.span, self._path(), "a key must be text", hint)
            return None
        if node.text in top.seen and not _is_merge(node):
            path = ".".join(filter(None, (self._path(), node.text)))
            hint = f"the first is in line {self.report.line(top.seen[node.text])}"
            self.report.add(node.span, path, "duplicate key", hint)
            return None
        if not _is_merge(node):
            top.seen[node.text] = node.span
        return node

    def _pair(self, top: _Open, key: Scalar | None, value: Node) -> None:
        if key is None or not isinstance(top.node, Pairs):  # a key already reported
            return
        if not _is_merge(key):
            top.node.pairs.append((key, value))
            top.node.size += 1 + value.size
            return
        merged = value.items if isinstance(value, Items) else [value]
        for other in merged:
            if isinstance(other, Pairs):
                top.merged.append(other)
            else:
                self.report.add(key.span, self._path(), "<< takes a mapping, such as *name")

    def _path(self) -> str:
        """The dotted path to the innermost open collection."""
        steps = []
        for outer in self.stack[:-1]:
            if isinstance(outer.node, Items):
                steps.append(str(len(outer.node.items) + 1))
            elif outer.key is not None:
                steps.append(outer.key.text)
        return ".".join(steps)


def _is_merge(key: Scalar) -> bool:
    return key.plain and key.text == "<<"
