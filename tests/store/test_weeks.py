"""Whole weeks that were counted before: the same scores, at any T, without their events."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from polars.testing import assert_frame_equal

from cesctl.errors import InputError
from cesctl.pipeline.run import score
from cesctl.store import Store, weeks
from tests.effort import tries
from tests.random_examples.dice import Dice
from tests.store.test_store_against_files import in_parts, take, write
from tests.strategies import Example, examples
from tests.test_against_reference import parsed, told


@pytest.fixture(scope="module", autouse=True)
def always() -> object:
    """However few events there are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weeks, "ENOUGH", 0)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@settings(
    max_examples=tries(300),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(example=examples())
def test_the_same_at_any_time(example: Example, folder: Path) -> None:
    model = parsed(example, folder)
    if model is None:
        return
    store = folder / "store"
    shutil.rmtree(store, ignore_errors=True)
    dice = Dice(example.seed)
    files: list[str] = []
    parts = in_parts(example.rows, dice)
    if any(b[: len(a)] == a for n, b in enumerate(parts) for a in parts[:n]):
        return  # for a store the latter is the former, grown
    for number, rows in enumerate(parts):
        files.append(write(folder / f"part{number}.csv", rows, example.columns))
        take(store, files[-1:], model)
        later = sorted(dice.number(0, 3000) for _ in range(2))
        for at in [example.now + timedelta(hours=hours) for hours in later]:
            as_of = at.isoformat()
            try:
                whole = score(files, model, as_of=as_of, now=at)
            except InputError as error:
                event(str(error)[:20])
                return
            found = score(Store(str(store)), model, as_of=as_of, now=at)
            try:
                assert_frame_equal(found.scores, whole.scores)
                assert_frame_equal(found.detail, whole.detail, check_column_order=False)
                assert found.rows.accepted == whole.rows.accepted
                assert found.notes == whole.notes
            except AssertionError as error:
                pytest.fail(f"{error}\n{told(example, [str(parts)])}")
    for size in (1, 4, 16):
        if any((store / "carried").glob(f"weeks-*-{size:02}.parquet")):
            event(f"{size} weeks")
