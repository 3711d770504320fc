"""Whole days that were counted before: the same scores, at any T, without their events."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import event, given
from polars.testing import assert_frame_equal

from cesctl.engines.base import Asked
from cesctl.errors import InputError
from cesctl.insight.trend import trend
from cesctl.model.types import Model
from cesctl.pipeline.run import score, score_log
from cesctl.store import Store, cache
from cesctl.store import days as kept_days
from cesctl.store.compact import compact
from cesctl.store.forget import forget
from cesctl.store.log import StoreLog, open_store
from cesctl.store.place import Folder, Place
from tests.effort import at_random
from tests.random_examples.dice import Dice
from tests.store.makers import history, model, record, same, take, write
from tests.store.test_store_against_files import in_parts
from tests.store.test_store_against_files import take as take_forever
from tests.store.test_store_against_files import write as write_rows
from tests.strategies import Example, examples
from tests.test_against_reference import parsed, told


@pytest.fixture(scope="module", autouse=True)
def always() -> Iterator[None]:
    """However few events there are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_days, "ENOUGH", 0)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@at_random(300)
@given(example=examples())
def test_the_same_at_any_time(example: Example, folder: Path) -> None:
    by = parsed(example, folder)
    if by is None:
        return
    store = folder / "store"
    shutil.rmtree(store, ignore_errors=True)
    dice = Dice(example.seed)
    files: list[str] = []
    parts = in_parts(example.rows, dice)
    if any(b[: len(a)] == a for n, b in enumerate(parts) for a in parts[:n]):
        return  # for a store the latter is the former, grown
    for number, rows in enumerate(parts):
        files.append(write_rows(folder / f"part{number}.csv", rows, example.columns))
        take_forever(store, files[-1:], by)
        later = sorted(dice.number(0, 3000) for _ in range(2))
        for at in [example.now + timedelta(hours=hours) for hours in later]:
            as_of = at.isoformat()
            try:
                whole = score(files, by, as_of=as_of, now=at)
            except InputError as error:
                event(str(error)[:20])
                return
            found = score(Store(str(store)), by, as_of=as_of, now=at)
            try:
                assert_frame_equal(found.scores, whole.scores)
                assert_frame_equal(found.detail, whole.detail, check_column_order=False)
                assert found.rows.accepted == whole.rows.accepted
                assert found.notes == whole.notes
            except AssertionError as error:
                pytest.fail(f"{error}\n{told(example, [str(parts)])}")
    for size in (1, 7, 28, 112):
        if any((store / "carried").glob(f"days-*-{size:03}.parquet")):
            event(f"{size} days")


SUMS = """
source: {customer: user, event: event, timestamp: time, id: id}
window: 60d
events:
  login: 1
  buy: {weight: 3, measure: days}
  seen: {event: "*", measure: recency, weight: -0.1}
risk: {silent_for: 10d}
"""
ALL = """
source: {customer: user, event: event, timestamp: time, id: id}
window: 60d
compare: 7d
timezone: America/New_York
events:
  login: 1
  buy: {weight: 3, half_life: 7d, window: 5d}
  any: {event: "*", weight: 1, offset: 3d}
  sum: {event: buy, measure: sum, property: plan, weight: 1}
  mean: {event: "*", measure: mean, property: plan, weight: 1}
  least: {event: "*", measure: min, property: plan, weight: 1}
  most: {event: "*", measure: max, property: plan, weight: 1, window: 30d}
  latest: {event: "*", measure: last, property: plan, weight: 1}
  plans: {event: "*", measure: distinct, property: plan, weight: 1}
  days: {event: "*", measure: days, weight: 1}
  weeks: {event: "*", measure: weeks, weight: 1}
  visits: {event: login, measure: sessions, weight: 1}
  daily: {event: "*", limit: {count: 1, per: day}, weight: 1}
  dear: {event: buy, where: {plan: {gt: 3}}, weight: 1}
  ever: {event: buy, measure: once, weight: 2, window: none}
  since: {event: "*", measure: tenure, weight: 0.01}
attributes: {plan: plan}
risk: {silent_for: 10d, activity: buy}
"""
FOREVER = """
source: {customer: user, event: event, timestamp: time, id: id}
events: {login: {weight: 1, window: none}}
"""


def numbered(folder: Path, days: int = 90) -> list[Path]:
    """An export a day, with numbers as plans, and texts now and then."""
    return [
        write(
            folder / f"day{day:03}.csv",
            (
                record(day * 100 + n, day, plan="odd" if n == 3 else str((day * n) % 11))
                for n in range(8)
            ),
        )
        for day in range(1, days + 1)
    ]


