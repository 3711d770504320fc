"""The package that only the event store needs."""

from __future__ import annotations

from importlib.util import find_spec

from cesctl.errors import UsageError


def check_extra() -> None:
    """Raises UsageError where it is not there."""
    if find_spec("deltalake") is None:
        raise UsageError("an event store needs deltalake: pip install 'cesctl[store]'")
