"""Which engine counts, by its name."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from cesctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.engines.base import Engine

EngineName = Literal["polars", "spark"]


@contextmanager
def chosen(
    engine: Engine | EngineName, master: str | None = None, memory_limit: int | str | None = None
) -> Iterator[Engine]:
    """The engine, ready to count; what a name has started is stopped at the end.

    ``master``: the Spark cluster. ``memory_limit``: bytes, or text such as "4GiB", that the process may have
    where polars counts. Raises UsageError for a name that no engine has, a master without Spark, a limit with
    another engine than polars or that is none, and what Spark lacks.
    """
    if memory_limit is not None and engine != "polars":
        raise UsageError("a memory limit is of the engine polars only")
    if engine == "spark":
        from cesctl.engines.spark.session import session

        with session(master) as context:
            from cesctl.engines.spark.engine import Spark

            yield Spark(context)
        return
    if master is not None:
        raise UsageError("a master is of the engine spark only")
    if memory_limit is not None:
        with _within(memory_limit) as limited:
            yield limited
        return
    if isinstance(engine, str):
        if engine != "polars":
            raise UsageError(f'no engine is called "{engine}"; there are: polars, spark')
        from cesctl.engines.polars import Polars

        yield Polars()
        return
    yield engine


@contextmanager
def _within(limit: int | str) -> Iterator[Engine]:
    from cesctl.engines.limited import Limited
    from cesctl.memory import size_of

    engine = Limited(size_of(limit))
    try:
        yield engine
    finally:
        engine.close()
