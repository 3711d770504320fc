"""``cesctl inspect``: what is in an export."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from cesctl.cli.console import Screen
from cesctl.cli.options import NoColor, Quiet, Verbose
from cesctl.cli.source_options import (
    Customer,
    Event,
    EventName,
    Timestamp,
    by_options,
    given_source,
)


class Format(StrEnum):
    table = "table"
    json = "json"


Events = Annotated[
    list[str],
    typer.Argument(
        metavar="EVENTS",
        help="Files, folders, globs, or - for standard input: CSV, TSV, NDJSON, JSON or Parquet, "
        "plain, gzip or zstd.",
        show_default=False,
    ),
]


def command(
    events: Events,
    *,
    form: Annotated[
        Format, typer.Option("-f", "--format", help="Of standard output.")
    ] = Format.table,
    top: Annotated[
        int, typer.Option("--top", metavar="N", min=1, help="Rows of the table of events.")
    ] = 30,
    customer: Customer = None,
    event: Event = None,
    event_name: EventName = None,
    timestamp: Timestamp = None,
    no_color: NoColor = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show what is in an export: columns, events, customers, dates, rejected rows.

    It ends with the `source:` block for a model.

    \b
    Example:
      cesctl inspect events.csv
      cesctl inspect export/ --customer properties.account
    """  # noqa: D301 - \b is meant: it keeps the lines of the example
    from cesctl.insight.profile import profile

    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    source = given_source(customer, event, event_name, timestamp)
    found = screen.working("looking at the export", lambda: profile(events, source))
    found = replace(found, problems=by_options(found.problems))
    if form is Format.json:
        from cesctl.present.profile import profile_json

        screen.data([profile_json(found).encode(), b"\n"])
        return
    from cesctl.present.layout import lay_out
    from cesctl.present.profile import profile_page

    screen.lines(lay_out(profile_page(found, top), screen.width))
