"""What a report says at its head. Every number in them is one that a table shows, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.model.scored_by import decimals
from cesctl.pipeline.lists import listed
from cesctl.present.local_time import local_time
from cesctl.present.numbers import fixed, percent
from cesctl.present.report.document import KeyFigure
from cesctl.present.report.phrases import are, best_band, counted
from cesctl.present.report.view_sentences import flows
from cesctl.present.run_facts import who
from cesctl.present.view import Column, Row, Table, cell, filled

if TYPE_CHECKING:
    from cesctl.insight.report import Report
    from cesctl.result import Result, Scored


def key_figures(report: Report) -> list[KeyFigure]:
    now, before = report.result, report.movers.before
    model = now.model
    places = max(decimals(model), 1)
    when = local_time(before.as_of, model.timezone)

    def then(text: str) -> str:
        return f"{text} on {when}" if before.scores.height else ""

    def part(scored: Scored, customers: int) -> str:
        height = scored.scores.height
        return f"{customers:,} ({percent(customers / height)})" if height else "0"

    risk_now, risk_then = now.at_risk.height, before.at_risk.height
    return [
        KeyFigure(
            f"{who(model).capitalize()}s",
            f"{now.scores.height:,}",
            then(f"{before.scores.height:,}"),
        ),
        KeyFigure(
            "Average score",
            fixed(now.summary["average"], places) or "none",
            then(fixed(before.summary["average"], places)),
        ),
        KeyFigure("At risk", part(now, risk_now), then(part(before, risk_then))),
        KeyFigure(
            f"In the best band, {best_band(model)}",
            part(now, _in_best(now)),
            then(part(before, _in_best(before))),
        ),
    ]


def _in_best(scored: Scored) -> int:
    return int(scored.detail["best_band"].sum())


def summary(report: Report) -> list[str]:
    result, before = report.result, report.movers.before
    model, scores = result.model, result.scores
    whom = who(model)
    if not scores.height:
        return [f"There are no {whom}s to report on."]
    at_risk, then = result.at_risk.height, before.at_risk.height
    when = local_time(before.as_of, model.timezone)
    share = percent(at_risk / scores.height)
    text = f"{at_risk:,} of {counted(scores.height, whom)} ({share}) {are(at_risk)} at risk"
    if before.scores.height:
        share = percent(then / before.scores.height)
        was = f"{then:,} of {before.scores.height:,} ({share})"
        text += f", {_difference(at_risk - then)} on {when}, when it was {was}"
    lines = [f"{text}."]
    places = max(decimals(model), 1)
    text = f"The average score is {fixed(result.summary['average'], places)}"
    if before.scores.height:
        text += f"; on {when} it was {fixed(before.summary['average'], places)}"
    lines.append(
        f"{text}. Half of the {whom}s have {fixed(result.summary['median'], places)} or more."
    )
    return [*lines, *flows(report.movers)]


def _difference(change: int) -> str:
    if not change:
        return "as many as"
    return f"{abs(change):,} {'more' if change > 0 else 'fewer'} than"


def lists(result: Result) -> Table | None:
    """A row per list that the model declares, with how many customers are on it."""
    model = result.model
    rows = [
        Row((cell(one.name), cell(f"{listed(result, one.name).scores.height:,}"), cell(one.action)))
        for one in model.lists
    ]
    columns = (
        Column("List"),
        Column(f"{who(model).capitalize()}s", "right"),
        Column("Action"),
    )
    return filled(Table("Lists to act on", columns, tuple(rows))) if rows else None
