"""From a model file to a Model, or to all that is wrong with it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from cesctl.errors import ModelError, Problem
from cesctl.model.columns import is_pattern, reserved_columns
from cesctl.model.document import Pairs, compose
from cesctl.model.fields import BAD, Entry, Fields
from cesctl.model.keys import MODEL
from cesctl.model.lists import build_lists
from cesctl.model.presets import build_presets
from cesctl.model.read_text import read_text
from cesctl.model.report import Report, Span
from cesctl.model.scoring import build_bands, build_groups, build_risk, build_scale, check_possible
from cesctl.model.signals import build_signals
from cesctl.model.sources import build_sources, relative
from cesctl.model.types import Identities, Model, RollUp, Roster


def load_model(path: str | os.PathLike[str]) -> Model:
    """Reads and checks a model file. Raises ModelError with all problems."""
    data, text = read_text(path)
    file = os.fspath(path)
    return _model(text, file, Path(path).parent, hashlib.sha256(data).hexdigest(), file)


def parse_model(text: str, file: str = "model.yaml", folder: Path | None = None) -> Model:
    """The same from text; messages call it ``file``, and its paths are relative to ``folder``."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return _model(text.removeprefix("\ufeff"), file, folder, digest, "")


def _model(text: str, file: str, folder: Path | None, sha256: str, path: str) -> Model:
    report = Report(text, file)
    root = compose(report)
    if root is None:
        if not report.problems:
            report.add(
                Span(0, 0),
                "",
                "the model is empty",
                'it needs "events:" with a signal for each event',
            )
        raise ModelError(report.problems)
    if not isinstance(root, Pairs):
        hint = 'a model starts with "events:" and a signal for each event'
        report.add(root.span, "", "this is no model: a mapping of keys is expected", hint)
        raise ModelError(report.problems)
    fields = MODEL.read(root, "", Span(0, 0), report)
    if fields is BAD:
        raise ModelError(report.problems)
    model = _build(fields, folder, report)
    if report.problems:
        raise ModelError(report.problems)
    from dataclasses import replace

    return replace(model, sha256=sha256, path=path)


def _build(fields: Fields, folder: Path | None, report: Report) -> Model:
    entries: list[Entry] = fields.get("events", [])
    window = fields.get("window")
    window_us = None if window == "none" else window
    signals, complete = build_signals(entries, window_us, report)
    before = report.found
    groups = build_groups(fields.get("groups"), entries, report)
    groups_fine = report.found == before and not _faulty(fields, "groups")
    scale_fields = fields.get("scale")
    scale = build_scale(scale_fields, report)
    if scale_fields and complete and groups_fine and "events" in fields.values:
        check_possible(scale_fields, signals, groups, report)
    bands = build_bands(fields.get("bands"), report)
    compares = "compare" in fields.keys
    return Model(
        signals=signals,
        name=fields.get("name", ""),
        timezone=fields.get("timezone", "UTC"),
        as_of=fields.get("as_of", "latest"),
        window_us=window_us,
        compare_us=fields.get("compare"),
        sources=build_sources(
            fields.get("source"),
            fields.get("sources"),
            folder,
            build_presets(fields.get("presets"), report),
            report,
        ),
        groups=groups,
        scale=scale,
        bands=bands,
        risk=build_risk(fields.get("risk"), compares=compares, report=report),
        customers=_roster(fields.get("customers"), folder),
        attributes=_attributes(fields, entries, report),
        identities=_identities(fields.get("identities"), folder),
        roll_up=_roll_up(fields.get("roll_up")),
        lists=build_lists(
            fields.get("lists"),
            [b.name for b in bands] if not _faulty_bands(fields) else [],
            report,
            compares=compares,
        ),
    )


def _faulty(fields: Fields, key: str) -> bool:
    """Whether a mapping of entries is bad, or one of its entries."""
    entries: Any = fields.get(key, [])
    if key in fields.keys and key not in fields.values:
        return True
    return any(e.value is BAD or (isinstance(e.value, Fields) and e.value.broken) for e in entries)


def _faulty_bands(fields: Fields) -> bool:
    """Whether not all bands have names, so that it is not known which there are."""
    bands: Any = fields.get("bands")
    if bands is None:
        return "bands" in fields.keys
    return any(isinstance(b, Fields) and b.broken for b in bands)


def _roster(fields: Fields | None, folder: Path | None) -> Roster | None:
    if fields is None or fields.broken:
        return None
    file = relative(fields.get("file"), folder)
    return Roster(file, fields.get("id", "customer"), fields.get("only", False))


def _identities(fields: Fields | None, folder: Path | None) -> Identities | None:
    if fields is None or fields.broken:
        return None
    file = relative(fields.get("file"), folder)
    return Identities(file, fields.get("from", "from"), fields.get("to", "to"))


def _roll_up(fields: Fields | None) -> RollUp | None:
    if fields is None or fields.broken:
        return None
    return RollUp(fields.get("to"), fields.get("by", "mean"))


def _attributes(
    fields: Fields, signals: list[Entry], report: Report
) -> tuple[tuple[str, str], ...]:
    entries: list[Entry] | None = fields.get("attributes")
    reserved = reserved_columns((s.name for s in signals), accounts="roll_up" in fields.keys)
    for entry in entries or []:
        if entry.name in reserved:
            message = f'"{entry.name}" is a column of the scores'
            report.add(entry.span, entry.path, message, "give the attribute another name")
        elif is_pattern(entry.name):
            message = f'"{entry.name}" is a pattern, not a name'
            report.add(entry.span, entry.path, message, "give the attribute another name")
    return tuple((e.name, e.value) for e in entries or [] if e.value is not BAD)


__all__ = ["ModelError", "Problem", "load_model", "parse_model"]
