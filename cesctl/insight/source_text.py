"""The ``source:`` of a model as text: how to read an export."""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING

from cesctl.insight.quoting import flow_list, number, scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.model.types import Condition, Source


def sources_block(sources: Sequence[Source]) -> list[str]:
    """Lines of YAML that read back as these sources, their columns being known: ``source:``, or, for
    several, ``sources:`` by name, those without one being called as their preset.
    """
    if len(sources) == 1:
        return ["source:", *_lines(sources[0])]
    lines = ["sources:"]
    names: set[str] = set()
    for source in sources:
        wish = source.name or source.preset or "plain"
        name = next(n for n in chain([wish], (f"{wish}_{i}" for i in count(2))) if n not in names)
        names.add(name)
        lines += [f"  {scalar(name)}:", *(f"  {line}" for line in _lines(source))]
    return lines


def _lines(source: Source) -> list[str]:
    lines: list[str] = []
    if source.files:
        lines.append(f"  files: [{', '.join(scalar(f) for f in source.files)}]")
    preset = source.preset not in (None, "plain")
    if preset:
        lines.append(f"  preset: {source.preset}")
    lines.append(f"  customer: {flow_list(source.customer)}")
    if source.event_value is not None:
        lines.append(f"  event: {{value: {scalar(source.event_value)}}}")
    else:
        lines.append(f"  event: {flow_list(source.event)}")
    lines.append(f"  timestamp: {flow_list(source.timestamp)}")
    if source.id and not preset:  # a preset's may be several columns
        lines.append(f"  id: {scalar(source.id[0])}")
    if source.deduplicate not in (None, "id" if source.id else "none"):
        lines.append(f"  deduplicate: {source.deduplicate}")
    if source.timestamp_format != "auto":
        lines.append(f"  timestamp_format: {scalar(source.timestamp_format)}")
    if source.timezone is not None:
        lines.append(f"  timezone: {scalar(source.timezone)}")
    if source.prefix:
        lines.append(f"  prefix: {scalar(source.prefix)}")
    if source.where:
        lines.append("  where:")
    conditions: dict[str, list[str]] = {}
    for c in source.where:
        conditions.setdefault(c.property, []).append(f"{c.op}: {_wanted(c)}")
    lines += [f"    {scalar(p)}: {{{', '.join(wanted)}}}" for p, wanted in conditions.items()]
    return lines


def _wanted(condition: Condition) -> str:
    if condition.flag is not None:
        return "true" if condition.flag else "false"
    if condition.number is not None:
        return number(condition.number)
    if condition.op in ("in", "not_in"):
        return "[" + ", ".join(scalar(v) for v in condition.values) + "]"
    return scalar(condition.values[0])
