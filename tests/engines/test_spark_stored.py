"""An event store on a real Spark of two cores: the answers of polars, and what executors cannot see."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from cesctl.engines.spark import stretches
from cesctl.engines.spark.engine import Spark
from cesctl.errors import InputError
from cesctl.pipeline.run import score
from cesctl.store import Store, shares
from cesctl.store.forget import forget
from cesctl.store.place import Place
from tests.effort import tries
from tests.engines.in_turn import assert_same
from tests.random_examples.dice import Dice
from tests.store.makers import MODEL, model, record, take, write
from tests.store.test_store_against_files import in_parts
from tests.store.test_store_against_files import take as take_all
from tests.store.test_store_against_files import write as write_part
from tests.strategies import Example, examples
from tests.test_against_reference import parsed

pytestmark = pytest.mark.slow


@pytest.fixture
def small_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "LEAST", 8000)
    monkeypatch.setattr(stretches, "MOST", 16_000)
    monkeypatch.setattr(shares, "GROUP", 50)
    monkeypatch.setattr(shares, "AS_TEXT", 0)  # files so small are mostly their own description


def a_store(folder: Path, days: int, *, text: str = MODEL) -> Path:
    """One large day, one customer who was forgotten, and properties that came later."""
    rows = [record(d * 100 + n, d, plan=f"p{d % 3}") for d in range(1, days + 1) for n in range(5)]
    rows += [  # some are alike but for the id, which exact copies may differ in
        (*record(50_000 + n % 150, days - 3)[:3], f"large{n}", "free") for n in range(200)
    ]
    store, by = folder / "store", model(text)
    take(store, write(folder / "a.csv", rows), by=by)
    head = "user,event,time,id,plan,more\n"
    late = "".join(f"c{n:02},buy,2026-01-0{n % 9 + 1},late{n},p9,m{n}\n" for n in range(30))
    (folder / "late.csv").write_text(head + late)
    take(store, folder / "late.csv", by=by)
    forget(Place.of(str(store)), ["c05"])
    return store


@pytest.mark.usefixtures("small_shares")
@pytest.mark.parametrize("told_by", ["id: id}", "deduplicate: exact}"])
def test_the_scores_of_polars(told_by: str, spark: Spark, tmp_path: Path) -> None:
    ids = write(
        tmp_path / "ids.csv", [("from", "to"), ("c01", "c02"), ("c02", "c03")], header=False
    )
    text = MODEL.replace("id: id}", told_by).replace("{plan: plan}", "{plan: plan, more: more}")
    text += "compare: 7d\n"
    if "exact" not in told_by:
        text += f"identities: {{file: {ids}}}\n"
    store = a_store(tmp_path, 60, text=text)
    found = score(Store(str(store)), model(text), engine=spark)
    carried = list((store / "carried").iterdir())
    assert carried
    assert_same(found, score(Store(str(store)), model(text)))
    assert (found.rows.duplicate > 0) == ("exact" in told_by)
    assert "c05" not in found.scores["customer"]
    shown = score(Store(str(store)), model(text), as_of="2026-02-01", engine=spark)
    assert_same(shown, score(Store(str(store)), model(text), as_of="2026-02-01"))


@settings(
    max_examples=tries(8),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(example=examples())
def test_random_models(
    example: Example, spark: Spark, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    by = parsed(example, folder)
    if by is None:
        return
    store = folder / "store"
    for number, rows in enumerate(in_parts(example.rows, Dice(example.seed))):
        take_all(store, [write_part(folder / f"{number}.ndjson", rows, example.columns)], by)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stretches, "LEAST", 900)
        patch.setattr(shares, "GROUP", 5)
        patch.setattr(shares, "AS_TEXT", 0)
        try:
            found = score(Store(str(store)), by, now=example.now, engine=spark)
        except InputError:  # a property that no event has
            with pytest.raises(InputError):
                score(Store(str(store)), by, now=example.now)
            return
    shutil.rmtree(store / "carried", ignore_errors=True)
    assert_same(found, score(Store(str(store)), by, now=example.now))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Path.unlink, r"03/part-.*: the executor on .* cannot see it \(No such file"),
        (lambda f: f.write_bytes(b"PAR1"), r"sees another file there: 4 bytes, not"),
        (lambda f: f.write_bytes(b"x" * f.stat().st_size), "the event store cannot be read"),
    ],
)
def test_what_executors_do_not_see(
    change: Callable[[Path], Any],
    said: str,
    spark: Spark,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = a_store(tmp_path, 8)
    real = stretches.stretches

    def planning(*args: Any) -> list[Any]:
        made = list(real(*args))
        for file in (store / "events" / "day=2026-01-03").iterdir():
            change(file)
        return made

    monkeypatch.setattr("cesctl.engines.spark.engine.stretches", planning)
    with pytest.raises(InputError, match=said):
        score(Store(str(store)), model(), engine=spark)
