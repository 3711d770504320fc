"""Which files each source of the model reads: as named, and else as they fit."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cesctl.cloud import urls
from cesctl.errors import InputError, InputProblem, Notes
from cesctl.sources import columns, files, presets, samples
from cesctl.sources.grouping import Group, by_tool, unfolded

if TYPE_CHECKING:
    import polars as pl

    from cesctl.model.types import Source
    from cesctl.sources.parts import InputFile

_NAMED = re.compile(r"([^=]+)=(.+)", re.DOTALL)


class NothingToReadError(InputError):
    """No files with rows, where all that was named is well."""


@dataclass(frozen=True)
class Gathered:
    """All files by source, in the order of the sources; ``sampled`` is what is in each file. ``lacking``:
    whether a source or a pattern has none, so that what only those have is nowhere. ``known``: names of other
    files, which nobody looked into, and why.
    """

    groups: tuple[Group, ...]
    sampled: dict[InputFile, samples.Sampled]
    frames: dict[InputFile, pl.LazyFrame]
    notes: Notes
    lacking: bool = False
    known: tuple[tuple[str, str], ...] = ()

    @property
    def files(self) -> list[InputFile]:
        return [f for g in self.groups for f in g.files]


def gather(
    inputs: Sequence[Any],
    sources: Sequence[Source],
    exclude: Sequence[str | os.PathLike[str]] = (),
    known: Callable[[Source | None, str, Path], str | None] = lambda *_: None,
) -> Gathered:
    """Finds the files and what they are; reads no more than samples.

    ``inputs``: paths, folders, patterns, "-", ``NAME=PATH``, or polars frames; none: the sources' own.
    Files of one source that several tools made become a group per tool. ``known``: why a file need not be
    looked into, by the source that reads it (None: its columns tell), its name and its path; None where it
    must be. Raises InputError with all that is wrong with the inputs. A pattern of a source's own that
    matches nothing is told in a note where there is anything else to read.
    """
    notes = Notes()
    frames = _frames(inputs)
    asked = _asked(_paths(inputs), sources) if inputs else _own_files(sources, notes)
    found = _find(asked, sources, exclude, notes, known, standing=not inputs)
    by_source = {s: found.files.get(s, []) for s in sources}
    _share_out([*found.files.get(None, ()), *frames], by_source, notes)
    groups = [g for s, of_it in by_source.items() for g in by_tool(s, of_it)]
    if not groups and not found.known:
        raise NothingToReadError(*(found.empty or [InputProblem("no files to read")]))
    for problem in found.empty:
        notes.add(str(problem).splitlines()[0])
    sampled = found.sampled | {file: held for file, (_, held) in frames.items()}
    groups = [unfolded(g, sampled) for g in groups]
    _tell_presets(groups, sources, notes)
    return Gathered(
        tuple(groups),
        sampled,
        {file: lazy for file, (lazy, _) in frames.items()},
        notes,
        lacking=found.lacking or bool(found.empty),
        known=tuple(found.known),
    )


def _frames(inputs: Sequence[Any]) -> dict[InputFile, tuple[pl.LazyFrame, samples.Sampled]]:
    """The frames among the inputs, in their order, and what their first rows hold."""
    from cesctl.sources import frame

    given = enumerate((i for i in inputs if _is_frame(i)), start=1)
    as_inputs = (frame.as_input(one, number) for number, one in given)
    return {file: (lazy, held) for file, lazy, held in as_inputs}


def _paths(inputs: Sequence[Any]) -> list[str]:
    """All other inputs."""
    return [os.fspath(i) for i in inputs if not _is_frame(i)]


def _is_frame(given: Any) -> bool:
    import polars as pl

    return isinstance(given, pl.DataFrame | pl.LazyFrame)


@dataclass
class _Found:
    """The files behind the inputs, by the source that they were named for, and what is in each.

    ``empty``: files without rows, of which nothing is read. ``lacking``: whether a pattern has no file.
    ``known``: see Gathered.
    """

    files: dict[Source | None, list[InputFile]] = field(default_factory=dict)
    sampled: dict[InputFile, samples.Sampled] = field(default_factory=dict)
    empty: list[InputProblem] = field(default_factory=list)
    lacking: bool = False
    known: list[tuple[str, str]] = field(default_factory=list)


def _find(
    asked: Mapping[Source | None, Sequence[str]],
    sources: Sequence[Source],
    exclude: Sequence[str | os.PathLike[str]],
    notes: Notes,
    known: Callable[[Source | None, str, Path], str | None],
    *,
    standing: bool,
) -> _Found:
    """Looks for the files and into them. Raises InputError with all that is wrong with them.

    ``standing``: the model names them, for every run, so that a pattern may match nothing today.
    """
    found = _Found()
    problems: list[InputProblem] = []
    for source, texts in asked.items():
        named_columns = [c for s in sources if source in (None, s) for c in _columns(s)]
        try:
            own = partial(known, source)
            result = files.find(texts, named_columns, exclude, standing=standing, known=own)
            found.files[source], sampled = samples.described(result.files)
        except files.NothingInThemError as error:
            found.empty += error.problems
            continue
        except InputError as error:
            problems += error.problems
            continue
        found.sampled |= sampled
        found.lacking |= result.lacking
        found.known += result.known
        for line in result.notes.lines:
            notes.add(line)
    if problems:
        raise InputError(*problems)
    return found


def _tell_presets(groups: Sequence[Group], sources: Sequence[Source], notes: Notes) -> None:
    """Which tools' files were known by their columns."""
    for group in groups:
        if group.source in sources:
            continue
        preset = presets.named(group.source, group.files, columns.has)
        assert preset is not None
        whose = f"{columns.some(group.files)}: " if len(groups) > 1 else ""
        notes.add(f"{whose}read as {preset.title} (preset {preset.name})")


