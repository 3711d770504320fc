"""Paths of keys into a model, and what they lead to in its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cesctl.errors import EditError
from cesctl.model.blanks import trimmed

if TYPE_CHECKING:
    from cesctl.model.written import Entry, Written


def joined(path: Sequence[str]) -> str:
    """A path as messages say it: ``events.login.weight``."""
    return ".".join(path)


def as_signal(path: Sequence[str], depth: int) -> bool:
    """Whether the first ``depth`` steps lead to a signal, of which a number alone is the weight."""
    return (depth == 2 and path[0] == "events") or (
        depth == 4 and path[0] == "variants" and path[2] == "events"
    )


def own_entry(mapping: Written, step: str) -> Entry | None:
    """The entry that a mapping itself has for a key. Raises EditError where it has two."""
    for name in (str, trimmed):  # the loader trims the names of signals, bands and such
        found = [e for e in mapping.entries if e.key is not None and name(e.key.real.text) == step]
        found = [e for e in found if not e.is_merge]
        if len(found) > 1:
            raise EditError(f'"{step}" stands there twice; remove one')
        if found:
            return found[0]
    return None


def key_of(mapping: Written, step: str) -> Written | None:
    """What a mapping has for a key, itself or merged into it."""
    entry = own_entry(mapping, step)
    if entry is not None:
        return entry.value
    for other in mapping.merged():
        value = key_of(other, step)
        if value is not None:
            return value
    return None


def by_number(root: Written | None, path: Sequence[str]) -> tuple[str, ...]:
    """The path with numbers for the entries of lists, as far as it is there. Raises EditError."""
    node, found = root, list(path)
    for at, step in enumerate(path):
        real = None if node is None else node.real
        if real is None or real.kind == "scalar":
            break
        if real.kind == "list":
            place = item_at(real, step)
            found[at], node = str(place + 1), real.entries[place].value
        else:
            node = key_of(real, step)
    return tuple(found)


def item_at(items: Written, step: str) -> int:
    """Which item of a list a step names: by its number, from 1, or by what its key ``name`` says. Raises
    EditError, also where it is the number of one and the name of another.
    """
    named = [at for at, entry in enumerate(items.entries) if step and name_of(entry) == step]
    if step.isascii() and step.isdecimal() and 1 <= int(step) <= len(items.entries):
        at = int(step) - 1
        if named and at not in named:
            raise EditError(
                f'"{step}" is the name of entry {named[0] + 1}, and the number of another'
            )
        return at
    if named:
        return named[0]
    count = len(items.entries)
    raise EditError(f'"{step}" is none of the {count} {"entry" if count == 1 else "entries"}')


def name_of(entry: Entry) -> str:
    """What the key ``name`` of a list's item says; empty where it has none."""
    item = entry.value.real
    name = key_of(item, "name") if item.kind == "mapping" else None
    return trimmed(name.real.text) if name is not None and name.real.kind == "scalar" else ""
