"""An export as it is, for looking around: every column, also where it is unclear what they mean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cesctl.errors import InputError, InputProblem
from cesctl.sources import columns, files, samples
from cesctl.sources.parts import Raw, Wanted
from cesctl.sources.reading import in_parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from cesctl.model.types import Source


@dataclass(frozen=True)
class Survey:
    """``everything``: all columns of all files, its source as far as it is known.

    ``events``: only the columns that make a row an event; None where they are not known, and then
    ``problems`` says what is missing.
    """

    everything: Raw
    events: Raw | None
    problems: tuple[InputProblem, ...] = ()


def survey(inputs: Sequence[str | PathLike[str]], source: Source) -> Survey:
    """Finds files, formats and columns; reads no more than samples. Raises InputError for files."""
    given = (*source.customer, *source.event, *source.timestamp)
    result = files.find(inputs, given)
    found, sampled = samples.described(result.files)
    notes = result.notes
    try:
        known = columns.resolve(source, found, sampled, notes)
        columns.check(known, (), found, notes)
        problems: tuple[InputProblem, ...] = ()
    except InputError as error:
        known, problems = source, error.problems

    def raw(wanted: tuple[Wanted, ...]) -> Raw:
        return Raw(tuple(in_parts(found, wanted, sampled)), known, list(notes.lines))

    names = list(dict.fromkeys(c for f in found for c in f.paths))
    unkeyed = replace(source, customer=(), event=(), timestamp=(), id=(), where=())
    everything = raw(columns.wanted(unkeyed, names, ()))
    events = None if problems else raw(columns.wanted(known, (), ()))
    return Survey(everything, events, problems)
