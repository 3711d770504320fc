"""Mappings with known keys: which there are, which are required, which go with which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cesctl.model.document import Pairs
from cesctl.model.fields import BAD, Fields, did_you_mean, join
from cesctl.model.kinds import expected

if TYPE_CHECKING:
    from cesctl.model.document import Node
    from cesctl.model.kinds import Kind, Schema
    from cesctl.model.report import Report, Span


@dataclass(eq=False, repr=False)
class Key:
    """A key of the model page."""

    name: str
    kind: Kind
    doc: str
    default: str = ""  # in words, for readers
    required: bool = False


@dataclass(eq=False, repr=False)
class With:
    """``keys`` go only with some values of the key ``of``, and then may be ``required``.

    ``default`` is the value of ``of`` where it is left out. ``harmless`` is a value that the keys
    may have with any. ``anywhere``: they may stand with any, only the requirement counts. ``why``
    is the hint.
    """

    keys: tuple[str, ...]
    of: str
    among: tuple[str, ...]
    default: str
    required: bool = False
    harmless: str | None = None
    anywhere: bool = False
    why: str = ""

    def check(self, fields: Fields, report: Report, misspelt: set[str]) -> None:
        chosen = fields.get(self.of, self.default if self.of not in fields.keys else None)
        if chosen is None:  # bad, and already reported
            return
        for key in self.keys:
            if chosen in self.among:
                needed = self.required and key not in fields.keys
                if needed and not _is_meant(key, misspelt):
                    message = f"{key} is missing: {self.of} {chosen} needs it"
                    report.add(fields.at(self.of), join(fields.path, key), message)
            elif key in fields.keys and not self.anywhere and not self._is_harmless(fields, key):
                message = f"{key} plays no part with {self.of} {chosen}"
                hint = self.why or f"it goes with {self.of} {_listed(self.among)}"
                report.add(fields.keys[key], join(fields.path, key), message, hint)

    def _is_harmless(self, fields: Fields, key: str) -> bool:
        # A bad value was reported: it might have been meant to be harmless.
        return self.harmless is not None and fields.get(key, self.harmless) == self.harmless

    def schema(self) -> Schema:
        chosen: Schema = {"properties": {self.of: {"enum": list(self.among)}}}
        if self.default not in self.among:
            chosen["required"] = [self.of]
        rule: Schema = {"if": chosen}
        if self.required:
            rule["then"] = {"required": list(self.keys)}
        if not self.anywhere:
            unless: Any = False if self.harmless is None else {"const": self.harmless}
            rule["else"] = {"properties": dict.fromkeys(self.keys, unless)}
        return rule


def _is_meant(key: str, misspelt: set[str]) -> bool:
    """A misspelt "wieght" is one problem, not also a missing weight."""
    return any(did_you_mean(word, [key]) for word in misspelt)


def _listed(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


@dataclass(eq=False, repr=False)
class Table:
    """A mapping with known keys, read as Fields."""

    name: str  # with its article, for messages: "a signal"
    keys: tuple[Key, ...]
    exclusive: tuple[tuple[str, str], ...] = ()
    rules: tuple[With, ...] = ()
    at_least_one: bool = False
    doc: str = ""

    def read(self, node: Node, path: str, owner: Span, report: Report) -> Any:
        if not isinstance(node, Pairs):
            hint = f"keys: {', '.join(self._known())}"
            return expected(self.name, node, path, report, hint)
        if self.at_least_one and not node.pairs:
            hint = f"keys: {', '.join(self._known())}"
            report.add(node.span, path, f"{self.name} is expected, not an empty mapping", hint)
            return BAD
        fields = Fields(path, owner)
        before = report.found
        known = {k.name: k for k in self.keys}
        for key, child in node.pairs:
            here = join(path, key.text)
            spec = known.get(key.text)
            if spec is None:
                report.add(key.span, here, "unknown key", self._hint(key.text))
                continue
            fields.keys[key.text] = key.span
            fields.places[key.text] = child.span
            value = spec.kind.read(child, here, key.span, report)
            if value is not BAD:
                fields.values[key.text] = value
        self._together(fields, report, misspelt={k.text for k, _ in node.pairs} - known.keys())
        fields.broken = report.found > before
        return fields

    def _together(self, fields: Fields, report: Report, misspelt: set[str]) -> None:
        """Missing keys, keys that exclude each other, keys that go with a value of another."""
        for key in self.keys:
            missing = key.required and key.name not in fields.keys
            if missing and not _is_meant(key.name, misspelt):
                path = join(fields.path, key.name)
                report.add(fields.span, path, f"{key.name} is missing", key.doc)
        for one, other in self.exclusive:
            if one in fields.keys and other in fields.keys:
                later = max(one, other, key=lambda k: fields.keys[k].start)
                message = f"{one} and {other} exclude each other"
                report.add(fields.keys[later], join(fields.path, later), message, "remove one")
        for rule in self.rules:
            rule.check(fields, report, misspelt)

    def _known(self) -> list[str]:
        return [k.name for k in self.keys]

    def _hint(self, word: str) -> str:
        return did_you_mean(word, (k.name for k in self.keys), f"keys: {', '.join(self._known())}")

    def schema(self) -> Schema:
        properties: dict[str, Schema] = {}
        for key in self.keys:
            about = f"{key.doc} Default: {key.default}." if key.default else key.doc
            properties[key.name] = {"description": about, **key.kind.schema()}
        schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        if self.at_least_one:
            schema["minProperties"] = 1
        if self.doc:
            schema["description"] = self.doc
        required = [k.name for k in self.keys if k.required]
        if required:
            schema["required"] = required
        together = [{"not": {"required": list(pair)}} for pair in self.exclusive]
        together += [rule.schema() for rule in self.rules]
        if together:
            schema["allOf"] = together
        return schema
