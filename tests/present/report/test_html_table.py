from __future__ import annotations

from cesctl.present.report.html_table import html_table
from cesctl.present.view import Cell, Column, Row, Table, cell

COLUMNS = (Column("Band"), Column("Now", "right"), Column("Share"))


def row(name: str, now: str = "1", *, rule: bool = False) -> Row:
    return Row((cell(name), cell(now, "red"), Cell("5.0%", bar=0.05)), rule=rule)


def test_rows_that_are_indented_stay_with_the_row_above() -> None:
    rows = (row("a"), row("  x"), row("  = raw"), row("b", rule=True), row("  x"))
    made = html_table(Table("T", COLUMNS, rows), {})
    assert [len(group) for group in made.groups] == [3, 2]
    assert made.apart
    assert made.total is None
    assert [r.cells[0].text for r in made.groups[0]] == ["a", "x", "= raw"]
    assert [r.part for r in made.groups[0]] == [False, True, True]


def test_the_row_below_the_only_line_is_a_total_and_stays_last() -> None:
    made = html_table(Table("T", COLUMNS, (*map(row, "abcd"), row("Now", rule=True))), {})
    assert made.total is not None
    assert made.total.cells[0].text == "Now"
    assert len(made.groups) == 4
    assert not made.sorts


def test_only_tables_with_enough_rows_sort_and_filter() -> None:
    def made(rows: int) -> tuple[bool, bool]:
        table = html_table(Table("T", COLUMNS, tuple(row(f"c{n}") for n in range(rows))), {})
        return table.sorts, table.filters

    assert [made(n) for n in (0, 2, 3, 14, 15)] == [
        (False, False),
        (False, False),
        (True, False),
        (True, False),
        (True, True),
    ]


def test_cells() -> None:
    made = html_table(Table("T", COLUMNS, (row("Low", "-3.0"), row("Other", "45.0%"))), {"Low": 0})
    assert made.columns == (("Band", False), ("Now", True), ("Share", True))
    low, other = (group[0].cells for group in made.groups)
    assert (low[0].band, other[0].band) == (0, None)
    assert low[1].kind == "n bad short"
    assert other[1].kind == "n short"  # a share is neither good nor bad
    assert low[2].bar == 5.0
