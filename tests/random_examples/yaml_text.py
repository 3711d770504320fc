"""A model as YAML."""

from __future__ import annotations

import json
from typing import Any

Node = Any  # what YAML holds: a dict, a list, text, a number, a Plain


class Plain(str):
    """Text that stands in the model without quotes."""

    __slots__ = ()


def model_text(model: dict[str, Node]) -> str:
    """A key a line, and a signal a line, to be read where a test fails."""
    lines = []
    for key, node in model.items():
        if key == "events":
            lines += ["events:", *(f"  {written(k)}: {written(v)}" for k, v in node.items())]
        else:
            lines.append(f"{key}: {written(node)}")
    return "\n".join(lines) + "\n"


def written(node: Node) -> str:
    """YAML in flow style; JSON, but for ``Plain`` text."""
    if isinstance(node, dict):
        return "{" + ", ".join(f"{written(k)}: {written(v)}" for k, v in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(written(v) for v in node) + "]"
    if isinstance(node, Plain):
        return str(node)
    return json.dumps(node, ensure_ascii=False)
