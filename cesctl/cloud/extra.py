"""The package that only object stores need."""

from __future__ import annotations

from importlib.util import find_spec

from cesctl.errors import UsageError


def check_extra(url: str) -> None:
    """Raises UsageError where it is not there."""
    if find_spec("obstore") is None:
        raise UsageError(f"{url}: object-store URLs need obstore: pip install 'cesctl[cloud]'")
