"""The engine within a limit of memory gives what the polars engine gives, however events are shared out."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cesctl.engines import limited, needs
from cesctl.engines.limited import Counting, Limited
from cesctl.model.load import parse_model
from cesctl.pipeline.log import open_log
from cesctl.pipeline.run import score, score_times
from cesctl.sources import temporary
from tests.effort import at_random
from tests.engines.in_turn import assert_same
from tests.engines.test_spark_in_turn import MODEL, write
from tests.spec_tables import Case, cases
from tests.strategies import Example, examples
from tests.test_against_reference import inputs, parsed
from tests.test_spec_tables import inputs as spec_inputs
from tests.test_spec_tables import written_model

CASES = cases()
MUCH = 1 << 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


def by_shares(patch: pytest.MonkeyPatch, rows: int) -> Limited:
    """The engine, for which so many rows at once are the most."""
    patch.setattr(Counting, "_fits", lambda *_: False)
    patch.setattr(Counting, "_rows_at_once", lambda *_: rows)
    patch.setattr(needs, "of_one_customer", lambda *_: 0)  # one customer may have more
    patch.setattr(limited, "MOST_SHARES", 8)
    patch.setattr(limited, "_PIECE", 700)
    return Limited(MUCH)


@pytest.mark.parametrize("case", CASES, ids=[f"{c.file}: {c.title}" for c in CASES])
def test_spec(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = by_shares(monkeypatch, 3)
    model = written_model(case, tmp_path)
    log = spec_inputs(case, "file", tmp_path)
    assert_same(score(log, model, now=case.clock, engine=engine), score(log, model, now=case.clock))
    engine.close()
    assert put_aside() == []


def put_aside() -> list[str]:
    """Files of events that are there still."""
    return [
        name for _, _, names in os.walk(temporary.folder()) for name in names if ".arrow" in name
    ]


@at_random(200)
@given(example=examples(), rows=st.integers(1, 40))
def test_random_models(example: Example, rows: int, folder: Path) -> None:
    model = parsed(example, folder)
    if model is None:
        return
    log = inputs(example, folder)
    counting = example.seed % 3 == 0
    with pytest.MonkeyPatch.context() as patch:
        engine = by_shares(patch, rows)
        found = score(log, model, now=example.now, occurrences=counting, engine=engine)
        engine.close()
    assert_same(found, score(log, model, now=example.now, occurrences=counting))
    assert put_aside() == []


@pytest.mark.parametrize("source", ["", "source: {id: key}", "source: {deduplicate: exact}"])
def test_several_formats_with_copies(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [
        write(tmp_path / "a.csv", range(300)),
        write(tmp_path / "b.ndjson", range(200, 500), copies=2),
        write(tmp_path / "c.parquet", range(400, 900)),
        write(tmp_path / "c2.parquet", range(3)),
        write(tmp_path / "c3.parquet", range(500, 1100)),
        write(tmp_path / "d.csv", range(5)),
        write(tmp_path / "e.csv", range(5)),
    ]
    model = parse_model(f"{MODEL}{source}\n")
    engine = by_shares(monkeypatch, 90)
    found = score(files, model, engine=engine)
    assert_same(found, score(files, model))
    assert (found.rows.duplicate > 0) == bool(source)


def test_several_sources_and_times_and_replaced_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ids.csv").write_text("from,to\nu1,u2\nu3,u2\nu5,u6\n")
    write(tmp_path / "a.csv", range(300))
    write(tmp_path / "b.csv", range(100, 400))
    text = """
version: 1
compare: 3d
sources: {a: {id: key, files: a.csv}, b: {id: key, files: b.csv}}
identities: {file: ids.csv}
events: {x: 1, y: {weight: 2, measure: days}, z: {weight: 1, measure: last, property: key}}
attributes: {key: key}
"""
    model = parse_model(text, folder=tmp_path)
    engine = by_shares(monkeypatch, 60)
    assert_same(score([], model, engine=engine), score([], model))


def test_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.read_csv(write(tmp_path / "a.csv", range(400)))
    frame = frame.with_columns(pl.format("acc{}", pl.int_range(pl.len()) % 5).alias("account"))
    frame.write_parquet(tmp_path / "a.parquet", row_group_size=64)
    model = parse_model("events: {x: 1, y: 2}\nroll_up: {to: account, by: mean}\n")
    engine = by_shares(monkeypatch, 50)
    path = [tmp_path / "a.parquet"]
    assert_same(score(path, model, engine=engine), score(path, model))


def test_among_counts_those_customers_and_what_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = open_log([write(tmp_path / "a.csv", range(300))], parse_model(MODEL))
    some = pl.Series(["u1", "u2"])
    engine = by_shares(monkeypatch, 40)
    found, _ = score_times(log, lambda at: [at], among=some, engine=engine)
    same, _ = score_times(log, lambda at: [at], among=some)
    assert found.scores["customer"].sort().to_list() == ["u1", "u2"]
    assert_same(found, same)
