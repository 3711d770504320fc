"""A lock, so that two nights never meet. It is the system's: a run that is killed holds it no longer."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cesctl.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.store.place import Place


@contextmanager
def locked(place: Place) -> Iterator[None]:
    """Raises OutputError where another run holds it."""
    from filelock import FileLock, Timeout

    try:
        place.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(place.folder / ".nightly.lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise OutputError(
            f'another nightly run is at work on the event store "{place.name}"\n'
            "  nothing was done; it does what this one would have done"
        ) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f'cannot write to the event store "{place.name}": {reason}') from error
    try:
        yield
    finally:
        lock.release()
