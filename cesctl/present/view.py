"""What is shown, before it is laid out: a page of facts and tables, for a terminal or for Markdown.

All texts in a view are safe to show (``safe``); a style is a name that rich knows, or empty.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
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

    An ``optional`` column is shown only where all of the table fits, the last one going first. The others
    go, and are named, where the table does not fit even when cut; those to ``keep`` and the first never.
    ``ends``: both ends of a text that is cut are shown, as of paths, which differ in the last step.
    """

    title: str
    align: Align = "left"
    least: int = 0
    optional: bool = False
    keep: bool = False
    ends: bool = False


@dataclass(frozen=True)
class Row:
    """``under`` is said below the row, indented; ``rule`` draws a line above it."""

    cells: tuple[Cell, ...]
    under: str = ""
    rule: bool = False


@dataclass(frozen=True)
class Remark:
    """A sentence of a note that holds only where the column of that title is shown, ``whole``: and where no
    cell is shortened.
    """

    text: str
    column: str
    whole: bool = False


@dataclass(frozen=True)
class Table:
    """``note`` stands below it; ``remarks``: the sentences of the note that may not hold."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    remarks: tuple[Remark, ...] = ()

    def note_with(self, titles: Collection[str], *, whole: bool = True) -> str:
        """What is said where only those columns are shown."""
        note = self.note
        for remark in self.remarks:
            if remark.column not in titles or (remark.whole and not whole):
                note = note.replace(remark.text, "")
        return " ".join(note.split())


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
    columns = tuple(table.columns[at] for at in keep)
    return replace(
        table,
        columns=columns,
        rows=tuple(Row(tuple(r.cells[at] for at in keep), r.under, r.rule) for r in table.rows),
        note=table.note_with([column.title for column in columns]),
    )
