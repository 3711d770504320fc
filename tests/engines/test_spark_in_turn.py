"""The stages of the Spark engine give what the polars engine gives, however a log is cut and shared out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cesctl.engines.spark import stretches
from cesctl.engines.spark.engine import Spark
from cesctl.errors import InputError
from cesctl.model.load import parse_model
from cesctl.pipeline.run import score
from tests.effort import tries
from tests.engines.in_turn import assert_same, in_turn
from tests.sources.csvtexts import FIELDS, TOKENS
from tests.spec_tables import Case, cases
from tests.strategies import Example, examples
from tests.test_against_reference import inputs, parsed
from tests.test_spec_tables import inputs as spec_inputs
from tests.test_spec_tables import written_model

CASES = cases()
generated = settings(
    max_examples=tries(200),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MODEL = "events: {x: 1, y: {weight: 2, measure: days}}\nas_of: 2026-11-01\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.mark.parametrize("case", CASES, ids=[f"{c.file}: {c.title}" for c in CASES])
def test_spec(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = in_turn(monkeypatch, least=60)
    model = written_model(case, tmp_path)
    log = spec_inputs(case, "file", tmp_path)
    assert_same(score(log, model, now=case.clock, engine=engine), score(log, model, now=case.clock))


@pytest.mark.slow
@generated
@given(example=examples(), least=st.integers(400, 6000), cores=st.integers(1, 5))
def test_random_models(example: Example, least: int, cores: int, folder: Path) -> None:
    model = parsed(example, folder)
    if model is None:
        return
    log = inputs(example, folder)
    counting = example.seed % 3 == 0
    with pytest.MonkeyPatch.context() as patch:
        engine = in_turn(patch, least=least, cores=cores)
        found = score(log, model, now=example.now, occurrences=counting, engine=engine)
    assert_same(found, score(log, model, now=example.now, occurrences=counting))


@pytest.mark.slow
@generated
@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from("ab"),
            st.sampled_from("xy"),
            st.sampled_from(["2026-10-01", "2026-10-02", "soon", ""]),
            st.sampled_from(FIELDS),
        ),
        min_size=20,
        max_size=60,
    ),
    junk=st.lists(st.tuples(st.integers(0, 60), st.sampled_from(TOKENS)), max_size=2),
    least=st.integers(60, 400),
)
def test_csv_cut_anywhere(
    lines: list[tuple[str, ...]], junk: list[tuple[int, str]], least: int, folder: Path
) -> None:
    """Quoted fields of several lines, and what is broken, between any two cuts."""
    rows = [",".join(line) + "\n" for line in lines]
    for at, token in junk:
        rows.insert(at, token)
    path = folder / "log.csv"
    text = "user_id,event,timestamp,note\n" + "".join(rows)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    model = parse_model(MODEL + "attributes: {note: note}\n")
    with pytest.MonkeyPatch.context() as patch:
        engine = in_turn(patch, least=least)
        found = score([path], model, engine=engine)
    assert_same(found, score([path], model))


def test_quotes_that_join_lines_are_not_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text in quotes that looks like records of its own: a cut in it is seen to be wrong, and undone."""
    inside = "".join(f"z,x,2026-10-01,{n}\n" for n in range(400))
    path = tmp_path / "log.csv"
    head = "user_id,event,timestamp,note\n"
    path.write_text(f'{head}a,x,2026-10-01,"{inside}"\nb,x,2026-10-02,end\n')
    model = parse_model(MODEL)
    engine = in_turn(monkeypatch, least=1000)
    plans: list[int] = []

    def planning(*args: Any) -> list[Any]:
        made = stretches.stretches(*args)
        plans.append(len(made))
        return made

    monkeypatch.setattr("cesctl.engines.spark.engine.stretches", planning)
    found = score([path], model, engine=engine)
    assert len(plans) == 2
    assert plans[0] > plans[1] == 1
    assert found.scores["customer"].sort().to_list() == ["a", "b"]
    assert_same(found, score([path], model))


def test_a_broken_record_may_reach_into_the_next_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has too many fields, so reading goes on at its second line, and there a quote opens that ends far
    away: each piece is records and nothing else, and yet what they hold is not what the whole file does.
    """
    good = "".join(f"u{n},x,2026-10-01,note\n" for n in range(60))
    astray = 'a,x,2026-10-01,n,"one\n""",z\n'
    closing = 'b,x,2026-10-02,"\nlast"\n'
    path = tmp_path / "log.csv"
    path.write_text(f"user_id,event,timestamp,note\n{good}{astray}{good}{good}{closing}{good}")
    model = parse_model(MODEL)
    expected = score([path], model)
    assert expected.rows.accepted < 4 * 60  # some were swallowed
    assert_same(score([path], model, engine=in_turn(monkeypatch, least=1000)), expected)


