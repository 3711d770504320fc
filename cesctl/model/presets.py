"""The model's own presets, and whether a source names one that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.model.fields import Entry, Fields, did_you_mean
from cesctl.model.keys_source import PRESETS
from cesctl.model.reading import build_reading
from cesctl.model.types import Preset

if TYPE_CHECKING:
    from cesctl.model.report import Report


def build_presets(entries: list[Entry] | None, report: Report) -> tuple[Preset, ...]:
    """In the model's order; one with something wrong in it keeps its name."""
    for entry in entries or []:
        if entry.name in PRESETS:
            message = f'"{entry.name}" is the name of a preset of the program'
            report.add(entry.span, entry.path, message, "choose another name")
    return tuple(_preset(e.name, e.value) for e in entries or [])


def _preset(name: str, fields: object) -> Preset:
    if not isinstance(fields, Fields):
        return Preset(name, name, (), (), ())
    return Preset(
        name,
        name,
        signature=tuple((column,) for column in fields.get("columns", ())),
        ids=(fields.get("id"),) if "id" in fields.values else (),
        rows=tuple(fields.get("rows").split(".")) if "rows" in fields.values else (),
        **build_reading(fields),
    )


def check_preset(source: Fields, declared: tuple[Preset, ...], report: Report) -> None:
    """Reports a source's preset that is neither the program's nor the model's."""
    name = source.get("preset")
    known = (*PRESETS, *(p.name for p in declared))
    if name is None or name in known:
        return
    choose = "use " + " or ".join((", ".join(known[:-1]), known[-1]))
    source.add(report, "preset", f'unknown preset "{name}"', did_you_mean(name, known, choose))
