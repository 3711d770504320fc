"""A store at a URL, counted on Spark: executors read the objects, with what their own environment says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from cesctl.engines.spark import stored, stretches
from cesctl.errors import InputError
from cesctl.pipeline.log import open_log
from cesctl.pipeline.run import score
from cesctl.store import Store, shares
from cesctl.store.ingest import prepare, take_in
from cesctl.store.log import StoreLog
from cesctl.store.place import Place
from tests.cloud.buckets import S3, SECRET
from tests.engines.conftest import java, spark
from tests.engines.in_turn import assert_same, in_turn
from tests.store.makers import model, record, write

if TYPE_CHECKING:
    from pathlib import Path

    from cesctl.engines.spark.engine import Spark

__all__ = ["java", "spark"]  # fixtures


@pytest.fixture
def s3(s3_apart: S3) -> S3:
    return s3_apart


@pytest.fixture
def url(s3: S3, tmp_path: Path) -> str:
    """A store of some weeks."""
    found = f"{s3.root}/some/events.store"
    rows = [record(d * 10 + n, d) for d in range(1, 50, 4) for n in range(8)]
    table, staged = prepare([str(write(tmp_path / "a.csv", rows))], model(), Place.of(found))
    take_in(staged, table)
    return found


def test_the_same_scores(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "GROUP", 3)
    engine = in_turn(monkeypatch, least=500)
    for _ in range(2):
        assert_same(score(Store(url), model(), engine=engine), score(Store(url), model()))


@pytest.fixture
def executors(spark: Spark) -> Iterator[dict[str, str]]:
    """What their environment says, beside what Spark was started with."""
    environment: dict[str, str] = spark._context.environment
    before = dict(environment)
    yield environment
    environment.clear()
    environment.update(before)


@pytest.mark.slow
def test_on_spark(url: str, spark: Spark, executors: dict[str, str]) -> None:
    own = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    executors.update(own)
    assert_same(score(Store(url), model(), engine=spark), score(Store(url), model()))
    executors["AWS_ALLOW_HTTP"] = "false"
    with pytest.raises(InputError) as told:
        score(Store(url), model(), engine=spark)
    (problem,) = told.value.problems
    assert problem.file == url
    assert " cannot read it: the endpoint in AWS_ENDPOINT_URL is http://" in problem.message
    assert problem.hint.endswith("docs/spark.md says how to give it")


Share = Callable[[], Any]


@pytest.fixture
def read(url: str) -> Share:
    """Reads all of the store as one executor does."""
    log = open_log(Store(url), model())
    assert isinstance(log, StoreLog)
    sent = shares.common(log)
    (share,) = shares.shares(log, stretches.MOST)

    def reading() -> Any:
        with stored.opened(sent, share) as events:
            return events.collect()

    return reading


def test_the_environment_is_the_reader_s(read: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read().height == 13 * 8
    monkeypatch.setenv("AWS_ALLOW_HTTP", "")
    with pytest.raises(
        InputError, match="cannot read it: the endpoint in AWS_ENDPOINT_URL is http"
    ):
        read()


@pytest.mark.slow
def test_an_endpoint_that_does_not_answer(read: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.engines.cluster import free_port

    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(InputError) as told:
        read()
    said = str(told.value)
    assert "the executor on " in said
    assert "cannot read it: the store cannot be reached: connection refused" in said
    assert (
        "check the network, and AWS_ENDPOINT_URL where that is set; executors read a store" in said
    )
    assert SECRET not in said


def test_an_export_at_a_url_is_on_the_driver_only(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = s3.put(
        "a.csv", write(tmp_path / "a.csv", [record(n, 2) for n in range(9)]).read_text()
    )
    real = stretches.stretches

    def planning(log: Any, *args: Any) -> Any:
        made = real(log, *args)
        for file in log.raw.files:
            file.path.unlink()  # as on another machine
        return made

    engine = in_turn(monkeypatch)
    assert_same(score([export], model(), engine=engine), score([export], model()))
    monkeypatch.setattr("cesctl.engines.spark.engine.stretches", planning)
    with pytest.raises(InputError) as told:
        score([export], model(), engine=engine)
    (problem,) = told.value.problems
    assert problem.file == export
    assert "cannot see it (No such file or directory)" in problem.message
    assert "take it into an event store at a URL (cesctl ingest)" in problem.hint


def test_an_object_that_is_not_there(
    read: Share, s3: S3, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = next(k for k in s3.keys() if "/events/day=" in k)  # noqa: SIM118 - a method of ours
    s3.client.delete_object(Bucket=s3.name, Key=key)
    with pytest.raises(InputError, match=r"cannot read it: one of its files is not there") as told:
        read()
    assert "does AWS_ENDPOINT_URL there name the same store?" in str(told.value)
    s3.put(key, b"x" * 2000)  # what is damaged is told as on one machine
    with pytest.raises(InputError) as damaged:
        score(Store(url), model(), engine=in_turn(monkeypatch))
    with pytest.raises(InputError) as expected:
        score(Store(url), model())
    assert str(damaged.value) == str(expected.value)
    assert "cesctl store verify" in str(damaged.value)
