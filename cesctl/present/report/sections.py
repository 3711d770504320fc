"""A report's sections, made of the pages that the commands show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import cesctl
from cesctl.insight.missing import missing_signal
from cesctl.model.scored_by import all_bands
from cesctl.present.drivers_view import drivers_page
from cesctl.present.file_rows import files_table
from cesctl.present.local_time import local_time
from cesctl.present.movers_view import movers_page
from cesctl.present.report import charts_of, sentences, view_sentences
from cesctl.present.report.document import Document, Part, Section
from cesctl.present.report.model_section import model_section
from cesctl.present.run_facts import at_local, run_facts, who
from cesctl.present.safe import safe
from cesctl.present.score_view import Shown, score_page, title, worst_first
from cesctl.present.segments_view import segments_page
from cesctl.present.trend_view import trend_page
from cesctl.present.view import Table, Words

if TYPE_CHECKING:
    from cesctl.insight.report import Limits, Report


def document(report: Report, limits: Limits) -> Document:
    model = report.result.model
    under = f"Engagement report · {at_local(report.result)}"
    if model.values_set:
        many = len(model.values_set)
        under += f" · what if: {many} value{'s' * (many > 1)} set"
    return Document(
        title=title(model),
        under_title=under,
        figures=sentences.key_figures(report),
        sections=[
            Section("summary", "Summary", sentences.summary(report), parts=_lists(report)),
            _bands(report),
            _trend(report),
            _flows(report),
            _at_risk(report, limits),
            _movers(report, limits),
            _segments(report, limits),
            _drivers(report, limits),
            model_section(model),
            _data(report),
        ],
        colors=[b.color for b in all_bands(model)],
    )


def _bands(report: Report) -> Section:
    page = score_page(report.result, Shown(at_risk=0))
    if not report.result.scores.height:
        return Section("bands", "Bands", [f"There are no {who(report.result.model)}s."])
    return Section("bands", "Bands", parts=[charts_of.bands(report.result), *page.parts])


def _trend(report: Report) -> Section:
    page = trend_page(report.trend, falling=0)
    charts = charts_of.trend(report.trend)
    return Section(
        "trend", "Over time", view_sentences.trend(report.trend), parts=[*charts, *page.parts]
    )


def _flows(report: Report) -> Section:
    matrix = movers_page(report.movers, falling=0, rising=0).parts
    charts: Sequence[Part] = charts_of.flows(report.movers)
    return Section(
        "flows", "From band to band", view_sentences.flows(report.movers), parts=[*charts, *matrix]
    )


def _at_risk(report: Report, limits: Limits) -> Section:
    result = report.result
    lead = view_sentences.at_risk(result)
    if not limits.at_risk or not result.at_risk.height:
        return Section("at-risk", "At risk", lead)
    listed = worst_first(result.at_risk).head(limits.at_risk)["customer"].to_list()
    missing = missing_signal(report.everyone, listed)
    page = score_page(result, Shown(at_risk=limits.at_risk, missing=missing))
    parts = [_command(part, "score") for part in page.parts[1:]]
    return Section("at-risk", "At risk", lead, parts=parts)


def _movers(report: Report, limits: Limits) -> Section:
    page = movers_page(report.movers, falling=limits.falling, rising=limits.rising)
    return Section("movers", "Movers", view_sentences.movers(report.movers), parts=page.parts[1:])


def _segments(report: Report, limits: Limits) -> Section:
    parts: list[Part] = []
    for at, segments in enumerate(report.segments):
        parts += charts_of.segments(segments, f"segments-{at}")
        page = segments_page(segments, top=limits.segments)
        parts += [_command(part, "segments") for part in page.parts]
    return Section("segments", "Segments", view_sentences.segments(report), parts=parts)


def _drivers(report: Report, limits: Limits) -> Section:
    drivers = report.drivers
    page = drivers_page(drivers, top=limits.events)
    parts: list[Part] = [_command(part, "drivers") for part in page.parts]
    return Section(
        "drivers",
        "Drivers",
        view_sentences.drivers(drivers),
        parts=[parts[0], *charts_of.drivers(drivers), *parts[1:]],
    )


def _data(report: Report) -> Section:
    """Where the numbers come from: enough to make them anew."""
    result, model = report.result, report.result.model
    facts = [
        *run_facts(result, report.where, report.everyone),
        ("Compared", f"with {local_time(report.movers.before.as_of, model.timezone)}"),
        ("Model", safe(model.path) or "given as text"),
        *([("SHA-256", model.sha256)] if model.sha256 else []),
        ("Made by", f"cesctl {cesctl.__version__}"),
    ]
    files = [files_table(result.file_rows)] if len(result.file_rows) > 1 else []
    notes = [Words(safe(note)) for note in result.notes]
    return Section("data", "The data", facts=facts, parts=[*files, *notes])


def _lists(report: Report) -> list[Part]:
    table = sentences.lists(report.result)
    return [] if table is None else [table]


def _command(part: Part, name: str) -> Part:
    """A note that names options names the command that has them."""
    if not isinstance(part, Table):
        return part
    note = part.note.replace("--top N shows", f"cesctl {name} --top N shows")
    note = note.replace("--at-risk-output", f"cesctl {name} --at-risk-output")
    return replace(part, note=note)