def kept(store: Path) -> dict[str, bytes]:
    """Sums of weeks by name."""
    return {f.name: f.read_bytes() for f in (store / "carried").glob("days-*")}


def around(read: set[str], store: Path, by: Model) -> list[str]:
    """The days that are read beside the weeks that were counted before."""
    log = Store(str(store)).log(by, as_of="latest", clock=datetime(2030, 1, 1, tzinfo=UTC))
    at = log.newest_guess()
    assert at is not None
    needed = log.needed([at], occurrences=False)
    read.clear()
    needed.summed(Asked([at]))
    return sorted(read)


def test_only_days_around_whole_weeks_are_read(tmp_path: Path, read: set[str]) -> None:
    store = tmp_path / "store"
    take(store, *history(tmp_path))
    score(Store(str(store)), model(SUMS))
    # T is on April 6, the window begins on February 5
    assert around(read, store, model(SUMS)) == ["2026-02-05", "2026-04-06"]
    assert {name[-11:-8] for name in kept(store)} == {"001", "007", "028"}
    same(store, history(tmp_path), model(SUMS))


def test_signals_that_cannot_be_summed_read_their_window(tmp_path: Path, read: set[str]) -> None:
    store = tmp_path / "store"
    by = model(SUMS.replace("  login: 1", "  login: {weight: 1, half_life: 5d, window: 20d}"))
    take(store, *history(tmp_path))
    score(Store(str(store)), by)
    days = around(read, store, by)
    # the window of 20 days begins on March 17
    later = [d for d in days if d > "2026-02-08"]
    assert (later[0], len(later)) == ("2026-03-17", 12 + 6)
    same(store, history(tmp_path), by)


def test_every_measure(tmp_path: Path) -> None:
    files = numbered(tmp_path)
    store = tmp_path / "store"
    by = model(ALL)
    take(store, *files[:-3], by=by)
    for file in files[-3:]:
        take(store, file, by=by)
        same(store, files[: files.index(file) + 1], by)
        assert kept(store)


def test_accounts_variants_and_several_times(tmp_path: Path) -> None:
    files = numbered(tmp_path)
    text = ALL.replace("attributes: {plan: plan}", "attributes: {plan: plan, id: id}")
    text += """
roll_up: {to: plan, by: sum}
variants:
  - {name: old, where: {id: {contains: "9"}}, events: {buy: {measure: once, weight: 1, window: 21d}}}
"""
    by = model(text)
    store = tmp_path / "store"
    take(store, *files, by=by)
    same(store, files, by)
    for _ in range(2):
        found = trend(Store(str(store)), by, every="4w", periods=3)
        assert_frame_equal(found.periods, trend(files, by, every="4w", periods=3).periods)


def test_late_events_make_their_week_anew(tmp_path: Path) -> None:
    files = history(tmp_path)
    store = tmp_path / "store"
    take(store, *files)
    same(store, files, model(SUMS))
    before = kept(store)
    late = write(tmp_path / "late.csv", [record(99_000 + n, 60) for n in range(40)])
    take(store, late)
    same(store, [*files, late], model(SUMS))
    after = kept(store)
    assert set(after) == set(before)
    changed = {name for name in after if after[name] != before[name]}
    assert 0 < len(changed) < len(after)


def test_compacting_and_weights_leave_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = history(tmp_path)
    store = tmp_path / "store"
    take(store, *files[:60])
    take(store, *files[60:])
    late = write(tmp_path / "late.csv", [record(99_000 + n, 60) for n in range(40)])
    take(store, late)
    files.append(late)
    same(store, files, model(SUMS))

    def unexpected(*_: object) -> None:
        pytest.fail("a day was counted again")

    monkeypatch.setattr(kept_days.Days, "_counted", unexpected)
    compact(Place.of(str(store)), keep_hours=0)
    same(store, files, model(SUMS))
    same(store, files, model(SUMS.replace("login: 1", "login: {weight: 7, cap: 3}")))


def test_one_who_is_forgotten_is_not_in_them(tmp_path: Path) -> None:
    store = tmp_path / "store"
    take(store, *history(tmp_path))
    by = model(SUMS)
    everybody = score(Store(str(store)), by).scores["customer"].to_list()
    assert any("c07" in sums for sums in held(store))
    forget(Place.of(str(store)), ["c07"])
    assert score(Store(str(store)), by).scores["customer"].to_list() == [
        c for c in everybody if c != "c07"
    ]
    assert not any("c07" in sums for sums in held(store))


