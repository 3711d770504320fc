"""Lines that fit: columns give way in a known order, wide characters count as two."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from cesctl.present.layout import bar, fit, fit_ends, lay_out, plain
from cesctl.present.view import Cell, Column, Page, Row, Table, Words, cell, filled


def _lines(width: int, *columns: Column, rows: list[list[Cell]]) -> list[str]:
    table = Table("T", columns, tuple(Row(tuple(row)) for row in rows))
    return plain(lay_out(Page("P", parts=(table,)), width)).splitlines()[3:]


def test_cut_text_ends_with_an_ellipsis() -> None:
    assert fit("abcdef", 6) == "abcdef"
    assert fit("abcdef", 5) == "abcd…"
    assert fit("客户一号", 5) == "客户…"
    assert cell_len(fit("客户一号公司", 6)) <= 6


def test_a_path_shows_both_ends() -> None:
    assert fit_ends("abcdef", 6) == "abcdef"
    assert fit_ends("events.urgent_tickets.weight", 15) == "events.….weight"
    assert fit_ends("abcdef", 5) == "ab…ef"
    assert fit_ends("abcdef", 4) == "ab…f"
    assert fit_ends("abcdef", 2) == fit("abcdef", 2)
    for width in range(1, 14):
        assert cell_len(fit_ends("客户一号公司 events", width)) <= width


@pytest.mark.parametrize(
    ("share", "drawn"),
    [
        (0.0, ""),
        (0.0001, "▏"),
        (0.5, "█████"),
        (0.55, "█████▌"),
        (1.0, "██████████"),
        (2.0, "█" * 10),
    ],
)
def test_bar(share: float, drawn: str) -> None:
    assert bar(share, 10) == drawn


def test_columns_give_way_optional_then_short_then_cut() -> None:
    columns = (Column("Name", least=4), Column("Why", least=4), Column("Plan", optional=True))
    rows = [[cell("customer"), cell("long reason", short="reason"), cell("paid")]]
    assert _lines(40, *columns, rows=rows)[-1] == "  customer  long reason  paid"
    assert _lines(26, *columns, rows=rows)[-1] == "  customer  long reason"
    assert _lines(20, *columns, rows=rows)[-1] == "  customer  reason"
    assert _lines(16, *columns, rows=rows)[-1] == "  custo…  reason"


def test_wide_characters_keep_columns_straight() -> None:
    rows = [[cell("客户"), cell(1)], [cell("ab"), cell(22)]]
    lines = _lines(40, Column("Name"), Column("N", "right"), rows=rows)
    assert {cell_len(line) for line in lines[3:]} == {10}


def test_decimal_points_stand_below_each_other() -> None:
    rows = [[cell("a"), cell("1.25")], [cell("b"), cell("10")], [cell("c"), cell("nothing")]]
    lines = _lines(40, Column("Name"), Column("N", "point"), rows=rows)
    assert lines[3:] == ["  a        1.25", "  b       10", "  c     nothing"]


def test_empty_columns_are_left_out_but_the_first() -> None:
    table = Table("", (Column("A"), Column("B"), Column("C")), (Row((Cell(), Cell(), cell("x"))),))
    assert [column.title for column in filled(table).columns] == ["A", "C"]


def test_facts_and_words_wrap_with_an_indent() -> None:
    page = Page(
        "P", (("Rows", "1,000 read · 900 accepted · 100 rejected"),), (Words("one two three"),)
    )
    assert plain(lay_out(page, 30)) == (
        "P\n\n  Rows  1,000 read ·\n        900 accepted ·\n        100 rejected\n\n  one two three\n"
    )


def test_a_style_that_is_none_is_no_error() -> None:
    table = Table("T", (Column("A"),), (Row((cell("x", "no such [colour]"),)),))
    assert "x" in plain(lay_out(Page("P", parts=(table,)), 80))
