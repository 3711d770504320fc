"""What YAML text says, whatever way it is written: to prove that an edit changed that and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cesctl.model.document import FALSE, NULLS, NUMBER, TRUE
from cesctl.model.paths import as_signal, item_at, key_of

if TYPE_CHECKING:
    from cesctl.model.written import Written

REMOVED = -1


@lru_cache(maxsize=4096)
def _is_more(text: str) -> bool:
    """Whether text without quotes is anything but text, to the loader or to other readers of YAML."""
    from yaml import SafeLoader

    if text in NULLS | TRUE | FALSE or NUMBER.fullmatch(text):
        return True
    known: dict[str | None, list[Any]] = SafeLoader.yaml_implicit_resolvers
    return any(way.match(text) for _, way in [*known.get(text[:1], []), *known.get(None, [])])


class Meanings:
    """Numbers for what nodes say: two nodes of one number say the same. Linear in what is written, however
    often aliases repeat it.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._known: dict[Written, int] = {}
        self._parts: dict[Written, dict[str, int]] = {}

    def of(self, node: Written | None) -> int:
        if node is None:
            return self._number(("nothing",))
        real = node.real
        if real not in self._known:
            self._known[real] = self._new(real)
        return self._known[real]

    def changed(self, node: Written | None, path: Sequence[str], to: int, depth: int = 0) -> int:
        """What ``node``, which stands at the first ``depth`` steps of the path, says once what is at the path
        says ``to``, or is REMOVED.
        """
        if depth == len(path):
            return to
        step = path[depth]
        real = None if node is None else node.real
        if real is not None and real.kind == "list":
            at = item_at(real, step)
            items = [self.of(e.value) for e in real.entries]
            items[at] = self.changed(real.entries[at].value, path, to, depth + 1)
            return self._number(("list", *(n for n in items if n != REMOVED)))
        parts: dict[str, int] = {}
        child = None
        if real is not None and real.kind == "mapping":
            parts = dict(self._pairs(real))
            child = key_of(real, step)
        elif real is not None and not real.is_null and as_signal(path, depth):
            if step == "weight":
                return to
            parts = {"weight": self.of(real)}
        parts[step] = self.changed(child, path, to, depth + 1)
        return self._mapping(parts)

    def _mapping(self, parts: dict[str, int]) -> int:
        return self._number(("mapping", frozenset(i for i in parts.items() if i[1] != REMOVED)))

    def _number(self, what: tuple[Any, ...]) -> int:
        return self._numbers.setdefault(what, len(self._numbers))

    def _new(self, node: Written) -> int:
        if node.kind == "mapping":
            return self._mapping(self._pairs(node))
        if node.kind == "list":
            return self._number(("list", *(self.of(e.value) for e in node.entries)))
        return self._number(("scalar", node.tag, node.plain and _is_more(node.text), node.text))

    def _pairs(self, node: Written) -> dict[str, int]:
        """A mapping's values by key, those merged too; of a key twice the first, as everywhere."""
        if node not in self._parts:
            found: dict[str, int] = {}
            for entry in node.entries:
                if entry.key is not None and not entry.is_merge:
                    found.setdefault(entry.key.real.text, self.of(entry.value))
            for other in node.merged():
                for key, value in self._pairs(other).items():
                    found.setdefault(key, value)
            self._parts[node] = found
        return self._parts[node]
