"""YAML text as it is written: every node with its place, aliases as aliases, commas and dashes too.

``document`` is what a model says; this is how it says it, for edits of the text. Only the first document of
a text is looked at.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from cesctl.errors import EditError
from cesctl.model.document import CONTROL, DEEPEST, NULLS
from cesctl.model.report import Report, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MERGE = "<<"


@dataclass(slots=True, eq=False, repr=False)
class Written:
    """A node: characters ``start`` up to ``end``, from ``body`` on without its anchor and tag.

    ``text``: of a scalar what it says, of an alias the name. ``plain`` is false where it is quoted, ``block``
    is true of a collection without brackets and of text after | or >. ``aliases``: the nodes that name this
    one, ``target``: what an alias names. An empty scalar has no width.
    """

    kind: Literal["scalar", "list", "mapping", "alias"]
    start: int
    body: int
    end: int
    text: str = ""
    plain: bool = True
    block: bool = False
    tag: str | None = None
    anchor: str | None = None
    entries: list[Entry] = field(default_factory=list)
    aliases: list[Written] = field(default_factory=list)
    target: Written | None = None

    @property
    def real(self) -> Written:
        """The node itself, of an alias what it names."""
        return self.target or self

    @property
    def is_null(self) -> bool:
        return self.kind == "scalar" and self.plain and self.text in NULLS

    def merged(self) -> list[Written]:
        """The mappings that ``<<`` puts into this one, the first before the others."""
        found: list[Written] = []
        for entry in self.entries:
            if entry.is_merge:
                value = entry.value.real
                several = [e.value.real for e in value.entries] if value.kind == "list" else [value]
                found += [node for node in several if node.kind == "mapping"]
        return found

    def within(self) -> Iterator[Written]:
        """The node and all that are written in it."""
        yield self
        for entry in self.entries:
            if entry.key is not None:
                yield from entry.key.within()
            yield from entry.value.within()


@dataclass(slots=True, eq=False, repr=False)
class Entry:
    """A key with its value, or an item of a list: from its key, question mark or dash on.

    ``after``: where the value's place begins, after the colon or dash; None of a key without a colon, and of
    an item in brackets. ``comma``: where the one after it stands.
    """

    start: int
    key: Written | None
    value: Written
    after: int | None
    comma: int | None = None

    @property
    def end(self) -> int:
        """Where the entry ends, without a comma."""
        own = self.key.end if self.key is not None else self.start
        return max(self.value.end if self.has_value else 0, self.after or 0, own)

    @property
    def has_value(self) -> bool:
        return self.value.start < self.value.end

    @property
    def is_merge(self) -> bool:
        return (
            self.key is not None
            and self.key.kind == "scalar"
            and self.key.plain
            and self.key.text == MERGE
        )


def read_written(text: str) -> Written | None:
    """The first document's node; None where the text has none. Raises EditError where it is no YAML."""
    control = CONTROL.search(text)
    if control:
        line = Report(text, "").line(Span(*control.span()))
        raise EditError(f"line {line}: the control character U+{ord(control[0]):04X}")

    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        marks = _Marks(yaml.scan(text, Loader=loader))
        return _Reader(text, marks).read(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        from cesctl.model.syntax import explain

        report = Report(text, "")
        explain(error, report)
        problem = report.problems[0]
        raise EditError(f"line {problem.line}: {problem.message}; {problem.hint}") from None


class _Marks:
    """Where the punctuation of a text stands, in order."""

    def __init__(self, tokens: Iterator[Any]) -> None:
        self.commas: list[int] = []
        self.colons: list[int] = []
        self.dashes: list[int] = []
        self.questions: list[int] = []
        self.properties: dict[int, int] = {}  # of anchors and tags: from where to where
        of: dict[str, Callable[[int], None]] = {
            "FlowEntryToken": self.commas.append,
            "ValueToken": self.colons.append,
            "BlockEntryToken": self.dashes.append,
        }
        for token in tokens:
            name, start, end = type(token).__name__, token.start_mark.index, token.end_mark.index
            if name in of:
                of[name](start)
            elif name == "KeyToken" and end > start:
                self.questions.append(start)
            elif name in {"AnchorToken", "TagToken"}:
                self.properties[start] = end


def _between(places: list[int], start: int, end: int) -> int | None:
    """The first of them in ``start`` … ``end`` - 1."""
    at = bisect.bisect_left(places, start)
    return places[at] if at < len(places) and places[at] < end else None


@dataclass(slots=True, eq=False, repr=False)
class _Open:
    node: Written
    begun: int  # where the next entry is looked for
    key: Written | None = None


class _Reader:
    def __init__(self, text: str, marks: _Marks) -> None:
        self.text = text
        self.marks = marks
        self.anchors: dict[str, Written] = {}
        self.stack: list[_Open] = []
        self.root: Written | None = None

    def read(self, events: Iterator[Any]) -> Written | None:
        for event in events:
            kind = type(event).__name__
            start, end = event.start_mark.index, event.end_mark.index
            if kind == "DocumentEndEvent":
                break
            if kind == "ScalarEvent":
                self._take(self._scalar(event, start, end))
            elif kind == "AliasEvent":
                self._take(self._alias(event.anchor, start, end))
            elif kind in {"SequenceStartEvent", "MappingStartEvent"}:
                self._open(event, start, end, "list" if kind[0] == "S" else "mapping")
            elif kind in {"SequenceEndEvent", "MappingEndEvent"}:
                self._close(start, end)
        return self.root

    def _body(self, start: int, end: int) -> int:
        """Where a node begins after its anchor and tag; ``end`` where there is nothing else."""
        at = start
        while at in self.marks.properties:
            at = self.marks.properties[at]
            while at < end and (self.text[at].isspace() or self.text[at] == "#"):
                at = self._line_end(at) if self.text[at] == "#" else at + 1
        return at

    def _line_end(self, at: int) -> int:
        while at < len(self.text) and self.text[at] not in "\r\n":
            at += 1
        return at

    def _scalar(self, event: Any, start: int, end: int) -> Written:
        body = self._body(start, end)
        block = event.style in ("|", ">")
        if block:
            # blank lines after it are text only where + says so
            keeps = "+" in self.text[body : self._line_end(body)].partition("#")[0]
            written = self.text[:end]
            end = len(_without_end(written) if keeps else written.rstrip())
        node = Written("scalar", start, body, end, event.value, event.implicit[0], block, event.tag)
        self._name(event.anchor, node)
        return node

    def _alias(self, name: str, start: int, end: int) -> Written:
        target = self.anchors.get(name)
        if target is None:
            raise EditError(f"line {self._line(start)}: nothing is named &{name}")
        if any(opened.node is target for opened in self.stack):
            raise EditError(f"line {self._line(start)}: *{name} stands within itself")
        node = Written("alias", start, start, end, name, target=target)
        target.aliases.append(node)
        return node

    def _line(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1

    def _name(self, anchor: str | None, node: Written) -> None:
        node.anchor = anchor
        if anchor is not None:
            self.anchors[anchor] = node

    def _open(self, event: Any, start: int, end: int, kind: Literal["list", "mapping"]) -> None:
        if len(self.stack) == DEEPEST:
            raise EditError(f"line {self._line(start)}: nested more than {DEEPEST} levels deep")
        body = self._body(start, len(self.text))
        block = not event.flow_style
        node = Written(kind, start, body, end, block=block, tag=event.tag)
        self._name(event.anchor, node)
        self.stack.append(_Open(node, body if block else body + 1))

    def _close(self, start: int, end: int) -> None:
        done = self.stack.pop().node
        last = done.entries[-1] if done.entries else None
        if not done.block:
            done.end = end
            if last is not None:
                last.comma = _between(self.marks.commas, last.end, end)
        elif last is not None:
            done.end = last.end
        else:  # pragma: no cover - a block collection has an entry
            done.end = start
        self._take(done)

    def _take(self, node: Written) -> None:
        """Puts a finished node where it belongs: into the open list or mapping, or at the root."""
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if top.node.kind == "mapping" and top.key is None:
            top.key = node
            return
        top.node.entries.append(self._entry(top, node))
        top.key = None
        top.begun = top.node.entries[-1].end

    def _entry(self, top: _Open, value: Written) -> Entry:
        before = top.node.entries[-1] if top.node.entries else None
        first = value.start if top.key is None else top.key.start
        if before is not None and not top.node.block:
            before.comma = _between(self.marks.commas, before.end, first + 1)
        if top.key is None:
            dash = _between(self.marks.dashes, top.begun, first + 1) if top.node.block else None
            start = first if dash is None else dash
            return Entry(start, None, value, None if dash is None else dash + 1)
        question = _between(self.marks.questions, top.begun, first)
        colon = _between(self.marks.colons, top.key.end, value.start)
        start = first if question is None else question
        return Entry(start, top.key, value, None if colon is None else colon + 1)


def _without_end(text: str) -> str:
    """Without one line end at its end."""
    return text[: -2 if text.endswith("\r\n") else -1] if text[-1:] in {"\r", "\n"} else text
