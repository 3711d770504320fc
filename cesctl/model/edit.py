"""Edits of a model's text that leave all else as it is written: comments, order, quotes, alignment.

A path is a sequence of keys: ``("events", "login", "weight")``; an entry of a list is named by its number,
from 1, or by its ``name``. Every edit is proved: the new text says what the old one said but for the change,
or the edit is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cesctl.errors import EditError
from cesctl.model.document import CONTROL
from cesctl.model.flow_text import LINE_BREAKS, value_text
from cesctl.model.lines import Change, Lines, changed
from cesctl.model.meaning import REMOVED, Meanings
from cesctl.model.paths import joined
from cesctl.model.removing import removal
from cesctl.model.setting import Setting
from cesctl.model.walk import entry_at
from cesctl.model.written import Written, read_written

BOM = "\ufeff"
UNSAFE = re.compile(f"{LINE_BREAKS.pattern}|{CONTROL.pattern}")


def set_value(text: str, path: Sequence[str], value: str) -> str:
    """The text with ``value``, which is YAML (``2``, ``30d``, ``{from: 1, to: 2}``), at the path.

    A value that is there gives way in place, and a comment after it stays. A key that is not there is added
    as the last of its mapping; so are the mappings on the way to it. A signal that is a number is its weight,
    and becomes ``{weight: 1, cap: 5}`` when it is given another key. What an alias or ``<<`` brings is
    overridden where it is used (``login: *base`` becomes ``login: {<<: *base, weight: 3}``).

    Raises EditError where the text or the value is no YAML, where the path leads into a value that has no
    keys, and where the change would change what an alias takes over elsewhere.
    """
    new = value_text(value)

    def changes(bare: str, root: Written | None) -> list[Change]:
        return Setting(bare, path, new).changes(root)

    def proved(meanings: Meanings, root: Written | None) -> int:
        return meanings.changed(root, path, meanings.of(read_written(new)))

    return _edited(text, path, changes, proved)


def remove_key(text: str, path: Sequence[str]) -> str:
    """The text without the entry at the path: of a mapping in lines its lines, in braces with its comma.

    Comments on its lines go with it, those above it stay. A mapping of which it was all becomes ``{}``.
    Raises EditError as ``set_value`` does, and where nothing is at the path or only an alias brings it there.
    """

    def changes(bare: str, root: Written | None) -> list[Change]:
        return removal(bare, root, path)

    def proved(meanings: Meanings, root: Written | None) -> int:
        return meanings.changed(root, path, REMOVED)

    return _edited(text, path, changes, proved)


def comment_above(text: str, path: Sequence[str], lines: Sequence[str]) -> str | None:
    """The text with comment lines above the line in which the entry at the path begins, as far in as that.

    ``lines`` go without their ``#``, which is put before each. None where no line begins with the entry: it
    stands in braces, or is brought by an alias. Raises EditError where nothing is at the path.
    """
    bare = text.removeprefix(BOM)
    found = entry_at(read_written(bare), path)
    if found is None:
        return None
    holder, entry = found
    at = Lines(bare)
    start = at.start(entry.start)
    line = bare[start : at.end(start)]
    if not holder.block or bare[start : entry.start].strip(" -"):
        return None
    indentation = line[: len(line) - len(line.lstrip())]
    comments = (f"# {UNSAFE.sub(' ', one)}".rstrip() for one in lines)
    above = "".join(f"{indentation}{one}{at.break_}" for one in comments)
    return _edited(
        text,
        path,
        lambda *_: [Change(start, start, above)],
        lambda meanings, root: meanings.of(root),
    )


def _edited(
    text: str,
    path: Sequence[str],
    changes: Callable[[str, Written | None], list[Change]],
    proved: Callable[[Meanings, Written | None], int],
) -> str:
    """The text with changes, once it says what is ``proved``. Raises EditError where it does not."""
    bare = text.removeprefix(BOM)
    root = read_written(bare)
    new = changed(bare, changes(bare, root))
    meanings = Meanings()
    wanted = proved(meanings, root)
    try:
        fine = meanings.of(read_written(new)) == wanted
    except EditError:
        fine = False
    if not fine:
        raise EditError(f"{joined(path)}: the text is written in a way that cannot be edited here")
    return text[: len(text) - len(bare)] + new
