"""What a task reads of an event store: data files where they are, by the executor itself."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from cesctl.cloud.errors import NOT_UNDERSTOOD, explained
from cesctl.cloud.settings import endpoint_variable
from cesctl.engines.spark.sight import trouble
from cesctl.errors import InputError, InputProblem, UsageError
from cesctl.store.bucket import Bucket
from cesctl.store.shares import events_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.store.log import StoreLog
    from cesctl.store.shares import Share

_SAME_PATH = (
    "put the store where all executors see it under the same path; "
    "run it again if the store was changed meanwhile"
)
_OWN = (
    "executors read a store at a URL themselves, with what the environment there says: "
    "docs/spark.md says how to give it"
)


@dataclass(frozen=True)
class StoreStretch:
    """What one task reads. ``number``: of the task."""

    number: int
    share: Share


@contextmanager
def opened(log: StoreLog, share: Share) -> Iterator[pl.LazyFrame]:
    """The share's events, for the time that they are read. ``log``: see ``shares.common``.

    Raises InputError where the executor does not see what the driver has seen, or cannot get there.
    """
    place = log.table.place
    if not isinstance(place, Bucket):
        for path, size in share.files.select("path", "bytes").iter_rows():
            _check(log.table.path(path), size)
        yield events_of(log, share)
        return
    try:
        yield events_of(log, share)
    except UsageError as error:  # what the environment says is no way to get there
        raise _unreachable(place.name, str(error).removeprefix(f"{place.at.url}: ")) from None
    except (pl.exceptions.PolarsError, OSError) as error:
        cause = explained(error, place.at)
        if cause is NOT_UNDERSTOOD:
            raise
        if cause.absent:
            hint = f"does {endpoint_variable(place.at.kind)} there name the same store?"
            raise _unreachable(place.name, "one of its files is not there", hint) from None
        raise _unreachable(place.name, cause.what, cause.hint) from None


def _check(path: str, size: int) -> None:
    found = trouble(Path(path), size)
    if found is not None:
        raise InputError(InputProblem(found[0], path, hint=_SAME_PATH))


def _unreachable(name: str, why: str, hint: str = "") -> InputError:
    what = f"the executor on {socket.gethostname()} cannot read it: {why}"
    return InputError(InputProblem(what, name, hint="; ".join(filter(None, (hint, _OWN)))))
