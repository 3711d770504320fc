"""``cesctl init``: a starter model from a log."""

from pathlib import Path
from typing import Annotated

import typer

from cesctl.cli import options, source_options
from cesctl.cli.console import Screen
from cesctl.cli.model_files import check_local, files_of_sources
from cesctl.cli.outputs import OutputFiles, check_apart, check_writable
from cesctl.errors import InputError, UsageError

EXAMPLE = """
cesctl init events.csv
cesctl score
"""

Events = Annotated[
    list[str],
    typer.Argument(
        metavar="EVENTS",
        help="Files, folders, globs, such URLs of an object store (s3://, gs://, az://), or - for standard "
        "input: CSV, TSV, NDJSON, JSON or Parquet, plain, gzip or zstd.",
        show_default=False,
    ),
]
Output = Annotated[
    str,
    typer.Option("-o", "--output", metavar="FILE", help="Where to write it; - is standard output."),
]


def command(
    *,
    events: Events,
    output: Output = options.DEFAULT_MODEL,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    customer: source_options.Customer = None,
    event: source_options.Event = None,
    event_name: source_options.EventName = None,
    timestamp: source_options.Timestamp = None,
    no_color: options.NoColor = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write a starter model from an export, with the reason for every number in a comment.

    The events found become signals, weighted by how rare and how telling they are; window, scale
    and bands are chosen so that the customers of this export spread over the bands.
    """
    from cesctl.insight.starter import starter
    from cesctl.model.types import Model
    from cesctl.pipeline.log import open_log

    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    source = source_options.given_source(customer, event, event_name, timestamp)
    if output != "-":
        check_local("-o", output)
        if Path(output).is_file() and not force:
            raise UsageError(f'"{output}" is there already; --force writes over it, -o elsewhere')
        check_writable(output)
        check_apart([output], events)
    folder = Path() if output == "-" else Path(output).parent

    def work() -> str:
        try:
            log = open_log(events, Model(signals=(), sources=(source,)))
        except InputError as error:
            raise InputError(*source_options.by_options(error.problems)) from None
        notes.extend(log.notes)
        return starter(log, files_of_sources(log.raw, events, folder))

    notes: list[str] = []
    text = screen.working("looking at the events", work)
    for note in notes:
        screen.note(note)
    if output == "-":
        screen.text(text)
        return
    with OutputFiles() as files:
        files.write(output, [text.encode()])
        files.commit()
    named = "" if output == options.DEFAULT_MODEL else f" -c {output}"
    screen.note(f"{output} written. Next: cesctl score{named}")
