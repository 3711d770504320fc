"""Groups, scale, bands and risk: from what was read to their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cesctl.model.fields import BAD, Entry, Fields, did_you_mean
from cesctl.model.most_points import most_points
from cesctl.model.signals import check_points, match
from cesctl.model.types import DEFAULT_BANDS, Band, Group, Risk, Scale, Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.model.report import Report, Span


def build_groups(
    entries: Sequence[Entry] | None,
    signals: Sequence[Entry],
    report: Report,
    *,
    spare: bool = False,
) -> tuple[Group, ...]:
    """The groups in order. A model that declares none has those its signals name, of weight 1.

    ``spare``: a group that no signal is in is left out, and no problem.
    """
    used: dict[str, Fields] = {}
    for signal in signals:
        if isinstance(signal.value, Fields) and "group" in signal.value.values:
            used.setdefault(signal.value.get("group"), signal.value)
            if entries is not None and signal.value.get("group") not in {e.name for e in entries}:
                name = signal.value.get("group")
                hint = did_you_mean(name, (e.name for e in entries), "declare it under groups")
                signal.value.add(report, "group", f'no group is named "{name}"', hint)
    if entries is None:
        return tuple(Group(name) for name in used)
    # A misspelt or bad group of a signal is one problem, not also a group without signals.
    doubtful = any(
        s.value is BAD
        or (
            isinstance(s.value, Fields)
            and "group" in s.value.keys
            and "group" not in s.value.values
        )
        for s in signals
    ) or not used.keys() <= {e.name for e in entries}
    made = []
    for entry in entries:
        if entry.name not in used and spare:
            continue
        if entry.name not in used and not doubtful:
            hint = f"write group: {entry.name} at a signal, or remove the group"
            report.add(entry.span, entry.path, "no signal is in this group", hint)
        if isinstance(entry.value, Fields):
            fields = entry.value
            check_points(fields, report)
            low, high = fields.get("min_points"), fields.get("max_points")
            made.append(Group(entry.name, fields.get("weight", 1.0), high, low))
    return tuple(made)


def build_scale(fields: Fields | None, report: Report) -> Scale:
    if fields is None:
        return Scale()
    ends: tuple[float, float] = fields.get("to", (0.0, 100.0))
    start: tuple[float, float] | None = fields.get("from")
    if ends[0] >= ends[1]:
        hint = "write the lower end first" + (
            "; to turn it round, turn `from` round" if start else ""
        )
        fields.add(report, "to", "the ends of the scale must ascend", hint)
    if start is not None and start[0] == start[1]:
        fields.add(report, "from", "the two numbers must differ")
    return Scale(
        method=fields.get("method", "none"),
        from_=start,
        to=ends,
        round=fields.get("round", 1),
        clip=fields.get("clip", True),
        midpoint=fields.get("midpoint"),
        steepness=fields.get("steepness"),
    )


def possible_problem(signals: Sequence[Signal], groups: Sequence[Group]) -> tuple[str, str] | None:
    """``possible`` needs a most, and one above 0: what is wrong, and what to do. Only for signals and
    groups without a fault.
    """
    most = most_points(signals, groups)
    if isinstance(most, list):
        names = ", ".join(f'"{n}"' for n in most)
        hint = "give each a cap, target, tiers or max_points"
        return f"possible: no most points for {names}", hint
    if most <= 0:
        hint = "give a signal a positive weight, or use another method"
        return f"possible: the most points are {most:g}, not above 0", hint
    return None


def build_bands(value: Any, report: Report) -> tuple[Band, ...]:
    """Bands from a list of Fields or from {name: from}."""
    if value is None:
        return DEFAULT_BANDS
    rows: list[tuple[Any, Any, str, Span, dict[str, Any]]]
    if isinstance(value, list):
        rows = [(e.name, None if e.value is BAD else e.value, e.path, e.span, {}) for e in value]
    else:
        rows = [
            (b.get("name"), b.get("from"), f"{b.path}.from", b.at("from"), b.values) for b in value
        ]
        _check_names(value, report)
    _check_ascent([(start, path, span) for _, start, path, span, _ in rows], report)
    any_risk = any("at_risk" in values for *_, values in rows)
    return tuple(
        Band(
            name=name,
            from_=start,
            at_risk=values.get("at_risk", False) if any_risk else i == 0,
            action=values.get("action"),
            color=values.get("color"),
        )
        for i, (name, start, _, _, values) in enumerate(rows)
    )


def _check_names(bands: Sequence[Fields], report: Report) -> None:
    seen: set[str] = set()
    for band in bands:
        name = band.get("name")
        if name in seen:
            band.add(report, "name", f'two bands are named "{name}"', "give each its own name")
        if name is not None:
            seen.add(name)


def _check_ascent(rows: Sequence[tuple[float | None, str, Span]], report: Report) -> None:
    before: float | None = None
    for start, path, span in rows:
        if start is None:
            continue
        if before is not None and start <= before:
            message = f"bands ascend: {start:g} cannot follow {before:g}"
            report.add(span, path, message, "order the bands by from")
        before = start


def check_compared(fields: Fields, key: str, *, compares: bool, report: Report) -> None:
    """Reports a key about the change of a score in a model that does not compare."""
    if key in fields.values and not compares:
        hint = 'add "compare: 30d" to the model: a score is compared with that of 30 days before'
        report.add(fields.keys[key], f"{fields.path}.{key}", f"{key} needs compare", hint)


def build_risk(fields: Fields | None, *, compares: bool, report: Report) -> Risk:
    if fields is None:
        return Risk()
    check_compared(fields, "drop", compares=compares, report=report)
    activity = fields.get("activity")
    return Risk(
        drop=fields.get("drop"),
        silent_for_us=fields.get("silent_for"),
        activity=match(activity) if activity is not None else None,
    )
