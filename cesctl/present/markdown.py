"""A page as GitHub Markdown: what the terminal shows, in tables that no cell can break."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cesctl.present.view import Table

if TYPE_CHECKING:
    from cesctl.present.view import Page, Words

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~&$#!])")


def to_markdown(page: Page) -> str:
    blocks = [f"# {escape(page.title)}"]
    if page.facts:
        blocks.append(
            "\n".join(f"- **{escape(label)}**: {escape(text)}" for label, text in page.facts)
        )
    for part in page.parts:
        blocks += _table(part) if isinstance(part, Table) else _words(part)
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """Text that Markdown shows as it is, also in a table's cell."""
    return _SPECIAL.sub(r"\\\1", text)


def _words(words: Words) -> list[str]:
    heading = [f"## {escape(words.title)}"] if words.title else []
    return heading + [escape(line) for line in words.text.splitlines()]


def _table(table: Table) -> list[str]:
    lines = [_line([column.title for column in table.columns])]
    lines.append(
        "|" + "|".join("---" if c.align == "left" else "---:" for c in table.columns) + "|"
    )
    for row in table.rows:
        texts = [c.text for c in row.cells]
        if row.under:
            texts[0] += f" ({row.under})"
        lines.append(_line(texts))
    blocks = [f"## {escape(table.title)}", "\n".join(lines)]
    return [*blocks, escape(table.note)] if table.note else blocks


def _line(texts: list[str]) -> str:
    return "| " + " | ".join(escape(text) for text in texts) + " |"
