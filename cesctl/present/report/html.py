"""A report as one HTML file that needs no network and no script to be read.

All that comes from outside reaches the page as text, escaped by the template; charts are put together by an
XML writer. The page's own script, which sorts and filters tables, is the only one that may run: its hash
stands in the page's policy, and no data is ever part of it.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cesctl.extras import REPORT
from cesctl.model.scored_by import all_bands
from cesctl.present.report.colors import band_colors
from cesctl.present.report.document import Chart
from cesctl.present.report.html_table import html_table
from cesctl.present.report.sections import document
from cesctl.present.safe import safe
from cesctl.present.view import Table

if TYPE_CHECKING:
    from jinja2 import Template

    from cesctl.insight.report import Limits, Report


def to_html(report: Report, limits: Limits) -> str:
    """The whole file. Raises UsageError where the extra is missing."""
    REPORT.check()
    from markupsafe import Markup

    made = document(report, limits)
    bands = {safe(b.name): at for at, b in enumerate(all_bands(report.result.model))}
    script = _text("page.js")
    return _template().render(
        report=made,
        colors=band_colors(made.colors),
        style=Markup(_text("page.css")),  # noqa: S704 - the package's own file
        script=Markup(script),  # noqa: S704 - the package's own file
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        kind=_kind,
        chart=_drawn,
        table=lambda part: html_table(part, bands),
    )


def _kind(part: object) -> str:
    return "table" if isinstance(part, Table) else "chart" if isinstance(part, Chart) else "words"


def _drawn(chart: Chart) -> Any:
    """The drawing, which may stand in the page as it is: an XML writer escaped all texts in it."""
    from markupsafe import Markup

    # what matplotlib has to say of its fonts and folders is no concern of the reader
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from cesctl.present.report.charts import draw

    return Markup(draw(chart))  # noqa: S704


def _text(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_text("page.html.j2"))
