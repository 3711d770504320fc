"""What is shown, before it is laid out: a page of facts and tables, for a terminal or for Markdown.

All texts in a view are safe to show (``safe``); a style is a name that rich knows, or empty.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from cesctl.present.safe import safe

Align = Literal["left", "right", "point"]  # point: decimal points stand below each other


@dataclass(frozen=True)
class Cell:
    """``short`` stands in where ``text`` does not fit; ``bar`` is a share, drawn beside it."""

    text: str = ""
    style: str = ""
    short: str = ""
    bar: float | None = None


@dataclass(frozen=True)
class Column:
    """``least``: how narrow it may become before it is cut; 0 keeps it as wide as what it holds.

    An ``optional`` column is shown only where all of the table fits, the last one going first.
    """

    title: str
    align: Align = "left"
    least: int = 0
    optional: bool = False


@dataclass(frozen=True)
class Row:
    """``under`` is said below the row, indented; ``rule`` draws a line above it."""

    cells: tuple[Cell, ...]
    under: str = ""
    rule: bool = False


@dataclass(frozen=True)
class Table:
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""  # below the table


@dataclass(frozen=True)
class Words:
    """A paragraph; ``title`` stands above it like a table's."""

    text: str
    title: str = ""
    style: str = ""


@dataclass(frozen=True)
class Page:
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    parts: tuple[Table | Words, ...] = field(default_factory=tuple)


def cell(value: object, style: str = "", *, short: str = "") -> Cell:
    """A cell of text from outside, made safe; None is an empty cell."""
    return Cell("" if value is None else safe(str(value)), style, safe(short))


def filled(table: Table) -> Table:
    """Without the columns that are empty in every row; the first one always stays."""
    keep = [
        at
        for at in range(len(table.columns))
        if at == 0 or any(row.cells[at].text for row in table.rows)
    ]
    return Table(
        table.title,
        tuple(table.columns[at] for at in keep),
        tuple(Row(tuple(r.cells[at] for at in keep), r.under, r.rule) for r in table.rows),
        table.note,
    )
