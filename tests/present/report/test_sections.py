"""A report shows the tables that the commands print, and no other numbers."""

from __future__ import annotations

from dataclasses import replace

from cesctl.insight.missing import missing_signal
from cesctl.insight.report import Limits
from cesctl.present.drivers_view import drivers_page
from cesctl.present.movers_view import movers_page
from cesctl.present.report.document import Chart, Section
from cesctl.present.report.sections import document
from cesctl.present.score_view import Shown, score_page, worst_first
from cesctl.present.segments_view import segments_page
from cesctl.present.trend_view import trend_page
from cesctl.present.view import Table
from tests.present.report import made

LIMITS = Limits(at_risk=5, falling=3, rising=2, segments=30, events=2)
REPORT = made.small()


def sections() -> dict[str, Section]:
    return {section.name: section for section in document(REPORT, LIMITS).sections}


def tables(section: Section) -> list[Table]:
    return [part for part in section.parts if isinstance(part, Table)]


def charts(section: Section) -> list[str]:
    return [part.name for part in section.parts if isinstance(part, Chart)]


def test_the_sections_and_their_charts() -> None:
    assert {name: charts(section) for name, section in sections().items()} == {
        "summary": [],
        "bands": ["bands"],
        "trend": ["bands-over-time", "shares-over-time"],
        "flows": ["flows"],
        "at-risk": [],
        "movers": [],
        "segments": ["segments-0", "segments-1"],
        "drivers": ["drivers"],
        "model": [],
        "data": [],
    }


def test_the_tables_are_those_of_the_commands() -> None:
    found = sections()
    assert tables(found["bands"]) == list(score_page(REPORT.result, Shown(at_risk=0)).parts)
    assert tables(found["trend"]) == list(trend_page(REPORT.trend, falling=0).parts)
    moved = movers_page(REPORT.movers, falling=3, rising=2).parts
    assert [*tables(found["flows"]), *tables(found["movers"])] == list(moved)
    compared = [p for s in REPORT.segments for p in segments_page(s).parts]
    assert tables(found["segments"]) == compared
    driven = [p for p in drivers_page(REPORT.drivers, top=2).parts if isinstance(p, Table)]
    assert [replace(t, note="") for t in tables(found["drivers"])] == [
        replace(t, note="") for t in driven
    ]


def test_the_at_risk_list_is_that_of_score_and_says_where_all_of_it_is() -> None:
    listed = worst_first(REPORT.result.at_risk).head(5)["customer"].to_list()
    missing = missing_signal(REPORT.everyone, listed)
    page = score_page(REPORT.result, Shown(at_risk=5, missing=missing))
    (table,) = tables(sections()["at-risk"])
    theirs = page.parts[1]
    assert isinstance(theirs, Table)
    assert replace(table, note="") == replace(theirs, note="")
    assert "--at-risk N shows them, cesctl score --at-risk-output FILE writes them." in table.note


def test_notes_name_the_command_that_has_the_option() -> None:
    notes = [table.note for table in tables(sections()["drivers"])]
    assert any("1 more events: cesctl drivers --top N shows them." in note for note in notes)


def test_the_model_in_words() -> None:
    section = sections()["model"]
    assert dict(section.facts) == {
        "Window": "60d, of signals that name none",
        "Scale": "kept within 0 … 100, rounded to 1 decimal",
        "Bands": "Low 0\u201319.9 · Mid 20\u201349.9 · Top 50\u2013100",
        "At risk": "who is in the band Low, lost 15 points or more in 30d, "
        "was silent for 30d or longer or was never active",
        "Time zone": "UTC",
    }
    texts = [[[c.text for c in row.cells] for row in table.rows] for table in tables(section)]
    assert texts == [
        [
            ["visits", "days with Visit", "60d", "0 … 20 becomes 0 … 100", "0.5", "habit"],
            ["orders", "sum of amount over Order", "60d", "half-life 30d · cap 50", "1", ""],
        ],
        [["habit", "1", "at most 40 points", "visits"]],
        [["upsell", "band is Top", "Offer more"]],
    ]


def test_where_the_numbers_come_from() -> None:
    facts = dict(sections()["data"].facts)
    rows = REPORT.result.rows
    assert facts["Rows"] == f"{rows.read:,} read · {rows.accepted:,} accepted · none rejected"
    assert facts["Model"] == "given as text"
    assert facts["Made by"].startswith("cesctl ")
    assert facts["Compared"] == "with 2026-03-31 18:00"
