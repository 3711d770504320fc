from __future__ import annotations

import cesctl
from cesctl.insight.report import Report
from cesctl.present.report import sentences, view_sentences
from tests.insight.frames import NOW, export
from tests.present.report import made

MODEL = """
window: 10d
compare: 10d
events: {Visit: 10}
scale: {method: clamp}
bands: [{name: Low, from: 0, at_risk: true}, {name: High, from: 20}]
risk: {drop: 5}
"""


def report() -> Report:
    """Day 20 against day 10: a rose, b fell, c stayed, d is new; b and c are at risk."""
    rows = [("a", 5.0), ("a", 15.0), ("a", 16.0), ("b", 4.0), ("b", 5.0), ("b", 20.0)]
    rows += [("c", 5.0), ("d", 12.0), ("d", 13.0)]
    events = export([(name, "Visit", day) for name, day in rows])
    return cesctl.report(events, cesctl.parse_model(MODEL), every="10d", periods=3, now=NOW)


def test_the_head_tells_now_and_then() -> None:
    figures = [(f.label, f.value, f.then) for f in sentences.key_figures(report())]
    assert figures == [
        ("Customers", "4", "3 on 2026-01-11 00:00"),
        ("Average score", "12.5", "13.3 on 2026-01-11 00:00"),
        ("At risk", "2 (50.0%)", "2 (66.7%) on 2026-01-11 00:00"),
        ("In the best band, High", "2 (50.0%)", "1 (33.3%) on 2026-01-11 00:00"),
    ]


def test_the_summary() -> None:
    assert sentences.summary(report()) == [
        (
            "2 of 4 customers (50.0%) are at risk, as many as on 2026-01-11 00:00, "
            "when it was 2 of 3 (66.7%)."
        ),
        (
            "The average score is 12.5; on 2026-01-11 00:00 it was 13.3. "
            "Half of the customers have 15.0 or more."
        ),
        (
            "Since 2026-01-11 00:00, 1 customer moved to a better band, 1 to a worse one, and 1 stayed; "
            "1 is new."
        ),
    ]


def test_the_sections() -> None:
    found = report()
    assert view_sentences.trend(found.trend) == [
        (
            "From 2026-01-11 00:00 to 2026-01-21 00:00 the average score went from 13.3 to 12.5, "
            "and the share at risk went from 66.7% to 50.0%."
        ),
        "Before that nobody was there yet (1 of the instants).",
    ]
    assert view_sentences.at_risk(found.result) == [
        (
            "2 of 4 customers are at risk (50.0%). The reasons, of which one may have several: "
            "band Low (2), dropped (2)."
        )
    ]
    assert view_sentences.movers(found.movers) == [
        (
            "Of the 3 customers there were on 2026-01-11 00:00, 2 have a lower score now, "
            "1 a higher one, and 0 the same."
        )
    ]


def test_segments_that_differ_are_named() -> None:
    lines = view_sentences.segments(made.small())
    assert lines[0] == "By plan: no segment scores higher or lower than the rest, beyond chance."
    assert lines[1].startswith("By city: no segment")


def test_lists_are_counted() -> None:
    table = sentences.lists(made.small().result)
    assert table is not None
    top = int((made.small().result.scores["band"] == "Top").sum())
    assert [c.text for c in table.rows[0].cells] == ["upsell", str(top), "Offer more"]
