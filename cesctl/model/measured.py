"""What must be measured in a log to score every customer, each thing once.

Variants mostly weigh the same measures otherwise: what two of them measure alike is counted once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cesctl.model.scored_by import scored_by

if TYPE_CHECKING:
    from cesctl.model.types import EventMatch, Model, Signal


@dataclass(frozen=True)
class Share:
    """What the customers of one variant need: the name of each signal's measure, by the signal's own;
    the names of the count of their events, and of their last activity (None: the last event of any kind).
    """

    measures: dict[str, str]
    events: str
    activity: str | None


@dataclass(frozen=True)
class Measured:
    """``signals``: what to measure; ratios, which look at other measures, are not among them.
    ``events``: sets of those signals, to count the events that at least one of a set takes.
    ``activity``: kinds of events, of each of which the last is wanted.
    ``shares``: by variant, those in no variant under None.
    """

    signals: tuple[Signal, ...]
    events: dict[str, tuple[Signal, ...]] = field(default_factory=dict)
    activity: dict[str, EventMatch] = field(default_factory=dict)
    shares: dict[str | None, Share] = field(default_factory=dict)


def measured(model: Model) -> Measured:
    models = scored_by(model)
    names: dict[Signal, str] = {}  # what is measured, by what it is but for its name
    taken = {s.name for one in models.values() for s in one.signals}
    sets: dict[frozenset[str], str] = {}
    kinds: dict[EventMatch, str] = {}
    shares: dict[str | None, Share] = {}
    used: dict[str, Signal] = {}
    events: dict[str, tuple[Signal, ...]] = {}
    for variant in (None, *(v.name for v in model.variants)):  # the model's own keep their names
        activity = models[variant].risk.activity
        measures = {}
        for signal in models[variant].signals:
            if signal.measure == "ratio":
                continue
            key = bare(signal)
            if key not in names:
                name = _free(signal.name, taken) if signal.name in used else signal.name
                names[key] = name
                used[name] = replace(signal, name=name)
            measures[signal.name] = names[key]
        own = frozenset(measures.values())
        if own not in sets:
            sets[own] = "events" if not sets else f"events {len(sets)}"
            events[sets[own]] = tuple(used[n] for n in dict.fromkeys(measures.values()))
        if activity is not None and activity not in kinds:
            kinds[activity] = "activity_at" if not kinds else f"activity_at {len(kinds)}"
        shares[variant] = Share(measures, sets[own], kinds[activity] if activity else None)
    return Measured(
        signals=tuple(used.values()),
        events=events,
        activity={name: kind for kind, name in kinds.items()},
        shares=shares,
    )


def bare(signal: Signal) -> Signal:
    """Only what measuring looks at, without its name."""
    return replace(
        signal,
        name="",
        weight=0.0,
        own_window=False,
        cap=None,
        target=None,
        tiers=(),
        max_points=None,
        min_points=None,
        missing="zero",
        group=None,
        line=0,
    )


def _free(name: str, taken: set[str]) -> str:
    """A name that no signal has."""
    number = 2
    while f"{name} {number}" in taken:
        number += 1
    taken.add(f"{name} {number}")
    return f"{name} {number}"
