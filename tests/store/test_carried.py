"""What is carried over from earlier days: the same scores, from few days read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from cesctl.insight.trend import trend
from cesctl.model.types import Model
from cesctl.pipeline.run import score
from cesctl.store import Store, cache, carried
from cesctl.store.compact import compact
from cesctl.store.forget import forget
from cesctl.store.place import Folder, Place
from tests.store.makers import DAYS, MODEL, history, model, record, same, take, write


def collected(read: set[str], store: Path, by: Model) -> list[str]:
    """The days that a score reads."""
    log = Store(str(store)).log(by, as_of="latest", clock=datetime(2030, 1, 1, tzinfo=UTC))
    at = log.newest_guess()
    assert at is not None
    read.clear()
    log.needed([at], occurrences=False).count(lambda events: events.collect())
    return sorted(read)


def test_a_night_reads_the_days_of_the_window_and_one_more(tmp_path: Path, read: set[str]) -> None:
    files = history(tmp_path)
    store = tmp_path / "store"
    take(store, *files[:-1])
    same(store, files[:-1], model())
    take(store, files[-1])
    days = collected(read, store, model())
    # the last event is of April 6; a day that was in the window the night before is carried from now on
    assert (days[0], days[1], days[-1]) == ("2026-03-06", "2026-03-07", "2026-04-06")
    assert collected(read, store, model()) == days[1:]
    same(store, files, model())


def test_late_events_of_days_that_are_not_read(tmp_path: Path, read: set[str]) -> None:
    files = history(tmp_path)
    store = tmp_path / "store"
    take(store, *files)
    same(store, files, model())
    late = [record(7, 2, who=60, plan="late"), record(8, 1, who=1), record(10, 4, who=50)]
    files.append(write(tmp_path / "late.csv", late))
    take(store, files[-1])
    days = collected(read, store, model())
    assert [d for d in days if d < "2026-02-01"] == ["2026-01-01", "2026-01-02", "2026-01-04"]
    same(store, files, model())


def test_compacting_keeps_what_is_carried(tmp_path: Path, read: set[str]) -> None:
    files = history(tmp_path)
    files.append(
        write(tmp_path / "late.csv", [record(100_000 + d, d, who=60) for d in range(1, 80)])
    )
    store = tmp_path / "store"
    for file in (files[:-1], files[-1:]):
        take(store, *file)
    same(store, files, model())
    before = collected(read, store, model())
    done = compact(Place.of(str(store)), keep_hours=0)
    assert done.days == 79
    assert done.files == (DAYS + 79, DAYS)
    assert done.removed == 2 * 79
    assert collected(read, store, model()) == before
    same(store, files, model())


def test_forgetting_makes_it_anew(tmp_path: Path) -> None:
    files = history(tmp_path)
    store = tmp_path / "store"
    take(store, *files)
    same(store, files, model())
    forget(Place.of(str(store)), ["c50"])
    kept = score(Store(str(store)), model()).scores
    whole = score(files, model()).scores
    assert kept["customer"].to_list() == [c for c in whole["customer"].to_list() if c != "c50"]
    assert not any("c50" in customers for customers in held(store))


def test_weights_change_nothing_of_what_is_carried(tmp_path: Path, read: set[str]) -> None:
    files = history(tmp_path)
    store = tmp_path / "store"
    take(store, *files)
    same(store, files, model())
    other = model(MODEL.replace("login: 1", "login: {weight: 5, cap: 3}").replace("3,", "4,"))
    assert collected(read, store, other)[0] == "2026-03-07"
    same(store, files, other)


def test_signals_that_need_all_of_history_get_it(tmp_path: Path, read: set[str]) -> None:
    files = history(tmp_path)
    store = tmp_path / "store"
    take(store, *files)
    every = model(MODEL.replace("login: 1", "login: {weight: 1, window: none}"))
    same(store, files, every)
    assert len(collected(read, store, every)) == DAYS


def test_identities_meet_in_what_is_carried(tmp_path: Path) -> None:
    files = history(tmp_path)
    ids = write(
        tmp_path / "ids.csv", [("from", "to"), ("c50", "c51"), ("c01", "c51")], header=False
    )
    by = model(MODEL + f"identities: {{file: {ids}}}\n")
    store = tmp_path / "store"
    take(store, *files, by=by)
    same(store, files, by)
    same(store, files, by)
    assert "c50" not in score(Store(str(store)), by).scores["customer"]


def test_copies_that_are_some_only_once_ids_are_replaced(tmp_path: Path) -> None:
    times = [("a1", 1), ("a1", 2), ("a1", 3), ("a2", 2), ("a2", 4), ("a2", 20)]
    rows = [(who, "login", f"2026-01-{day:02}", "", "") for who, day in times]
    file = write(tmp_path / "a.csv", rows)
    ids = write(tmp_path / "ids.csv", [("from", "to"), ("a1", "a"), ("a2", "a")], header=False)
    by = model(
        f"""
