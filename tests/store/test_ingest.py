"""Each export and each record counts once, however it comes."""

from __future__ import annotations

import gzip
import json
import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from deltalake import write_deltalake

from cesctl.errors import InputError, OutputError, UsageError
from cesctl.pipeline.run import score
from cesctl.sources import InputFile, sniff
from cesctl.store import Store, ingest
from cesctl.store.forget import forget
from cesctl.store.ingest import prepare, take_in
from cesctl.store.place import Folder, Place
from cesctl.store.table import EventTable
from cesctl.store.verify import verify
from tests.store.makers import MODEL, Record, model, record, take, write

PLAIN = """
source: {customer: user, event: event, timestamp: time}
events: {login: 1, buy: 1}
"""


def events(store: Path) -> int:
    found = verify(Place.of(str(store)))
    assert found.problems == []
    return found.events


def some(first: int, last: int, day: int = 1) -> list[Record]:
    return [record(n, day) for n in range(first, last)]


def test_export_counts_once_under_another_name(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", some(0, 10))
    copy = write(tmp_path / "b.csv", some(0, 10))
    store = tmp_path / "store"
    assert take(store, file, by=model(PLAIN)).rows.accepted == 10
    again = take(store, copy, by=model(PLAIN))
    assert again.taken == []
    assert "in the store already" in again.passed[0].why
    assert "a.csv" in again.passed[0].why
    assert events(store) == 10


def test_export_counts_once_however_it_is_packed(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", some(0, 10))
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    store = tmp_path / "store"
    take(store, packed, by=model(PLAIN))
    assert take(store, file, by=model(PLAIN)).taken == []
    assert events(store) == 10


def test_a_file_that_nobody_wrote_to_is_not_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [write(tmp_path / name, some(n, n + 5)) for n, name in enumerate(("a.csv", "b.csv"))]
    take(tmp_path / "store", *files)
    files.append(write(tmp_path / "c.csv", some(90, 95)))
    looked: list[str] = []
    real = sniff.sniff

    def noted(name: str, path: Path, named: Sequence[str] = ()) -> InputFile:
        looked.append(name)
        return real(name, path, named)

    monkeypatch.setattr(sniff, "sniff", noted)
    done = take(tmp_path / "store", *files)
    assert looked == [str(files[2])]
    assert [(p.name, p.known) for p in done.passed] == [(str(f), True) for f in files[:2]]
    assert [e.name for e in done.taken] == [str(files[2])]
    looked.clear()
    assert len(take(tmp_path / "store", *files).passed) == 3
    assert looked == []
    os.utime(files[0])
    assert len(take(tmp_path / "store", *files).passed) == 3, "it has what it had"
    assert looked == [str(files[0])]


def test_a_column_that_only_known_files_have(tmp_path: Path) -> None:
    """It is empty in the new one, as it is where both are read together."""
    by = model(MODEL.replace("id: id}", "id: id, where: {plan: {ne: none}}}"))
    take(tmp_path / "store", write(tmp_path / "a.csv", some(0, 5)), by=by)
    new = tmp_path / "b.csv"
    rows = [",".join(r[:4]) for r in some(90, 95)]
    new.write_text("\n".join(["user,event,time,id", *rows]) + "\n")
    done = take(tmp_path / "store", tmp_path / "a.csv", new, by=by)
    assert [e.name for e in done.taken] == [str(new)]
    assert f'{new}: no column "plan"; it is empty there' in done.notes
    alone = tmp_path / "alone"
    with pytest.raises(InputError, match='no column "plan"'):
        take(alone, new, by=by)


def test_two_files_of_one_run_with_the_same_content_count_once(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{n}.csv", some(0, 10)) for n in "ab"]
    done = take(tmp_path / "store", *files, by=model(PLAIN))
    assert done.rows.accepted == 10
    assert [p.why for p in done.passed] == [f"the same as {files[0]}, taken in once"]


def test_of_an_export_that_has_grown_only_what_is_new_is_taken_in(tmp_path: Path) -> None:
    file = write(tmp_path / "log.csv", some(0, 10))
    store = tmp_path / "store"
    take(store, file, by=model(PLAIN))
    write(file, some(0, 15))
    grown = take(store, file, by=model(PLAIN))
    assert grown.rows.read == 5
    write(file, some(0, 18))
    assert take(store, file, by=model(PLAIN)).rows.read == 3
    assert events(store) == 18


def test_rows_of_a_grown_export_are_named_by_their_line(tmp_path: Path) -> None:
    file = write(tmp_path / "log.csv", some(0, 10))
    store = tmp_path / "store"
    take(store, file, by=model(PLAIN))
    write(file, [*some(0, 12), ("", "login", "2026-01-01", "", "")])
    _, staged = prepare([str(file)], model(PLAIN), Place.of(str(store)))
    assert staged.rejects()["line"].to_list() == [14]


def test_export_that_was_cut_within_a_line_is_replaced_by_the_whole(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.csv", some(0, 30)).read_bytes()
    cut = tmp_path / "cut.csv"
    store = tmp_path / "store"
    for length in (len(whole) // 2 + 3, len(whole) - 9):  # within a time, within an id
        cut.write_bytes(whole[:length])
        take(store, cut, by=model(PLAIN))
    cut.write_bytes(whole)
    take(store, cut, by=model(PLAIN))
    found = score(Store(str(store)), model(PLAIN))
    assert found.scores.equals(score([cut], model(PLAIN)).scores)
    assert events(store) == 30


@pytest.mark.parametrize("ending", ["csv", "ndjson"])
@pytest.mark.parametrize("torn", ["cut", "odd"])
def test_growth_in_several_steps(tmp_path: Path, ending: str, torn: str) -> None:
    """Whole at first, then with a last line that breaks off, or one that is no record, then whole again."""
    rows = some(0, 9)
    lines = [",".join(r) for r in rows]
    if ending == "ndjson":
        columns = ("user", "event", "time", "id", "plan")
        lines = [json.dumps(dict(zip(columns, r, strict=True))) for r in rows]
    header = ["user,event,time,id,plan"] if ending == "csv" else []
    odd = {"csv": '"a"b,c', "ndjson": "garbage"}[ending]
    file = tmp_path / f"log.{ending}"
    store = tmp_path / "store"
    middle = lines[3:5] if torn == "cut" else [lines[3], odd, lines[4]]
    texts = ["\n".join([*header, *lines[:3]]) + "\n"]
    texts.append(texts[0] + "\n".join(middle) + ("" if torn == "cut" else "\n"))
    texts.append(texts[1] + ("\n" if torn == "cut" else "") + "\n".join(lines[5:7]) + "\n")
    texts.append(texts[2] + "\n".join(lines[7:]) + "\n")
    for text in texts:
        file.write_text(text)
        take(store, file, by=model(PLAIN))
    assert events(store) == 9
    whole = score([file], model(PLAIN)).scores
    assert score(Store(str(store)), model(PLAIN)).scores.equals(whole)


def test_what_was_forgotten_does_not_come_back_by_growth(tmp_path: Path) -> None:
    rows = [*some(0, 6), record(50, 1, who=77)]
    file = write(tmp_path / "log.csv", rows)
    whole = file.read_text()
    file.write_text(whole[:-1])  # its last line has no end
    store = tmp_path / "store"
    take(store, file, by=model(PLAIN))
    forget(Place.of(str(store)), ["c77"])
    for n in (1, 2):
        file.write_text(whole + "\n".join(",".join(r) for r in some(60, 60 + n)))
        done = take(store, file, by=model(PLAIN))
        assert "1 customers who were forgotten" in "".join(done.notes)
        assert events(store) == 6 + n
        assert "c77" not in score(Store(str(store)), model(PLAIN)).scores["customer"]


def test_records_are_known_by_their_ids(tmp_path: Path) -> None:
    store = tmp_path / "store"
    take(store, write(tmp_path / "a.csv", some(0, 20)))
    done = take(store, write(tmp_path / "part.csv", some(5, 12)))
    assert done.rows.duplicate == 7
    assert done.rows.accepted == 0
    done = take(store, write(tmp_path / "b.csv", some(15, 25)))
    assert (done.rows.duplicate, done.rows.accepted) == (5, 5)
    assert events(store) == 25


@pytest.mark.parametrize("reverse", [False, True])
def test_the_copy_that_goes_before_stays_whichever_comes_first(
    tmp_path: Path, reverse: bool
) -> None:
    early, late = record(1, 3, plan="b"), record(1, 5, plan="a")
    files = [write(tmp_path / "early.csv", [early]), write(tmp_path / "late.csv", [late])]
    store = tmp_path / "store"
    for file in reversed(files) if reverse else files:
        take(store, file)
    assert events(store) == 1
    kept = score(Store(str(store)), model())
    assert kept.scores.equals(score(files, model()).scores)
    assert kept.scores["plan"].to_list() == ["b"]


@pytest.mark.parametrize("reverse", [False, True])
def test_copies_that_differ_in_a_property_only(tmp_path: Path, reverse: bool) -> None:
    files = [write(tmp_path / f"{p}.csv", [record(1, 3, plan=p)]) for p in ("a", "b")]
    store = tmp_path / "store"
    for file in reversed(files) if reverse else files:
        take(store, file)
    assert score(Store(str(store)), model()).scores["plan"].to_list() == ["a"]
    assert events(store) == 1


def test_copies_are_looked_for_within_the_horizon(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{day}.csv", [record(1, day)]) for day in (1, 8, 20)]
    store = tmp_path / "store"
    take(store, files[0], horizon_days=7)
    assert take(store, files[1], horizon_days=7).rows.duplicate == 1
    assert take(store, files[2], horizon_days=7).rows.accepted == 1
    assert take(tmp_path / "other", *files[:1]).rows.accepted == 1
    assert take(tmp_path / "other", files[2], horizon_days=19).rows.duplicate == 1


def test_late_events_and_days_that_are_sent_again_land_in_their_day(tmp_path: Path) -> None:
    store = tmp_path / "store"
    take(store, write(tmp_path / "1.csv", some(0, 5, day=1)))
    take(store, write(tmp_path / "2.csv", some(10, 15, day=2)))
    take(store, write(tmp_path / "3.csv", [*some(20, 25, day=3), *some(0, 7, day=1)]))
    files = EventTable.open(Place.of(str(store))).files
    days = files.group_by("day").agg(pl.col("rows").sum(), pl.len()).sort("day")
    assert days["rows"].to_list() == [7, 5, 5]
    assert days["len"].to_list() == [2, 1, 1]


def test_two_runs_at_once_take_an_export_in_once(tmp_path: Path) -> None:
    """Both have read it before either writes."""
    store = tmp_path / "store"
    take(store, write(tmp_path / "0.csv", some(100, 103)))
    file = str(write(tmp_path / "a.csv", some(0, 10)))
    other = str(write(tmp_path / "b.csv", some(5, 15)))
    prepared = [prepare([f], model(), Place.of(str(store))) for f in (file, file, other, other)]
    results = []
    threads = [
        threading.Thread(target=lambda t=t, s=s: results.append(take_in(s, t))) for t, s in prepared
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(r.rows.accepted for r in results) == 15
    assert sum(len(r.taken) for r in results) == 2
    assert events(store) == 18


def test_two_runs_that_bring_the_same_new_column(tmp_path: Path) -> None:
    """The first makes the column, and the second sees that it is there; and that the export is."""
    store = tmp_path / "store"
    file = str(write(tmp_path / "a.csv", some(0, 10)))
    one, two = (prepare([file], model(PLAIN), Place.of(str(store))) for _ in range(2))
    assert take_in(two[1], two[0]).rows.accepted == 10
    assert take_in(one[1], one[0]).taken == []
    assert events(store) == 10


def test_two_runs_that_go_on_from_the_same_export(tmp_path: Path) -> None:
    store = tmp_path / "store"
    by = model(PLAIN)
    file = write(tmp_path / "log.csv", some(0, 10))
    take(store, file, by=by)
    one = prepare([str(write(file, some(0, 14)))], by, Place.of(str(store)))
    two = prepare([str(write(file, some(0, 20)))], by, Place.of(str(store)))
    take_in(one[1], one[0])
    done = take_in(two[1], two[0])
    assert "left for the next run" in done.passed[0].why
    take(store, file, by=by)
    assert events(store) == 20


def test_file_that_is_written_to_meanwhile_is_left_for_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = write(tmp_path / "growing.csv", some(0, 10))
    done = write(tmp_path / "done.csv", some(20, 25))
    from cesctl.store import stage

    real = stage._sink

    def sink(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        with growing.open("a") as out:
            out.write("c01,login,2026-01-01T00:0")

    monkeypatch.setattr(stage, "_sink", sink)
    store = tmp_path / "store"
    found = take(store, growing, done)
    assert [(p.name, p.why[:27]) for p in found.passed] == [
        (str(growing), "it was written to while it ")
    ]
    assert found.rows.read == found.rows.accepted == 5
    monkeypatch.undo()
    take(store, write(growing, some(0, 12)))
    assert events(store) == 17


def test_keys_that_come_late_and_differ_only_in_case_are_kept(tmp_path: Path) -> None:
    rows = [
        {
            "user": f"c{n % 5}",
            "event": "buy",
            "time": f"2026-01-01T00:00:{n % 60:02}Z",
            "p": {"a": n},
        }
        for n in range(3000)
    ]
    rows[2500]["p"] = {"Plan": "pro", "plan": "free", "deep": {"x y": {"Ω": [1, 2.50]}}}
    file = tmp_path / "a.ndjson"
    file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows))
    by = model(
        """
source: {customer: user, event: event, timestamp: time}
events: {buy: 1}
attributes: {a: p.Plan, b: p.plan, c: "p.deep.x y.Ω", d: p.none}
"""
    )
    whole = score([file], by)
    store = tmp_path / "store"
    take(store, file, by=by)
    found = score(Store(str(store)), by)
    assert found.scores.equals(whole.scores)
    assert found.scores.filter(found.scores["a"] == "pro")["c"].to_list() == ["[1,2.5]"]


def test_paths_into_json_text_of_csv_cells(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    rows = [
        ("c1", "buy", "2026-01-01", '{"plan": {"name": "pro"}}'),
        ("c2", "buy", "2026-01-02", ""),
    ]
    write(file, [("user", "event", "time", "properties"), *rows], header=False)
    by = model(
        """
source: {customer: user, event: event, timestamp: time}
events: {buy: 1}
attributes: {plan: properties.plan.name}
"""
    )
    store = tmp_path / "store"
    take(store, file, by=by)
    found = score(Store(str(store)), by).scores
    assert found.equals(score([file], by).scores)
    assert found["plan"].to_list() == ["pro", None]


def test_source_with_another_name_does_not_make_exports_new(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", some(0, 10))
    store = tmp_path / "store"
    take(store, file, by=model(PLAIN))
    named = model(PLAIN.replace("source: {", "sources: {app: {").replace("time}", "time}}"))
    assert take(store, file, by=named).taken == []


def test_records_are_known_whatever_their_source_is_called(tmp_path: Path) -> None:
    store = tmp_path / "store"
    take(store, write(tmp_path / "1.csv", some(0, 10)))
    named = model(MODEL.replace("source: {", "sources: {web: {").replace("id: id}", "id: id}}"))
    assert take(store, write(tmp_path / "2.csv", some(5, 15)), by=named).rows.duplicate == 5
    assert events(store) == 15


def test_a_source_that_is_new_reads_what_others_have_read(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", some(0, 10))
    store = tmp_path / "store"
    roles = "customer: user, timestamp: time"
    alone = model(f"source: {{event: {{value: order}}, {roles}}}\nevents: {{order: 1}}")
    assert take(store, file, by=alone).rows.accepted == 10
    by = model(
        f"""
sources:
  orders: {{files: "{file}", event: {{value: order}}, {roles}}}
  refunds: {{files: "{file}", event: {{value: refund}}, where: {{event: buy}}, {roles}}}
events: {{order: 1, refund: -1}}
"""
    )
    table, staged = prepare([], by, Place.of(str(store)))
    assert take_in(staged, table).rows.accepted == 2
    assert score(Store(str(store)), by).scores.equals(score([], by).scores)
    one_by_one = tmp_path / "other"
    for name in ("orders", "refunds"):
        table, staged = prepare([f"{name}={file}"], by, Place.of(str(one_by_one)))
        take_in(staged, table)
    assert events(one_by_one) == 12


def test_properties_of_one_export_in_text_of_another(tmp_path: Path) -> None:
    first = tmp_path / "a.ndjson"
    held = {"user": "a", "event": "buy", "time": "2026-01-01", "p": {"amount": 5, "plan": "x"}}
    first.write_text(json.dumps(held) + "\n")
    rows = [
        ("user", "event", "time", "p"),
        ("b", "buy", "2026-01-02", '{"amount": 7, "plan": " y "}'),
    ]
    second = write(tmp_path / "b.csv", rows, header=False)
    by = model(
        """
source: {customer: user, event: event, timestamp: time}
events: {buy: {measure: sum, property: p.amount, weight: 1}}
attributes: {plan: p.plan}
"""
    )
    for order in ([first, second], [second, first]):
        store = tmp_path / f"store-{order[0].name}"
        for file in order:
            take(store, file, by=by)
        found = score(Store(str(store)), by).scores
        assert found.equals(score(order, by).scores)
        assert found["plan"].to_list() == ["y", "x"]


def test_an_id_that_is_the_time(tmp_path: Path) -> None:
    by = model(PLAIN.replace("time}", "time, id: time}"))
    store = tmp_path / "store"
    for n in (5, 8):
        take(store, write(tmp_path / f"{n}.csv", some(0, n)), by=by)
    assert events(store) == 8


def test_another_content_of_the_same_size_and_time(tmp_path: Path) -> None:
    store = tmp_path / "store"
    for n in (1, 2):
        file = write(tmp_path / "a.csv", some(n, n + 1))
        os.utime(file, (0, 0))
        assert take(store, file, by=model(PLAIN)).rows.accepted == 1


@pytest.mark.parametrize("inputs", ["exports", "exports/**/*.parquet", "."])
def test_a_store_among_the_exports_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inputs: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "exports" / "a.csv", some(0, 5))
    with pytest.raises(UsageError, match="lies among the exports"):
        prepare([inputs], model(PLAIN), Place.of("exports/events.store"))


def test_times_without_a_zone_stay_as_they_were_read(tmp_path: Path) -> None:
    store = tmp_path / "store"
    take(store, write(tmp_path / "a.csv", some(0, 5)), by=model(PLAIN))
    other = model(f"timezone: America/New_York\n{PLAIN}")
    (note,) = score(Store(str(store)), other).notes
    assert "were taken in with UTC" in note
    assert score(Store(str(store)), model(PLAIN)).notes == ()


def test_rejected_rows_of_a_store(tmp_path: Path) -> None:
    """Those that are later than the clock."""
    store = tmp_path / "store"
    take(store, write(tmp_path / "a.csv", [*some(0, 5), record(9, 20)]), by=model(PLAIN))
    clock = datetime(2026, 1, 9, tzinfo=UTC)
    found = score(Store(str(store)), model(PLAIN), now=clock)
    assert found.rows.rejected == {"later than the clock": 1}
    assert found.rejects().select("reason", "customer", "event").rows() == [
        ("later than the clock", record(9, 20)[0], "login")
    ]


def test_one_file_may_be_of_two_sources(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", some(0, 10))
    by = model(
        f"""
sources:
  orders: {{files: "{file}", customer: user, event: {{value: order}}, timestamp: time}}
  logs: {{files: "{file}", customer: user, event: event, timestamp: time}}
events: {{order: 1, login: 1}}
"""
    )
    store = tmp_path / "store"
    table, staged = prepare([], by, Place.of(str(store)))
    assert take_in(staged, table).rows.accepted == 20
    assert score(Store(str(store)), by).scores.equals(score([], by).scores)


def test_exact_copies_are_told_when_scored_by_what_the_model_uses(tmp_path: Path) -> None:
    text = PLAIN.replace("time}", "time, deduplicate: exact}")
    files = [write(tmp_path / f"{n}.csv", some(0, 10 + n)) for n in range(3)]
    store = tmp_path / "store"
    for file in reversed(files):
        take(store, file, by=model(text))
    found = score(Store(str(store)), model(text))
    whole = score(files, model(text))
    assert found.scores.equals(whole.scores)
    assert found.rows == whole.rows
    assert found.rows.duplicate == 21


def test_nothing_is_taken_in_where_no_file_can_be_read(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('[{"user": "a", ')
    with pytest.raises(InputError):
        take(tmp_path / "store", bad)
    assert not (tmp_path / "store" / "exports").exists()


def test_store_is_no_file_and_no_other_table(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", some(0, 10))
    with pytest.raises(UsageError, match="a store is a folder"):
        take(file, file)
    write_deltalake(tmp_path / "other" / "events", pl.DataFrame({"x": [1]}))
    with pytest.raises(InputError, match="Delta table that cesctl did not make"):
        take(tmp_path / "other", file)
    with pytest.raises(InputError, match="there is no event store"):
        score(Store(str(tmp_path / "nowhere")), model())


def test_no_room_for_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise pl.exceptions.ComputeError("No space left on device (os error 28)")

    file = write(tmp_path / "a.csv", some(0, 5))
    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", full)
    with pytest.raises(OutputError, match=r"no room to unpack(.|\n)*TMPDIR"):
        take(tmp_path / "store", file)


def test_full_disk_leaves_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    take(store, write(tmp_path / "a.csv", some(0, 10)))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    file = write(tmp_path / "b.csv", some(10, 20))
    for where, name in ((ingest, "write_days"), (Folder, "write")):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, full)
            with pytest.raises(OutputError, match="no room left on the disk"):
                take(store, file)
        assert events(store) == 10
        assert verify(Place.of(str(store))).unused == 0
    take(store, file)
    assert events(store) == 20
