"""A store gives the scores of its exports, however they came, for random models and logs."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import event, given
from polars.testing import assert_frame_equal

from cesctl.errors import InputError
from cesctl.model.types import Model
from cesctl.pipeline.run import score
from cesctl.store import Store
from cesctl.store.ingest import prepare, take_in
from cesctl.store.place import Place
from tests.effort import at_random
from tests.random_examples.dice import Dice
from tests.strategies import Example, examples
from tests.test_against_reference import json_line, parsed, told, write_csv

FOREVER = 800  # days, more than any example spans
Rows = list[dict[str, str | None]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@at_random(200)
@given(example=examples())
def test_store_gives_the_scores_of_its_exports(example: Example, folder: Path) -> None:
    model = parsed(example, folder)
    if model is None:
        return
    store = folder / "store"
    shutil.rmtree(store, ignore_errors=True)
    dice = Dice(example.seed)
    kind = dice.pick(["csv", "ndjson"])
    files: list[str] = []
    parts = in_parts(example.rows, dice)
    if any(b[: len(a)] == a for n, b in enumerate(parts) for a in parts[:n]):
        return  # for a store the latter is the former, grown
    for number, rows in enumerate(parts):
        files.append(write(folder / f"part{number}.{kind}", rows, example.columns))
        again = [dice.pick(files)] if dice.chance(3) else []
        take(store, [files[-1], *again], model)
        if number < len(parts) - 1 and not dice.chance(3):
            continue
        counting = dice.chance(5)
        try:
            whole = score(files, model, now=example.now, occurrences=counting)
        except InputError as error:
            with pytest.raises(
                InputError
            ):  # nothing but rejected rows, or a property that none has
                score(Store(str(store)), model, now=example.now)
            event(str(error)[:20])
            return
        for _ in range(2):  # what the first carries over the second takes
            found = score(Store(str(store)), model, now=example.now, occurrences=counting)
            try:
                assert found.as_of == whole.as_of
                assert_frame_equal(found.scores, whole.scores)
                assert_frame_equal(found.detail, whole.detail, check_column_order=False)
                assert found.rows.accepted == whole.rows.accepted
                assert found.rows.after_as_of == whole.rows.after_as_of
            except AssertionError as error:
                pytest.fail(f"{error}\n{told(example, [str(parts)])}")
        event("carried over" if any((store / "carried").glob("*")) else "all read")


def in_parts(rows: Rows, dice: Dice) -> list[Rows]:
    """One to three exports of them, in their order or not; a part is never empty."""
    parts = min(dice.number(1, 3), len(rows))
    if dice.chance(2):
        rows = sorted(rows, key=lambda r: r.get("ts") or "")
    cuts = [len(rows) * n // parts for n in range(parts + 1)]
    return [rows[a:b] for a, b in pairwise(cuts)]


def write(path: Path, rows: Rows, columns: list[str]) -> str:
    if path.suffix == ".csv":
        write_csv(path, rows, columns)
    else:
        path.write_text("".join(json_line(row) for row in rows), encoding="utf-8")
    return str(path)


def take(store: Path, files: list[str], model: Model) -> None:
    table, staged = prepare(files, model, Place.of(str(store)))
    take_in(staged, table, horizon_days=FOREVER)