source: {{customer: user, event: event, timestamp: time, deduplicate: exact}}
events:
  since: {{event: "*", measure: tenure, weight: 1}}
  login: {{weight: 1, window: 3d}}
identities: {{file: {ids}}}
"""
    )
    store = tmp_path / "store"
    take(store, file, by=by)
    same(store, [file], by)
    assert score(Store(str(store)), by).rows.duplicate == 1


def test_a_score_beside_forgetting_does_not_keep_what_was_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    take(store, *history(tmp_path))
    real = Folder.write

    def write_late(self: Folder, part: str, name: str, content: bytes) -> None:
        if part == "carried":
            monkeypatch.undo()
            forget(Place.of(str(store)), ["c50"])
        real(self, part, name, content)

    monkeypatch.setattr(Folder, "write", write_late)
    score(Store(str(store)), model())
    assert not any("c50" in customers for customers in held(store))


def test_accounts_and_variants(tmp_path: Path) -> None:
    files = history(tmp_path)
    by = model(
        MODEL.replace("attributes: {plan: plan}", "attributes: {plan: plan, id: id}")
        + """
roll_up: {to: plan, by: sum}
variants:
  - {name: old, where: {id: {contains: "9"}}, events: {buy: {measure: once, weight: 1, window: none}}}
"""
    )
    store = tmp_path / "store"
    take(store, *files, by=by)
    same(store, files, by)
    same(store, files, by)


def test_several_times(tmp_path: Path) -> None:
    files = history(tmp_path)
    store = tmp_path / "store"
    take(store, *files)
    for _ in range(2):
        kept = trend(Store(str(store)), model(), every="1w", periods=4)
        whole = trend(files, model(), every="1w", periods=4)
        assert_frame_equal(kept.periods, whole.periods)
    for at in ("2026-02-10", "2026-01-03", "2027-01-01", "2020-01-01"):
        kept_then = score(Store(str(store)), model(), as_of=at)
        then = score(files, model(), as_of=at)
        assert_frame_equal(kept_then.scores, then.scores)
        assert kept_then.rows == then.rows


def test_what_is_broken_is_made_anew(tmp_path: Path) -> None:
    files = history(tmp_path)
    store = tmp_path / "store"
    take(store, *files)
    same(store, files, model())
    (kept,) = (store / "carried").iterdir()
    whole = kept.read_bytes()
    for content in (b"", whole[: len(whole) // 2], b"x" * 100):
        kept.write_bytes(content)
        same(store, files, model())
        assert kept.read_bytes() == whole


def test_a_store_that_cannot_be_written_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = history(tmp_path)
    store = tmp_path / "store"
    take(store, *files)

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Folder, "write", refused)
    same(store, files, model())
    assert not (store / "carried").exists()


def test_start() -> None:
    at = [datetime(2026, 4, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)]
    assert carried.start(model(), at, occurrences=False) == date(2026, 1, 30)
    assert carried.start(model(), at, occurrences=True) is None
    bounded = model("window: 5d\nevents: {a: {weight: 1, offset: 36h}}")
    assert carried.start(bounded, at, occurrences=True) == date(2026, 2, 22)
    far = model("window: 182000d\nevents: {a: {weight: 1, offset: 182000d}}")
    assert carried.start(far, at, occurrences=False) is not None


def held(store: Path) -> list[list[str]]:
    place = Place.of(str(store))
    entries = [cache.read(place, name) for name in cache.names(place, "")]
    assert None not in entries
    return [e.frame["customer"].to_list() for e in entries if e is not None]
