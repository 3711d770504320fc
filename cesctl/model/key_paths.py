"""From a dotted path, as people type it, to the keys it leads along in a model's text.

Names of signals, bands and such may hold dots themselves, so that a name that is there is taken whole: the
longest that leads on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cesctl.errors import EditError
from cesctl.model.blanks import trimmed
from cesctl.model.fields import did_you_mean
from cesctl.model.keys import MODEL
from cesctl.model.paths import item_at, joined, key_of, name_of
from cesctl.model.shapes import ByShape, ListOf, Named, OneOrMore
from cesctl.model.table import Table

if TYPE_CHECKING:
    from cesctl.model.kinds import Kind
    from cesctl.model.written import Written

SHOWN = 8  # names that a hint lists


@dataclass(frozen=True)
class NoPath:
    """A path that leads nowhere: what is wrong, and after how many keys."""

    depth: int
    message: str


def find_path(root: Written | None, dotted: str) -> tuple[str, ...] | NoPath:
    """The keys of a dotted path: those that are there, and keys of the model page. ``root``: the model's."""
    if not dotted.strip():
        return NoPath(0, "a path of keys is missing: events.login.weight")
    return _find(root, MODEL, dotted, ())


def _find(
    node: Written | None, kind: Kind | None, rest: str, before: tuple[str, ...]
) -> tuple[str, ...] | NoPath:
    real = None if node is None else node.real
    kind = _of_shape(kind, real)
    names = _names(real, kind)
    best: NoPath | None = None
    for name in sorted(names, key=len, reverse=True):
        if rest == name:
            return (*before, name)
        if name and rest.startswith(f"{name}."):
            child = _child(real, name)
            found = _find(child, _kind_of(kind, name), rest[len(name) + 1 :], (*before, name))
            if isinstance(found, tuple):
                return found
            if best is None or found.depth > best.depth:
                best = found
    return best or NoPath(len(before), _message(kind, names, rest, before))


def _of_shape(kind: Kind | None, node: Written | None) -> Kind | None:
    """The kind whose keys a path goes on with: of a value that can have several shapes the one it has, else
    the one with keys.
    """
    if isinstance(kind, ByShape):
        of_list = node is not None and node.kind == "list"
        return _of_shape(kind.items if of_list else kind.pairs, node)
    return ListOf(kind.item, kind.wanted) if isinstance(kind, OneOrMore) else kind


def _kind_of(kind: Kind | None, name: str) -> Kind | None:
    if isinstance(kind, Table):
        return next((k.kind for k in kind.keys if k.name == name), None)
    if isinstance(kind, Named):
        return kind.value
    return kind.item if isinstance(kind, ListOf) else None


def _names(node: Written | None, kind: Kind | None) -> list[str]:
    """What may come next: the keys of the page, or the names that are there."""
    if isinstance(kind, Table):
        return [k.name for k in kind.keys]
    if node is None:
        return []
    if node.kind == "list":
        return list(
            dict.fromkeys(
                [
                    *filter(None, map(name_of, node.entries)),
                    *map(str, range(1, len(node.entries) + 1)),
                ]
            )
        )
    return list(dict.fromkeys(_own_names(node)))


def _own_names(mapping: Written) -> Iterable[str]:
    for entry in mapping.entries:
        if entry.key is not None and not entry.is_merge:
            yield trimmed(entry.key.real.text)
    for other in mapping.merged():
        yield from _own_names(other)


def _child(node: Written | None, name: str) -> Written | None:
    if node is None or node.kind == "scalar":
        return None
    if node.kind == "list":
        try:
            return node.entries[item_at(node, name)].value
        except EditError:
            return None
    return key_of(node, name)


def _message(kind: Kind | None, names: Sequence[str], rest: str, before: Sequence[str]) -> str:
    if kind is None or not isinstance(kind, Table | Named | ListOf):
        return f"{joined(before)}: this is a value, without keys"
    steps = rest.split(".")
    hint = ""
    for length in range(len(steps), 0, -1):  # a name may hold dots
        hint = hint or did_you_mean(".".join(steps[:length]), names)
    if not hint and names:
        more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
        hint = f"there are: {', '.join(names[:SHOWN])}{more}"
    what = "entry" if isinstance(kind, ListOf) else "key"
    return f"{joined((*before, steps[0]))}: no such {what}" + (f"; {hint}" if hint else "")
