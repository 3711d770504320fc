"""A table as a page shows it: which rows stay together, what can be sorted, which cells are numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cesctl.present.view import Cell, Row, Table

LEAST_SORTED = 3  # rows: fewer need no sorting
LEAST_FILTERED = 15
SHORT = 40  # characters that are kept on one line
_PLAIN_NUMBER = re.compile(r"[<>]?[0-9]")  # without a sign: good or bad is not its to say


@dataclass(frozen=True)
class HtmlCell:
    """``kind``: classes of the cell; ``band``: whose colour it has; ``bar``: percent of a bar beside it."""

    text: str
    kind: str
    band: int | None
    bar: float | None


@dataclass(frozen=True)
class HtmlRow:
    cells: tuple[HtmlCell, ...]
    part: bool  # belongs to the row above it
    under: str


@dataclass(frozen=True)
class HtmlTable:
    """``groups``: rows that stay together; ``total``: the row below all."""

    title: str
    columns: tuple[tuple[str, bool], ...]  # title, whether it holds numbers
    groups: tuple[tuple[HtmlRow, ...], ...]
    total: HtmlRow | None
    note: str
    apart: bool  # each group is a body of its own
    sorts: bool
    filters: bool


def html_table(table: Table, bands: Mapping[str, int]) -> HtmlTable:
    """``bands``: the place of each band by its name, as shown."""
    rows = list(table.rows)
    total = rows.pop() if _has_total(rows) else None
    groups: list[list[Row]] = []
    for row in rows:
        if groups and _is_part(row):
            groups[-1].append(row)
        else:
            groups.append([row])
    numbers = [_numbers(table, at) for at in range(len(table.columns))]

    def made(row: Row) -> HtmlRow:
        cells = tuple(
            _cell(c, column.title, number=number, bands=bands)
            for c, column, number in zip(row.cells, table.columns, numbers, strict=True)
        )
        return HtmlRow(cells, _is_part(row), row.under)

    return HtmlTable(
        title=table.title,
        columns=tuple(
            (column.title, number) for column, number in zip(table.columns, numbers, strict=True)
        ),
        groups=tuple(tuple(made(row) for row in group) for group in groups),
        total=None if total is None else made(total),
        note=table.note,
        apart=any(len(group) > 1 for group in groups),
        sorts=total is None and len(groups) >= LEAST_SORTED,
        filters=total is None and len(groups) >= LEAST_FILTERED,
    )


def _has_total(rows: Sequence[Row]) -> bool:
    """The only line that is drawn is above the last row."""
    ruled = [at for at, row in enumerate(rows) if row.rule]
    return len(rows) > 1 and ruled == [len(rows) - 1] and not any(_is_part(row) for row in rows)


def _is_part(row: Row) -> bool:
    """What a terminal indents belongs to the row above it."""
    return row.cells[0].text.startswith(" ")


def _numbers(table: Table, at: int) -> bool:
    return table.columns[at].align != "left" or any(r.cells[at].bar is not None for r in table.rows)


def _cell(cell: Cell, column: str, *, number: bool, bands: Mapping[str, int]) -> HtmlCell:
    kinds = ["n"] * number + [style for style in ("bold", "dim") if style == cell.style]
    band = None
    if column in ("Band", "From") and cell.text in bands:
        band = bands[cell.text]
    elif cell.style in ("red", "green") and not _PLAIN_NUMBER.match(cell.text):
        kinds.append({"red": "bad", "green": "good"}[cell.style])
    if len(cell.text) <= SHORT:
        kinds.append("short")
    bar = None if cell.bar is None else round(min(max(cell.bar, 0.0), 1.0) * 100, 2)
    return HtmlCell(cell.text.strip(), " ".join(kinds), band, bar)
