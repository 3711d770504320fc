"""The packages that only HTML needs."""

from __future__ import annotations

from importlib.util import find_spec

from cesctl.errors import UsageError

NEEDED = ("jinja2", "matplotlib")


def check_extra() -> None:
    """Raises UsageError where they are not there."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"a report in HTML needs {' and '.join(missing)}: pip install 'cesctl[report]'; "
            "-f markdown and -f json do without"
        )
