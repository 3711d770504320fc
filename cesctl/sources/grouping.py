"""Which files of a source are read alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cesctl.sources import columns, names, presets, samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.model.types import Columns, Preset, Source
    from cesctl.sources.parts import InputFile


@dataclass(frozen=True)
class Group:
    """Files of a source in which the same columns say whose, what and when.

    What is one event by its id reaches beyond: groups of one source and tool share their ids where the same
    columns hold them.
    """

    source: Source
    files: tuple[InputFile, ...]


def by_tool(source: Source, found: Sequence[InputFile]) -> list[Group]:
    """One group per tool that made the files.

    JSON leaves out what is empty, so a file may not show what its tool is told by: it counts as one of the
    others' tool where it has that tool's event and time.
    """
    if not found:
        return []
    if source.preset == "plain":
        return _by_columns(source, found)
    seen: dict[object, Preset | None] = {}  # of many files most are alike
    tools: dict[InputFile, Preset | None] = {}
    for file in found:
        alike = (file.format, file.columns, file.inside)
        if alike not in seen:
            preset = presets.named(source, [file], columns.has)
            seen[alike] = preset or presets.detect(file, source, columns.has)
        tools[file] = seen[alike]
    known = list(dict.fromkeys(t for t in tools.values() if t is not None))
    groups: dict[Preset | None, list[InputFile]] = {}
    for file, tool in tools.items():
        likely = (t for t in known if presets.may_fit(t, file, columns.has))
        groups.setdefault(tool or next(likely, None), []).append(file)
    made: list[Group] = []
    for tool, of_tool in groups.items():
        if tool is None:
            made += _by_columns(source, of_tool)
        else:
            told = replace(source, preset=tool.name)
            made += [Group(told, g) for g in _by_id(tool, of_tool)]
    return made


def _by_id(tool: Preset, found: Sequence[InputFile]) -> list[tuple[InputFile, ...]]:
    """Files of a tool whose records the same columns tell apart; of JSON, which leaves out what is empty, all
    files together say which those are.
    """

    def ids(together: Sequence[InputFile]) -> Columns | None:
        there = (i for i in tool.ids if all(any(columns.has(f, c) for f in together) for c in i))
        return next(there, None)

    of_json = ids([f for f in found if f.is_json])
    groups: dict[object, list[InputFile]] = {}
    for file in found:
        groups.setdefault(of_json if file.is_json else ids([file]), []).append(file)
    return [tuple(g) for g in groups.values()]


def _by_columns(source: Source, found: Sequence[InputFile]) -> list[Group]:
    """Files in which the same columns are found by their names; JSON files together."""
    given = (source.customer, source.event or source.event_value, source.timestamp)
    wanted = [w for w, named in zip(names.ROLES, given, strict=True) if not named]
    groups: dict[object, list[InputFile]] = {}
    for file in found:
        key = None if file.is_json else tuple(tuple(names.matches(file.columns, w)) for w in wanted)
        groups.setdefault(key, []).append(file)
    return [Group(source, tuple(g)) for g in groups.values()]


def unfolded(group: Group, sampled: dict[InputFile, samples.Sampled]) -> Group:
    """The group, its JSON looked at row by row where the tool's records hold their rows in an array.

    Those files are others then: what is in them is added to ``sampled``.
    """
    preset = presets.named(group.source, group.files, columns.has)
    if preset is None or not preset.rows:
        return group
    rows = [replace(f, rows=preset.rows, columns=()) if f.is_json else f for f in group.files]
    described, looked = samples.described(rows)
    sampled |= looked
    return Group(group.source, tuple(described))
