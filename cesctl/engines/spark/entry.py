"""The way into an executor: what runs there first, before it is known whether cesctl is there at all.

Spark sends functions of a module by its name, and fails with a trace of Java and Python where the module is
not there. This one is sent as it is (see ``engine``), so nothing of it may need cesctl before ``_unfit``
has looked.

What a task finds wrong it does not raise, or Spark would try three times more: it is added to an
accumulator, which the driver watches, and the task ends.
"""

from __future__ import annotations

import os
import pickle
import socket
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from pyspark.accumulators import Accumulator, AccumulatorParam
from pyspark.core.broadcast import Broadcast
from pyspark.core.files import SparkFiles

# (number of the task, what kind of failure, pickled: see ``failures``)
Failure: TypeAlias = "tuple[int, str, bytes]"
UNFIT = "unfit"


class Failures(AccumulatorParam[list[Failure]]):
    """A list that tasks add to."""

    def zero(self, value: list[Failure]) -> list[Failure]:  # noqa: ARG002
        return []

    def addInPlace(self, value1: list[Failure], value2: list[Failure]) -> list[Failure]:  # noqa: N802
        return value1 + value2


def versions() -> dict[str, str]:
    """What must be the same on the driver and all executors for the same answers: by name."""
    import duckdb
    import polars as pl

    import cesctl
    from cesctl.engines.spark.fingerprint import of_code, of_hashes

    return {
        "cesctl": cesctl.__version__,
        "polars": pl.__version__,
        "duckdb": duckdb.__version__,
        "cesctl's code": of_code(),
        "polars' hash": of_hashes(),
    }


def task(
    stage: str,
    shared: Broadcast[bytes],
    failures: Accumulator[list[Failure]],
    expected: dict[str, str],
    threads: int,
) -> Callable[[int, Iterable[Any]], Iterator[Any]]:
    """The function that Spark runs for each partition of a stage: the name of one of ``stages``."""

    def run(number: int, received: Iterable[Any]) -> Iterator[Any]:
        _settle(threads)
        unfit = _unfit(expected)
        if unfit is not None:
            failures.add([(number, UNFIT, pickle.dumps(unfit))])
            return
        from cesctl.engines.spark import stages

        yield from stages.run(stage, shared.value, number, received, failures.add)

    return run


def _settle(threads: int) -> None:
    """Makes the process, before anything is imported, one that uses what Spark has given it."""
    os.environ.setdefault("POLARS_MAX_THREADS", str(threads))
    if SparkFiles._is_running_on_worker:  # noqa: SLF001 - in the tests it may be the driver
        # the executor's own folder, which goes when it ends: also what a task that was killed leaves behind
        tempfile.tempdir = os.path.abspath(SparkFiles.getRootDirectory())  # noqa: PTH100 - of a text


def bucket(number: int) -> int:
    """Where a pair goes, by its key."""
    return number


def _unfit(expected: dict[str, str]) -> str | None:
    """Why this executor would not give what the driver expects; None where it does."""
    host = socket.gethostname()
    try:
        found = versions()
    except ImportError as error:
        return f"the executor on {host} has no {error.name}"
    for name, version in expected.items():
        if found[name] != version:
            if name.startswith(("cesctl'", "polars'")):
                return f"{name} on the executor on {host} differs from the one here"
            return f"the executor on {host} has {name} {found[name]}, here it is {version}"
    return None
