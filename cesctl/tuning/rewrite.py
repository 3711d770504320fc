"""The file of a tuned model: that of the model before, with what is different, and why."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from cesctl.errors import EditError, UsageError
from cesctl.model.edit import comment_above, remove_key, set_value
from cesctl.model.load import load_model, parse_model
from cesctl.model.read_text import read_text
from cesctl.model.written import read_written
from cesctl.present.numbers import shortest
from cesctl.tuning.changes import LIMITS, different, scale_changes, told, written

if TYPE_CHECKING:
    from cesctl.model.types import Model, Source
    from cesctl.tuning.changes import Change
    from cesctl.tuning.tuned import Tuned

MARK = "cesctl tune: "
WIDTH = 90
_OLD = re.compile(rf"^[ \t]*# {MARK}.*(\r\n|\r|\n)", re.MULTILINE)


def tuned_text(made: Tuned, said: Sequence[str], path: str) -> str:
    """The text of the tuned model, to be written to ``path``: comments and all that stays are those of the
    model's file; a comment says what was, and why it is no more. Files that it names are found from there.

    Raises UsageError where the model has no file, and where its text is written in a way that cannot be
    edited.
    """
    before, after = made.before, made.model
    if not before.path:
        raise UsageError("the model has no file whose text could be changed")
    text = _OLD.sub("", read_text(before.path)[1])
    folder = Path(path).parent
    if folder.resolve() != Path(before.path).parent.resolve():
        text = _moved(text, load_model(before.path), folder)  # as the file has it, without options
    apart: list[str] = []
    assert made.changes is not None
    why = {row["signal"]: _why(row) for row in made.changes.iter_rows(named=True)}
    for old, new in zip(before.signals, after.signals, strict=True):
        if old == new:
            continue
        place = ("events", old.name)
        said_of = []
        if old.weight != new.weight:
            text = set_value(text, (*place, "weight"), shortest(new.weight))
            said_of.append(f"weight {shortest(old.weight)} -> {shortest(new.weight)}")
        for change in different(old, new):
            text = _changed(text, place, change)
            said_of.append(_said_of(change))
        text = _said(text, place, f"{', '.join(said_of)}: {why[old.name]}", apart)
    for old_group, new_group in zip(before.groups, after.groups, strict=True):
        for change in different(old_group, new_group, LIMITS):
            place = ("groups", old_group.name)
            text = _changed(text, place, change)
            text = _said(text, place, f"{_said_of(change)}: follows the weights", apart)
    for change in scale_changes(before.scale, after.scale):
        text = set_value(text, ("scale", change.key), written(change.now))
        text = _said(text, ("scale",), f"{_said_of(change)}: follows the weights", apart)
    text = _with_bands(text, before, after, apart)
    text = _headed(text, [f"to foretell: {made.outcome}.", *said, *apart])
    if _scoring(parse_model(text, path, folder)) != _scoring(after):
        raise EditError("the model's file is written in a way that cannot be edited here")
    return text


def _why(row: Mapping[str, Any]) -> str:
    if row["odds"] is None:
        return str(row["why"])
    return f"{row['why']} (much of it: odds of the outcome x{shortest(row['odds'])})"


def _scoring(model: Model) -> tuple[object, ...]:
    """All that makes a score."""
    signals = tuple(replace(s, line=0, own_window=False) for s in model.signals)
    return signals, model.groups, model.scale, model.bands, model.risk


def _changed(text: str, place: Sequence[str], change: Change) -> str:
    """Without a window stands as ``none``: left out it would be the model's."""
    if change.now in (None, ()) and change.key != "window":
        return remove_key(text, (*place, change.key))
    return set_value(text, (*place, change.key), written(change.now))


def _said_of(change: Change) -> str:
    return f"{change.key} {told(change.was)} -> {told(change.now)}"


def _said(text: str, place: Sequence[str], comment: str, apart: list[str]) -> str:
    """With the comment above the entry; where none can stand there, it is kept for the head."""
    made = comment_above(text, place, [MARK + comment])
    if made is None:
        apart.append(f"{place[-1]}: {comment}")
    return text if made is None else made


def _with_bands(text: str, before: Model, after: Model, apart: list[str]) -> str:
    if before.bands == after.bands:
        return text
    root = read_written(text.removeprefix("\ufeff"))
    assert root is not None
    found = next((e.value.real for e in root.entries if e.key and e.key.text == "bands"), None)
    if found is None:  # those that every model has
        listed = ", ".join(
            f"{{name: {json.dumps(b.name)}, from: {shortest(b.from_)}"
            f"{', at_risk: true' if b.at_risk else ''}}}"
            for b in after.bands
        )
        text = set_value(text, ("bands",), f"[{listed}]")
    else:
        for n, (old, new) in enumerate(zip(before.bands, after.bands, strict=True)):
            if old != new:
                place = (old.name,) if found.kind == "mapping" else (str(n + 1), "from")
                text = set_value(text, ("bands", *place), shortest(new.from_))
    steps = ", ".join(f"{b.name} {shortest(b.from_)}" for b in before.bands)
    return _said(text, ("bands",), f"bands began at {steps}: set from outcome rates", apart)


def _headed(text: str, lines: Sequence[str]) -> str:
    """With comments above the first key."""
    root = read_written(text.removeprefix("\ufeff"))
    assert root is not None
    key = root.entries[0].key
    comments = [MARK + part for line in lines for part in wrap(line, WIDTH)]
    made = None if key is None else comment_above(text, (key.text,), comments)
    if made is not None:
        return made
    return "".join(f"# {line}\n" for line in comments) + text


def _moved(text: str, model: Model, folder: Path) -> str:
    """With the names of files as seen from another folder."""
    if model.customers is not None:
        text = set_value(text, ("customers", "file"), _from(model.customers.file, model, folder))
    if model.identities is not None:
        text = set_value(text, ("identities", "file"), _from(model.identities.file, model, folder))
    for source in model.sources:
        if source.files:
            text = set_value(text, (*_place(source), "files"), _listed(source, model, folder))
    return text


def _place(source: Source) -> tuple[str, ...]:
    return ("sources", source.name) if source.name else ("source",)


def _listed(source: Source, model: Model, folder: Path) -> str:
    return f"[{', '.join(_from(f, model, folder) for f in source.files)}]"


def _from(path: str, model: Model, folder: Path) -> str:
    if path == "-" or "://" in path or not _beside(path, model):
        return json.dumps(path, ensure_ascii=False)
    return json.dumps(Path(os.path.relpath(path, folder)).as_posix(), ensure_ascii=False)


def _beside(path: str, model: Model) -> bool:
    """Whether the model names the file as seen from its own folder."""
    folder = str(Path(model.path).parent)
    return folder == "." or path.startswith(folder + os.sep)
