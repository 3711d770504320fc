"""What ``cesctl explain`` shows: how one customer's events became points, raw, score and band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cesctl.present.json_text import instant, model_head, pretty
from cesctl.present.numbers import fixed, readable, signed
from cesctl.present.run_facts import set_facts, shown_value
from cesctl.present.safe import safe
from cesctl.present.score_view import title
from cesctl.present.view import Cell, Column, Page, Row, Table, Words, cell, filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from cesctl.insight.explain import Explanation, GroupLine, SignalLine

_USERS_SHOWN = 10
COLUMNS = (
    Column("Event", least=12),
    Column("Weight", "point"),
    Column("Occurrences", "right"),
    Column("Measure", "point"),
    Column("Value", "point"),
    Column("Total event value", "point", keep=True),
)


def explain_page(explanation: Explanation) -> Page:
    """A page whose last column adds up to raw: signals, then groups with theirs, then the scale."""
    parts: list[Table | Words] = [_points(explanation), _score(explanation)]
    if explanation.users is not None and explanation.users.height:
        parts.insert(1, _users(explanation.users))
    if explanation.to_next is not None:
        ways = explanation.next_band or ["more of what the model counts does not get there"]
        parts.append(Words("\n".join(safe(way) for way in ways), _next_title(explanation.to_next)))
    return Page(
        f"{safe(explanation.customer)} · {title(explanation.model)}",
        _facts(explanation),
        tuple(parts),
    )


def explain_json(explanation: Explanation) -> str:
    """The same as one JSON object."""
    row, model = explanation.row, explanation.model
    signals = [
        {
            "name": s.name,
            "group": s.group,
            "measured_as": s.measure_name,
            "weight": s.weight,
            "events": s.events,
            "measure": s.measure,
            "value": s.value,
            "points": s.points,
            "left_out": s.skipped,
            "steps": list(s.steps),
        }
        for s in explanation.signals
    ]
    groups = [
        {
            "name": g.name,
            "sum": g.sum,
            "weight": g.weight,
            "points": g.points,
            "steps": list(g.steps),
        }
        for g in explanation.groups
    ]
    compared: dict[str, object] = {
        key: row[key] for key in ("previous_score", "change") if key in row
    }
    said: dict[str, object] = {
        "customer": explanation.customer,
        "model": model_head(model),
        "as_of": instant(explanation.as_of),
        "signals": signals,
        "groups": groups,
        "raw": explanation.raw,
        "scale": {"method": model.scale.method, "steps": list(explanation.scale_steps)},
        "score": explanation.score,
        "band": explanation.band,
        "at_risk": row.get("at_risk"),
        "risk_reasons": row.get("risk_reasons"),
        "rank": row.get("rank"),
        "customers": explanation.customers,
        **compared,
        "to_next_band": explanation.to_next,
        "ways_to_next_band": list(explanation.next_band),
    }
    if explanation.has_variants:
        said["variant"] = explanation.variant
    if explanation.users is not None:
        said["users"] = [
            {"customer": u["customer"], "events": u["events"], "raw": u["raw"]}
            for u in explanation.users.iter_rows(named=True)
        ]
    return pretty(said)


def _facts(explanation: Explanation) -> tuple[tuple[str, str], ...]:
    row, model = explanation.row, explanation.model
    decimals = model.scale.round
    local = explanation.as_of.astimezone(ZoneInfo(model.timezone))
    when = local.replace(microsecond=0, tzinfo=None).isoformat(sep=" ")
    score = f"{fixed(explanation.score, decimals)} · {safe(explanation.band)}"
    score += f" · rank {row['rank']:,} of {explanation.customers:,}"
    facts = [("Score", score)]
    if explanation.has_variants:
        facts.append(("Variant", shown_value(explanation.variant)))
    if row.get("change") is not None:
        before = fixed(row["previous_score"], explanation.decimals)
        facts.append(("Change", f"{signed(row['change'], explanation.decimals)} from {before}"))
    reasons = row.get("risk_reasons") or []
    if reasons:
        facts.append(("At risk", ", ".join(safe(reason) for reason in reasons)))
    facts.append(("Last event", _last_event(row, model.timezone)))
    facts.append(("As of", f"{when} {model.timezone}"))
    facts += set_facts(model)
    return tuple(facts)


def _last_event(row: dict[str, Any], timezone: str) -> str:
    at = row.get("last_event_at")
    if at is None:
        return "never"
    local = at.astimezone(ZoneInfo(timezone)).replace(microsecond=0, tzinfo=None)
    return f"{local.isoformat(sep=' ')}, {row['days_silent']:,} days before"


def _points(explanation: Explanation) -> Table:
    rows = [_signal(line) for line in explanation.signals if line.group is None]
    for group in explanation.groups:
        members = [line for line in explanation.signals if line.group == group.name]
        rows += [_signal(line) for line in members]
        rows.append(_group(group))
    rows += _totals(explanation)
    return _without_plain_columns(
        Table("Where the score comes from", COLUMNS, tuple(rows)), explanation
    )


def _signal(line: SignalLine) -> Row:
    idle = "dim" if not line.points else ""
    return Row(
        (
            cell(line.name, idle),
            cell(readable(line.weight), idle),
            cell(f"{line.events:,}", idle),
            cell("nothing" if line.measure is None else readable(line.measure), idle),
            cell("nothing" if line.value is None else readable(line.value), idle),
            cell("left out" if line.skipped else readable(line.points or 0.0), idle),
        ),
        under=_steps(line.steps),
    )


def _group(group: GroupLine) -> Row:
    weight = "" if group.weight == 1 else readable(group.weight)
    cells = (
        cell(f"= group {group.name}", "bold"),
        cell(weight, "bold"),
        Cell(),
        Cell(),
        cell("" if group.sum == group.points else readable(group.sum), "bold"),
        cell(readable(group.points), "bold"),
    )
    return Row(cells, under=_steps(group.steps))


def _totals(explanation: Explanation) -> list[Row]:
    users, rolled = explanation.users, explanation.model.roll_up
    if users is None or rolled is None or users.is_empty():
        return [_total("Sum (raw)", explanation.raw, ())]
    alone = [line.points or 0.0 for line in explanation.signals if line.group is None]
    total = sum([*alone, *(group.points for group in explanation.groups)])
    return [
        _total("Sum over its users", total, ()),
        _total(_raw_of(rolled.by, users.height), explanation.raw, ()),
    ]


def _raw_of(by: str, users: int) -> str:
    return "raw: its one user's" if users == 1 else f"raw: {by} of {users:,} users' raw"


def _users(users: pl.DataFrame) -> Table:
    columns = (Column("User", least=12), Column("Events", "right"), Column("Raw", "point"))
    rows = [
        Row((cell(u["customer"]), cell(f"{u['events']:,}"), cell(readable(u["raw"]))))
        for u in users.head(_USERS_SHOWN).iter_rows(named=True)
    ]
    more = users.height - len(rows)
    return Table(
        f"Users: {users.height:,}", columns, tuple(rows), f"and {more:,} more" if more else ""
    )


def _total(name: str, points: float, steps: Sequence[str]) -> Row:
    empty = (Cell(),) * 4
    cells = (cell(name, "bold"), *empty, cell(readable(points), "bold"))
    return Row(cells, under=_steps(steps), rule=True)


def _steps(steps: Sequence[str]) -> str:
    return " · ".join(safe(step) for step in steps)


def _without_plain_columns(table: Table, explanation: Explanation) -> Table:
    """Without Measure where it is the occurrences throughout, and Value where it is the measure."""
    lines = explanation.signals
    hide = set()
    if all(line.measure == line.events for line in lines):
        hide.add("Measure")
    if all(line.value == line.measure for line in lines) and all(
        group.sum == group.points for group in explanation.groups
    ):
        hide.add("Value")
    keep = [at for at, column in enumerate(table.columns) if column.title not in hide]
    rows = tuple(Row(tuple(r.cells[at] for at in keep), r.under, r.rule) for r in table.rows)
    return filled(Table(table.title, tuple(table.columns[at] for at in keep), rows, table.note))


def _score(explanation: Explanation) -> Words:
    decimals = explanation.model.scale.round
    steps = [safe(step) for step in explanation.scale_steps] or [f"raw {readable(explanation.raw)}"]
    result = f"score {fixed(explanation.score, decimals)} → {safe(explanation.band)}"
    return Words("\n".join([*steps, result]), "From raw to score")


def _next_title(lacking: float) -> str:
    return f"To the next band: the score lacks {readable(lacking)}"
