"""What is allowed in a model but seldom meant: advice, no error. Needs no log."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cesctl.model.fields import did_you_mean
from cesctl.model.scored_by import scored_by

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cesctl.model.types import Model, Signal

SET_TIMESTAMP_FORMAT = (
    'set source.timestamp_format in the model: a form such as "%d/%m/%Y %H:%M", '
    "or epoch_s, epoch_ms, epoch_us"
)


@dataclass(frozen=True)
class Advice:
    """``about`` names the place (``events.Login``, ``bands.Good``), ``hint`` says what to do."""

    about: str
    text: str
    hint: str = ""
    line: int = 0  # of the model file; 0 when it has none


def advise(model: Model) -> list[Advice]:
    """What the model alone gives reason to say."""
    return [
        *_sum_of_most(model, "events"),
        *_variants(model),
    ]


def _variants(model: Model) -> Iterable[Advice]:
    """Of each variant's own signals; and attributes that only a customers file could hold."""
    declared = {name for name, _ in model.attributes}
    for name, one in scored_by(model).items():
        if name is not None and _summed(one) != _summed(model):
            yield from _sum_of_most(one, f"variants.{name}.events")
    for variant in model.variants:
        for attribute in dict.fromkeys(c.property for c in variant.where):
            if attribute not in declared and model.customers is None:
                yield Advice(
                    f"variants.{variant.name}.where",
                    f'no attribute is called "{attribute}"',
                    did_you_mean(
                        attribute,
                        declared,
                        "declare it under attributes, or score with --customers FILE",
                    ),
                )


def _summed(model: Model) -> tuple[object, ...]:
    return model.signals, model.groups, model.scale


def _sum_of_most(model: Model, about: str) -> Iterable[Advice]:
    """Schemes that give each signal a most, and no scale, mean these to add up to 100."""
    counted = [s for s in model.signals if s.weight]
    if not counted or model.scale.method not in ("none", "clamp"):
        return
    most = [s.max_points for s in counted if s.max_points is not None]
    if len(most) < len(counted):
        return
    total = _most_points(model, counted)
    if abs(total - 100) > 1e-9:
        yield Advice(
            about,
            f"the max_points of all signals add up to {total:g}, not to 100",
            "let them add up to 100, or set a scale, for scores that end at 100",
        )


def _most_points(model: Model, signals: list[Signal]) -> float:
    sums: dict[str | None, float] = defaultdict(float)
    for signal in signals:
        sums[signal.group] += signal.max_points or 0.0
    total = sums.pop(None, 0.0)
    for group in model.groups:
        points = group.weight * sums.pop(group.name, 0.0)
        total += points if group.max_points is None else min(points, group.max_points)
    return total + sum(sums.values())


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant: other case or separators, or a slip."""
    names = [n for n in known if n != name]
    same = [n for n in names if _bare(n) == _bare(name)]
    if same:
        return same[0]
    near = difflib.get_close_matches(name.lower(), {n.lower(): n for n in names}, n=1, cutoff=0.75)
    return next((n for n in names if near and n.lower() == near[0]), None)


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold() or name
