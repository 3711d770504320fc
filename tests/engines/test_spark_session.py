"""What Spark needs and may lack, told before or instead of a trace of Java."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cesctl import extras
from cesctl.engines.choice import chosen
from cesctl.engines.spark import java, session
from cesctl.engines.spark.failures import of_spark
from cesctl.errors import EngineError, UsageError
from tests.engines.cluster import free_port


@pytest.fixture
def some_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """Java is not what is looked at."""
    monkeypatch.setattr(session, "check_java", lambda: None)


@pytest.fixture(autouse=True)
def no_spark_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another test's Spark is not this program's."""
    from pyspark import SparkContext

    monkeypatch.setattr(SparkContext, "_active_spark_context", None)


def fails(master: str | None = None) -> str:
    with pytest.raises((UsageError, EngineError)) as told, chosen("spark", master):
        pass
    return str(told.value)


def a_java(folder: Path, said: str) -> None:
    program = folder / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_no_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "needs Java, and there is none\n  install Java 17 or newer" in fails()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert f"there is none in JAVA_HOME ({tmp_path})" in fails()


@pytest.mark.parametrize(
    ("said", "version"),
    [('openjdk version "11.0.2" 2019-01-15', "11"), ('java version "1.8.0_391"', "8")],
)
def test_an_old_java(
    said: str, version: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    a_java(tmp_path, said)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert f"needs Java 17 or newer, and {tmp_path}/bin/java is {version}\n" in fails()


@pytest.mark.parametrize(
    "said", ['openjdk version "17.0.15" 2025-04-15', 'openjdk version "25"', "?"]
)
def test_a_java_that_will_do(said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    a_java(tmp_path, said)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    java.check_java()


def test_no_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    assert fails() == "the engine spark needs pyspark: pip install 'cesctl[spark]'"


@pytest.mark.usefixtures("some_java")
@pytest.mark.parametrize("master", ["cluster", "local[x]", "http://127.0.0.1:8080", "local[2] "])
def test_no_master_of_that_kind(master: str) -> None:
    assert fails(master).startswith(f'--master "{master}": write local[2], local[*], spark://')


@pytest.mark.usefixtures("some_java")
@pytest.mark.parametrize("master", ["spark://127.0.0.1", "spark://a:b"])
def test_a_master_without_a_port(master: str) -> None:
    assert "write spark://host:port" in fails(master)


@pytest.mark.usefixtures("some_java")
def test_a_master_that_nobody_is() -> None:
    port = free_port()
    said = fails(f"spark://127.0.0.1:{port},127.0.0.1:{port}")
    assert said.startswith(f"--master spark://127.0.0.1:{port},")
    assert said.count(f"127.0.0.1:{port}: Connection refused") == 2


def test_what_spark_says_of_its_troubles() -> None:
    told = of_spark('x: Cannot run program "/no/python": error=2, No such file')
    assert isinstance(told, EngineError)
    assert "an executor has no Python at /no/python" in str(told)
    told = of_spark(
        "[PYTHON_VERSION_MISMATCH] Python in worker has different version: 3.9, PySpark"
    )
    assert "executors run another Python: Python in worker has different version: 3.9" in str(told)
    told = of_spark(
        "Lost task: org.apache.spark.SparkException: Python worker exited unexpectedly (c)"
    )
    assert "for want of memory" in str(told)
    said = of_spark("IllegalStateException: Cannot call methods on a stopped SparkContext.")
    assert "the master has not taken this run in" in str(said)
    assert "its own process has ended" in str(of_spark("Answer from Java side is empty"))
    told = of_spark("\norg.apache.spark.SparkException: Could not parse Master URL\n\tat x.y")
    assert str(told) == "Spark gave up: org.apache.spark.SparkException: Could not parse Master URL"
    assert isinstance(of_spark("Traceback (most recent call last):\nKeyError: 1"), RuntimeError)