def write(path: Path, rows: range, *, copies: int = 1) -> Path:
    """Events of some customers, each with an id; every tenth row is rejected."""
    frame = pl.DataFrame(
        [
            (
                f"k{n}",
                f"u{n % 17}",
                "xyz"[n % 3],
                "soon" if n % 10 == 9 else f"2026-10-{n % 28 + 1:02}",
            )
            for n in rows
            for _ in range(copies)
        ],
        schema=["key", "user_id", "event", "timestamp"],
        orient="row",
    )
    if path.suffix == ".parquet":
        frame.write_parquet(path, row_group_size=50)
    elif path.suffix == ".ndjson":
        frame.write_ndjson(path)
    else:
        frame.write_csv(path)
    return path


@pytest.mark.parametrize("source", ["", "source: {id: key}", "source: {deduplicate: exact}"])
def test_several_formats_with_copies(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [
        write(tmp_path / "a.csv", range(300)),
        write(tmp_path / "b.ndjson", range(200, 500), copies=2),
        write(tmp_path / "c.parquet", range(400, 900)),
        write(tmp_path / "d.csv", range(5)),
        write(tmp_path / "e.csv", range(5)),
    ]
    model = parse_model(f"{MODEL}{source}\n")
    found = score(files, model, engine=in_turn(monkeypatch, least=900))
    assert_same(found, score(files, model))
    assert (found.rows.duplicate > 0) == bool(source)
    rejected = {Path(f).name: r.rejected for f, r in found.file_rows.items()}
    told = {f: r["unreadable timestamp"] for f, r in rejected.items() if r}
    assert told == {"a.csv": 30, "b.ndjson": 60, "c.parquet": 50}


def test_among_counts_those_customers_and_what_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cesctl.pipeline.log import open_log
    from cesctl.pipeline.run import score_times

    log = open_log([write(tmp_path / "a.csv", range(300))], parse_model(MODEL))
    some = pl.Series(["u1", "u2"])
    engine = in_turn(monkeypatch, least=900)
    found, _ = score_times(log, lambda at: [at], among=some, engine=engine)
    same, _ = score_times(log, lambda at: [at], among=some)
    assert found.scores["customer"].sort().to_list() == ["u1", "u2"]
    assert_same(found, same)


def test_a_log_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where T must be found first, the second job begins with what the first has sent."""
    from tests.engines.in_turn import Rows

    model = parse_model("events: {x: 1}\n")
    path = write(tmp_path / "a.parquet", range(300))
    engine: Spark = in_turn(monkeypatch, least=900)
    made: list[Rows] = []
    real = Rows.partitionBy

    def counting(rows: Rows, *args: object) -> Rows:
        made.append(real(rows, *args))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(Rows, "partitionBy", counting)
    assert_same(score([path], model, engine=engine), score([path], model))
    assert len(made) == 1


@pytest.mark.parametrize("name", ["e.csv.gz", "e.ndjson.gz", "e.json"])
def test_broken_files_are_told_as_by_polars(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = broken(tmp_path, name)
    model = parse_model(MODEL)
    with pytest.raises(InputError) as told:
        score([path], model, engine=in_turn(monkeypatch))
    with pytest.raises(InputError) as expected:
        score([path], model)
    assert str(told.value) == str(expected.value)
    assert told.value.problems == expected.value.problems


def broken(folder: Path, name: str) -> Path:
    """A good file whose end is missing."""
    import gzip
    import random

    chance = random.Random(4)
    records = [
        {"user_id": f"u{chance.randrange(10**9)}", "event": "x", "timestamp": "2026-10-01"}
        for _ in range(40_000)
    ]
    frame = pl.DataFrame(records)
    path = folder / name
    kind = name.split(".")[1]
    if kind == "csv":
        data = frame.write_csv().encode()
    elif kind == "ndjson":
        data = frame.write_ndjson().encode()
    else:
        data = frame.write_json().encode()
    path.write_bytes(gzip.compress(data)[:-5000] if name.endswith("gz") else data[:-50])
    return path