def test_a_score_beside_forgetting_keeps_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    take(store, *history(tmp_path))
    real = Folder.write

    def write_late(self: Folder, part: str, name: str, content: bytes) -> None:
        if name.startswith("days-"):
            monkeypatch.setattr(Folder, "write", real)
            forget(Place.of(str(store)), ["c50"])
        real(self, part, name, content)

    monkeypatch.setattr(Folder, "write", write_late)
    by = model(SUMS.replace("60d", "85d"))
    assert "c50" in score(Store(str(store)), by).scores["customer"]
    assert not any("c50" in sums for sums in held(store))


def held(store: Path) -> list[list[str]]:
    place = Place.of(str(store))
    entries = [cache.read(place, name) for name in cache.names(place, "days-")]
    return [e.frame["key"].to_list() for e in entries if e is not None]


def test_what_is_broken_is_made_anew(tmp_path: Path) -> None:
    files = history(tmp_path)
    store = tmp_path / "store"
    take(store, *files)
    same(store, files, model(SUMS))
    whole = kept(store)
    for content in (b"", b"x" * 100, min(whole.values(), key=len)[:-10]):
        for name in whole:
            (store / "carried" / name).write_bytes(content)
        same(store, files, model(SUMS))
        assert set(kept(store)) == set(whole)
        same(store, files, model(SUMS))


def test_a_store_that_cannot_be_written_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = history(tmp_path)
    store = tmp_path / "store"
    take(store, *files)

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Folder, "write", refused)
    same(store, files, model(SUMS))
    assert not kept(store)


def test_where_nothing_is_to_be_kept_what_is_there_serves(tmp_path: Path, read: set[str]) -> None:
    store = tmp_path / "store"
    take(store, *history(tmp_path))
    by = model(SUMS)
    whole = score_log(dry(store, by))
    assert not kept(store)
    score(Store(str(store)), by)
    assert len(around(read, store, by)) == 2
    again = score_log(dry(store, by))
    assert_frame_equal(again.scores, whole.scores)


def dry(store: Path, by: Model) -> StoreLog:
    clock = datetime(2030, 1, 1, tzinfo=UTC)
    return open_store(Place.of(str(store)), by, as_of="latest", clock=clock, keeps=False)


def test_ids_that_become_one_on_a_day(tmp_path: Path) -> None:
    ids = tmp_path / "ids.csv"
    ids.write_text("old,new\nc01,c02\nc07,c02\n", encoding="utf-8")
    files = history(tmp_path)
    by = model(SUMS + f"identities: {{file: {ids}, from: old, to: new}}\n")
    store = tmp_path / "store"
    take(store, *files, by=by)
    same(store, files, by)
    assert kept(store)
    same(store, files, by)


def test_records_that_are_there_twice(tmp_path: Path) -> None:
    by = model(SUMS.replace("id: id", "deduplicate: exact"))
    rows = [  # each twice, but for an id that the model does not know
        (*record(day * 10 + n % 3, day)[:3], f"x{n}", "free")
        for day in range(1, 91)
        for n in range(6)
    ]
    file = write(tmp_path / "twice.csv", rows)
    store = tmp_path / "store"
    take(store, file, by=by)
    for _ in range(2):
        same(store, [file], by)
    assert kept(store)
    assert score(Store(str(store)), by).rows.duplicate == 270


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tehran", "Pacific/Auckland", "America/New_York"])
def test_days_and_weeks_of_other_zones(tmp_path: Path, zone: str) -> None:
    """In Teheran Monday March 22, 2021 began at 1:00."""
    start = datetime(2021, 1, 1, tzinfo=UTC)
    times = [start + timedelta(hours=n * 3, minutes=30) for n in range(8 * 120)]
    rows = [("c", "buy", t.isoformat(), f"id{n}", "1") for n, t in enumerate(times)]
    file = write(tmp_path / "rows.csv", rows)
    by = model(
        f"source: {{customer: user, event: event, timestamp: time, id: id}}\ntimezone: {zone}\n"
        "window: 70d\n"
        "events: {buy: {measure: days, weight: 1}, b: {event: buy, measure: weeks, weight: 1},"
        " c: {event: buy, limit: {count: 3, per: hour}, weight: 1}}"
    )
    store = tmp_path / "store"
    take(store, file, by=by)
    for at in ("2021-04-30T20:29:00Z", "2021-04-25T20:30:00Z", "2021-04-25T12:00:00Z"):
        for _ in range(2):
            whole, found = (score(i, by, as_of=at) for i in ([file], Store(str(store))))
            assert_frame_equal(found.detail, whole.detail)
    assert kept(store)


