"""The stages of the Spark engine give what the polars engine gives of a store, however it is shared out."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from cesctl.engines.spark import stored, stretches
from cesctl.errors import CesctlError, InputError
from cesctl.insight.trend import trend
from cesctl.model.types import Model
from cesctl.pipeline.run import score
from cesctl.result import Result
from cesctl.store import Store, shares
from cesctl.store.compact import compact
from cesctl.store.forget import forget
from cesctl.store.place import Place
from cesctl.store.rows import StoredRows
from tests.effort import at_random
from tests.engines.in_turn import assert_same, in_turn
from tests.random_examples.dice import Dice
from tests.store.makers import MODEL, model, record, take, write
from tests.store.test_store_against_files import in_parts
from tests.store.test_store_against_files import take as take_all
from tests.store.test_store_against_files import write as write_part
from tests.strategies import Example, examples
from tests.test_against_reference import parsed

LEAST = 6000  # bytes of text a task: some ninety events
EXACT = MODEL.replace("id: id}", "deduplicate: exact}")


@pytest.fixture
def same(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Scores a store with both engines, and gives what they agree on."""
    monkeypatch.setattr(shares, "GROUP", 50)
    monkeypatch.setattr(shares, "AS_TEXT", 0)  # files so small are mostly their own description
    engine = in_turn(monkeypatch, least=LEAST)

    def compared(store: Path, by: Model, **more: object) -> Result:
        shutil.rmtree(store / "carried", ignore_errors=True)
        for _ in range(2):  # once what is carried over is made, once it is there
            found = score(Store(str(store)), by, engine=engine, **more)  # type: ignore[arg-type]
            expected = score(Store(str(store)), by, **more)  # type: ignore[arg-type]
            assert_same(found, expected)
        return found

    return compared


def days_of(folder: Path, days: Sequence[int], *, by: Model | None = None) -> Path:
    """A store with some events of each day."""
    rows = [record(d * 100 + n, d, plan=f"p{d % 3}") for d in days for n in range(6)]
    take(folder / "store", write(folder / f"{days[0]}.csv", rows), by=by)
    return folder / "store"


