"""The engine on a real Spark of two cores: the answers of polars, and the same words for what is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import cesctl
from cesctl.engines.spark import entry, stretches
from cesctl.engines.spark.engine import Spark
from cesctl.errors import InputError, UsageError
from cesctl.model.load import parse_model
from cesctl.pipeline.run import score
from tests.conftest import ROOT
from tests.effort import tries
from tests.engines.in_turn import assert_same
from tests.engines.test_spark_in_turn import broken, write
from tests.spec_tables import cases
from tests.strategies import Example, examples
from tests.test_against_reference import inputs, parsed
from tests.test_docs import run_first_block
from tests.test_spec_tables import inputs as spec_inputs
from tests.test_spec_tables import written_model

pytestmark = pytest.mark.slow
MODEL = "events: {x: 1, y: {weight: 2, measure: days}}\nas_of: 2026-11-01\n"


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are cut, small as they are."""
    monkeypatch.setattr(stretches, "LEAST", 60_000)
    monkeypatch.setattr(stretches, "MOST", 200_000)


def test_spec_tables(spark: Spark, tmp_path: Path) -> None:
    for n, case in enumerate(cases()):
        folder = tmp_path / str(n)
        folder.mkdir()
        model = written_model(case, folder)
        log = spec_inputs(case, "frame" if n % 4 == 3 else "file", folder)
        found = score(log, model, now=case.clock, engine=spark)
        assert_same(found, score(log, model, now=case.clock))