def test_few_events_are_read_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_days, "ENOUGH", 1_000)
    store = tmp_path / "store"
    take(store, *history(tmp_path))
    score(Store(str(store)), model(SUMS))
    assert not kept(store)


def test_what_goes_where_much_is_kept() -> None:
    own = [f"days-own-{n:07}-001.parquet" for n in range(550)]
    others = [
        f"days-{k}-{n:07}-001.parquet" for n, k in enumerate("jihgfedcba") for n in (1, n + 9)
    ]
    gone = kept_days._too_many([*own, *others], "days-own")
    assert gone[-50:] == own[:50]
    assert {n.split("-")[1] for n in gone[:-50]} == {"j", "i", "h"}


def test_long_ago_and_far_ahead(tmp_path: Path) -> None:
    rows = [
        ("c1", "login", t, f"id{t}", "")
        for t in ("0001-01-01T00:00:00Z", "1969-12-01", "9999-12-30")
    ]
    rows += [("c1", "login", f"2026-03-{day:02}", f"id{day}", "") for day in range(1, 29)]
    file = write(tmp_path / "rows.csv", rows)
    store = tmp_path / "store"
    by = model(FOREVER)
    take(store, file, by=by)
    for at in ("latest", "2026-04-01", "9999-12-31", "0001-01-02"):
        for _ in range(2):
            whole, found = (score(i, by, as_of=at) for i in ([file], Store(str(store))))
            assert_frame_equal(found.scores, whole.scores)
    assert kept(store)


def test_what_tells_copies_tells_sums(tmp_path: Path) -> None:
    """What only a command asks for does not tell copies, what a model names does."""
    rows = [
        ("c1", "login", f"2026-{1 + d // 28:02}-{1 + d % 28:02}", "", plan)
        for d in range(56)
        for plan in "ab"
    ]
    file = write(tmp_path / "rows.csv", rows)
    store = tmp_path / "store"
    text = "source: {customer: user, event: event, timestamp: time, deduplicate: exact}\nevents: {login: 1}\n"
    by, named = model(text), model(text + "attributes: {plan: plan}\n")
    take(store, file, by=by)
    for one in (by, named, by):
        whole, found = (score(i, one) for i in ([file], Store(str(store))))
        assert_frame_equal(found.scores, whole.scores)
        assert found.rows.accepted == whole.rows.accepted


def test_years_are_kept_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_days, "_EACH", 3)
    start = datetime(2020, 1, 1, tzinfo=UTC)
    rows = [
        ("c1", "login", (start + timedelta(days=n * 3)).isoformat(), f"id{n}", "")
        for n in range(300)
    ]
    file = write(tmp_path / "rows.csv", rows)
    store = tmp_path / "store"
    by = model(FOREVER)
    take(store, file, by=by)
    same(store, [file], by)

    def unexpected(*_: object) -> None:
        pytest.fail("a day was counted again")

    monkeypatch.setattr(kept_days.Days, "_counted", unexpected)
    same(store, [file], by)
    same(store, [file], by)


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    files = history(tmp_path)
    store = tmp_path / "store"
    take(store, *files)
    same(store, files, model(SUMS))
    for path in (store / "carried").iterdir():
        content = bytearray(path.read_bytes())
        content[len(content) // 3] ^= 4
        path.write_bytes(bytes(content))
    same(store, files, model(SUMS))


def test_many_plain_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as are counted by event, not by a sum each."""
    monkeypatch.setattr(kept_days, "MOST", 1_000)
    rows = [
        (
            f"c{n % 7}",
            f"e{(n * n) % 83}",
            f"2026-{1 + day // 28:02}-{1 + day % 28:02}",
            f"id{day}-{n}",
            "",
        )
        for day in range(100)
        for n in range(30)
    ]
    file = write(tmp_path / "rows.csv", rows)
    by = model(
        "source: {customer: user, event: event, timestamp: time, id: id}\nwindow: 80d\ncompare: 7d\n"
        "events:\n"
        + "".join(f"  e{n}: 1\n" for n in range(83))
        + "  all: {event: 'e1*', measure: days, weight: 1}\n"
    )
    store = tmp_path / "store"
    take(store, file, by=by)
    same(store, [file], by)
    assert kept(store)
    same(store, [file], by)
    plain = model(
        "source: {customer: user, event: event, timestamp: time, id: id}\nwindow: 80d\ncompare: 7d\n"
        "events:\n" + "".join(f"  e{n}: 1\n" for n in range(83))
    )
    same(store, [file], plain)
    same(store, [file], plain)