@pytest.mark.slow
@at_random(25)
@given(example=examples(), least=st.integers(200, 6000), cores=st.integers(1, 5))
def test_random_models(
    example: Example, least: int, cores: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    by = parsed(example, folder)
    if by is None:
        return
    dice = Dice(example.seed)
    store = folder / "store"
    for number, rows in enumerate(in_parts(example.rows, dice)):
        kind = dice.pick(["csv", "ndjson"])
        take_all(store, [write_part(folder / f"{number}.{kind}", rows, example.columns)], by)
    counting = dice.chance(3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shares, "GROUP", 3)
        patch.setattr(shares, "AS_TEXT", 0)
        engine = in_turn(patch, least=least, cores=cores)
        for _ in range(2):
            try:
                expected = score(Store(str(store)), by, now=example.now, occurrences=counting)
            except InputError as error:
                with pytest.raises(InputError, match=re.escape(str(error))):
                    score(Store(str(store)), by, now=example.now, engine=engine)
                return
            if dice.chance(2):
                shutil.rmtree(store / "carried", ignore_errors=True)
            found = score(
                Store(str(store)), by, now=example.now, occurrences=counting, engine=engine
            )
            assert_same(found, expected)
    event("carried over" if any((store / "carried").glob("*")) else "all read")
    event("copies" if found.rows.duplicate else "no copies")


@pytest.mark.parametrize("text", [MODEL, EXACT])
def test_what_is_carried_over_counts_once(
    text: str, tmp_path: Path, same: Callable[..., Result]
) -> None:
    by = model(f"{text}compare: 7d\n")
    store = days_of(tmp_path, range(1, 65), by=by)
    take(store, write(tmp_path / "old.csv", [record(7, 2, who=60), record(8, 3, who=60)]), by=by)
    found = same(store, by)
    assert found.rows.accepted == found.rows.read == 64 * 6 + 2
    assert list((store / "carried").iterdir())
    assert "c60" in found.scores["customer"]


def test_days_that_are_not_needed_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = days_of(tmp_path, range(1, 65))
    expected = score(Store(str(store)), model(), as_of="2026-02-27")  # and makes what is carried
    days: set[date] = set()
    real = StoredRows._scan

    def collecting(
        self: StoredRows, files: Sequence[str], properties: Sequence[str]
    ) -> pl.LazyFrame:
        def opened(frame: pl.DataFrame) -> pl.DataFrame:
            days.update(frame["at"].dt.date())
            return frame

        return real(self, files, properties).map_batches(opened)

    monkeypatch.setattr(StoredRows, "_scan", collecting)
    engine = in_turn(monkeypatch, least=LEAST)
    assert_same(score(Store(str(store)), model(), as_of="2026-02-27", engine=engine), expected)
    assert max(days) == date(2026, 2, 27)
    assert min(days) >= date(2026, 2, 27) - timedelta(days=31)


def test_copies(tmp_path: Path, same: Callable[..., Result]) -> None:
    """Of some events all that is looked at tells copies, of others their id did when they were taken in."""
    rows = [
        (*record(d * 100 + n % 4, d)[:3], f"{label}{d}-{n}", "free")
        for label in "ab"
        for d in range(1, 60)
        for n in range(6)
    ]
    by = model(EXACT)
    take(tmp_path / "store", write(tmp_path / "a.csv", rows[:354]), by=by)
    take(tmp_path / "store", write(tmp_path / "b.csv", rows[354:]))
    found = same(tmp_path / "store", model(MODEL.replace(", id: id}", "}")))
    assert (found.rows.duplicate, found.rows.accepted) == (59 * 2, 59 * (4 + 6))
    assert same(tmp_path / "store", by).rows.duplicate == 59 * (
        2 + 2
    )  # another scope is another event


def test_copies_that_are_some_only_once_ids_are_replaced(
    tmp_path: Path, same: Callable[..., Result]
) -> None:
    times = [("a1", 1), ("a1", 2), ("a1", 3), ("a2", 2), ("a2", 4), ("a2", 20)] * 9
    rows = [
        (f"{who}{n // 6}", "login", f"2026-01-{d:02}", "", "") for n, (who, d) in enumerate(times)
    ]
    ids = [("from", "to"), *((f"{who}{n}", f"a{n}") for n in range(9) for who in ("a1", "a2"))]
    file = write(tmp_path / "ids.csv", ids, header=False)
    by = model(
        f"""
source: {{customer: user, event: event, timestamp: time, deduplicate: exact}}
events:
  since: {{event: "*", measure: tenure, weight: 1}}
  login: {{weight: 1, window: 3d}}
identities: {{file: {file}}}
"""
    )
    take(tmp_path / "store", write(tmp_path / "a.csv", rows), by=by)
    found = same(tmp_path / "store", by)
    assert found.rows.duplicate == 9
    assert found.scores.height == 9


def test_identities_accounts_and_variants(tmp_path: Path, same: Callable[..., Result]) -> None:
    ids = [("from", "to"), ("c05", "c06"), ("c06", "c07"), ("c08", "c09")]
    file = write(tmp_path / "ids.csv", ids, header=False)
    by = model(
        f"""{MODEL.replace("{plan: plan}", "{plan: plan, id: id}")}
compare: 10d
roll_up: {{to: plan, by: mean}}
identities: {{file: {file}}}
variants:
  - {{name: old, where: {{id: {{contains: "9"}}}}, events: {{buy: 5}}}}
"""
    )
    store = days_of(tmp_path, range(1, 70), by=by)
    found = same(store, by)
    assert found.users is not None
    assert not {"c05", "c06", "c08"} & set(found.users["customer"])
    assert found.scores.height == 3


def test_forgotten_and_compacted(tmp_path: Path, same: Callable[..., Result]) -> None:
    store = days_of(tmp_path, range(1, 50))
    take(store, write(tmp_path / "late.csv", [record(9000 + d, d, who=3) for d in range(1, 40)]))
    forget(Place.of(str(store)), ["c05"])
    assert "c05" not in same(store, model()).scores["customer"]
    compact(Place.of(str(store)), keep_hours=0)
    assert "c05" not in same(store, model()).scores["customer"]


def test_properties_in_texts_and_properties_that_came_later(
    tmp_path: Path, same: Callable[..., Result]
) -> None:
    """In some exports a column of its own, in others a key of a JSON text, in the first there is neither."""
    by = model(
        """
source: {customer: user, event: event, timestamp: time}
as_of: 2026-03-01
events:
  x: {measure: sum, property: data.amount, weight: 1}
  y: {measure: distinct, property: data.item, where: {colour: red}, window: none, weight: 1}
attributes: {colour: colour}
"""
    )
    first = [
        {"user": f"u{n % 5}", "event": "xy"[n % 2], "time": f"2026-01-{n % 28 + 1:02}"}
        for n in range(60)
    ]
    second = [
        row | {"data": json.dumps({"amount": n, "item": f"i{n % 7}"})}
        for n, row in enumerate(first)
    ]
    third = [
        row
        | {
            "data": {"amount": n / 4, "item": f"k{n % 3}"},
            "colour": ["red", "blue"][n % 2 ^ n % 3 & 1],
        }
        for n, row in enumerate(first)
    ]
    store = tmp_path / "store"
    parts: list[list[dict[str, Any]]] = [first, second, third]
    for n, rows in enumerate(parts):
        if n == 1:
            path = tmp_path / "1.csv"
            pl.DataFrame(rows).write_csv(path)
        else:
            path = tmp_path / f"{n}.ndjson"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        take(store, path, by=by)
    found = same(store, by)
    assert found.detail["m:x"].sum() > 1000
    assert found.detail["m:y"].sum() > 0
    assert set(found.scores["colour"]) == {"red", "blue"}


@pytest.mark.parametrize("as_of", ["latest", "now", "2026-01-20", "2020-01-01", "2027-01-01"])
@pytest.mark.parametrize("text", [MODEL, EXACT])
def test_events_after_now_and_after_t(
    as_of: str, text: str, tmp_path: Path, same: Callable[..., Result]
) -> None:
    by = model(text)
    store = days_of(tmp_path, range(1, 60), by=by)
    now = datetime(2026, 2, 14, 9, tzinfo=UTC)
    found = same(store, by, as_of=as_of, now=now)
    late = found.rows.after_as_of + found.rows.all_rejected
    assert (late > 0) == (as_of != "2027-01-01")
    assert (found.rows.all_rejected > 0) == (as_of == "latest")


def test_a_store_without_events(tmp_path: Path, same: Callable[..., Result]) -> None:
    take(tmp_path / "store", write(tmp_path / "a.csv", [("", "x", "2026-01-01", "1", "")]))
    now = datetime(2026, 2, 1, tzinfo=UTC)
    assert same(tmp_path / "store", model(), now=now).scores.is_empty()


def test_several_times_in_one_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As trend and movers ask, which have no choice of an engine yet."""
    from cesctl.pipeline.log import open_log
    from cesctl.pipeline.run import score_times

    store = Store(str(days_of(tmp_path, range(1, 65))))
    engine = in_turn(monkeypatch, least=LEAST)
    weeks = [timedelta(days=7 * n) for n in range(4)]
    log = open_log(store, model())
    found, then = score_times(log, lambda at: [at - w for w in weeks], engine=engine)
    same, before = score_times(log, lambda at: [at - w for w in weeks])
    assert_same(found, same)
    for one, other in zip(then, before, strict=True):
        assert one.scored.scores.equals(other.scored.scores)
    assert len(then) == 4
    assert trend(store, model(), every="1w", periods=4).periods.height == 4


class TestWhatExecutorsDoNotSee:
    """The driver has looked into the store; where the tasks run something is otherwise."""

    @staticmethod
    def told(
        change: Callable[[Path], None], folder: Path, patch: pytest.MonkeyPatch
    ) -> tuple[Exception, Path]:
        store = days_of(folder, range(1, 9))
        (file,) = (store / "events" / "day=2026-01-03").iterdir()
        real = stretches.stretches

        def planning(*args: object) -> list[object]:
            made = real(*args)  # type: ignore[arg-type]
            change(file)
            return list(made)

        engine = in_turn(patch)
        patch.setattr("cesctl.engines.spark.engine.stretches", planning)
        with pytest.raises(CesctlError) as found:
            score(Store(str(store)), model(), engine=engine)
        return found.value, file

    def test_a_file_that_is_not_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        error, file = self.told(Path.unlink, tmp_path, monkeypatch)
        assert isinstance(error, InputError)
        (problem,) = error.problems
        assert problem.file == str(file)
        assert problem.message.startswith("the executor on ")
        assert problem.message.endswith(" cannot see it (No such file or directory)")
        assert problem.hint == (
            "put the store where all executors see it under the same path; "
            "run it again if the store was changed meanwhile"
        )

    def test_another_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        error, file = self.told(lambda f: void(f.write_bytes(b"PAR1")), tmp_path, monkeypatch)
        assert f"{file}: the executor on " in str(error)
        assert "sees another file there: 4 bytes, not " in str(error)

    def test_a_damaged_file_is_told_as_by_polars(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def damaged(file: Path) -> None:
            file.write_bytes(b"x" * file.stat().st_size)

        error, _ = self.told(damaged, tmp_path, monkeypatch)
        with pytest.raises(InputError) as expected:
            score(Store(str(tmp_path / "store")), model())
        assert str(error) == str(expected.value)
        assert "cesctl store verify says what is wrong with it" in str(error)


def void(_: object) -> None:
    """Nothing, whatever was done."""


def test_names_of_hosts_are_in_what_is_told_of_urls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "node7")
    error = stored._unreachable("s3://b/events.store", "access denied", "check the variables AWS_…")
    assert str(error).splitlines() == [
        "s3://b/events.store: the executor on node7 cannot read it: access denied",
        f"  check the variables AWS_…; {stored._OWN}",
    ]
