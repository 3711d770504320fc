"""The source: from what was read under ``source`` to Source."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cesctl.model.fields import Entry, Fields
from cesctl.model.presets import check_preset
from cesctl.model.reading import build_reading
from cesctl.model.types import Source

if TYPE_CHECKING:
    from pathlib import Path

    from cesctl.model.report import Report
    from cesctl.model.types import Preset


def relative(path: str, folder: Path | None) -> str:
    """A path of the model as seen from the working folder; URLs and ``-`` stay as they are."""
    if folder is None or path == "-" or "://" in path:
        return path
    return str(folder / path)


def build_sources(
    one: Fields | None,
    several: list[Entry] | None,
    folder: Path | None,
    presets: tuple[Preset, ...],
    report: Report,
) -> tuple[Source, ...]:
    """The sources in the model's order; one without a name where it declares none.

    ``presets``: the model's own.
    """
    named = [e for e in several or [] if isinstance(e.value, Fields)]
    for fields in (one, *(e.value for e in named)):
        if fields is not None:
            check_preset(fields, presets, report)
    if named:
        sources = [replace(build_source(e.value, folder), name=e.name) for e in named]
    else:
        sources = [Source() if one is None else build_source(one, folder)]
    return tuple(replace(s, presets=presets) for s in sources)


def build_source(fields: Fields, folder: Path | None) -> Source:
    return Source(
        preset=fields.get("preset"),
        files=tuple(relative(f, folder) for f in fields.get("files", ())),
        id=(fields.get("id"),) if "id" in fields.values else (),
        **build_reading(fields),
    )
