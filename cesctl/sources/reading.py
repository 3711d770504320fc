"""The front door: from inputs and a source to ``Raw``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from cesctl.errors import InputError
from cesctl.model.types import Source
from cesctl.sources import columns, separated
from cesctl.sources.gathering import Gathered, gather
from cesctl.sources.grouping import Group
from cesctl.sources.parts import Part, Raw

if TYPE_CHECKING:
    from cesctl.errors import InputProblem
    from cesctl.sources.parts import InputFile, Wanted


def read(
    inputs: Any,
    sources: Source | Sequence[Source],
    *,
    properties: Sequence[str] = (),
    text_properties: Sequence[str] | None = None,
    exclude: Sequence[str | PathLike[str]] = (),
) -> Raw:
    """Finds the files, what they are and which columns to read; reads no more than samples.

    ``inputs``: paths, folders, patterns, "-", ``NAME=PATH``, or polars frames; none: the sources' own.
    ``properties``: columns and dotted paths the model uses; of those in ``text_properties`` (default: all,
    as where records are compared) the text itself matters. ``exclude``: files that are no events.
    """
    import polars as pl

    if isinstance(inputs, (str, PathLike, pl.DataFrame, pl.LazyFrame)):
        inputs = [inputs]
    gathered = gather(inputs, [sources] if isinstance(sources, Source) else sources, exclude)
    groups = resolved(gathered, properties)
    parts: list[Part] = []
    for group in groups:
        # whether two records are the same is told by the text of all that is used
        all_text = text_properties is None or group.source.deduplicate != "none"
        exact = properties if all_text else text_properties
        wanted = columns.wanted(group.source, properties, set(exact or ()))
        separated.tell_repeated(group.files, wanted, gathered.notes)
        parts += in_parts(group, wanted, gathered)
    return Raw(tuple(parts), list(gathered.notes.lines))


def resolved(
    gathered: Gathered, properties: Sequence[str] = (), elsewhere: Collection[str] = ()
) -> list[Group]:
    """The groups with their columns; raises InputError with all that is not found. ``elsewhere``: columns of
    files that were read before.
    """
    alone = len(gathered.groups) == 1
    groups: list[Group] = []
    problems: list[InputProblem] = []
    for group in gathered.groups:
        try:
            source = columns.resolve(
                group.source, group.files, gathered.sampled, gathered.notes, alone=alone
            )
            groups.append(Group(source, group.files))
        except InputError as error:
            problems += error.problems
    try:
        columns.check(
            groups,
            () if problems else properties,
            gathered.notes,
            lacking=gathered.lacking,
            elsewhere=elsewhere,
        )
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(*problems)
    return groups


def in_parts(group: Group, wanted: tuple[Wanted, ...], gathered: Gathered) -> list[Part]:
    """The wanted columns of the group's files, those of one layout together."""
    return [_part(files, group.source, wanted, gathered) for files in _alike(group.files, wanted)]


def _alike(
    found: Sequence[InputFile], wanted: tuple[Wanted, ...]
) -> Iterable[tuple[InputFile, ...]]:
    """Files of one layout together, in the order of the first of each."""
    groups: dict[object, list[InputFile]] = {}
    for file in found:
        groups.setdefault(_layout(file, wanted), []).append(file)
    return [tuple(g) for g in groups.values()]


def _part(
    files: tuple[InputFile, ...], source: Source, wanted: tuple[Wanted, ...], gathered: Gathered
) -> Part:
    sampled = [gathered.sampled[f] for f in files]
    exact = {w.name for w in wanted if w.exact}
    return Part(
        files,
        wanted,
        source,
        careful=any(s.fractions & exact for s in sampled),
        quoted=frozenset(n for s in sampled for n in s.alike & exact),
        keyed=frozenset(way for f in files for way in f.keyed),
        given=gathered.frames.get(files[0]),
    )


def _layout(file: InputFile, wanted: tuple[Wanted, ...]) -> object:
    """What files must share to be scanned as one."""
    if file.format == "csv":
        return ("csv", file.separator, file.eol, file.blank_lines, file.header, file.columns)
    if file.format == "parquet":
        from cesctl.sources import columnar, typed

        schema = columnar.schema_of(file.path)
        ways = dict.fromkeys(way for w in wanted for way in w.ways)
        types = [str(typed.type_at(schema, way)) for way in ways]
        return ("parquet", *types, *(typed.cell_at(schema, way) for way in ways))
    if file.format == "frame":
        return file
    return (file.format, file.compression, file.bom, file.wrapper, file.opening, file.rows)
