"""A line that is no record costs that line: it is counted, told and listed, and nothing else is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import cesctl
from cesctl.model.types import Model, Source
from cesctl.pipeline.normalise import MALFORMED, REJECTED
from cesctl.result import RowCounts

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MODEL = cesctl.parse_model("version: 1\nevents: {login: 1}\n")
FILTERED = cesctl.parse_model("version: 1\nevents: {login: 1}\nsource: {where: {event: login}}\n")


def csv(broken: str, count: int = 40) -> str:
    good = "".join(f"u{n},login,2026-10-01\n" for n in range(count))
    return f"user_id,event,timestamp\n{good}{broken}\n{good}"


def ndjson(broken: str, count: int = 40) -> str:
    good = "".join(
        f'{{"user_id":"u{n}","event":"login","timestamp":"2026-10-01"}}\n' for n in range(count)
    )
    return f"{good}{broken}\n{good}"


@pytest.mark.parametrize(
    ("write", "broken", "line", "why"),
    [
        (csv, "u,login,2026-10-01,x", 42, "4 fields where the header has 3"),
        (csv, 'u,"login,2026-10-01', 42, "a quote that opens here is never closed"),
        (csv, "u,login,2026-10-01\0", 42, "a NUL byte"),
        (ndjson, "export terminated early", 41, "not JSON: Expecting value at character 1"),
        (ndjson, '{"user_id":"u1","ev', 41, "not JSON: Unterminated string starting at at char"),
        (ndjson, "[]", 41, "a JSON object is expected, not []"),
    ],
)
@pytest.mark.parametrize("model", [MODEL, FILTERED])
def test_one_broken_line(  # noqa: PLR0917 - what pytest passes
    tmp_path: Path,
    write: Callable[[str], str],
    broken: str,
    line: int,
    why: str,
    model: Model,
) -> None:
    path = tmp_path / "events"
    path.write_text(write(broken))
    result = cesctl.score([path], model, now=NOW)
    assert (result.rows.read, result.rows.accepted) == (81, 80)
    assert result.rows.rejected == {"malformed line": 1}
    assert result.scores["events"].to_list() == [2] * 40
    (note,) = [n for n in result.notes if "left out" in n]
    assert note.startswith(f"{path}:{line}: {why}")
    assert note.endswith("; the line was left out")
    assert result.rejects().rows() == [
        (str(path), line, "malformed line", None, None, None),
    ]


@pytest.mark.parametrize("write", [csv, ndjson])
def test_many_broken_lines_are_told_in_a_few(tmp_path: Path, write: Callable[[str], str]) -> None:
    path = tmp_path / "events"
    path.write_text(write('x,"y"z\n' * 7))
    result = cesctl.score([path], MODEL, now=NOW)
    assert result.rows.rejected["malformed line"] >= 7
    told = [n for n in result.notes if "the line was left out" in n]
    assert len(told) == 3
    more = result.rows.rejected["malformed line"] - 3
    assert f"and {more:,} more malformed lines" in result.notes


def test_lines_of_another_encoding_come_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(csv("caf\xe9,login,2026-10-01").encode("latin-1"))
    result = cesctl.score([path], MODEL, now=NOW)
    assert f"{path}:42: not UTF-8 (byte 0xe9); the line was left out" in result.notes
    assert "lines that are not UTF-8: export the file as UTF-8, or convert it" in result.notes


def test_malformed_goes_before_all_other_reasons() -> None:
    assert next(iter(REJECTED)) == MALFORMED


@pytest.mark.parametrize("lines", ["csv", "ndjson"])
def test_rows_after_broken_lines_keep_their_numbers(tmp_path: Path, lines: str) -> None:
    path = tmp_path / "events"
    if lines == "csv":
        path.write_text(csv('x"y,"a\nb",z,z\nu,"log\nin",2026-10-01\nu,login,soon'))
        expected = [
            (42, "malformed line"),
            (43, "unreadable timestamp"),
            (46, "unreadable timestamp"),
        ]
    else:
        soon = '{"user_id":"u","event":"login","timestamp":"soon"}'
        path.write_text(ndjson(f"nonsense\n\n{soon}"))
        expected = [(41, "malformed line"), (43, "unreadable timestamp")]
    rejects = cesctl.score([path], MODEL, now=NOW).rejects()
    assert list(zip(rejects["line"], rejects["reason"], strict=True)) == expected


def test_the_command_tells_lists_and_ends_with_3_where_too_many_are_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from cesctl.cli.main import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.yaml").write_text("version: 1\nas_of: 2026-10-20\nevents: {login: 1}\n")
    (tmp_path / "few.csv").write_text(csv("u,login,2026-10-01,x"))
    (tmp_path / "many.csv").write_text(csv("u,login,2026-10-01,x", count=2))

    def call(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, list(arguments))
        return done.exit_code, done.stdout, done.stderr

    code, _, err = call("score", "few.csv", "-c", "m.yaml", "--rejects", "r.csv")
    assert (code, "few.csv:42: 4 fields where the header has 3; the line was" in err) == (0, True)
    assert "few.csv,42,malformed line,,," in (tmp_path / "r.csv").read_text()
    code, _, err = call("score", "many.csv", "-c", "m.yaml")
    assert (code, "1 malformed line" in err) == (3, True)
    code, out, err = call("inspect", "few.csv")
    assert (code, "malformed line" in out) == (0, True)
    assert "few.csv:42: 4 fields" in out + err


def test_inspect_and_init_read_what_the_fast_reader_refuses(tmp_path: Path) -> None:
    from cesctl.insight.profile import profile
    from cesctl.insight.starter import starter
    from cesctl.pipeline.log import open_log

    path = tmp_path / "events"
    path.write_text(ndjson("export terminated early"))
    found = profile([path], [Source()], now=NOW)
    assert found.rows == RowCounts(81, 80, rejected={"malformed line": 1})
    assert any("the line was left out" in n for n in found.notes)
    assert "login" in starter(open_log([path], MODEL, now=NOW))


@pytest.mark.parametrize("end", ["y,z,too many\n", '"y\n'])
def test_a_broken_line_of_a_roster_is_an_error(tmp_path: Path, end: str) -> None:
    (tmp_path / "events").write_text(csv(""))
    (tmp_path / "roster.csv").write_text("user_id,plan\nu1,pro\n" + end)
    (tmp_path / "m.yaml").write_text(
        "version: 1\nevents: {login: 1}\ncustomers: {file: roster.csv, id: user_id}\n"
    )
    model = cesctl.load_model(tmp_path / "m.yaml")
    with pytest.raises(cesctl.InputError, match=r"roster\.csv:3: broken line: "):
        cesctl.score([tmp_path / "events"], model, now=NOW)


def test_broken_lines_of_records_that_hold_rows_in_an_array(tmp_path: Path) -> None:
    good = '{"who":"a","acts":[{"event":"login","time":"2026-10-01"},{"event":"x","time":1}]}\n'
    path = tmp_path / "events"
    path.write_text(good * 20 + "nonsense\n" + good * 20)
    model = cesctl.parse_model(
        "version: 1\nevents: {login: 1}\n"
        "presets: {mine: {columns: [who, acts], rows: acts, customer: who, event: acts.event, "
        "timestamp: acts.time}}\n"
    )
    result = cesctl.score([path], model, now=NOW)
    assert (result.rows.read, result.rows.rejected) == (81, {"malformed line": 1})
    assert result.rejects()["line"].to_list() == [21]
