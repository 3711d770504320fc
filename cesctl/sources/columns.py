"""Which columns to read from each file: those the model names, or found by common names."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from cesctl.errors import InputError, InputProblem, Notes
from cesctl.model.types import by_text
from cesctl.sources import names, presets
from cesctl.sources.parts import Wanted, one_per_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from cesctl.model.types import Source
    from cesctl.sources.grouping import Group
    from cesctl.sources.parts import InputFile, Ways
    from cesctl.sources.samples import Sampled

_WHOSE = "name the column that says whose the rows are: source: {customer: COLUMN}"
_SHOWN = 30  # columns listed in a message


def resolve(
    source: Source,
    files: Sequence[InputFile],
    sampled: Mapping[InputFile, Sampled],
    notes: Notes,
    *,
    alone: bool = True,
) -> Source:
    """The source with its columns: named by the model, by the preset of the tool whose files they are, or
    guessed and told. ``alone``: whether there are no files but these.

    Of columns whose names fit alike, one that holds something in the file's sample is taken.
    """
    whose = "" if alone else f"{some(files)}: "
    preset = presets.named(source, files, has)
    if preset is not None:
        source = presets.apply(preset, source, files, has)
    source = replace(source, deduplicate=source.deduplicate or ("id" if source.id else "none"))
    guessed: dict[str, str] = {}

    def role(name: str, given: tuple[str, ...], wanted: Sequence[str]) -> tuple[str, ...]:
        if given:
            return given
        found: dict[str, None] = {}
        for file in files:
            best = _best(file, sampled[file].filled, wanted)
            if best is None:
                raise InputError(_not_found(name, file, source))
            found[best] = None
        guessed[name] = ", ".join(f'"{c}"' for c in found)
        return tuple(found)

    customer = role("customer", source.customer, names.CUSTOMER)
    event = role("event", source.event, names.EVENT) if source.event_value is None else ()
    timestamp = role("timestamp", source.timestamp, names.TIMESTAMP)
    if guessed:
        text = ", ".join(f"{role} = {column}" for role, column in guessed.items())
        notes.add(f"{whose}columns found by name: {text}")
    return replace(source, customer=customer, event=event, timestamp=timestamp)


def some(files: Sequence[InputFile]) -> str:
    """The first file's name, and how many more there are."""
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"{files[0].name}{more}"


def _best(file: InputFile, filled: Collection[str], wanted: Sequence[str]) -> str | None:
    """The most preferred column that holds something; else the most preferred."""
    found = names.matches(file.paths, wanted)
    return next((c for c in found if c in filled), found[0] if found else None)


def _not_found(role: str, file: InputFile, source: Source) -> InputProblem:
    say = f"{{{role}: COLUMN}}"
    say = f"sources: {{{source.name}: {say}}}" if source.name else f"source: {say}"
    hint = f"name it in the model: {say}"
    if role == "event":
        hint += ", or, where every row is the same event, event: {value: NAME}"
    return InputProblem(
        f"no {role} column is found by its name; {listed(file.paths)}", file.name, hint=hint
    )


def listed(columns: Sequence[str]) -> str:
    """The columns there are, for a message."""
    shown = ", ".join(f'"{c}"' for c in columns[:_SHOWN])
    more = f" and {len(columns) - _SHOWN} more" if len(columns) > _SHOWN else ""
    return f"its columns are {shown}{more}" if columns else "it has no columns"


def check(
    groups: Sequence[Group],
    properties: Sequence[str],
    notes: Notes,
    *,
    lacking: bool = False,
    elsewhere: Collection[str] = (),
) -> None:
    """Raises InputError for a column that a file must have and has not. The sources are resolved.

    ``lacking``: whether there are inputs without files, which may be those that have a property;
    ``elsewhere``: columns that other files have, which were read before.
    """
    problems: list[InputProblem] = []
    for group in groups:
        source, files = group.source, group.files
        known = source.preset not in (None, "plain")
        for role, alternatives in (
            ("customer", source.customer),
            ("event", source.event),
            ("timestamp", source.timestamp),
        ):
            # that nobody is named in all of a file is worth an error, but where such rows are filtered out
            unnamed = role == "customer" and not any(
                c.property in alternatives for c in source.where
            )
            hint = _WHOSE if known and role == "customer" else ""
            lenient = known and not unnamed
            problems += _required(role, alternatives, files, notes, known=lenient, hint=hint)
        alike = [
            g for g in groups if (g.source.name, g.source.preset) == (source.name, source.preset)
        ]
        fellows = [f for g in alike for f in g.files]
        for name in source.id:
            problems += _property(name, files if known else fellows, notes)
        for condition in source.where:
            problems += _property(condition.property, fellows, notes, elsewhere)
    everything = [f for g in groups for f in g.files]
    for name in properties:
        unknown = _property(name, everything, notes)
        if unknown and lacking:
            notes.add(f'no column "{name}" in the files there are; it is empty')
        else:
            problems += unknown
    if problems:
        raise InputError(*dict.fromkeys(problems))


