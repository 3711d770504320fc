"""The stages by their names, as ``entry`` calls them: what they take and give as Spark moves it."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from cesctl.engines.base import Aggregate, Asked
from cesctl.engines.buckets import packed, unpacked
from cesctl.engines.in_parts import Shared
from cesctl.engines.spark import failures, tasks

READ, WITHOUT_COPIES, COUNTED, NEWEST = "read", "without_copies", "counted", "newest"


def run(
    stage: str,
    shared: bytes,
    number: int,
    received: Iterable[Any],
    report: Callable[[list[tuple[int, str, bytes]]], None],
) -> Iterator[Any]:
    """One partition of a stage. What is wrong with the input is reported, and ends it.

    ``shared``: see ``send``. ``number``: of the partition.
    """
    common, asked = _shared(shared)
    try:
        match stage:
            case "read":
                for stretch in received:
                    yield from tasks.read(common, stretch)
            case "without_copies":
                yield from tasks.without_copies(common, _values(received), number)
            case "newest":
                yield tasks.newest_of(common, _values(received))
            case _:
                assert asked is not None, stage
                yield to_bytes(tasks.counted(common, _values(received), asked))
    except failures.EXPECTED as error:
        report([(number, *failures.told(error))])


def send(shared: Shared, asked: Asked | None = None) -> bytes:
    """What a stage's tasks need to know."""
    return pickle.dumps((shared, asked))


@lru_cache(maxsize=2)
def _shared(data: bytes) -> tuple[Shared, Asked | None]:
    shared, asked = pickle.loads(data)  # noqa: S301 - by the driver
    return shared, asked


def _values(received: Iterable[tuple[int, Any]]) -> Iterator[Any]:
    return (value for _, value in received)


def to_bytes(made: Aggregate) -> bytes:
    """An aggregate, small."""
    frames = [packed(frame) for frame in made.activity]
    return pickle.dumps((frames, replace(made, activity=[])))


def from_bytes(data: bytes) -> Aggregate:
    """The aggregate again."""
    made: tuple[list[bytes], Aggregate] = pickle.loads(data)  # noqa: S301 - by our own tasks
    frames, rest = made
    return replace(rest, activity=[unpacked(frame) for frame in frames])
