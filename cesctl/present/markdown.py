"""A page as GitHub Markdown: what the terminal shows, in tables that no cell can break."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cesctl.present.view import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.present.view import Page, Words

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~&$#!])")


def to_markdown(page: Page) -> str:
    blocks = [f"# {escape(page.title)}", *facts_blocks(page.facts)]
    for part in page.parts:
        blocks += part_blocks(part, "##")
    return "\n\n".join(blocks) + "\n"


def facts_blocks(facts: Sequence[tuple[str, str]]) -> list[str]:
    lines = [f"- **{escape(label)}**: {escape(text)}" for label, text in facts]
    return ["\n".join(lines)] if lines else []


def part_blocks(part: Table | Words, heading: str) -> list[str]:
    """``heading``: the signs that its title begins with."""
    return _table(part, heading) if isinstance(part, Table) else _words(part, heading)


def escape(text: str) -> str:
    """Text that Markdown shows as it is, also in a table's cell."""
    return _SPECIAL.sub(r"\\\1", text)


def _words(words: Words, heading: str) -> list[str]:
    titled = [f"{heading} {escape(words.title)}"] if words.title else []
    return titled + [escape(line) for line in words.text.splitlines()]


def _table(table: Table, heading: str) -> list[str]:
    lines = [_line([column.title for column in table.columns])]
    lines.append(
        "|" + "|".join("---" if c.align == "left" else "---:" for c in table.columns) + "|"
    )
    for row in table.rows:
        texts = [c.text for c in row.cells]
        if row.under:
            texts[0] += f" ({row.under})"
        lines.append(_line(texts))
    blocks = [f"{heading} {escape(table.title)}", "\n".join(lines)]
    return [*blocks, escape(table.note)] if table.note else blocks


def _line(texts: list[str]) -> str:
    return "| " + " | ".join(escape(text) for text in texts) + " |"
