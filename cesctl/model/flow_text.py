"""Nodes as text that stands in one line, in braces or not: what an edit writes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cesctl.errors import EditError
from cesctl.model.meaning import Meanings
from cesctl.model.written import read_written

if TYPE_CHECKING:
    from cesctl.model.written import Entry, Written

LINE_BREAKS = re.compile("[\r\n\x85\u2028\u2029]")


def value_text(value: str) -> str:
    """YAML text as what stands for it anywhere: ``2``, ``30d``, ``{from: 1}``; a comment in it is dropped.
    Raises EditError where it is no YAML or no one value.
    """
    try:
        node = read_written(value)
    except EditError as error:
        said = str(error).removeprefix("line 1: ")
        raise EditError(f"{shortened(value)} is no value: {said}") from None
    if node is None:
        return "null"
    if any(n.kind == "alias" for n in node.within()):
        raise EditError(f"{shortened(value)} is no value: quote text that starts with *")
    if re.search(r"^(---|\.\.\.)(\s|$)", value, re.MULTILINE):
        raise EditError(f"{shortened(value)} is no value: one is wanted, not several documents")
    return in_flow(node, value)


def has_comment(value: str) -> bool:
    """Whether YAML takes a part of the value for a comment."""
    node = read_written(value)
    return "#" in (value if node is None else value[: node.start] + value[node.end :])


def key_text(key: str) -> str:
    """A key's text: quoted where it would be read as something else."""
    import yaml

    try:
        plain = yaml.safe_load(f"{{{key}: 1}}") == yaml.safe_load(f"{key}: 1") == {key: 1}
    except yaml.YAMLError:
        plain = False
    return key if plain and not LINE_BREAKS.search(key) and key != "<<" else _quoted(key)


def in_flow(node: Written, text: str, bare: bool = False) -> str:
    """A node of a text in one line: as it is written, if that can stand in braces, else anew; aliases stay
    aliases. ``bare``: without anchors.
    """
    raw = text[node.start : node.end]
    named = any(n.anchor is not None or n.tag not in (None, "!") for n in node.within())
    if not LINE_BREAKS.search(raw) and not (bare and named) and _stands(raw, node):
        return raw
    name = f"&{node.anchor} " if node.anchor is not None and not bare else ""
    if node.kind == "scalar":
        plain = node.text if node.plain else ""
        return name + (plain if plain and _stands(plain, node) else _quoted(node.text))
    if node.kind == "list":
        return f"{name}[{', '.join(in_flow(e.value, text, bare) for e in node.entries)}]"
    return name + braces({_key(e): in_flow(e.value, text, bare) for e in node.entries})


def braces(pairs: Mapping[str, str] | Sequence[tuple[str, str]]) -> str:
    """``{key: value}`` of texts."""
    return f"{{{', '.join(f'{k}: {v}' for k, v in dict(pairs).items())}}}"


def shortened(value: str) -> str:
    """Text in quotes, for messages."""
    text = " ".join(value.split())
    return f'"{text if len(text) <= 40 else text[:39] + "…"}"'


def _key(entry: Entry) -> str:
    assert entry.key is not None
    return "<<" if entry.is_merge else key_text(entry.key.real.text)


def _stands(raw: str, node: Written) -> bool:
    """Whether the text says in braces what the node says."""
    if node.kind == "alias":
        return True
    if node.block:
        return False
    try:
        root = read_written(f"[{raw}]")
    except EditError:
        return any(n.kind == "alias" for n in node.within())  # which only the whole text knows
    if root is None or root.end != len(raw) + 2 or len(root.entries) != 1:
        return False
    meanings = Meanings()
    return meanings.of(root.entries[0].value) == meanings.of(node)


def _quoted(text: str) -> str:
    """In double quotes; JSON writes what YAML reads, but for halves of characters and separators."""
    raw = json.dumps(text, ensure_ascii=False)
    return re.sub("[\x7f-\xa0\u2028\u2029\ufeff]", lambda m: f"\\u{ord(m[0]):04x}", raw)
