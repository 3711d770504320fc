"""The line as a whole: T found in one pass, every row counted, careful readers where they are needed."""

from __future__ import annotations

import gzip
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import cesctl
from cesctl.engines import polars as polars_engine
from cesctl.errors import InputError
from cesctl.result import Result

MODEL = cesctl.parse_model("version: 1\nwindow: 30d\nevents: {login: 1, pay: {weight: 5}}\n")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def log(rows: int = 5000) -> list[str]:
    rng = random.Random(7)
    start = datetime(2026, 8, 1, tzinfo=UTC)
    return [
        f"u{rng.randrange(50)},{rng.choice(['login', 'pay', 'other'])},"
        f"{(start + timedelta(seconds=1200 * i + rng.randrange(60))).isoformat()}"
        for i in range(rows)
    ]


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("user_id,event,timestamp\n" + "".join(f"{line}\n" for line in lines))
    return path


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the passes over the log."""
    made: list[int] = []
    real = polars_engine.aggregate

    def counting(*args: Any, **kwargs: Any) -> Any:
        made.append(1)
        return real(*args, **kwargs)

    monkeypatch.setattr(polars_engine, "aggregate", counting)
    return made


def test_a_sorted_log_is_read_once(tmp_path: Path, passes: list[int]) -> None:
    lines = log()
    path = write(tmp_path / "sorted.csv", lines)
    result = cesctl.score([path], MODEL, now=NOW)
    assert len(passes) == 1
    assert result.as_of.isoformat() == lines[-1].split(",")[2]


def test_a_shuffled_log_gives_the_same(tmp_path: Path, passes: list[int]) -> None:
    lines = log()
    first = cesctl.score([write(tmp_path / "a.csv", lines)], MODEL, now=NOW)
    random.Random(1).shuffle(lines)
    second = cesctl.score([write(tmp_path / "b.csv", lines)], MODEL, now=NOW)
    assert len(passes) <= 3
    assert second.as_of == first.as_of
    assert second.scores.equals(first.scores)


def test_a_compressed_log_gives_the_same(tmp_path: Path, passes: list[int]) -> None:
    path = write(tmp_path / "a.csv", log())
    packed = tmp_path / "b.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    plain = cesctl.score([path], MODEL, now=NOW)
    assert cesctl.score([packed], MODEL, now=NOW).scores.equals(plain.scores)
    assert len(passes) == 2  # one each: the newest event was looked for first


def test_every_row_is_counted_by_what_became_of_it(tmp_path: Path) -> None:
    lines = [
        "a,login,2026-10-01",
        ",login,2026-10-01",
        "a,  ,2026-10-01",
        "a,login,",
        "a,login,   ",
        "a,login,soon",
        "a,login,2027-01-01",
        " a ,login,2026-10-02",
    ]
    result = cesctl.score([write(tmp_path / "e.csv", lines)], MODEL, now=NOW)
    assert result.rows.read == 8
    assert result.rows.accepted == 2
    assert result.rows.rejected == {
        "no customer": 1,
        "no event": 1,
        "no timestamp": 2,
        "unreadable timestamp": 1,
        "later than the clock": 1,
    }
    rejects = result.rejects()
    assert rejects["line"].to_list() == [3, 4, 5, 6, 7, 8]
    assert rejects["timestamp"].to_list()[4] == "soon"
    assert rejects["reason"].to_list()[0] == "no customer"


def test_events_after_t_are_left_out_and_counted(tmp_path: Path) -> None:
    lines = ["a,login,2026-10-01", "a,login,2026-10-03", "b,login,2026-10-03"]
    path = write(tmp_path / "e.csv", lines)
    result = cesctl.score([path], MODEL, as_of="2026-10-02", now=NOW)
    assert (result.rows.accepted, result.rows.after_as_of) == (1, 2)
    assert result.scores["customer"].to_list() == ["a"]


@pytest.mark.parametrize(
    "text", ['{"user_id": "a", "user_id": "b", "event": "login", "timestamp": "2026-10-01"}\n']
)
def test_what_the_fast_reader_refuses_the_careful_one_reads(tmp_path: Path, text: str) -> None:
    path = tmp_path / "e.ndjson"
    path.write_text(text)
    result = cesctl.score([path], MODEL, now=NOW)
    assert result.scores["customer"].to_list() == ["b"]


def test_a_broken_document_is_refused_with_its_line(tmp_path: Path) -> None:
    good = '{"user_id": "a", "event": "login", "timestamp": "2026-10-01"},\n'
    path = tmp_path / "e.json"
    path.write_text("[" + good * 3000 + '{"user_id": "a", "event" \n' + good)
    with pytest.raises(InputError, match=r"e\.json:300[12]: broken line"):
        cesctl.score([path], MODEL, now=NOW)


def test_frames_are_inputs_too() -> None:
    frame = pl.DataFrame(
        {"user_id": ["a"], "event": ["login"], "timestamp": [datetime(2026, 10, 1, tzinfo=UTC)]}
    )
    for given in (frame, frame.lazy()):
        result = cesctl.score(given, MODEL, now=NOW)
        assert result.scores.row(0, named=True)["score"] == 1.0


def test_no_rows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        cesctl.score([write(tmp_path / "e.csv", [])], MODEL, now=NOW)


def summed(result: Result) -> int:
    rows = result.rows
    return rows.accepted + rows.duplicate + rows.filtered + rows.after_as_of + rows.all_rejected


def test_duplicates_and_filtered_rows_add_up(tmp_path: Path) -> None:
    model = cesctl.parse_model(
        "version: 1\n"
        "source: {customer: user_id, event: event, timestamp: timestamp, deduplicate: exact,\n"
        "  where: {event: {ne: other}}}\n"
        "events: {login: 1}\n"
    )
    lines = log(300)
    result = cesctl.score([write(tmp_path / "e.csv", lines + lines[:100])], model, now=NOW)
    others = sum(",other," in line for line in lines + lines[:100])
    again = sum(",other," not in line for line in lines[:100])
    assert (result.rows.filtered, result.rows.duplicate) == (others, again)
    assert summed(result) == result.rows.read == 400


def test_the_timestamp_column_is_text_in_every_other_role() -> None:
    model = cesctl.parse_model(
        "version: 1\n"
        "source: {customer: user, event: event, timestamp: at, id: at, where: {at: {exists: true}}}\n"
        "attributes: {seen: at}\n"
        "events: {login: {weight: 1, measure: distinct, property: at}}\n"
    )
    for at, text in (
        (datetime(2026, 10, 1, tzinfo=UTC), "2026-10-01T00:00:00.000000Z"),
        (1_700_000_000, "1700000000"),
        (1_700_000_000.0, "1700000000"),
    ):
        frame = pl.DataFrame({"user": ["a", "b"], "event": ["login"] * 2, "at": [at] * 2})
        result = cesctl.score(frame, model, now=NOW)
        assert result.rows.duplicate == 1
        assert result.scores["seen"].to_list() == [text]


@pytest.mark.parametrize(
    "measure", ["{half_life: 1h}", "{half_life: 1h, measure: sum, property: n}"]
)
def test_the_decay_of_what_is_later_than_t_does_not_overflow(measure: str) -> None:
    signal = measure.replace("{", "{weight: 1, ")
    model = cesctl.parse_model(f"version: 1\ncompare: 365d\nevents: {{login: {signal}}}\n")
    days = [datetime(year, 10, 1, tzinfo=UTC) for year in (2024, 2025, 2026)]
    frame = pl.DataFrame(
        {"user_id": ["a"] * 3, "event": ["login"] * 3, "timestamp": days, "n": ["1"] * 3}
    )
    result = cesctl.score(frame, model, as_of="2025-10-01T00:00:00Z", now=NOW)
    assert result.scores.row(0, named=True)["score"] == 1.0
    assert result.scores.row(0, named=True)["previous_score"] == 1.0


@pytest.mark.parametrize("name", ["at", "time", "row", "reason", "customer", "key", "day", "id"])
def test_a_column_may_have_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "e.csv"
    rows = "a,login,2026-10-01,1\na,login,soon,2\n" * 2
    path.write_text(f"user_id,event,timestamp,{name}\n{rows}")
    model = cesctl.parse_model(
        f"version: 1\nsource: {{customer: user_id, event: event, timestamp: timestamp, id: {name}}}\n"
        f"attributes: {{own: {name}}}\nevents: {{login: 1}}\n"
    )
    result = cesctl.score([path], model, now=NOW)
    assert result.scores["own"].to_list() == ["1"]
    assert (result.rows.duplicate, result.rows.all_rejected) == (1, 2)
    assert result.rejects()["line"].to_list() == [3, 5]


def test_latest_is_latest_with_spaces_too(tmp_path: Path) -> None:
    path = write(tmp_path / "e.csv", ["a,login,2026-10-01", "a,login,2027-10-01"])
    result = cesctl.score([path], MODEL, as_of=" latest ", now=NOW)
    assert result.rows.rejected == {"later than the clock": 1}


def test_nan_in_a_frame_is_nothing() -> None:
    frame = pl.DataFrame(
        {
            "user_id": [1.0, float("nan"), 9007199254740991.0],
            "event": ["login"] * 3,
            "timestamp": ["2026-10-01"] * 3,
        }
    )
    result = cesctl.score(frame, MODEL, now=NOW)
    assert result.scores["customer"].to_list() == ["1", "9007199254740991"]
    assert result.rows.rejected == {"no customer": 1}


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("events: {login: 1, pay: {weight: 1e308, window: 30d}}", "events.pay"),
        ("events: {pay: {weight: 1e300, group: g}}\ngroups: {g: {weight: -1e300}}", "groups.g"),
        (
            "events: {login: 1}\nscale: {method: linear, from: [0, 1e-308], to: [0, 1e9], clip: false}",
            "scale",
        ),
    ],
)
def test_points_that_no_number_can_hold_are_an_error(tmp_path: Path, model: str, path: str) -> None:
    events = write(tmp_path / "e.csv", log(100))
    with pytest.raises(cesctl.ModelError, match=f"{path}: gives a customer more than") as error:
        cesctl.score([events], cesctl.parse_model(f"version: 1\n{model}\n"), now=NOW)
    assert error.value.problems[0].path == path


def test_a_limit_of_more_than_there_can_be_rows(tmp_path: Path) -> None:
    events = write(tmp_path / "e.csv", log(100))
    text = "version: 1\nevents: {login: {weight: 1, limit: {count: 5000000000, per: day}HALF}}\n"
    for half in ("", ", half_life: 9d"):
        limited = cesctl.parse_model(text.replace("HALF", half))
        free = cesctl.parse_model(text.replace(", limit: {count: 5000000000, per: day}HALF", half))
        one, other = (cesctl.score([events], m, now=NOW).scores for m in (limited, free))
        assert one.equals(other)


def test_a_band_may_have_any_name() -> None:
    model = cesctl.parse_model(
        "version: 1\nevents: {x: 1}\n"
        'bands: [{name: "a\\0b", from: 0, at_risk: true}, {name: c, from: 5}]\n'
    )
    rows = pl.DataFrame({"customer": ["u"], "event": ["x"], "timestamp": ["2026-10-01"]})
    scores = cesctl.score(rows, model, now=NOW).scores
    assert scores["risk_reasons"].to_list() == [["band a\0b"]]
