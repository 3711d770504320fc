"""An export as it is, for looking around: every column, also where it is unclear what they mean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cesctl.errors import InputError
from cesctl.sources import columns, separated
from cesctl.sources.gathering import gather
from cesctl.sources.grouping import Group
from cesctl.sources.parts import Raw
from cesctl.sources.reading import in_parts, resolved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from os import PathLike

    from cesctl.errors import InputProblem
    from cesctl.model.types import Source
    from cesctl.sources.parts import Wanted


@dataclass(frozen=True)
class Survey:
    """``everything``: all columns of all files, its source as far as it is known.

    ``events``: only the columns that make a row an event; None where they are not known, and then
    ``problems`` says what is missing.
    """

    everything: Raw
    events: Raw | None
    problems: tuple[InputProblem, ...] = ()


def survey(
    inputs: Sequence[str | PathLike[str]],
    sources: Sequence[Source],
    exclude: Sequence[str | PathLike[str]] = (),
) -> Survey:
    """Finds files, formats and columns; reads no more than samples. Raises InputError for files.

    ``exclude``: files that are no events.
    """
    gathered = gather(inputs, sources, exclude)
    groups = list(gathered.groups)
    problems: tuple[InputProblem, ...] = ()
    try:
        groups = resolved(gathered)
        for group in groups:
            used = columns.wanted(group.source, (), ())
            separated.tell_repeated(group.files, used, gathered.notes)
    except InputError as error:
        problems = error.problems

    def everything(group: Group) -> tuple[Wanted, ...]:
        names = list(dict.fromkeys(c for f in group.files for c in f.paths))
        unkeyed = replace(group.source, customer=(), event=(), timestamp=(), id=(), where=())
        return columns.wanted(unkeyed, names, ())

    def raw(wanted: Callable[[Group], tuple[Wanted, ...]]) -> Raw:
        parts = [p for g in groups for p in in_parts(g, wanted(g), gathered)]
        return Raw(tuple(parts), list(gathered.notes.lines))

    events = None if problems else raw(lambda g: columns.wanted(g.source, (), ()))
    return Survey(raw(everything), events, problems)