def path_of(text: str, sources: Sequence[Source]) -> str:
    """The path of an input that may be ``NAME=PATH``."""
    named = _named(text, [s.name for s in sources])
    return text if named is None or _is_path(text) else named[1]


def _named(text: str, names: Sequence[str]) -> tuple[str, str] | None:
    """(name, path) of a ``NAME=PATH``; None where it can be none. A source's name may have ``=`` in it, or
    ``/``: of the names there are the longest counts.
    """
    for name in sorted(filter(None, names), key=len, reverse=True):
        if text.startswith(f"{name}=") and text != f"{name}=":
            return name, text[len(name) + 1 :]
    match = _NAMED.fullmatch(text)
    return None if match is None or "/" in match[1] else (match[1], match[2])


def _is_path(text: str) -> bool:
    """Whether it means a file as it is; a name with ``=`` in it is no ``NAME=PATH`` then."""
    if text == "-" or urls.is_url(text):
        return True
    try:
        return Path(text).exists() or bool(glob.glob(text, recursive=True))  # noqa: PTH207
    except (OSError, ValueError):  # too long a name, or one with a NUL
        return False


def _asked(paths: Sequence[str], sources: Sequence[Source]) -> dict[Source | None, list[str]]:
    """The inputs by the source they are named for; None: any."""
    by_name = {s.name: s for s in sources if s.name}
    asked: dict[Source | None, list[str]] = {}
    problems = []
    for text in paths:
        named = _named(text, list(by_name))
        if named is None or _is_path(text):
            asked.setdefault(sources[0] if len(sources) == 1 else None, []).append(text)
        elif named[0] in by_name:
            asked.setdefault(by_name[named[0]], []).append(named[1])
        else:
            problems.append(_no_such_source(text, named[0], list(by_name)))
    if problems:
        raise InputError(*problems)
    return asked


def _no_such_source(text: str, name: str, names: list[str]) -> InputProblem:
    if not names:
        return InputProblem(
            f'no file of that name, and the model has no source called "{name}"',
            text,
            hint=f"declare it: sources: {{{name}: {{…}}}}, or name the path alone",
        )
    listed = ", ".join(f'"{n}"' for n in names)
    hint = columns.did_you_mean(name, names) or f"the model's sources are {listed}"
    return InputProblem(f'the model has no source called "{name}"', text, hint=hint)


def _own_files(sources: Sequence[Source], notes: Notes) -> dict[Source | None, list[str]]:
    asked: dict[Source | None, list[str]] = {s: list(s.files) for s in sources if s.files}
    for source in sources:
        if asked and not source.files:
            notes.add(f'source "{source.name}" names no files: it is not read')
    return asked


def _columns(source: Source) -> tuple[str, ...]:
    """Columns by which an object is known for a record: the roles', and those beside arrays of rows."""
    folded = [c for p in source.presets if p.rows for one_of in p.signature for c in one_of]
    return (*source.customer, *source.event, *source.timestamp, *folded)


def _share_out(
    unnamed: Sequence[InputFile], by_source: dict[Source, list[InputFile]], notes: Notes
) -> None:
    """Adds each file to those of the source that it fits, if it is not among them. Raises InputError."""
    taken = {s: set(map(files.identity, named)) for s, named in by_source.items()}
    for file in unnamed:
        source = _fitting(file, list(by_source))
        identity = files.identity(file)
        if identity in taken[source]:
            notes.add(f"{file.name}: named twice, read once")
        else:
            taken[source].add(identity)
            by_source[source].append(file)


def _fitting(file: InputFile, sources: Sequence[Source]) -> Source:
    """The one source that a file, given without a name, can be of."""
    if len(sources) == 1:
        return sources[0]
    fitting = [s for s in sources if _fits(file, s)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(f'"{s.name}"' for s in fitting or sources)
    why = f"it fits {names}" if fitting else f"it fits none of {names}"
    raise InputError(
        InputProblem(
            f"it is not clear which source this file is of: {why}",
            file.name,
            hint=_how_to_name(file),
        )
    )


def _how_to_name(file: InputFile) -> str:
    """What says which source a file is of: a hint that can be followed as it stands."""
    if file.format == "frame":
        return (
            "a frame cannot be named: give it the columns of one source only, "
            "or write it to a file and give NAME=PATH"
        )
    if file.name == files.STANDARD_INPUT:
        return "write NAME=-"
    if not Path(file.name).exists() and not urls.is_url(file.name):  # a member of a zip
        return "unpack the zip file, and write NAME=PATH for this one"
    return f"write NAME={file.name}"


def _fits(file: InputFile, source: Source) -> bool:
    preset = presets.named(source, [file], columns.has)
    if preset is not None:
        return presets.fits(preset, file, columns.has)
    roles = [r for r in (source.customer, source.event, source.timestamp) if r]
    return bool(roles) and all(any(columns.has(file, c) for c in r) for r in roles)
