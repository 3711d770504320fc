"""The way along a path through a text, as far as it is written there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cesctl.errors import EditError
from cesctl.model.paths import as_signal, item_at, joined, key_of, own_entry

if TYPE_CHECKING:
    from cesctl.model.lines import Lines
    from cesctl.model.written import Entry, Written


def entry_at(root: Written | None, path: Sequence[str]) -> tuple[Written, Entry] | None:
    """The entry at a path and the collection it is written in; None where an alias or ``<<`` brings it.
    Raises EditError where nothing is there.
    """
    node = root
    found: tuple[Written, Entry] | None = None
    brought = False
    for depth, step in enumerate(path):
        brought = brought or (node is not None and node.kind == "alias")
        real = None if node is None else node.real
        if real is None or real.is_null:
            raise nothing_at(path[: depth + 1])
        if real.kind == "scalar":
            raise no_keys(real, path[:depth])
        if real.kind == "list":
            entry = real.entries[numbered(real, path, depth)]
            found, node = (real, entry), entry.value
            continue
        own = own_entry(real, step)
        node = key_of(real, step) if own is None else own.value
        if node is None:
            raise nothing_at(path[: depth + 1])
        brought = brought or own is None
        found = None if own is None else (real, own)
    if not path:
        raise EditError("a path has a key")
    return None if brought else found


def numbered(items: Written, path: Sequence[str], depth: int) -> int:
    """Which item of a list the step at that depth names. Raises EditError that says where."""
    try:
        return item_at(items, path[depth])
    except EditError as error:
        raise EditError(f"{joined(path[:depth])}: {error}") from None


def nothing_at(path: Sequence[str]) -> EditError:
    return EditError(f"{joined(path)}: there is no such key")


def no_keys(node: Written, path: Sequence[str]) -> EditError:
    text = " ".join(node.text.split())
    said = text if len(text) <= 40 else text[:39] + "…"
    weight = "; its weight is that number" if as_signal(path, len(path)) else ""
    return EditError(f'{joined(path)}: "{said}" has no keys{weight}')


def check_apart(node: Written, path: Sequence[str], lines: Lines, *, whole: bool) -> None:
    """Raises EditError where a change of a node would change what an alias takes over elsewhere; ``whole``:
    where the node itself goes, with all that is in it.
    """
    gone = list(node.within()) if whole else [node]
    for one in gone:
        for alias in one.aliases:
            if not whole or not node.start <= alias.start < node.end:
                where = f"line {lines.number(alias.start)} uses it, too, as *{one.anchor}"
                what = f"&{one.anchor} in line {lines.number(one.start)}"
                raise EditError(
                    f"{joined(path)}: {what} cannot change alone, as {where}; write out the one or the other"
                )
