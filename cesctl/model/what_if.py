"""A model with values other than its file's, to see what they would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cesctl.errors import EditError, UsageError
from cesctl.model.edit import set_value
from cesctl.model.flow_text import has_comment
from cesctl.model.key_paths import NoPath, find_path
from cesctl.model.paths import as_signal, by_number, joined
from cesctl.model.written import Written, read_written

Values = Mapping[str, str | float] | Sequence[str]
"""``{"events.login.weight": "2"}``, or the same as ``["events.login.weight=2"]``."""


def with_values(text: str, values: Values) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The text with each value, which is YAML, at its dotted path, one after the other; and the paths with
    their values. Raises UsageError where a path leads nowhere or a value is none.
    """
    said: list[tuple[str, str | None]]
    if isinstance(values, Mapping):
        said = [(path, str(value)) for path, value in values.items()]
    else:
        said = [(one, None) for one in ([values] if isinstance(values, str) else values)]
    found: list[tuple[str, str]] = []
    before: dict[tuple[str, ...], str] = {}
    for written, value in said:
        try:
            root = read_written(text.removeprefix("\ufeff"))
        except EditError as error:
            raise UsageError(str(error)) from None
        try:
            path, new = _parted(root, written) if value is None else (_path(root, written), value)
            dotted = joined(path)
            _check_apart(by_number(root, path), new, dotted, before)
            text = set_value(text, path, new)
        except EditError as error:
            raise UsageError(f"--set: {error}") from None
        if has_comment(new):
            raise UsageError(
                f'--set: {dotted}: {new}: YAML takes what follows " #" for a comment; put the text in quotes'
            )
        found.append((dotted, new))
    return text, tuple(found)


def _check_apart(
    path: tuple[str, ...], new: str, dotted: str, before: dict[tuple[str, ...], str]
) -> None:
    """Raises UsageError where the value takes the place of one that was given ``before``."""
    whole = path
    if as_signal(path, len(path)) and not new.startswith("{"):
        path = (*path, "weight")  # which a number alone is
    for other, said in before.items():
        if other == path:
            raise UsageError(f"--set: {dotted} is given twice")
        if other[: len(whole)] == whole:
            raise UsageError(f"--set: {dotted} takes the place of {said}; give it first")
    before[path] = dotted


def _path(root: Written | None, dotted: str) -> tuple[str, ...]:
    found = find_path(root, dotted)
    if isinstance(found, NoPath):
        raise UsageError(f"--set: {found.message}")
    return found


def _parted(root: Written | None, written: str) -> tuple[tuple[str, ...], str]:
    """``PATH=VALUE`` at the last = before which there is a path: names may hold one, too."""
    parts = written.split("=")
    if len(parts) == 1:
        raise UsageError(f'--set "{written}": write PATH=VALUE, such as events.login.weight=2')
    lost: list[NoPath] = []
    for at in range(len(parts) - 1, 0, -1):
        found = find_path(root, "=".join(parts[:at]).strip())
        if not isinstance(found, NoPath):
            return found, "=".join(parts[at:]).strip()
        lost.append(found)
    deepest = max(lost[::-1], key=lambda one: one.depth)
    raise UsageError(f"--set: {deepest.message}")