@settings(
    max_examples=tries(60),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(example=examples(), least=st.sampled_from([600, 10_000_000]))
def test_random_models(
    example: Example, least: int, spark: Spark, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    model = parsed(example, folder)
    if model is None:
        return
    log = inputs(example, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stretches, "LEAST", least)
        found = score(log, model, now=example.now, engine=spark)
    assert_same(found, score(log, model, now=example.now))


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize(
    "source", ["", "source: {id: key}\nas_of: latest", "source: {deduplicate: exact}"]
)
def test_formats_and_copies(source: str, spark: Spark, tmp_path: Path) -> None:
    files = [
        write(tmp_path / "a.csv", range(3000)),
        write(tmp_path / "b.ndjson", range(2000, 5000), copies=2),
        write(tmp_path / "c.parquet", range(4000, 9000)),
        write(tmp_path / "d.csv", range(5)),
    ]
    model = parse_model(f"events: {{x: 1, y: 2}}\ncompare: 7d\n{source}\n")
    now = datetime(2026, 12, 1, tzinfo=UTC)
    found = score(files, model, now=now, engine=spark)
    assert_same(found, score(files, model, now=now))
    assert (found.rows.duplicate > 0) == bool(source)
    assert found.rejects().height == found.rows.all_rejected > 0


ROLLED = """
events: {x: 1, y: {weight: 2, measure: distinct, property: key}}
as_of: 2026-11-01
compare: 10d
attributes: {plan: event}
roll_up: {to: company, by: mean}
identities: {file: ids.csv, from: old, to: new}
variants:
  - name: small
    where: {plan: y}
    events: {x: 5}
"""


def test_accounts_variants_and_identities(spark: Spark, tmp_path: Path) -> None:
    (tmp_path / "ids.csv").write_text("old,new\nu1,u2\nu3,u4\nu4,u5\n")
    frame = pl.read_csv(write(tmp_path / "a.csv", range(600)), infer_schema=False)
    company = pl.format("c{}", pl.col("user_id").str.slice(1).cast(pl.Int64) % 4)
    path = tmp_path / "b.ndjson"
    frame.with_columns(company.alias("company")).write_ndjson(path)
    model = parse_model(ROLLED, folder=tmp_path)
    found = score([path], model, engine=spark)
    assert_same(found, score([path], model))
    assert found.scores.height == 4
    assert found.users is not None


def test_a_wrong_guess_of_the_newest_event(spark: Spark, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    late = "u1,x,2026-10-30T00:00:00Z\n"
    rest = "".join(f"u{n % 9},x,2026-10-{n % 28 + 1:02}T00:00:00Z\n" for n in range(60_000))
    half = len(rest) // 2 // 26 * 26
    path.write_text(f"user_id,event,timestamp\n{rest[:half]}{late}{rest[half:]}")
    model = parse_model("events: {x: 1}\n")
    found = score([path], model, engine=spark)
    assert_same(found, score([path], model))
    assert found.as_of == datetime(2026, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["e.csv.gz", "e.json"])
def test_a_broken_file_is_told_at_once_and_as_by_polars(
    name: str, spark: Spark, tmp_path: Path
) -> None:
    path = broken(tmp_path, name)
    model = parse_model(MODEL)
    with pytest.raises(InputError) as told:
        score([path], model, engine=spark)
    with pytest.raises(InputError) as expected:
        score([path], model)
    assert str(told.value) == str(expected.value)


def test_broken_lines_among_good_ones(spark: Spark, tmp_path: Path) -> None:
    """The fast reader fails on the executors, and the careful one takes over."""
    good = '{"user_id": "a", "event": "x", "timestamp": "2026-10-01"}\n'
    path = tmp_path / "e.ndjson"
    path.write_text(good * 50 + '{"user_id": \n' + good * 50)
    found = score([path], parse_model(MODEL), engine=spark)
    assert_same(found, score([path], parse_model(MODEL)))
    assert found.rows.rejected == {"malformed line": 1}


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (None, r"a\.csv: the executor on .* cannot see it \(No such file"),
        ("another", r"a\.csv: the executor on .* sees another file there: 7 bytes, not"),
    ],
)
def test_a_file_that_executors_do_not_see(
    there: str | None,
    said: str,
    spark: Spark,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The driver has looked into it; where the tasks run it is gone, or another one."""
    path = write(tmp_path / "a.csv", range(30))

    def planning(*args: Any) -> list[Any]:
        made = stretches.stretches(*args)
        path.unlink()
        if there is not None:
            path.write_text(there)
        return made

    monkeypatch.setattr("cesctl.engines.spark.engine.stretches", planning)
    with pytest.raises(InputError, match=said) as told:
        score([path], parse_model(MODEL), engine=spark)
    assert "under the same path" in str(told.value)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("polars", r"the executor on .* has polars .*, here it is 9\.9"),
        ("cesctl's code", r"cesctl's code on the executor on .* differs from the one here"),
    ],
)
def test_executors_with_another_cesctl(
    what: str, said: str, spark: Spark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = entry.versions() | {what: "9.9"}
    monkeypatch.setattr("cesctl.engines.spark.engine.versions", lambda: other)
    with pytest.raises(UsageError, match=said) as told:
        score([write(tmp_path / "a.csv", range(30))], parse_model(MODEL), engine=spark)
    assert "docs/spark.md" in str(told.value)


def test_a_session_of_the_program_is_used_and_left(spark: Spark, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", range(30))
    model = parse_model(MODEL)
    found = cesctl.score([path], model, engine="spark")
    assert_same(found, score([path], model))
    assert_same(cesctl.score([path], model, engine="spark", master="local[2]"), found)
    with pytest.raises(UsageError, match=r"this program uses Spark at local\[2\] already"):
        cesctl.score([path], model, engine="spark", master="local[1]")
    assert_same(score([path], model, engine=spark), found)


def test_the_command_line_is_quiet(java: None, tmp_path: Path) -> None:  # noqa: ARG001
    path = write(tmp_path / "a.csv", range(300))
    model = tmp_path / "m.yaml"
    model.write_text(MODEL)
    said = []
    # in which there is no Python of ours
    path_variable = os.pathsep.join(
        [str(Path(shutil.which("java") or "").parent), "/usr/bin", "/bin"]
    )
    for engine in (["spark", "--master", "local[2]"], ["polars"]):
        words = [sys.executable, "-m", "cesctl", "score", str(path), "-c", str(model), "-f", "json"]
        run = subprocess.run(
            [*words, "--max-rejected", "20%", "--engine", *engine],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PATH": path_variable},
        )
        assert run.returncode == 0, run.stderr
        said.append((run.stdout, run.stderr))
    assert said[0] == said[1]
    assert "columns found by name" in said[0][1]


def test_a_bug_stays_one(spark: Spark, tmp_path: Path) -> None:
    """What no input explains is told with the trace of the executor, and not as the cluster's fault."""
    path = write(tmp_path / "a.csv", range(30))
    from cesctl.engines.base import Asked
    from cesctl.pipeline.log import open_log

    counting = spark.over(open_log([path], parse_model(MODEL)))
    with pytest.raises(RuntimeError, match="Traceback"):
        counting.aggregate(Asked(times=[]))


def test_the_python_of_the_docs_runs(spark: Spark, monkeypatch: pytest.MonkeyPatch) -> None:
    assert spark  # is the program's own, and of the master that the page names
    names = run_first_block("docs/spark.md", monkeypatch)
    model = cesctl.load_model(ROOT / "configs" / "saas.yaml")
    expected = score([ROOT / "sample_data" / "events.csv.gz"], model)
    assert names["result"].scores.equals(expected.scores)  # type: ignore[attr-defined]
