"""The Spark engine without Spark: its own stages and its own ways between them, one after another, here.

Quick enough for hundreds of random logs; that Spark itself does the same is seen with a few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cesctl.engines.spark import engine, failures, stretches
from cesctl.engines.spark.engine import Spark
from cesctl.result import Result
from cesctl.sources import temporary


@dataclass
class Rows:
    """An RDD: lists of rows, of which each stage makes others."""

    partitions: Callable[[], list[list[Any]]]

    def mapPartitionsWithIndex(  # noqa: N802 - as Spark calls it
        self, task: Callable[[int, Iterable[Any]], Iterator[Any]]
    ) -> Rows:
        return Rows(lambda: [list(task(n, iter(p))) for n, p in enumerate(self.partitions())])

    def partitionBy(self, count: int, place: Callable[[int], int]) -> Rows:  # noqa: N802
        def shared_out() -> list[list[Any]]:
            found: list[list[Any]] = [[] for _ in range(count)]
            for rows in self.partitions():
                for key, value in rows:
                    found[place(key)].append((key, value))
            return found

        return Rows(shared_out)

    def collect(self) -> list[Any]:
        return [row for rows in self.partitions() for row in rows]


@dataclass
class Box:
    """A broadcast value, or an accumulator of lists."""

    value: Any

    def add(self, more: list[Any]) -> None:
        self.value = self.value + more


@dataclass
class Context:
    """A Spark of so many cores."""

    defaultParallelism: int  # noqa: N815

    def parallelize(self, rows: list[Any], count: int) -> Rows:
        assert len(rows) == count
        return Rows(lambda: [[row] for row in rows])

    def broadcast(self, value: Any) -> Box:
        return Box(value)

    def accumulator(self, value: list[Any], _: object) -> Box:
        return Box(value)

    def getConf(self) -> dict[str, str]:  # noqa: N802
        return {}


def in_turn(patch: pytest.MonkeyPatch, *, cores: int = 3, least: int | None = None) -> Spark:
    """The engine; files are cut into pieces of ``least`` bytes."""

    def collected(rows: Rows, reported: Box) -> list[Any]:
        found = rows.collect()
        if reported.value:
            raise failures.raised(reported.value)
        return found

    patch.setattr(engine, "collected", collected)
    patch.setattr(temporary, "forget", lambda: None)  # this process is the driver, too
    patch.setenv("POLARS_MAX_THREADS", "2")
    if least is not None:
        patch.setattr(stretches, "LEAST", least)
        patch.setattr(stretches, "MOST", least)
    context: Any = Context(cores)
    return Spark(context)


def assert_same(result: Result, other: Result) -> None:
    """All that a run tells, to the bit."""
    assert result.as_of == other.as_of
    assert result.rows == other.rows
    assert result.file_rows == other.file_rows
    assert result.notes == other.notes
    assert result.scores.equals(other.scores), differing(result, other)
    assert result.detail.equals(other.detail)
    assert result.bands.equals(other.bands)
    assert (result.users is None) == (other.users is None)
    if result.users is not None and other.users is not None:
        assert result.users.sort("customer").equals(other.users.sort("customer"))


def differing(result: Result, other: Result) -> str:
    return f"{result.scores}\n{other.scores}"
