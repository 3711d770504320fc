"""A lock, so that two nights never meet.

In a folder it is the system's: a run that is killed holds it no longer. In an object store it is an object
that only one can make, and that who made it renews; one that nobody has renewed for a while is of a
run that died, and may be taken over. How old it is goes by the store's own clock, not by those of machines.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cesctl.cloud.errors import StoreError, explained
from cesctl.cloud.stores import opened
from cesctl.errors import OutputError
from cesctl.store.bucket import Bucket
from cesctl.store.place import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.store.place import Place

_NAME = ".nightly.lock"
RENEWED = timedelta(seconds=30)  # how often
DEAD = timedelta(minutes=5)  # a lock that was not renewed for so long is nobody's


def locked(place: Place) -> contextlib.AbstractContextManager[None]:
    """Raises OutputError where another run holds it."""
    if isinstance(place, Bucket):
        return _in_bucket(place)
    assert isinstance(place, Folder)
    return _in_folder(place)


@contextlib.contextmanager
def _in_folder(place: Folder) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        place.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(place.folder / _NAME, timeout=0)
        lock.acquire()
    except Timeout:
        raise _held(place) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f'cannot write to the event store "{place.name}": {reason}') from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _in_bucket(place: Bucket) -> Iterator[None]:
    try:
        lock = _Lease(place)
        lock.take()
    except OutputError:
        raise
    except StoreError as error:
        raise _unwritable(place, error) from None
    except Exception as error:  # noqa: BLE001 - the client's own, of many kinds
        raise _unwritable(place, StoreError(explained(error, place.at))) from None
    try:
        yield
    finally:
        lock.release()


class _Lease:
    """An object that is renewed while its holder lives."""

    def __init__(self, place: Bucket) -> None:
        self._place = place
        self._store: Any = opened(place.at, "list")
        self._key = "/".join(filter(None, (place.at.key, _NAME)))
        self._mine: dict[str, Any] = {}
        self._done = threading.Event()
        self._renewing = threading.Thread(target=self._renew, daemon=True)

    def take(self) -> None:
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        content = secrets.token_bytes(16)
        try:
            self._mine = self._store.put(self._key, content, mode="create")
        except AlreadyExistsError:
            old = self._store.head(self._key)
            if self._now() - old["last_modified"] < DEAD:
                raise _held(self._place) from None
            try:
                self._mine = self._store.put(self._key, content, mode=_only(old))
            except PreconditionError:  # another was faster
                raise _held(self._place) from None
        self._renewing.start()

    def release(self) -> None:
        self._done.set()
        self._renewing.join()
        with contextlib.suppress(Exception):  # it is nobody's in some minutes
            if self._store.head(self._key)["e_tag"] == self._mine["e_tag"]:
                self._store.delete(self._key)

    def _renew(self) -> None:
        while not self._done.wait(RENEWED.total_seconds()):
            with contextlib.suppress(Exception):  # the next may do; the commits are safe without
                content = secrets.token_bytes(16)
                self._mine = self._store.put(self._key, content, mode=_only(self._mine))

    def _now(self) -> Any:
        """The store's own time."""
        key = f"{self._key}.{secrets.token_hex(4)}"
        self._store.put(key, b"")
        try:
            return self._store.head(key)["last_modified"]
        finally:
            self._store.delete(key)


def _only(old: dict[str, Any]) -> Any:
    """Writes only where the object is still that one."""
    return {key: old[key] for key in ("e_tag", "version") if old.get(key)}


def _held(place: Place) -> OutputError:
    return OutputError(
        f'another nightly run is at work on the event store "{place.name}"\n'
        "  nothing was done; it does what this one would have done"
    )


def _unwritable(place: Place, error: StoreError) -> OutputError:
    hint = f"\n  {error.cause.hint}" if error.cause.hint else ""
    return OutputError(f'cannot write to the event store "{place.name}": {error.cause.what}{hint}')
