"""Every table under ``tests/spec`` holds: on the reference, and on the engine from a frame and a file."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from cesctl.model.load import parse_model
from cesctl.model.types import Model
from tests.reference import clock
from tests.reference.numbers import round_half_away
from tests.reference.run import Outcome, Roster, score_rows
from tests.spec_tables import PAGE, Case, Cells, cases, flatten, page

CASES = cases()
each = pytest.mark.parametrize("case", CASES, ids=[f"{c.file}: {c.title}" for c in CASES])


def shown(value: object) -> str:
    """A value as the tables write it; numbers as given, with at most 6 decimals."""
    if value is None or value == []:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        value = float(round_half_away(value, 6))
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return "; ".join(value)
    return str(value)


def expected(case: Case) -> list[Cells]:
    return [
        {k: "nothing" if k == "risk_reasons" and not v else v for k, v in row.items()}
        for row in case.scores
    ]


def written_model(case: Case, folder: Path) -> Model:
    """The case's model, and beside it its roster."""
    if case.roster is not None:
        write(folder / "roster.csv", case.roster, list(case.roster[0]))
    return parse_model(case.model, folder=folder)


def write(path: Path, rows: list[Cells], columns: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(rows)


@each
def test_reference(case: Case, tmp_path: Path) -> None:
    model = written_model(case, tmp_path)
    rows: list[dict[str, str | None]] = [dict(row) for row in case.events]
    rows += [flatten(line) for line in case.ndjson.splitlines()]
    roster: Roster | None = None
    if case.roster is not None:
        key = model.customers.id if model.customers else "customer"
        roster = {r[key]: {k: v for k, v in r.items() if k != key and v} for r in case.roster}
    scored = score_rows(rows, model, clock.microseconds(case.clock), roster)
    if case.rows is not None:
        log = scored.log
        counts = {
            "read": log.read,
            "accepted": len(log.events),
            "duplicate": log.duplicate,
            "filtered": log.filtered,
            "after_as_of": log.after_as_of,
        }
        assert counts | log.rejected == case.rows
    found = [{name: shown(cell(o, name)) for name in expected(case)[0]} for o in scored.outcomes]
    assert found == expected(case)


def cell(outcome: Outcome, name: str) -> object:
    """What the reference has for a column of the result."""
    signal, _, kind = name.rpartition(".")
    if kind == "measure":
        return outcome.measures[signal]
    if kind == "points":
        return outcome.points[signal]
    if name == "last_event_at":
        return (
            None
            if outcome.last_event_at is None
            else clock.EPOCH + outcome.last_event_at * clock.MICROSECOND
        )
    if hasattr(outcome, name):
        found: object = getattr(outcome, name)
        return found
    return outcome.attributes.get(name)


def inputs(case: Case, kind: str, folder: Path) -> pl.DataFrame | list[Path]:
    """The case's log as a frame or a file."""
    if kind == "frame":
        records = [flatten(line) for line in case.ndjson.splitlines()] or case.events
        columns = dict.fromkeys(name for record in records for name in record) or case.columns
        return pl.DataFrame(records, schema=dict.fromkeys(columns, pl.String))
    if case.ndjson:
        path = folder / "events.ndjson"
        path.write_text(case.ndjson, encoding="utf-8")
    else:
        path = folder / "events.csv"
        write(path, case.events, case.columns)
    return [path]


@each
@pytest.mark.parametrize("kind", ["frame", "file"])
def test_engine(case: Case, kind: str, tmp_path: Path) -> None:
    from cesctl.pipeline.run import score

    model = written_model(case, tmp_path)
    result = score(inputs(case, kind, tmp_path), model, now=case.clock)
    if case.rows is not None:
        rows = result.rows
        counts = {
            "read": rows.read,
            "accepted": rows.accepted,
            "duplicate": rows.duplicate,
            "filtered": rows.filtered,
            "after_as_of": rows.after_as_of,
        }
        assert counts | rows.rejected == case.rows
    names = list(expected(case)[0])
    found = [
        {k: shown(v) for k, v in row.items()} for row in result.scores.select(names).to_dicts()
    ]
    assert found == expected(case)


def test_the_docs_show_the_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.spec_tables"