def _required(
    role: str,
    alternatives: tuple[str, ...],
    files: Sequence[InputFile],
    notes: Notes,
    *,
    known: bool,
    hint: str = "",
) -> list[InputProblem]:
    """``known``: whether the layout is a tool's, and so its columns' names are no mistake."""
    if not alternatives:
        return []
    lacking = [f for f in files if not any(has(f, a) for a in alternatives)]
    documents = [f for f in lacking if any(map(f.may_have, alternatives))]
    somewhere = len(lacking) < len(files)
    what = " or ".join(f'"{a}"' for a in alternatives)
    problems = []
    for file in lacking:
        # JSON leaves out what is empty: a file without the key is wrong only if all of them are.
        if file in documents and (known or somewhere or not all(f.whole for f in documents)):
            notes.add(f"{file.name}: no {what} ({role}) in a sample of its records")
            continue
        hint = hint or did_you_mean(alternatives[0], file.paths)
        problems.append(
            InputProblem(f"no column {what} ({role}); {listed(file.paths)}", file.name, hint=hint)
        )
    return problems


def _property(
    name: str, files: Sequence[InputFile], notes: Notes, elsewhere: Collection[str] = ()
) -> list[InputProblem]:
    lacking = [f for f in files if not has(f, name)]
    if not lacking:
        return []
    somewhere = len(lacking) < len(files) or name in elsewhere
    if somewhere or any(f.may_have(name) for f in files):
        tables = [f for f in lacking if not f.may_have(name)]
        if tables:
            notes.add(f'{some(tables)}: no column "{name}"; it is empty there')
        return []
    first = lacking[0]
    return [
        InputProblem(
            f'no column "{name}"; {listed(first.paths)}',
            first.name,
            hint=did_you_mean(name, first.paths),
        )
    ]


def has(file: InputFile, name: str) -> bool:
    """Whether a file has the column; a JSON path also where it leads to an object or through one."""
    if name in file.columns or name in file.inside:
        return True
    below = file.inside if file.format == "csv" else (*file.columns, *file.inside)
    return any(c.startswith(name + ".") for c in below)


def did_you_mean(name: str, columns: Sequence[str]) -> str:
    """A hint, or nothing."""
    same = [c for c in columns if names.plain(c) == names.plain(name)]
    close = same or difflib.get_close_matches(name, columns, n=1, cutoff=0.7)
    return f'did you mean "{close[0]}"?' if close else ""


def wanted(source: Source, properties: Sequence[str], exact: Collection[str]) -> tuple[Wanted, ...]:
    """All columns to read. ``exact``: the properties whose own text matters."""
    texts = [*source.customer, *source.event, *source.id]
    columns = [Wanted(n, ways(n)) for n in texts]
    columns += [Wanted(n, ways(n), exact=False, timestamp=True) for n in source.timestamp]
    columns += [Wanted(n, ways(n), exact=n in exact) for n in properties]
    columns += [Wanted(c.property, ways(c.property), exact=by_text(c)) for c in source.where]
    nothing = dict(source.nothing)
    return tuple(
        replace(w, apostrophe=source.apostrophes, nothing=nothing.get(w.name))
        for w in one_per_name(columns)
    )


def ways(name: str) -> Ways:
    """How a name leads into a record: the literal column first, then the path it spells."""
    if "." not in name:
        return ((name,),)
    split = tuple(name.split("."))
    return ((name,), split) if all(split) else ((name,),)
