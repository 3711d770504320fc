"""Excel: text stays text, numbers and instants are what Excel calls so."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import openpyxl
import polars as pl
import pytest

from cesctl.errors import OutputError
from cesctl.present import xlsx as module
from cesctl.present.files import scores_file
from cesctl.present.xlsx import xlsx
from tests.present import made


def _sheet(frame: pl.DataFrame) -> Any:
    return openpyxl.load_workbook(io.BytesIO(b"".join(xlsx(frame, "scores"))))["scores"]


def test_scores() -> None:
    data = b"".join(scores_file(made.result(made.CUSTOMERS[6:7]), "xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(data))["scores"]
    head, row = sheet.iter_rows(values_only=True)
    assert head == tuple(made.result().scores.columns)
    assert dict(zip(head, row, strict=True)) | {"raw": None} == {
        "customer": "gull",
        "plan": "paid",
        "country": "DE",
        "score": 12.4,
        "band": "Low",
        "at_risk": True,
        "risk_reasons": "band Low; dropped 49; silent 41d",
        "rank": 1,
        "previous_score": 61.4,
        "change": -49,
        "raw": None,
        "events": 5,
        "last_event_at": datetime(2026, 9, 21, 23, 59, 59),  # noqa: DTZ001 - Excel has no zones
        "days_silent": 41,
        "Post scheduled.measure": 3,
        "Post scheduled.points": 3,
        "Feature explored.measure": 2,
        "Feature explored.points": 8,
    }
    assert sheet.freeze_panes == "B2"


@pytest.mark.parametrize(
    "text", ["=1+1", "{=1}", "http://x.example", "00123", "@SUM(A1)", "+1", "\x07"]
)
def test_text_is_never_a_formula_link_or_number(text: str) -> None:
    cell = _sheet(pl.DataFrame({"customer": [text]}))["A2"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert cell.value.replace("_x0007_", "\x07") == text


def test_before_excels_calendar_an_instant_is_text() -> None:
    frame = pl.DataFrame({"x": [1], "at": [datetime(1850, 1, 2, 3, 4, 5, tzinfo=UTC)]})
    assert _sheet(frame)["B2"].value == "1850-01-02T03:04:05Z"


def test_more_rows_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    with pytest.raises(OutputError, match="3 rows are more than the 2"):
        b"".join(xlsx(pl.DataFrame({"x": [1, 2, 3]}), "scores"))
