"""No line of a page is wider than the terminal, whatever the page holds."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from cesctl.insight.diff import diff
from cesctl.insight.drivers import drivers
from cesctl.insight.explain import explain
from cesctl.insight.movers import movers
from cesctl.insight.segments import segments
from cesctl.insight.trend import trend
from cesctl.model import parse_model
from cesctl.pipeline.run import score
from cesctl.present.diff_view import diff_page
from cesctl.present.drivers_view import drivers_page
from cesctl.present.explain_view import explain_page
from cesctl.present.layout import lay_out, plain
from cesctl.present.movers_view import movers_page
from cesctl.present.score_view import Shown, score_page
from cesctl.present.segments_view import segments_page
from cesctl.present.trend_view import trend_page
from cesctl.present.view import Cell, Column, Page, Remark, Row, Table, Words, filled
from tests.effort import tries
from tests.insight.populations import NOW, log
from tests.random_examples.dice import Dice

NARROWEST, WIDEST = 40, 200
TEXTS = st.one_of(
    st.text(max_size=40).filter(str.isprintable),
    st.sampled_from(
        ["", "客户一号公司的名字很长很长", "a b", "1,234.5", "-0.25", "x" * 90, "é" * 30]
    ),
)
CELLS = st.builds(
    Cell,
    TEXTS,
    st.just(""),
    st.one_of(st.just(""), TEXTS),
    st.one_of(st.none(), st.floats(0, 1)),
)
COLUMNS = st.builds(
    Column,
    TEXTS,
    st.sampled_from(["left", "right", "point"]),
    st.sampled_from([0, 0, 4, 8, 12]),
    st.booleans(),
    st.booleans(),
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = tuple(draw(st.lists(COLUMNS, min_size=1, max_size=14)))
    many = len(columns)
    rows = st.builds(
        Row,
        st.tuples(*[CELLS] * many),
        st.one_of(st.just(""), TEXTS),
        st.booleans(),
    )
    return Table(draw(TEXTS), columns, tuple(draw(st.lists(rows, max_size=4))), draw(TEXTS))


PAGES = st.builds(
    Page,
    TEXTS,
    st.lists(st.tuples(st.sampled_from(["As of", "Rejected"]), TEXTS), max_size=3).map(tuple),
    st.lists(st.one_of(tables(), st.builds(Words, TEXTS, TEXTS)), max_size=3).map(tuple),
)


def too_wide(page: Page, width: int) -> list[str]:
    return [line.plain for line in lay_out(page, width) if cell_len(line.plain) > width]


@settings(max_examples=tries(300), derandomize=True)
@given(page=PAGES, width=st.integers(NARROWEST, WIDEST))
def test_of_random_pages(page: Page, width: int) -> None:
    assert too_wide(page, width) == []


LONG = "ein sehr langer Name für etwas"
WIDE = "非常に長い名前の信号です"
BANDS = [
    "Band",
    "最低の顧客たちの帯",
    "Somewhat below the average",
    "C",
    "D",
    "E-commerce-and-others",
    "非常に良い",
    "Top",
]
MODEL = f"""
name: {LONG} {WIDE}
as_of: 2026-06-30
compare: 10d
events:
  "{LONG}, the first of them": {{event: login, weight: 1, group: "{WIDE}"}}
  "{WIDE}": {{event: post, weight: 5, half_life: 9d}}
  "{WIDE * 6}": {{event: report, weight: 1000000}}
groups: {{"{WIDE}": {{max_points: 3}}}}
bands: {{{", ".join(f'"{name}": {3 * n}' for n, name in enumerate(BANDS))}}}
risk: {{silent_for: 9d, drop: 1}}
attributes: {{plan: plan, "{LONG}": size}}
"""

OTHER = MODEL.replace("weight: 5", "weight: 7").replace("bands: {", f'bands: {{"{WIDE * 3}": -1, ')
OTHER += f'lists: {{"{LONG}": {{score: 5, action: "{WIDE * 9}"}}}}\n'


def pages() -> dict[str, Page]:
    rows = log(Dice(7))
    for row in rows:
        row["customer"] = f"{row['customer']}-{WIDE}" if row["plan"] else row["customer"]
        row["event"] = row["event"] if row["event"] != "ping" else WIDE * 3
        row["plan"] = row["plan"] and f"{row['plan']} {LONG}"
    data = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))
    model = parse_model(MODEL)
    result = score(data, model, now=NOW, occurrences=True)
    worst = result.scores["customer"][-1]
    return {
        "score": score_page(result, Shown(top=3, by="plan")),
        "explain": explain_page(explain(result, worst)),
        "trend": trend_page(trend(data, model, periods=60, every="1d", now=NOW), rising=3),
        "movers": movers_page(movers(data, model, now=NOW)),
        "segments": segments_page(segments(data, model, ["plan", LONG], now=NOW)),
        "drivers": drivers_page(drivers(data, model, now=NOW)),
        "diff": diff_page(
            diff(
                data,
                model,
                parse_model(OTHER),
                outcome=f"event:{WIDE * 3}",
                every="5d",
                horizon="5d",
                now=NOW,
            )
        ),
    }


@pytest.fixture(scope="module")
def made() -> dict[str, Page]:
    return pages()


@pytest.mark.parametrize(
    "name", ["score", "explain", "trend", "movers", "segments", "drivers", "diff"]
)
def test_of_every_command(made: dict[str, Page], name: str) -> None:
    for width in range(NARROWEST, WIDEST + 1, 4):
        assert too_wide(made[name], width) == [], width


def _table(columns: tuple[Column, ...], rows: list[list[Cell]], note: str = "") -> Table:
    return Table("T", columns, tuple(Row(tuple(row)) for row in rows), note)


def test_columns_that_have_no_room_are_named() -> None:
    columns = (Column("Name"), Column("Sum", keep=True), Column("Why"), Column("Plan"))
    cells = [Cell("a customer's name"), Cell("1,234"), Cell("for a reason"), Cell("business")]
    lines = plain(lay_out(Page("P", parts=(_table(columns, [cells], "A note."),)), 40)).splitlines()
    assert lines[4:] == [
        "  Name               Sum    Why",
        "  ──────────────────────────────────────",
        "  a customer's name  1,234  for a reason",
        "  A note. No room for: Plan; -f markdown",
        "  shows all columns.",
    ]


def test_notes_speak_of_what_is_shown() -> None:
    columns = (Column("Name"), Column("Lift", optional=True), Column("Now"))
    lift = Remark("Lift: more than others.", "Lift")
    shares = Remark("Shares are of all.", "Now", whole=True)
    rows = [[Cell("a name that is long"), Cell("12345678"), Cell("1 (2 %)", short="1")]]
    table = replace(
        _table(columns, rows, f"{lift.text} Always. {shares.text}"), remarks=(lift, shares)
    )

    def note(width: int) -> str:
        lines = plain(lay_out(Page("P", parts=(table,)), width)).splitlines()
        return " ".join(line.strip() for line in lines[7:])

    assert note(80) == "Lift: more than others. Always. Shares are of all."
    assert note(35) == "Always. Shares are of all."
    assert note(28) == "Always."
    empty = replace(table, rows=tuple(Row((r.cells[0], Cell(), r.cells[2])) for r in table.rows))
    assert filled(empty).note == "Always. Shares are of all."
