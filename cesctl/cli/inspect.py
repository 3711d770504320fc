"""``cesctl inspect``: what is in an export."""

from dataclasses import replace
from typing import Annotated, Literal

import typer

from cesctl.cli import options, source_options
from cesctl.cli.console import Screen
from cesctl.errors import UsageError

EXAMPLE = """
cesctl inspect events.csv
cesctl inspect export/ --customer properties.account
"""

Events = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="EVENTS",
        help="Files, folders, globs, such URLs of an object store (s3://, gs://, az://), or - for standard "
        "input: CSV, TSV, NDJSON, JSON or Parquet, plain, gzip or zstd. Left out: the files that the model "
        "of -c names.",
        show_default=False,
    ),
]
Config = Annotated[
    str | None,
    typer.Option(
        "-c",
        "--config",
        metavar="MODEL",
        help="Read the export as this model does. Left out: as it looks.",
        show_default=False,
    ),
]


def command(
    *,
    events: Events = None,
    config: Config = None,
    customer: source_options.Customer = None,
    event: source_options.Event = None,
    event_name: source_options.EventName = None,
    timestamp: source_options.Timestamp = None,
    form: Annotated[
        Literal["table", "json"], typer.Option("-f", "--format", help="Of standard output.")
    ] = "table",
    top: Annotated[
        int, typer.Option("--top", metavar="N", min=1, help="Rows of the table of events.")
    ] = 30,
    no_color: options.NoColor = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show what is in an export: columns, events, customers, dates, rejected rows.

    It ends with the `source:` block for a model.
    """
    from cesctl.model import load_model
    from cesctl.model.types import Model

    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    model = Model(signals=()) if config is None else load_model(config)
    inputs = list(events or [])
    if not inputs and not any(s.files for s in model.sources):
        raise UsageError("no events: name files, folders or -")
    tables = [t.file for t in (model.customers, model.identities) if t is not None]
    given = [
        source_options.given_source(customer, event, event_name, timestamp, s)
        for s in model.sources
    ]

    from cesctl.insight.profile import profile

    found = screen.working(
        "looking at the export",
        lambda: profile(inputs, given, timezone=model.timezone, exclude=tables),
    )
    found = replace(found, problems=source_options.by_options(found.problems))
    if form == "json":
        from cesctl.present.profile import profile_json

        screen.text(profile_json(found))
        return
    from cesctl.present.layout import lay_out
    from cesctl.present.profile import profile_page

    screen.lines(lay_out(profile_page(found, top), screen.width))
