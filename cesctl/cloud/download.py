"""Objects as local files: downloaded once a version, several at a time, and whole.

An object may be replaced while it is read. Every request says which version it wants, every answer is held to
it, and an object of which another version is met is begun anew: no file holds parts of two.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from cesctl.cloud import listing
from cesctl.cloud.errors import Cause, StoreError, explained
from cesctl.cloud.stores import opened
from cesctl.errors import CesctlError, InputError, InputProblem
from cesctl.sources import temporary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cesctl.cloud.listing import Found

OBJECTS = 8  # read at the same time
PARTS = 8  # of all large objects together
PART = 32 << 20  # bytes of a large object that one request asks for
CHUNK = 1 << 20  # bytes written at a time
TRIES = 6  # that bring nothing, one after the other
PATIENCE_S = 60.0  # without a byte
PAUSE_S = 0.2  # before the second try; twice as long before each other
VERSIONS = 3  # of an object that is replaced again and again

_had: dict[Found, Path] = {}  # what this process has already


class _ReplacedError(Exception):
    """The object is another one than was listed."""


class _StoppedError(Exception):
    """Nobody waits for it any more."""


def downloaded(objects: Iterable[Found]) -> Iterator[tuple[Found, Path | None]]:
    """Each object with its local file, in the order given, while the next are on their way; None for one
    that is empty and cannot be read, which stands for a folder.

    Raises InputError for the first that cannot be had, OutputError where the disk is full.
    """
    stop = threading.Event()
    files = ThreadPoolExecutor(OBJECTS, thread_name_prefix="cesctl-object")
    parts = ThreadPoolExecutor(PARTS, thread_name_prefix="cesctl-part")
    try:
        waiting: deque[tuple[Found, Future[Path | None]]] = deque()
        for one in objects:
            waiting.append((one, files.submit(_file, one, parts, stop)))
        while waiting:
            one, future = waiting.popleft()
            yield one, future.result()
    finally:
        stop.set()
        files.shutdown(wait=False, cancel_futures=True)
        parts.shutdown(wait=False, cancel_futures=True)


def _file(one: Found, parts: ThreadPoolExecutor, stop: threading.Event) -> Path | None:
    """The local file of one object. Raises InputError."""
    if one in _had and _had[one].exists():
        return _had[one]
    try:
        wanted: Found | None = one
        for _ in range(VERSIONS):
            if wanted is None:
                break
            try:
                path = _version(wanted, parts, stop)
            except _ReplacedError:
                wanted = listing.one(one.place)
            else:
                _had[wanted] = path
                return path
        if wanted is None:
            if not one.size:
                return None
            raise _problem(one, Cause("it was removed after it was listed, or has no such name"))
        what = "it is replaced again and again while it is read"
        raise _problem(one, Cause(what, "read it when its writer is done"))
    except StoreError as error:
        raise _problem(one, error.cause) from None


def _version(one: Found, parts: ThreadPoolExecutor, stop: threading.Event) -> Path:
    """The file of just that version. Raises _ReplacedError, StoreError."""
    path = temporary.new_file()
    _room(path, one.size)
    ranges = [(at, min(at + PART, one.size)) for at in range(0, one.size, PART)]
    if len(ranges) <= 1:
        for start, end in ranges or [(0, 0)]:
            _part(one, path, start, end, stop)
        return path
    halt = _Both(stop)
    futures = [parts.submit(_part, one, path, start, end, halt) for start, end in ranges]
    try:
        for future in futures:
            future.result()
    finally:  # the others have nothing to do once one has failed
        halt.set()
        for future in futures:
            future.cancel()
    return path


def _room(path: Path, size: int) -> None:
    with temporary.writing(), path.open("wb") as file:
        file.truncate(size)


class _Both(threading.Event):
    """Set when it is, or when another is."""

    def __init__(self, other: threading.Event) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        return super().is_set() or self._other.is_set()


def _part(one: Found, path: Path, start: int, end: int, stop: threading.Event) -> None:
    """Writes those bytes of the object into the file, going on where an answer breaks off."""
    at, tries, since = start, 0, time.monotonic()
    while True:
        before = at
        try:
            for chunk in _answer(one, at, end):
                _write(path, at, chunk, stop)
                at += len(chunk)
            if at == end:
                return
            cause = Cause("the connection to the store broke off", passing=True)
        except (CesctlError, _ReplacedError, _StoppedError):
            raise
        except Exception as error:  # noqa: BLE001 - the client's own, of many kinds
            cause = _failure(error, one)
        if at > before:
            tries, since = 0, time.monotonic()
        tries += 1
        if not cause.passing or tries >= TRIES or time.monotonic() - since > PATIENCE_S:
            raise StoreError(cause)
        pause = PAUSE_S * 2 ** (tries - 1)
        stop.wait(pause * random.uniform(0.5, 1))  # noqa: S311 - so that not all come back at once
        if stop.is_set():
            raise _StoppedError


def _answer(one: Found, start: int, end: int) -> Iterator[memoryview]:
    """The bytes, as they come. Raises _ReplacedError where they are of another version."""
    options: dict[str, Any] = {}
    if one.version is not None:
        options["if_match"] = f'"{one.version}"'
    if end:  # an empty object has no range
        options["range"] = (start, end)
    result = opened(one.place, "read").get(one.place.key, options=options)  # type: ignore[arg-type]
    if not one.same_content(listing.found(one.place, result.meta)):
        raise _ReplacedError
    for chunk in result.stream(min_chunk_size=CHUNK):
        yield memoryview(chunk)


def _failure(error: Exception, one: Found) -> Cause:
    """Raises _ReplacedError where that is what the error means."""
    from obstore.exceptions import PreconditionError

    cause = explained(error, one.place)
    # 416: it is shorter now, and the store has not looked at which version was wanted
    if isinstance(error, PreconditionError) or cause.absent or "refuses it: 416" in cause.what:
        raise _ReplacedError
    return cause


def _write(path: Path, at: int, chunk: memoryview, stop: threading.Event) -> None:
    if stop.is_set():
        raise _StoppedError
    with temporary.writing(), path.open("r+b", buffering=0) as file:
        file.seek(at)
        rest = chunk
        while rest:
            rest = rest[file.write(rest) :]


def _problem(one: Found, cause: Cause) -> InputError:
    return InputError(InputProblem(cause.what, one.url, hint=cause.hint))
