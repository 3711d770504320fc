"""Lays a page out as lines of a given width.

A row of a table is one line; what is cut ends with ``…``.

Lines are rich Text objects: colour is theirs, and nothing in them is ever read as markup.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.errors import StyleSyntaxError
from rich.style import Style
from rich.text import Text

from cesctl.present.view import Cell, Column, Page, Row, Table, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

INDENT = 2
GAP = 2
BARS = (24, 10, 6)  # columns of a bar: the first with which nothing is cut
WIDE_FROM = 120  # columns of a page that may have the widest
EIGHTHS = " ▏▎▍▌▋▊▉"


def lay_out(page: Page, width: int) -> list[Text]:
    """The page as lines. A single word longer than ``width`` is all that may stand out."""
    lines = [Text(fit(page.title, width), "bold"), Text("")]
    lines += _facts(page.facts, width)
    for part in page.parts:
        lines.append(Text(""))
        lines += _table(part, width) if isinstance(part, Table) else _words(part, width)
    return lines


def plain(lines: Sequence[Text]) -> str:
    """The lines as text without colours, each without spaces at its end."""
    return "".join(f"{line.plain.rstrip()}\n" for line in lines)


def fit(text: str, width: int) -> str:
    """At most ``width`` columns; what is cut ends with ``…``."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + "…"


def bar(share: float, width: int) -> str:
    """A share of 0 … 1 as a bar; what is more than nothing shows."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    eighths = max(eighths, 1) if share > 0 else 0
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def _facts(facts: Sequence[tuple[str, str]], width: int) -> list[Text]:
    label_width = max((cell_len(label) for label, _ in facts), default=0) + GAP
    lines = []
    for label, text in facts:
        # Parts between dots stay whole where they can.
        whole = " · ".join(part.replace(" ", "\u00a0") for part in text.split(" · "))
        wrapped = _wrap(whole if " · " in text else text, width - INDENT - label_width) or [""]
        for at, piece in enumerate(wrapped):
            line = Text(" " * INDENT)
            line.append(set_cell_size("" if at else label, label_width), "dim")
            line.append(piece.replace("\u00a0", " "))
            lines.append(line)
    return lines


def _words(words: Words, width: int) -> list[Text]:
    lines = [Text(line, "bold") for line in _wrap(words.title, width)] if words.title else []
    for text in words.text.splitlines():
        lines += [
            Text(" " * INDENT + line, _style(words.style)) for line in _wrap(text, width - INDENT)
        ]
    return lines


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False)


def _table(table: Table, width: int) -> list[Text]:
    for bar_width in BARS if width >= WIDE_FROM else BARS[1:]:
        drawn_columns, drawn = _drawn(table.columns, table.rows, bar_width)
        columns, rows, widths, cut = _widths(drawn_columns, drawn, width)
        if not cut:
            break

    lines = [Text(line, "bold") for line in _wrap(table.title, width)]
    head = [Cell(column.title) for column in columns]
    lines.append(_line(head, columns, widths, "dim"))
    rule = Text(" " * INDENT + "─" * (sum(widths) + GAP * (len(widths) - 1)), "dim")
    lines.append(rule)
    for row in rows:
        if row.rule:
            lines.append(rule)
        lines.append(_line(row.cells, columns, widths))
        lines += [
            Text(" " * 2 * INDENT + line, "dim") for line in _wrap(row.under, width - 2 * INDENT)
        ]
    lines += [Text(" " * INDENT + line, "dim") for line in _wrap(table.note, width - INDENT)]
    return lines


def _drawn(
    columns: tuple[Column, ...], rows: tuple[Row, ...], bar_width: int
) -> tuple[list[Column], list[Row]]:
    """Bars drawn, numbers padded so that their points stand below each other."""
    cells = [list(row.cells) for row in rows]
    for at, column in enumerate(columns):
        mine = [line[at] for line in cells]
        if any(c.bar is not None for c in mine):
            number = max(cell_len(c.text) for c in mine)
            for line, c in zip(cells, mine, strict=True):
                drawn = f"{c.text:>{number}} {bar(c.bar or 0.0, bar_width)}"
                line[at] = Cell(set_cell_size(drawn, number + 1 + bar_width), c.style)
        if column.align == "point":
            tail = max((len(_fraction(c.text)) for c in mine if _number(c)), default=0)
            for line, c in zip(cells, mine, strict=True):
                pad = " " * (tail - len(_fraction(c.text))) if _number(c) else ""
                line[at] = Cell(c.text + pad, c.style)
    drawn_rows = [Row(tuple(line), r.under, r.rule) for line, r in zip(cells, rows, strict=True)]
    return list(columns), drawn_rows


def _number(cell: Cell) -> bool:
    return cell.text[-1:].isdigit()


def _fraction(text: str) -> str:
    whole, point, part = text.partition(".")
    del whole
    return point + part


def _widths(
    columns: list[Column], rows: list[Row], width: int
) -> tuple[list[Column], list[Row], list[int], bool]:
    """How wide each column is: all of it, else without optional columns, else short, else cut.

    Says last whether anything is cut.
    """

    def natural() -> list[int]:
        return [
            max([cell_len(column.title), *(cell_len(row.cells[at].text) for row in rows)])
            for at, column in enumerate(columns)
        ]

    def room() -> int:
        return width - INDENT - GAP * (len(columns) - 1)

    widths = natural()
    while sum(widths) > room() and any(column.optional for column in columns):
        last = max(at for at, column in enumerate(columns) if column.optional)
        columns = columns[:last] + columns[last + 1 :]
        rows = [Row(r.cells[:last] + r.cells[last + 1 :], r.under, r.rule) for r in rows]
        widths = natural()
    if sum(widths) > room():
        rows = [
            Row(tuple(Cell(c.short or c.text, c.style) for c in r.cells), r.under, r.rule)
            for r in rows
        ]
        widths = natural()
    cut = sum(widths) > room()
    while sum(widths) > room():
        spare = [
            widths[at] - column.least if column.least else 0 for at, column in enumerate(columns)
        ]
        if max(spare) <= 0:
            break
        widths[spare.index(max(spare))] -= 1
    return columns, rows, widths, cut


def _line(
    cells: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int], style: str = ""
) -> Text:
    line = Text(" " * INDENT, end="")
    for at, (c, column, width) in enumerate(zip(cells, columns, widths, strict=True)):
        text = fit(c.text, width)
        pad = " " * (width - cell_len(text))
        line.append(" " * GAP if at else "")
        line.append(text + pad if column.align == "left" else pad + text, _style(c.style or style))
    line.rstrip()
    return line


def _style(name: str) -> Style:
    """A style by name; a name that is none (a model may say any colour) is no style."""
    try:
        return Style.parse(name)
    except StyleSyntaxError:
        return Style.null()
