"""Kinds that hold other kinds: lists, mappings with the user's names, and choices by shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cesctl.model.blanks import trimmed
from cesctl.model.document import Items, Pairs, Scalar
from cesctl.model.fields import BAD, Entry, Fields, join
from cesctl.model.kinds import expected

if TYPE_CHECKING:
    from cesctl.model.document import Node
    from cesctl.model.kinds import Kind, Schema
    from cesctl.model.report import Report, Span


@dataclass(eq=False, repr=False)
class ListOf:
    """A list of at least ``least`` (and ``exactly`` so many) items, as a tuple of values."""

    item: Kind
    wanted: str
    exactly: int | None = None

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:  # noqa: ARG002
        if not isinstance(node, Items):
            return expected(self.wanted, node, path, report)
        if not node.items or (self.exactly is not None and len(node.items) != self.exactly):
            count = len(node.items)
            what = (
                "an empty list" if not count else f"{count} {'entry' if count == 1 else 'entries'}"
            )
            report.add(node.span, path, f"{self.wanted} is expected, not {what}")
            return BAD
        values = tuple(
            self.item.read(child, join(path, str(i)), child.span, report)
            for i, child in enumerate(node.items, 1)
        )
        # An entry that is no mapping at all is told and left out: the others are checked.
        good = tuple(v for v in values if v is not BAD)
        partly = len(good) < len(values) and not any(isinstance(v, Fields) for v in good)
        return BAD if partly else good

    def schema(self) -> Schema:
        schema: Schema = {
            "type": "array",
            "items": self.item.schema(),
            "minItems": self.exactly or 1,
        }
        if self.exactly is not None:
            schema["maxItems"] = self.exactly
        return schema


@dataclass(eq=False, repr=False)
class OneOrMore:
    """A value, or a list of them; always read as a tuple."""

    item: Kind
    wanted: str

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:
        if isinstance(node, Items):
            return ListOf(self.item, self.wanted).read(node, path, owner, report)
        if isinstance(node, Pairs):
            return expected(self.wanted, node, path, report)
        value = self.item.read(node, path, owner, report)
        return BAD if value is BAD else (value,)

    def schema(self) -> Schema:
        return {"anyOf": [self.item.schema(), ListOf(self.item, self.wanted).schema()]}


@dataclass(eq=False, repr=False)
class Named:
    """A mapping whose names are the user's, as a list of Entry; a bad value is BAD there."""

    value: Kind
    wanted: str
    name: str  # what an entry is called, for messages

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:  # noqa: ARG002
        if not isinstance(node, Pairs) or not node.pairs:
            return (
                expected(self.wanted, node, path, report)
                if not isinstance(node, Pairs)
                else (self._empty(node, path, report))
            )
        entries: list[Entry] = []
        seen: set[str] = set()
        for key, child in node.pairs:
            name = trimmed(key.text)
            here = join(path, name)
            if not name:
                report.add(key.span, path, f"the name of {self.name} is blank")
            elif name in seen:
                report.add(
                    key.span, here, "duplicate key", "names are compared without blanks around them"
                )
            seen.add(name)
            entries.append(
                Entry(name, here, key.span, self.value.read(child, here, key.span, report))
            )
        return entries

    def _empty(self, node: Node, path: str, report: Report) -> Any:
        report.add(node.span, path, f"{self.wanted} is expected, not an empty mapping")
        return BAD

    def schema(self) -> Schema:
        return {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": r"\S"},
            "additionalProperties": self.value.schema(),
        }


@dataclass(eq=False, repr=False)
class ByShape:
    """Another kind for each shape a node can have, so that one problem gives one message."""

    wanted: str
    scalar: Kind | None = None
    items: Kind | None = None
    pairs: Kind | None = None
    hint: str = ""  # where nothing is given

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:
        kind = (
            self.scalar
            if isinstance(node, Scalar)
            else self.items
            if isinstance(node, Items)
            else self.pairs
        )
        if isinstance(node, Scalar) and node.is_null:
            return expected(self.wanted, node, path, report, self.hint)
        if kind is None:
            return expected(self.wanted, node, path, report)
        return kind.read(node, path, owner, report)

    def schema(self) -> Schema:
        return {"anyOf": [k.schema() for k in (self.scalar, self.items, self.pairs) if k]}
