"""The engine gives what the reference gives, for random models and logs.

500 of them in an ordinary run; ``HYPOTHESIS_PROFILE=deep`` for thousands.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings

from cesctl.errors import ModelError
from cesctl.model.load import parse_model
from cesctl.model.types import Model
from cesctl.pipeline.run import score
from tests.agreement import compare
from tests.effort import tries
from tests.minimal import smallest
from tests.reference import clock
from tests.reference.run import Roster, score_rows
from tests.strategies import Example, examples

JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
EXAMPLES = {"ci": 500, "deep": 5_000}[os.environ.get("HYPOTHESIS_PROFILE", "ci")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where rosters are written."""
    return tmp_path_factory.mktemp("rosters")


@pytest.mark.slow
@settings(
    max_examples=tries(EXAMPLES),
    deadline=None,
    derandomize=EXAMPLES <= 500,  # CI judges the change, not the luck of the day
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(example=examples())
def test_engine_agrees(example: Example, folder: Path) -> None:
    found = differences(example, folder)
    if found:
        least = smallest(example, lambda e: kinds(differences(e, folder)) & kinds(found) != set())
        pytest.fail(told(least, differences(least, folder)))


def differences(example: Example, folder: Path) -> list[str]:
    """Scores an example both ways: what is not equal."""
    model = parsed(example, folder)
    if model is None:
        return []
    scored = score_rows(
        example.rows, model, clock.microseconds(example.now), roster(example, model)
    )
    counting = example.seed % 3 == 0
    result = score(inputs(example, folder), model, now=example.now, occurrences=counting)
    found = compare(result, scored, model)
    event(f"scale {model.scale.method}")
    event("noise let off" if found.excused else "equal to the last bit")
    return found.differences


def inputs(example: Example, folder: Path) -> pl.DataFrame | list[Path]:
    """The log: every other one as a frame, the others as files."""
    kind = ["frame", "csv", "frame", "ndjson"][example.seed % 4]
    if kind == "frame":
        return pl.DataFrame(example.rows, schema=dict.fromkeys(example.columns, pl.String))
    path = folder / f"log.{kind}"
    if kind == "csv":
        write_csv(path, example.rows, example.columns)
    else:
        path.write_text("".join(json_line(row) for row in example.rows), encoding="utf-8")
    return [path]


def write_csv(path: Path, rows: Sequence[Mapping[str, str | None]], columns: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(rows)


def json_line(row: Mapping[str, str | None]) -> str:
    """A record; what JSON can write as a number is one, and what is missing is null or not there."""
    parts = []
    for name, text in row.items():
        if text is None and name in ("plan", "page"):
            continue
        plain = text is not None and name in ("amount", "ts") and JSON_NUMBER.fullmatch(text)
        parts.append(f"{json.dumps(name)}: {text if plain else json.dumps(text)}")
    return "{" + ", ".join(parts) + "}\n"


def kinds(differences: list[str]) -> set[str]:
    """What differs, whoever's it is: a smaller example should fail in the same way."""
    return {text.partition(": engine")[0].rpartition(": ")[2] for text in differences}


def told(example: Example, differences: list[str]) -> str:
    """A failure, to be read and repeated."""
    rows = [str({k: v for k, v in row.items() if v is not None}) for row in example.rows]
    rest = f"clock {example.now.isoformat()}, roster {example.roster}"
    return "\n".join([*differences, "", example.model, *rows, rest])


def parsed(example: Example, folder: Path) -> Model | None:
    """The model; None where it gives no points, which ``possible`` cannot scale."""
    if example.roster is not None:
        write_csv(folder / "roster.csv", example.roster, list(example.roster[0]))
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
