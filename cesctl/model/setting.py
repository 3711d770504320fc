"""What to change in a text so that a path has another value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cesctl.errors import EditError
from cesctl.model.flow_text import braces, in_flow, key_text
from cesctl.model.lines import Change, Lines
from cesctl.model.paths import as_signal, key_of, own_entry
from cesctl.model.walk import check_apart, no_keys, numbered

if TYPE_CHECKING:
    from cesctl.model.written import Entry, Written


class Setting:
    """A value to be set at a path of a text; ``value`` can stand in braces."""

    def __init__(self, text: str, path: Sequence[str], value: str) -> None:
        self.text = text
        self.path = tuple(path)
        self.value = value
        self.lines = Lines(text)

    def changes(self, root: Written | None) -> list[Change]:
        """Raises EditError where it cannot be set."""
        if not self.path:
            raise EditError("a path has a key")
        if root is None or root.is_null:
            return self._first(root)
        return self._within(root, 0)

    def _within(self, node: Written, depth: int) -> list[Change]:
        """``node`` stands at the first ``depth`` steps and has the next one."""
        step, here = self.path[depth], self.path[:depth]
        check_apart(node, here, self.lines, whole=False)
        if node.kind == "list":
            entry: Entry | None = node.entries[numbered(node, self.path, depth)]
        elif node.kind == "mapping":
            entry = own_entry(node, step)
        else:
            raise no_keys(node, here)
        if entry is None:
            return [self._added(node, step, self._over(key_of(node, step), depth + 1))]
        value = entry.value
        if depth + 1 == len(self.path):
            return self._replaced(entry, self.value, depth + 1)
        if value.kind in {"list", "mapping"}:
            return self._within(value, depth + 1)
        number = value.real.kind == "scalar" and not value.real.is_null
        if number and as_signal(self.path, depth + 1) and self.path[depth + 1 :] == ("weight",):
            return self._replaced(entry, self.value, depth + 1)
        return self._replaced(entry, self._over(value, depth + 1), depth + 1, kept=True)

    def _over(self, node: Written | None, depth: int, *, copied: bool = False) -> str:
        """What stands for ``node``, at the first ``depth`` steps, once it has the value: in one line.
        ``copied``: it is written out, without anchors, as it stays where it is, too.
        """
        rest = self.path[depth:]
        if not rest:
            return self.value
        real = None if node is None else node.real
        if node is None or real is None or real.is_null:
            return braces({key_text(rest[0]): self._over(None, depth + 1)})
        alias = node.kind == "alias"
        copied = copied or alias
        if real.kind == "mapping":
            over = self._over(key_of(real, rest[0]), depth + 1, copied=True)
            if alias:
                return braces({"<<": f"*{node.text}", key_text(rest[0]): over})
            return braces(self._pairs(real, rest[0], over))
        if real.kind == "list":
            at = numbered(real, self.path, depth)
            items = [in_flow(e.value, self.text, bare=True) for e in real.entries]
            items[at] = self._over(real.entries[at].value, depth + 1, copied=True)
            return f"[{', '.join(items)}]"
        if not as_signal(self.path, depth):
            raise no_keys(real, self.path[:depth])
        if rest[0] == "weight":
            return self._over(None, depth + 1)
        weight = in_flow(node, self.text, bare=copied and not alias)
        return braces({"weight": weight, key_text(rest[0]): self._over(None, depth + 1)})

    def _pairs(self, mapping: Written, step: str, over: str) -> list[tuple[str, str]]:
        """The entries of a mapping that is written out, the one for ``step`` another."""
        pairs = []
        for entry in mapping.entries:
            assert entry.key is not None
            key = entry.key.real.text
            if entry.is_merge:
                pairs.append(("<<", in_flow(entry.value, self.text, bare=True)))
            elif entry is not own_entry(mapping, step):
                pairs.append((key_text(key), in_flow(entry.value, self.text, bare=True)))
            else:
                pairs.append((key_text(key), over))
        if own_entry(mapping, step) is None:
            pairs.append((key_text(step), over))
        return pairs

    def _replaced(self, entry: Entry, new: str, depth: int, *, kept: bool = False) -> list[Change]:
        """The value of an entry gives way; ``kept``: it goes on in what takes its place."""
        node = entry.value
        if not kept:
            check_apart(node, self.path[:depth], self.lines, whole=True)
        if not entry.has_value:
            return [self._filled(entry, new)]
        start = node.start if kept or node.tag is not None else node.body
        if start == node.end:  # an anchor of nothing
            return [Change(start, start, f" {new}")]
        if node.kind == "scalar" and node.block:
            header = self.text[node.body : self.lines.end(node.body)]
            comment = f"  #{header.partition('#')[2]}" if "#" in header else ""
            return [Change(start, node.end, new + comment)]
        if node.block and self.lines.start(node.body) > (entry.after or 0):
            return self._instead_of_lines(entry, new)
        return [Change(start, node.end, new)]

    def _instead_of_lines(self, entry: Entry, new: str) -> list[Change]:
        """A collection in lines of its own gives way to text in the line of its key."""
        node = entry.value
        at = entry.after or 0
        if node.anchor is not None and node.tag is None:
            at = node.start + 1 + len(node.anchor)
        elif node.start < node.body:
            return [Change(node.start, node.end, new)]
        first = self.lines.start(node.body)
        return [Change(at, at, f" {new}"), Change(first, self.lines.next(node.end))]

    def _filled(self, entry: Entry, new: str) -> Change:
        """A key or dash without a value gets one."""
        if entry.after is not None:
            return Change(entry.after, entry.after, f" {new}")
        return Change(entry.end, entry.end, f": {new}")

    def _added(self, mapping: Written, step: str, new: str) -> Change:
        """A key that is not there, as the last of the mapping."""
        line = f"{key_text(step)}: {new}"
        if not mapping.entries:
            inside = self.text[mapping.body + 1 : mapping.end - 1]
            end = mapping.body + 1 if inside.strip() else mapping.end - 1
            return Change(mapping.body + 1, end, line)
        last = mapping.entries[-1]
        if not mapping.block:
            if last.comma is not None:
                return Change(last.comma + 1, last.comma + 1, f" {line}")
            space = "" if last.has_value or last.after is None else " "
            return Change(last.end, last.end, f"{space}, {line}")
        indentation = self.lines.indentation(last.start)
        return self._line_after(mapping.end, f"{indentation}{line}")

    def _line_after(self, at: int, line: str) -> Change:
        after = self.lines.next(at)
        if self.text[after - 1 : after] in {"\r", "\n"}:
            return Change(after, after, f"{line}{self.lines.break_}")
        return Change(after, after, f"{self.lines.break_}{line}")

    def _first(self, root: Written | None) -> list[Change]:
        """A text that says nothing yet gets its first key."""
        new = self.value
        for step in reversed(self.path[1:]):
            new = braces({key_text(step): new})
        line = f"{key_text(self.path[0])}: {new}"
        if root is not None and root.start < root.end:
            return [Change(root.start, root.end, line)]
        end = len(self.text)
        if not self.text or self.text[-1] in "\r\n":
            return [Change(end, end, f"{line}{self.lines.break_}")]
        return [Change(end, end, f"{self.lines.break_}{line}")]
