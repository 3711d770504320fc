"""Lays a page out as lines of a given width, none of them wider.

A row of a table is one line; what is cut ends with ``…``. Columns give way in turn: optional ones go, cells
are shortened, then cut, and at last columns go from the end, which is said below the table.

Lines are rich Text objects: colour is theirs, and nothing in them is ever read as markup.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells, set_cell_size
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
HARD = "\u00a0"  # a space at which no line is broken, unless it must be


def lay_out(page: Page, width: int) -> list[Text]:
    """The page as lines."""
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


def fit_ends(text: str, width: int) -> str:
    """The same, cut in the middle."""
    if cell_len(text) <= width or width < 3:
        return fit(text, width)
    last = (width - 1) // 2
    end = next(text[at:] for at in range(len(text)) if cell_len(text[at:]) <= last)
    return set_cell_size(text, width - 1 - cell_len(end)) + "…" + end


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
        whole = " · ".join(part.replace(" ", HARD) for part in text.split(" · "))
        wrapped = _wrap(whole if " · " in text else text, width - INDENT - label_width) or [""]
        for at, piece in enumerate(wrapped):
            line = Text(" " * INDENT)
            line.append(set_cell_size("" if at else label, label_width), "dim")
            line.append(piece)
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
    """Lines of at most that many columns. A word that is longer is broken: at hard spaces, else anywhere."""
    lines: list[str] = []
    words = text.split(" ")
    while words:
        word = words.pop(0)
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        elif cell_len(word) <= width:
            lines.append(word)
        elif HARD in word:
            words[:0] = word.split(HARD)
        else:
            lines += chop_cells(word, max(width, 2))
    return [line.replace(HARD, " ").rstrip() for line in lines if line]


def _table(table: Table, width: int) -> list[Text]:
    for bar_width in BARS if width >= WIDE_FROM else BARS[1:]:
        shown = _fitted(_drawn(table, bar_width), width)
        if not shown.cut:
            break
    if shown.left_out:  # rather the numbers of all columns than bars
        shown = _fitted(_drawn(table, 0), width)

    columns, widths = shown.columns, shown.widths
    lines = [Text(line, "bold") for line in _wrap(table.title, width)]
    head = [Cell(column.title) for column in columns]
    lines.append(_line(head, columns, widths, "dim"))
    rule = Text(" " * INDENT + "─" * (sum(widths) + GAP * (len(widths) - 1)), "dim")
    lines.append(rule)
    for row in shown.rows:
        if row.rule:
            lines.append(rule)
        lines.append(_line(row.cells, columns, widths))
        lines += [
            Text(" " * 2 * INDENT + line, "dim") for line in _wrap(row.under, width - 2 * INDENT)
        ]
    note = table.note_with([column.title for column in columns], whole=not shown.shortened)
    if shown.left_out:
        names = ", ".join(shown.left_out)
        note = f"{note} No room for: {names}; -f markdown shows all columns.".strip()
    lines += [Text(" " * INDENT + line, "dim") for line in _wrap(note, width - INDENT)]
    return lines


def _drawn(table: Table, bar_width: int) -> _Grid:
    """Bars drawn, numbers padded so that their points stand below each other."""
    columns, rows = table.columns, table.rows
    cells = [list(row.cells) for row in rows]
    for at, column in enumerate(columns):
        mine = [line[at] for line in cells]
        if any(c.bar is not None for c in mine):
            number = max(cell_len(c.text) for c in mine)
            for line, c in zip(cells, mine, strict=True):
                drawn = f"{c.text:>{number}} {bar(c.bar or 0.0, bar_width)}"
                wide = number + 1 + bar_width if bar_width else number
                line[at] = Cell(set_cell_size(drawn, wide), c.style)
        if column.align == "point":
            tail = max((len(_fraction(c.text)) for c in mine if _number(c)), default=0)
            for line, c in zip(cells, mine, strict=True):
                pad = " " * (tail - len(_fraction(c.text))) if _number(c) else ""
                line[at] = Cell(c.text + pad, c.style)
    drawn_rows = [Row(tuple(line), r.under, r.rule) for line, r in zip(cells, rows, strict=True)]
    return _Grid(list(columns), drawn_rows)


def _number(cell: Cell) -> bool:
    return cell.text[-1:].isdigit()


def _fraction(text: str) -> str:
    whole, point, part = text.partition(".")
    del whole
    return point + part


@dataclass(frozen=True)
class _Grid:
    """Columns and rows as they are shown. ``left_out``: titles of columns that should be there."""

    columns: list[Column]
    rows: list[Row]
    widths: tuple[int, ...] = ()
    shortened: bool = False
    cut: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def natural(self) -> list[int]:
        """How wide each column is when all of it is shown."""
        return [
            max([cell_len(column.title), *(cell_len(row.cells[at].text) for row in self.rows)])
            for at, column in enumerate(self.columns)
        ]

    @property
    def narrowest(self) -> list[int]:
        """The same when it is cut as far as it may be."""
        return [
            min(wide, column.least) if column.least else wide
            for wide, column in zip(self.natural, self.columns, strict=True)
        ]

    def fits(self, widths: Sequence[int], width: int) -> bool:
        return INDENT + sum(widths) + GAP * (len(widths) - 1) <= width

    def without(self, at: int) -> _Grid:
        return replace(
            self,
            columns=self.columns[:at] + self.columns[at + 1 :],
            rows=[replace(r, cells=r.cells[:at] + r.cells[at + 1 :]) for r in self.rows],
        )

    def short(self) -> _Grid:
        rows = [
            replace(r, cells=tuple(Cell(c.short or c.text, c.style) for c in r.cells))
            for r in self.rows
        ]
        return replace(self, rows=rows, shortened=True)


def _fitted(grid: _Grid, width: int) -> _Grid:
    """All of it, else without optional columns, else short, else cut, else without its last columns."""
    while not grid.fits(grid.natural, width):
        optional = [at for at, column in enumerate(grid.columns) if column.optional]
        if not optional:
            break
        grid = grid.without(optional[-1])
    if not grid.fits(grid.natural, width):
        grid = grid.short()
    cut = not grid.fits(grid.natural, width)
    while not grid.fits(grid.narrowest, width):
        loose = [at for at, column in enumerate(grid.columns) if at and not column.keep]
        if not loose:
            break
        grid = replace(
            grid.without(loose[-1]), left_out=(grid.columns[loose[-1]].title, *grid.left_out)
        )
    widths, least = grid.natural, grid.narrowest
    while not grid.fits(widths, width):
        spare = [wide - narrow for wide, narrow in zip(widths, least, strict=True)]
        if max(spare) <= 0:  # what must be kept is too wide by itself
            spare = widths
        widths[spare.index(max(spare))] -= 1
    return replace(grid, widths=tuple(widths), cut=cut)


def _line(
    cells: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int], style: str = ""
) -> Text:
    line = Text(" " * INDENT, end="")
    for at, (c, column, width) in enumerate(zip(cells, columns, widths, strict=True)):
        text = (fit_ends if column.ends else fit)(c.text, width)
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
