"""Which tool made a file, told by its columns, and how its preset fills in what the model leaves open.

Of the columns that a preset lists for a role those that the files have are used, the first that is not
empty counting; of the ids the first of which the files have all columns. What the model says itself goes
before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from cesctl.sources.tools import PRESETS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cesctl.model.types import Columns, Preset, Source
    from cesctl.sources.parts import InputFile

Has: TypeAlias = "Callable[[InputFile, str], bool]"  # whether a file has a column
NAMES = tuple(dict.fromkeys(p.name for p in PRESETS))


def detect(file: InputFile, source: Source, has: Has) -> Preset | None:
    """The preset whose signature the file has; the model's own go before the program's."""
    return next((p for p in (*source.presets, *PRESETS) if fits(p, file, has)), None)


def named(source: Source, files: Sequence[InputFile], has: Has) -> Preset | None:
    """The preset that the source names; of several of that name the one whose signature a file has, the
    first where none fits. None where it names none.
    """
    if source.preset in (None, "plain"):
        return None
    named = [p for p in (*source.presets, *PRESETS) if p.name == source.preset]
    return next((p for p in named if any(fits(p, f, has) for f in files)), named[0])


def fits(preset: Preset, file: InputFile, has: Has) -> bool:
    """Whether the file has the signature."""
    return all(any(has(file, c) for c in one_of) for one_of in preset.signature)


def is_folded(record: Mapping[str, object]) -> bool:
    """Whether a JSON object is a record that holds its rows in an array, as a tool's are."""
    return any(
        p.rows and all(any(c in record for c in one_of) for one_of in p.signature) for p in PRESETS
    )


def may_fit(preset: Preset, file: InputFile, has: Has) -> bool:
    """Whether JSON that lacks the signature may be of the tool: it has the event and the time."""
    roles = [r for r in (preset.event, preset.timestamp) if r]
    return file.is_json and all(any(has(file, c) for c in r) for r in roles)


def apply(preset: Preset, source: Source, files: Sequence[InputFile], has: Has) -> Source:
    """The source with what it leaves open filled in from the preset.

    A role keeps at least its first column, so that a file without any is told which it lacks; where there
    is JSON, whose records leave out what is empty, it keeps them all.
    """
    documents = any(f.is_json for f in files)

    def somewhere(column: str) -> bool:
        return any(has(f, column) for f in files)

    def there(columns: Columns) -> Columns:
        return columns if documents else tuple(filter(somewhere, columns)) or columns[:1]

    ids = (i for i in preset.ids if all(map(somewhere, i)))
    unnamed = not source.event and source.event_value is None
    auto = source.timestamp_format == "auto"
    return replace(
        source,
        preset=preset.name,
        customer=source.customer or there(preset.customer),
        event=there(preset.event) if unnamed and preset.event else source.event,
        event_value=preset.event_value if unnamed else source.event_value,
        timestamp=source.timestamp or there(preset.timestamp),
        id=source.id or next(ids, ()),
        deduplicate=source.deduplicate or preset.deduplicate,
        where=source.where or preset.where,
        timestamp_format=preset.timestamp_format if auto else source.timestamp_format,
        timezone=source.timezone or preset.timezone,
        prefix=source.prefix or preset.prefix,
        apostrophes=preset.apostrophes,
        nothing=preset.nothing,
    )
