"""The front door: from inputs and a source to ``Raw``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from cesctl.errors import Notes
from cesctl.sources import columns, files, samples
from cesctl.sources.parts import Part, Raw

if TYPE_CHECKING:
    import polars as pl

    from cesctl.model.types import Source
    from cesctl.sources.parts import InputFile, Wanted

Inputs = "Sequence[str | PathLike[str]] | str | PathLike[str] | pl.DataFrame | pl.LazyFrame"


def read(
    inputs: Any,
    source: Source,
    *,
    properties: Sequence[str] = (),
    text_properties: Sequence[str] | None = None,
    exclude: Sequence[str | PathLike[str]] = (),
) -> Raw:
    """Finds the files, what they are and which columns to read; reads no more than samples.

    ``inputs``: paths, folders, patterns, "-", or polars frames. ``properties``: columns and dotted
    paths the model uses; of those in ``text_properties`` (default: all, as where records are compared)
    the text itself matters.
    ``exclude``: files that are no events.
    """
    import polars as pl

    from cesctl.sources import frame

    if isinstance(inputs, (str, PathLike, pl.DataFrame, pl.LazyFrame)):
        inputs = [inputs]
    frames: dict[InputFile, pl.LazyFrame] = {}
    sampled_frames: dict[InputFile, samples.Sampled] = {}
    paths: list[str | PathLike[str]] = []
    for given in inputs:
        if isinstance(given, pl.DataFrame | pl.LazyFrame):
            file, lazy, held = frame.as_input(given, len(frames) + 1)
            frames[file] = lazy
            sampled_frames[file] = held
        else:
            paths.append(given)
    notes = Notes()
    given_names = (*source.customer, *source.event, *source.timestamp)
    found: list[InputFile] = []
    if paths or not frames:
        result = files.find(paths, given_names, exclude)
        found, notes = result.files, result.notes
    found, sampled = samples.described(found)
    found += frames
    sampled |= sampled_frames
    source = columns.resolve(source, found, sampled, notes)
    columns.check(source, properties, found, notes)
    # whether two records are the same is told by the text of all that is used
    all_text = text_properties is None or source.deduplicate != "none"
    exact = properties if all_text else text_properties
    wanted = columns.wanted(source, properties, set(exact or ()))
    return Raw(tuple(in_parts(found, wanted, sampled, frames)), source, list(notes.lines))


def in_parts(
    found: Sequence[InputFile],
    wanted: tuple[Wanted, ...],
    sampled: Mapping[InputFile, samples.Sampled],
    frames: Mapping[InputFile, pl.LazyFrame] | None = None,
) -> list[Part]:
    """The wanted columns of the files, those of one layout together."""
    return [_part(g, wanted, sampled, frames or {}) for g in _groups(found, wanted)]


def _groups(
    found: Sequence[InputFile], wanted: tuple[Wanted, ...]
) -> Iterable[tuple[InputFile, ...]]:
    """Files of one layout together, in the order of the first of each."""
    groups: dict[object, list[InputFile]] = {}
    for file in found:
        groups.setdefault(_layout(file, wanted), []).append(file)
    return [tuple(g) for g in groups.values()]


def _part(
    files: tuple[InputFile, ...],
    wanted: tuple[Wanted, ...],
    sampled: Mapping[InputFile, samples.Sampled],
    frames: Mapping[InputFile, pl.LazyFrame],
) -> Part:
    exact = {w.name for w in wanted if w.exact}
    fractions = any(sampled[f].fractions & exact for f in files)
    alike = frozenset(n for f in files for n in sampled[f].alike & exact)
    keyed = frozenset(way for f in files for way in f.keyed)
    return Part(
        files, wanted, careful=fractions, quoted=alike, keyed=keyed, source=frames.get(files[0])
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
    return (file.format, file.compression, file.bom, file.wrapper, file.opening)
