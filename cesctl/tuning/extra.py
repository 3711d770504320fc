"""The packages that only tuning needs."""

from __future__ import annotations

from importlib.util import find_spec

from cesctl.errors import UsageError

NEEDED = ("numpy", "scipy", "sklearn", "threadpoolctl")


def check_extra() -> None:
    """Raises UsageError where they are not there."""
    if any(find_spec(name) is None for name in NEEDED):
        raise UsageError("tuning needs scikit-learn: pip install 'cesctl[tune]'")
