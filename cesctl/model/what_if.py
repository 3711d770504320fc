"""A model with values other than its file's, to see what they would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cesctl.errors import EditError, UsageError
from cesctl.model.edit import set_value
from cesctl.model.key_paths import NoPath, find_path
from cesctl.model.paths import joined
from cesctl.model.written import Written, read_written

Values = Mapping[str, str | float] | Sequence[str]
"""``{"events.login.weight": "2"}``, or the same as ``["events.login.weight=2"]``."""


class UnreadableError(UsageError):
    """The text itself is no YAML, whatever is set in it."""


def with_values(text: str, values: Values) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The text with each value, which is YAML, at its dotted path, one after the other; and the paths with
    their values. Raises UsageError where a path leads nowhere or a value is none.
    """
    said = list(values.items()) if isinstance(values, Mapping) else [(v, None) for v in values]
    found: list[tuple[str, str]] = []
    for written, value in said:
        try:
            root = read_written(text.removeprefix("\ufeff"))
        except EditError as error:
            raise UnreadableError(str(error)) from None
        path, new = _parted(root, written) if value is None else (_path(root, written), str(value))
        dotted = joined(path)
        if dotted in dict(found):
            raise UsageError(f"--set: {dotted} is given twice")
        try:
            text = set_value(text, path, new)
        except EditError as error:
            raise UsageError(f"--set: {error}") from None
        found.append((dotted, new))
    return text, tuple(found)


def _path(root: Written | None, dotted: str) -> tuple[str, ...]:
    found = find_path(root, dotted)
    if isinstance(found, NoPath):
        raise UsageError(f"--set: {found.message}")
    return found


def _parted(root: Written | None, written: str) -> tuple[tuple[str, ...], str]:
    """``PATH=VALUE`` at the first = before which there is a path: names may hold one, too."""
    parts = written.split("=")
    if len(parts) == 1:
        raise UsageError(f'--set "{written}": write PATH=VALUE, such as events.login.weight=2')
    told: NoPath | None = None
    for at in range(1, len(parts)):
        found = find_path(root, "=".join(parts[:at]).strip())
        if not isinstance(found, NoPath):
            return found, "=".join(parts[at:]).strip()
        told = told or found
    assert told is not None
    raise UsageError(f"--set: {told.message}")
