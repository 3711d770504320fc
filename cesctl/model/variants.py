"""What customers are scored by: the model's own keys, and those of its variants in their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cesctl.model.columns import VARIANT
from cesctl.model.fields import BAD, Entry, Fields, join
from cesctl.model.scoring import (
    build_bands,
    build_groups,
    build_risk,
    build_scale,
    possible_problem,
)
from cesctl.model.signals import build_signals
from cesctl.model.types import Band, Group, Risk, Scale, Signal, Us, Variant
from cesctl.model.where import conditions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.model.report import Report


@dataclass(frozen=True)
class Scoring:
    """The keys by which customers are scored, as they were read and as what they mean.

    ``complete``: no signal has a fault; ``groups_fine``: no group has one.
    """

    entries: list[Entry]
    signals: tuple[Signal, ...]
    complete: bool
    group_entries: list[Entry] | None
    groups: tuple[Group, ...]
    groups_fine: bool
    scale_fields: Fields | None
    scale: Scale
    bands: tuple[Band, ...]
    risk: Risk


def build_scoring(
    fields: Fields, window_us: Us | None, report: Report, *, compares: bool
) -> Scoring:
    """The model's own."""
    entries: list[Entry] = fields.get("events", [])
    signals, complete = build_signals(entries, window_us, report)
    before = report.found
    group_entries = fields.get("groups")
    groups = build_groups(group_entries, entries, report)
    groups_fine = report.found == before and not _faulty(fields, "groups")
    scale_fields = fields.get("scale")
    made = Scoring(
        entries=entries,
        signals=signals,
        complete=complete and "events" in fields.values,
        group_entries=group_entries,
        groups=groups,
        groups_fine=groups_fine,
        scale_fields=scale_fields,
        scale=build_scale(scale_fields, report),
        bands=build_bands(fields.get("bands"), report),
        risk=build_risk(fields.get("risk"), compares=compares, report=report),
    )
    problem = _possible(made)
    if scale_fields and problem:
        scale_fields.add(report, "method", *problem)
    return made


def build_variants(
    variants: Sequence[Fields],
    model: Scoring,
    window_us: Us | None,
    report: Report,
    *,
    compares: bool,
) -> tuple[Variant, ...]:
    """The variants in order; ``model``: what they have where they say nothing of their own."""
    made: list[Variant] = []
    for fields in variants:
        name = fields.get("name", "")
        if name and name in {v.name for v in made}:
            hint = "give each its own name"
            fields.add(report, "name", f'two variants are named "{name}"', hint)
        for entry in fields.get("where", []):
            if entry.name == VARIANT:
                report.add(entry.span, entry.path, "a variant cannot depend on the variant")
        own = _in_place_of(model, fields, window_us, report, compares=compares)
        made.append(
            Variant(
                name=name,
                where=conditions(fields.get("where")),
                signals=own.signals,
                groups=own.groups,
                scale=own.scale,
                bands=own.bands,
                risk=own.risk,
            )
        )
    return tuple(made)


def _in_place_of(
    model: Scoring, fields: Fields, window_us: Us | None, report: Report, *, compares: bool
) -> Scoring:
    """The model's, but for the keys that the variant has itself; each replaces the model's whole."""
    entries, signals, complete = model.entries, model.signals, model.complete
    if "events" in fields.keys:
        entries = fields.get("events", [])
        signals, complete = build_signals(entries, window_us, report)
        complete = complete and "events" in fields.values
    before = report.found
    group_entries, groups = _groups(model, fields, entries, report)
    groups_fine = report.found == before and not _faulty(fields, "groups")
    scale_fields, scale = model.scale_fields, model.scale
    if "scale" in fields.keys:
        scale_fields = fields.get("scale")
        scale = build_scale(scale_fields, report)
    made = Scoring(
        entries=entries,
        signals=signals,
        complete=complete,
        group_entries=group_entries,
        groups=groups,
        groups_fine=groups_fine,
        scale_fields=scale_fields,
        scale=scale,
        bands=build_bands(fields.get("bands"), report) if "bands" in fields.keys else model.bands,
        risk=(
            build_risk(fields.get("risk"), compares=compares, report=report)
            if "risk" in fields.keys
            else model.risk
        ),
    )
    changes = next((k for k in ("scale", "events", "groups") if k in fields.keys), None)
    problem = _possible(made) if changes else None
    whole = "events" in fields.keys or (model.complete and model.groups_fine)
    if problem == _possible(model) or not whole:  # told there, or of no use before that is mended
        problem = None
    if changes == "scale" and scale_fields and problem:
        scale_fields.add(report, "method", *problem)
    elif changes and problem:
        report.add(fields.keys[changes], join(fields.path, changes), *problem)
    return made


def _groups(
    model: Scoring, fields: Fields, entries: Sequence[Entry], report: Report
) -> tuple[list[Entry] | None, tuple[Group, ...]]:
    own: list[Entry] | None = fields.get("groups")
    if "events" in fields.keys:
        if "groups" in fields.keys:
            return own, build_groups(own, entries, report)
        groups = build_groups(model.group_entries, entries, report, spare=True)
        return model.group_entries, groups
    if own is None:
        return model.group_entries, model.groups
    declared = {e.name for e in own}
    known = {e.name for e in model.group_entries} if model.group_entries else None
    fine = True
    for signal in entries:
        name = signal.value.get("group") if isinstance(signal.value, Fields) else None
        if name is not None and name not in declared:
            fine = False
            if known is not None and name not in known:  # told at the signal
                continue
            fields.add(
                report,
                "groups",
                f'no group is named "{name}", which "{signal.name}" of the model\'s events is in',
                "declare it here, too, or give the variant events of its own",
            )
    return own, build_groups(own, entries, report) if fine else ()


def _possible(scoring: Scoring) -> tuple[str, str] | None:
    """What is wrong with ``possible``, where there is nothing wrong with what it looks at."""
    if not (scoring.scale_fields and scoring.complete and scoring.groups_fine):
        return None
    method = scoring.scale_fields.get("method")
    return possible_problem(scoring.signals, scoring.groups) if method == "possible" else None


def _faulty(fields: Fields, key: str) -> bool:
    """Whether a mapping of entries is bad, or one of its entries."""
    entries: Any = fields.get(key, [])
    if key in fields.keys and key not in fields.values:
        return True
    return any(e.value is BAD or (isinstance(e.value, Fields) and e.value.broken) for e in entries)
