"""From a model file to a Model, or to all that is wrong with it."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cesctl.errors import ModelError, Problem, UsageError
from cesctl.model.columns import is_pattern, reserved_columns
from cesctl.model.document import Pairs, compose
from cesctl.model.fields import BAD, Entry, Fields
from cesctl.model.keys import MODEL
from cesctl.model.lists import build_lists
from cesctl.model.nightly import build_nightly
from cesctl.model.presets import build_presets
from cesctl.model.read_text import read_text
from cesctl.model.report import Report, Span
from cesctl.model.sources import build_sources, relative
from cesctl.model.types import Identities, Model, RollUp, Roster, Variant
from cesctl.model.variants import Scoring, build_scoring, build_variants

if TYPE_CHECKING:
    from cesctl.model.what_if import Values

WITH_SET = "(with --set)"  # a text that no file has: its problems are told of it


def load_model(
    path: str | os.PathLike[str],
    *,
    set: Values = (),  # noqa: A002 - as the command's option
) -> Model:
    """Reads and checks a model file; ``set``: values in place of its own, by dotted path, as YAML
    (``{"events.login.weight": "2"}``). Raises ModelError with all problems, UsageError where a path leads
    nowhere.
    """
    data, text = read_text(path)
    file, folder = os.fspath(path), Path(path).parent
    if not set:
        return _model(text, file, folder, hashlib.sha256(data).hexdigest(), file)
    from cesctl.model.what_if import with_values

    try:
        edited, values = with_values(text, set)
    except UsageError:
        _model(text, file, folder, "", file)  # tells all that is wrong with the file itself
        raise
    mark = data[: len(data) - len(text.encode())]
    digest = hashlib.sha256(mark + edited.encode()).hexdigest()
    model = _model(edited, f"{file} {WITH_SET}", folder, digest, file)
    return replace(model, values_set=values)


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
    return replace(model, sha256=sha256, path=path)


def _build(fields: Fields, folder: Path | None, report: Report) -> Model:
    window = fields.get("window")
    window_us = None if window == "none" else window
    compares = "compare" in fields.keys
    own = build_scoring(fields, window_us, report, compares=compares)
    variants = build_variants(fields.get("variants", ()), own, window_us, report, compares=compares)
    return Model(
        signals=own.signals,
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
        groups=own.groups,
        scale=own.scale,
        bands=own.bands,
        risk=own.risk,
        customers=_roster(fields.get("customers"), folder),
        attributes=_attributes(fields, own, variants, report),
        identities=_identities(fields.get("identities"), folder),
        roll_up=_roll_up(fields.get("roll_up")),
        lists=build_lists(
            fields.get("lists"),
            _band_names(fields, own, variants, report),
            report,
            compares=compares,
            variants=[] if _no_entry(report, "variants") else [v.name for v in variants],
        ),
        variants=variants,
        nightly=build_nightly(fields.get("nightly"), folder),
    )


def _band_names(
    fields: Fields, own: Scoring, variants: tuple[Variant, ...], report: Report
) -> list[str]:
    """Of the model and its variants; none where not all are known."""
    all_fields = (fields, *fields.get("variants", ()))
    if any(_faulty_bands(f) for f in all_fields) or _no_entry(report, "variants"):
        return []
    named = (b.name for bands in (own.bands, *(v.bands for v in variants)) for b in bands)
    return list(dict.fromkeys(named))


def _no_entry(report: Report, key: str) -> bool:
    """Whether an entry of a list is none at all, or the list no list: then it is not known what it says."""
    whole = re.compile(rf"{key}(\.\d+)?")
    return any(whole.fullmatch(p.path) for p in report.problems)


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
    fields: Fields, own: Scoring, variants: tuple[Variant, ...], report: Report
) -> tuple[tuple[str, str], ...]:
    entries: list[Entry] | None = fields.get("attributes")
    signals = {e.name for e in own.entries} | {s.name for v in variants for s in v.signals}
    reserved = reserved_columns(
        signals, accounts="roll_up" in fields.keys, variants="variants" in fields.keys
    )
    for entry in entries or []:
        if entry.name in reserved:
            message = f'"{entry.name}" is a column of the scores'
            report.add(entry.span, entry.path, message, "give the attribute another name")
        elif is_pattern(entry.name):
            message = f'"{entry.name}" is a pattern, not a name'
            report.add(entry.span, entry.path, message, "give the attribute another name")
    return tuple((e.name, e.value) for e in entries or [] if e.value is not BAD)


__all__ = ["ModelError", "Problem", "load_model", "parse_model"]
