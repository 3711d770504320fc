"""Names of attributes beside the columns of a view."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from cesctl.errors import UsageError


def check_names(attributes: Iterable[str], columns: Collection[str], view: str) -> None:
    """Raises UsageError for an attribute that is called like a column of the view."""
    for name in attributes:
        if name in columns:
            raise UsageError(
                f'the attribute "{name}" has the name of a column of {view}; give it another in the model, '
                f"under attributes or in the customers file: attributes: {{my_{name}: {name}}}"
            )
