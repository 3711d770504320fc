"""What ``cesctl score`` prints; some of it compared whole, at 80 and at 140 columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from cesctl.model.types import EventMatch
from cesctl.present.layout import plain
from cesctl.present.score_view import Shown, worst_first
from cesctl.present.terminal import score_lines
from cesctl.result import RowCounts
from tests.present import made

EXPECTED = Path(__file__).parent / "expected"
SHOWN = Shown(top=2, at_risk=4, missing=made.MISSING)

EVIL = [
    "[red]x[/red]",
    "\x1b[2Jwiped",
    "line\nbreak",
    'q"uote',
    "rtl\u202eoc.exe",
    "客户一号公司",
    "🙂👩‍👩‍👧",
    "مرحبا",
    "an-id-that-is-much-longer-than-any-table-at-eighty-columns-can-hold-in-full@example.com",
]


def _printed(width: int, shown: Shown = SHOWN, **changes: Any) -> str:
    return plain(score_lines(made.result(**changes), width, shown))


@pytest.mark.parametrize("width", [80, 140])
def test_whole(width: int) -> None:
    assert _printed(width) == (EXPECTED / f"score_{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [80, 100, 140])
def test_nothing_is_wider_than_asked_whatever_ids_hold(width: int) -> None:
    rows = [
        made.customer(
            name, 30.0 - at, before=60.0, reasons=("band Low", "dropped 30", "silent 41d")
        )
        for at, name in enumerate(EVIL)
    ]
    missing = dict.fromkeys(EVIL, "a signal with a rather long name")
    result = made.result(rows)
    text = plain(score_lines(result, width, Shown(top=9, at_risk=9, by="plan", missing=missing)))
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert "[red]x[/red]" in text
    assert "\\x1b[2Jwiped" in text
    assert "line\\nbreak" in text
    assert "rtl\\u202eoc" in text
    assert "客户一号公司" in text
    assert not any(char in text for char in "\x1b\u202e")


def test_worst_first() -> None:
    """Biggest drop, then lowest score, then latest active; never active last of its score."""
    rows = [
        made.customer("rose", 30.0, before=10.0, reasons=("band Low",)),
        made.customer("fell", 60.0, before=90.0, reasons=("dropped 30",)),
        made.customer("low-long-silent", 5.0, before=5.0, silent=200, reasons=("band Low",)),
        made.customer("low-active", 5.0, before=5.0, silent=3, reasons=("band Low",)),
        made.customer("never", 5.0, silent=None, reasons=("band Low", "never active")),
    ]
    frame = made.result(rows).at_risk
    assert worst_first(frame)["customer"].to_list() == [
        "fell",
        "low-active",
        "low-long-silent",
        "never",
        "rose",
    ]
    without = worst_first(frame.drop("change", "previous_score"))["customer"].to_list()
    assert without == ["low-active", "low-long-silent", "never", "rose", "fell"]


def test_where_and_by() -> None:
    result = made.result()
    paid = result.only({"plan": "paid"})
    text = plain(
        score_lines(paid, 80, Shown(by="country", where={"plan": "paid"}, of=result, at_risk=0))
    )
    assert "  Only      plan = paid: 6 of 9 customers\n" in text
    headings = [line for line in text.splitlines() if line.startswith("country = ")]
    assert headings == [
        "country = DE: 4 customers · average 52.1 · median 56.0 · 2 at risk (50.0%)",
        "country = US: 1 customer · average 66.6 · median 66.6 · 1 at risk (100.0%)",
        "country = (none): 1 customer · average 1.0 · median 1.0 · 1 at risk (100.0%)",
    ]
    assert "At risk:" not in text


def test_nobody_at_risk_and_no_customers() -> None:
    fine = plain(score_lines(made.result(made.CUSTOMERS[:2]), 80))
    assert "Nobody is at risk." in fine
    empty = plain(score_lines(made.result([]), 80, Shown(top=5)))
    assert "no customers" in empty
    assert "There are no customers." in empty


def test_facts() -> None:
    def facts(**changes: Any) -> str:
        return _printed(100, Shown(at_risk=0), **changes).split("\n\n")[1]

    model = replace(
        made.MODEL, timezone="Asia/Tokyo", as_of="latest", window_us=None, compare_us=None
    )
    rows = RowCounts(read=5, accepted=2, duplicate=1, filtered=2)
    files = tuple(f"events-{n:02d}.csv" for n in range(31))
    assert facts(model=model, rows=rows, files=files) == (
        "  As of   2026-11-02 08:59:59 Asia/Tokyo (the newest event)\n"
        "  Window  all history, some signals their own\n"
        "  Events  events-00.csv … events-30.csv (31 files)\n"
        "  Rows    5 read · 2 accepted · 1 duplicate · 2 filtered out · none rejected"
    )
    assert "standard input" in facts(files=("-",))


def test_silence_of_another_kind_than_the_columns_keeps_its_days() -> None:
    activity = replace(made.MODEL.risk, activity=EventMatch(("Post scheduled",)))
    text = _printed(80, model=replace(made.MODEL, risk=activity))
    assert "Low, dropped, silent 41d" in text
    assert "Low, dropped, silent 41d" not in _printed(80)


def test_the_models_own_colours() -> None:
    bands = tuple(replace(band, color="#ff8800") for band in made.MODEL.bands)
    lines = score_lines(made.result(model=replace(made.MODEL, bands=bands)), 80)
    low = next(line for line in lines if line.plain.startswith("  Low"))
    assert "#ff8800" in {str(span.style) for span in low.spans}
