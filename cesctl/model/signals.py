"""Signals: from what was read under ``events`` to Signal."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from cesctl.model.fields import Entry, Fields, did_you_mean
from cesctl.model.types import (
    DEFAULT_GAP_US,
    EventMatch,
    Limit,
    Signal,
    Target,
    Tier,
)
from cesctl.model.where import conditions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.model.report import Report

ALL_HISTORY = frozenset({"recency", "tenure"})  # by default, whatever the model's window


def match(names: Sequence[str]) -> EventMatch:
    """Names, some of them patterns, as what they match."""
    patterns = tuple(dict.fromkeys(n for n in names if "*" in n or "?" in n))
    return EventMatch(tuple(dict.fromkeys(n for n in names if n not in patterns)), patterns)


def build_signals(
    entries: Sequence[Entry], window_us: int | None, report: Report
) -> tuple[tuple[Signal, ...], bool]:
    """The signals in order, and whether they are all without a fault."""
    measures: dict[str, str | None] = {}  # None: bad, and already reported
    for entry in entries:
        value = entry.value
        fine = isinstance(value, Fields) and (
            "measure" not in value.keys or "measure" in value.values
        )
        measures[entry.name] = value.get("measure", "count") if fine else None
        if isinstance(value, float):
            measures[entry.name] = "count"
    signals = []
    before = report.found
    for entry in entries:
        if isinstance(entry.value, float):
            signals.append(
                Signal(
                    entry.name,
                    entry.value,
                    EventMatch((entry.name,)),
                    window_us=window_us,
                    line=report.line(entry.span),
                )
            )
        elif isinstance(entry.value, Fields):
            _check(entry.value, entry.name, measures, report)
            if not entry.value.broken:
                signals.append(_signal(entry, entry.value, window_us, report))
    complete = len(signals) == len(entries) and report.found == before
    return tuple(signals), complete


def _check(fields: Fields, name: str, measures: dict[str, str | None], report: Report) -> None:
    check_points(fields, report)
    measure = measures[name]
    tiers = fields.get("tiers", ())
    for before, tier in itertools.pairwise(tiers):
        low, high = before.get("at_least"), tier.get("at_least")
        if low is not None and high is not None and low >= high:
            message = f"tiers ascend: {high:g} cannot follow {low:g}"
            tier.add(report, "at_least", message, "order the tiers by at_least")
    target = fields.get("target")
    if isinstance(target, Fields) and not target.broken and target.get("from") == target.get("to"):
        target.add(report, "to", "from and to must differ")
    if measure == "ratio":
        for key in ("of", "per"):
            _check_ratio(fields, key, name, measures, report)


def _check_ratio(
    fields: Fields, key: str, name: str, measures: dict[str, str | None], report: Report
) -> None:
    other = fields.get(key)
    if other is None:
        return
    if other == name:
        fields.add(report, key, "a ratio of itself", "name another signal")
    elif other not in measures:
        known = [n for n, m in measures.items() if m != "ratio"]
        hint = did_you_mean(other, known, "declare it under events; its weight may be 0")
        fields.add(report, key, f'no signal is named "{other}"', hint)
    elif measures[other] == "ratio":
        fields.add(report, key, f'"{other}" is a ratio, too', "name a signal of another measure")


def check_points(fields: Fields, report: Report) -> None:
    """Of a signal or a group: min_points is at most max_points."""
    low, high = fields.get("min_points"), fields.get("max_points")
    if low is not None and high is not None and low > high:
        later = max("min_points", "max_points", key=lambda k: fields.keys[k].start)
        fields.add(report, later, f"min_points {low:g} is above max_points {high:g}")


def _signal(entry: Entry, fields: Fields, window_us: int | None, report: Report) -> Signal:
    measure = fields.get("measure", "count")
    own = "window" in fields.values
    window: Any = fields.get("window", None if measure in ALL_HISTORY else window_us)
    limit = fields.get("limit")
    # A ratio takes no events of its own.
    names = fields.get("event", () if measure == "ratio" else None)
    return Signal(
        name=entry.name,
        weight=fields.get("weight"),
        match=EventMatch((entry.name,)) if names is None else match(names),
        where=conditions(fields.get("where")),
        window_us=None if window == "none" or measure == "ratio" else window,
        own_window=own,
        offset_us=fields.get("offset", 0),
        limit=Limit(limit.get("count"), limit.get("per")) if limit else None,
        measure=measure,
        property=fields.get("property"),
        half_life_us=fields.get("half_life"),
        linear_decay_us=fields.get("linear_decay"),
        cap=fields.get("cap"),
        target=_target(fields.get("target")),
        tiers=tuple(Tier(t.get("at_least"), t.get("value")) for t in fields.get("tiers", ())),
        max_points=fields.get("max_points"),
        min_points=fields.get("min_points"),
        missing=fields.get("missing", "zero"),
        group=fields.get("group"),
        gap_us=fields.get("gap", DEFAULT_GAP_US),
        of=fields.get("of"),
        per=fields.get("per"),
        line=report.line(entry.span),
    )


def _target(value: float | Fields | None) -> Target | None:
    if isinstance(value, Fields):
        return Target(value.get("from"), value.get("to"))
    return None if value is None else Target(0.0, value)
