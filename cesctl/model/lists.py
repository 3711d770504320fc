"""Lists of customers: from what was read to their types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.model.columns import VARIANT
from cesctl.model.fields import Entry, Fields, did_you_mean
from cesctl.model.keys_lists import NUMBERS
from cesctl.model.scoring import check_compared
from cesctl.model.types import AT_RISK, Condition, CustomerList
from cesctl.model.where import conditions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.model.report import Report


def build_lists(
    entries: Sequence[Entry] | None,
    bands: Sequence[str],
    report: Report,
    *,
    compares: bool,
    variants: Sequence[str] = (),
) -> tuple[CustomerList, ...]:
    """The lists in order. ``bands``: the names there are; ``compares``: whether scores have a change;
    ``variants``: the names of those.
    """
    made = []
    for entry in entries or []:
        if entry.name == AT_RISK:
            message = f'"{AT_RISK}" is the list of all customers at risk'
            report.add(entry.span, entry.path, message, "choose another name")
        if not isinstance(entry.value, Fields):
            continue
        fields = entry.value
        for name in fields.get("band", ()):
            if bands and name not in bands:
                listed = ", ".join(f'"{b}"' for b in bands)
                hint = did_you_mean(name, bands, f"the bands are {listed}")
                fields.add(report, "band", f'no band is named "{name}"', hint)
        for condition in conditions(fields.get("where")):
            if condition.property == VARIANT and condition.op in {"eq", "in"} and variants:
                for name in condition.values:
                    if name not in variants:
                        hint = did_you_mean(name, variants, f"there are: {', '.join(variants)}")
                        fields.add(report, "where", f'no variant is named "{name}"', hint)
        check_compared(fields, "change", compares=compares, report=report)
        made.append(_list(entry.name, fields))
    return tuple(made)


def _list(name: str, fields: Fields) -> CustomerList:
    numbers: list[Condition] = []
    for column in NUMBERS:
        value = fields.get(column)
        if isinstance(value, Fields):
            numbers += [Condition(column, op, number=n) for op, n in value.values.items()]  # type: ignore[arg-type]
        elif value is not None:
            numbers.append(Condition(column, "eq", number=value))
    return CustomerList(
        name=name,
        where=conditions(fields.get("where")),
        bands=fields.get("band", ()),
        numbers=tuple(numbers),
        at_risk=fields.get("at_risk"),
        action=fields.get("action"),
    )
