"""The model in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.duration import format_duration
from cesctl.model import in_words
from cesctl.model.scored_by import scored_by
from cesctl.pipeline.customers import most_possible
from cesctl.present.ranges import band_ranges
from cesctl.present.report.document import Part, Section
from cesctl.present.run_facts import who
from cesctl.present.safe import safe
from cesctl.present.view import Column, Row, Table, Words, cell, filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.model.types import Model, Variant


def model_section(model: Model) -> Section:
    models = scored_by(model)
    own = models.pop(None)
    rest = "all customers of no variant" if model.variants else "all customers"
    parts: list[Part] = [_signals(own, "Signals")]
    if own.groups:
        parts.append(_groups(own, "Groups"))
    for variant, one in zip(model.variants, models.values(), strict=True):
        parts += _variant(variant, one, own)
    if model.lists:
        parts.append(_lists(model))
    return Section("model", "How the score is made", _lead(model), _facts(own, rest), parts)


def _variant(variant: Variant, one: Model, own: Model) -> list[Part]:
    """What its customers are scored by, where that is not the model's."""
    name = safe(variant.name)
    where = " and ".join(safe(in_words.condition(c)) for c in variant.where)
    lines = [f"Customers whose {where}, and that are in no variant before, are scored apart."]
    theirs, ours = dict(_facts(one, f"the customers of {variant.name}")), dict(_facts(own))
    lines += [f"{label}: {text}." for label, text in theirs.items() if text != ours.get(label)]
    parts: list[Part] = [Words("\n".join(lines), f"Variant {name}")]
    if one.signals != own.signals:
        parts.append(_signals(one, f"Signals of {name}"))
    if one.groups and one.groups != own.groups:
        parts.append(_groups(one, f"Groups of {name}"))
    return parts


def _lead(model: Model) -> list[str]:
    whom = who(model)
    grouped = ", those of a group within its limits" if model.groups else ""
    text = (
        f"Each signal measures something a {whom} did, makes a value of it, and gives value x weight as "
        f"points. The points are added up{grouped}: that is raw. The scale makes the score of it, and "
        "the score decides the band."
    )
    return [text]


def _facts(model: Model, everybody: str = "all customers") -> list[tuple[str, str]]:
    window = "all history" if model.window_us is None else format_duration(model.window_us)
    scale = safe(in_words.scaled(model.scale, most_possible(model), everybody))
    bands = [
        f"{safe(band.name)} {scores}"
        for band, scores in zip(model.bands, band_ranges(model), strict=True)
    ]
    risk = in_words.risky([b.name for b in model.bands if b.at_risk], model.risk, model.compare_us)
    facts = [
        ("Window", f"{window}, of signals that name none"),
        (
            "Scale",
            ", ".join(s for s in (scale or "raw is the score", in_words.rounded(model.scale))),
        ),
        ("Bands", " · ".join(bands)),
        ("At risk", safe(f"who {_either(risk)}")),
        ("Time zone", safe(model.timezone)),
    ]
    if model.risk.activity is not None:
        facts.insert(4, ("Silent", safe(f"without {in_words.taken(model.risk.activity)}")))
    if model.roll_up is not None:
        users = f"{model.roll_up.by} of the users that have the same {model.roll_up.to}"
        facts.append(("Accounts", safe(users)))
    return facts


def _either(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"


def _signals(model: Model, title: str) -> Table:
    rows = tuple(
        Row(
            (
                cell(signal.name),
                cell(in_words.measured(signal)),
                cell(in_words.reach_back(signal)),
                cell(" · ".join([*in_words.counting(signal), *in_words.valued(signal)])),
                cell(f"{signal.weight:g}"),
                cell(signal.group),
            )
        )
        for signal in model.signals
    )
    columns = (
        Column("Signal", least=12),
        Column("Measures", least=12),
        Column("Window"),
        Column("Then", least=12),
        Column("Weight", "right"),
        Column("Group"),
    )
    return filled(Table(title, columns, rows))


def _groups(model: Model, title: str) -> Table:
    rows = tuple(
        Row(
            (
                cell(group.name),
                cell(f"{group.weight:g}"),
                cell(" · ".join(in_words.limits(group.max_points, group.min_points))),
                cell(", ".join(s.name for s in model.signals if s.group == group.name)),
            )
        )
        for group in model.groups
    )
    columns = (Column("Group"), Column("Weight", "right"), Column("Limits"), Column("Signals"))
    return filled(Table(title, columns, rows))


def _lists(model: Model) -> Table:
    rows = tuple(
        Row((cell(one.name), cell(in_words.listed(one)), cell(one.action))) for one in model.lists
    )
    return filled(Table("Lists", (Column("List"), Column("Who is on it"), Column("Action")), rows))
