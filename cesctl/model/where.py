"""``where``: conditions on properties, of a source's rows or of a signal's events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cesctl.model.blanks import trimmed
from cesctl.model.document import Scalar
from cesctl.model.fields import BAD, Entry, Fields
from cesctl.model.kinds import Flag, Number, expected
from cesctl.model.shapes import ByShape, ListOf, Named, OneOrMore
from cesctl.model.table import Key, Table
from cesctl.model.types import Condition

if TYPE_CHECKING:
    from cesctl.model.document import Node
    from cesctl.model.kinds import Schema
    from cesctl.model.report import Report, Span

EMPTY = "an empty property is {exists: false}, a filled one {exists: true}"


@dataclass(eq=False, repr=False)
class Value:
    """The text a property is compared with: as written in the file, trimmed, never blank."""

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:  # noqa: ARG002
        if not isinstance(node, Scalar):
            return expected("a value", node, path, report)
        if node.is_null or not trimmed(node.text):
            return expected("a value", node, path, report, EMPTY)
        return trimmed(node.text)

    def schema(self) -> Schema:
        return {"type": ["string", "number", "boolean"], "pattern": r"\S"}


ONE = Value()
MANY = OneOrMore(ONE, "a value or a list of values")

OPS = Table(
    "a condition",
    (
        Key("eq", ONE, "The property is this text."),
        Key("ne", ONE, "The property is not this text, or is missing."),
        Key("in", MANY, "The property is one of these."),
        Key("not_in", MANY, "The property is none of these, or is missing."),
        Key("gt", Number(), "The property is a number above this."),
        Key("ge", Number(), "The property is a number of at least this."),
        Key("lt", Number(), "The property is a number below this."),
        Key("le", Number(), "The property is a number of at most this."),
        Key("exists", Flag(), "Whether the property is there and not blank."),
        Key("contains", ONE, "The property contains this text."),
    ),
    at_least_one=True,
    doc="Conditions on one property; all must hold.",
)

WHERE = Named(
    ByShape(
        "a value, a list of values or conditions",
        ONE,
        ListOf(ONE, "a list of values"),
        OPS,
        hint=EMPTY,
    ),
    "a mapping {property: value}",
    "a property",
)


def conditions(entries: list[Entry] | None) -> tuple[Condition, ...]:
    """What WHERE has read, as conditions that must all hold."""
    made: list[Condition] = []
    for entry in entries or []:
        name, value = entry.name, entry.value
        if value is BAD:
            continue
        if isinstance(value, Fields):
            made += [_condition(name, op, operand) for op, operand in value.values.items()]
        elif isinstance(value, tuple):
            made.append(Condition(name, "in", value))
        else:
            made.append(Condition(name, "eq", (value,)))
    return tuple(made)


def _condition(name: str, op: Any, operand: Any) -> Condition:
    if op == "exists":
        return Condition(name, op, flag=operand)
    if isinstance(operand, float):
        return Condition(name, op, number=operand)
    return Condition(name, op, operand if isinstance(operand, tuple) else (operand,))
