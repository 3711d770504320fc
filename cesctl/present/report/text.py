"""A report as GitHub Markdown: its sentences and tables. The numbers of the charts stand in the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.present.markdown import escape, facts_blocks, part_blocks
from cesctl.present.report.document import Chart
from cesctl.present.report.sections import document

if TYPE_CHECKING:
    from cesctl.insight.report import Limits, Report


def report_markdown(report: Report, limits: Limits) -> str:
    made = document(report, limits)
    figures = [
        (figure.label, f"{figure.value} · {figure.then}" if figure.then else figure.value)
        for figure in made.figures
    ]
    blocks = [f"# {escape(made.title)}", escape(made.under_title), *facts_blocks(figures)]
    for section in made.sections:
        blocks += [f"## {escape(section.title)}", *(escape(line) for line in section.lead)]
        blocks += facts_blocks(section.facts)
        for part in section.parts:
            if not isinstance(part, Chart):
                blocks += part_blocks(part, "###")
    return "\n\n".join(blocks) + "\n"
