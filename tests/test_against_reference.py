"""The engine gives what the reference gives, for random models and logs.

500 of them in an ordinary run; ``HYPOTHESIS_PROFILE=deep`` for thousands.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, event, given, settings

from cesctl.errors import ModelError
from cesctl.model.load import parse_model
from cesctl.model.types import Model
from cesctl.pipeline.run import score
from tests.agreement import compare
from tests.reference import clock
from tests.reference.run import Roster, score_rows
from tests.strategies import Example, examples

EXAMPLES = {"ci": 500, "deep": 5_000}[os.environ.get("HYPOTHESIS_PROFILE", "ci")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where rosters are written."""
    return tmp_path_factory.mktemp("rosters")


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 500,  # CI judges the change, not the luck of the day
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)
@given(example=examples())
def test_engine_agrees(example: Example, folder: Path) -> None:
    check(example, folder)


def check(example: Example, folder: Path) -> None:
    """Scores an example both ways."""
    model = parsed(example, folder)
    if model is None:
        return
    scored = score_rows(
        example.rows, model, clock.microseconds(example.now), roster(example, model)
    )
    frame = pl.DataFrame(example.rows, schema=dict.fromkeys(example.columns, pl.String))
    result = score(frame, model, now=example.now)
    found = compare(result, scored, model)
    event(f"scale {model.scale.method}")
    event("noise let off" if found.excused else "equal to the last bit")
    assert not found.differences, "\n".join([*found.differences, example.model])


def parsed(example: Example, folder: Path) -> Model | None:
    """The model; None where it gives no points, which ``possible`` cannot scale."""
    if example.roster is not None:
        with (folder / "roster.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, list(example.roster[0]))
            table.writeheader()
            table.writerows(example.roster)
    try:
        return parse_model(example.model, folder=folder)
    except ModelError as error:
        if "not above 0" in str(error):
            event("no points possible")
            return None
        raise


def roster(example: Example, model: Model) -> Roster | None:
    """The roster as the reference wants it."""
    if example.roster is None or model.customers is None:
        return None
    key = model.customers.id
    return {
        row[key].strip(): {k: v.strip() for k, v in row.items() if k != key and v.strip()}
        for row in example.roster
    }
