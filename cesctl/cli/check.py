"""``cesctl check``: every error of a model, and how it fits a log."""

from typing import Annotated

import typer

from cesctl.cli import options
from cesctl.cli.console import Screen
from cesctl.present.safe import safe

EXAMPLE = """
cesctl check cesctl.yaml
cesctl check cesctl.yaml events.csv
"""

Model = Annotated[str, typer.Argument(metavar="MODEL", help="The model.", show_default=False)]
Events = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="EVENTS",
        help="An export to hold the model against: files, folders, globs, such URLs of an object store "
        "(s3://, gs://, az://), or - for standard input.",
        show_default=False,
    ),
]


def command(
    *,
    model: Model,
    events: Events = None,
    as_of: options.AsOf = None,
    customers: options.Customers = None,
    no_color: options.NoColor = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Find every error of a model, and what it leaves unused.

    With EVENTS also: signals and bands that nothing reaches, events that no signal uses, a signal
    that makes up most of the score. Ends with 2 where the model has errors; advice ends with 0.
    """
    from cesctl.insight.advice import advise
    from cesctl.model import load_model, override
    from cesctl.model.scored_by import all_bands, all_signals

    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    checked = override(load_model(model), as_of=as_of, customers=customers)
    if not events:  # nothing here loads polars
        from cesctl.present.advice import advice_lines

        for line in advice_lines(advise(checked), checked):
            screen.text(line)
        counted = [f"{len(all_signals(checked)):,} signals", f"{len(all_bands(checked)):,} bands"]
        if checked.variants:
            variants = len(checked.variants)
            counted.append(f"{variants:,} variant" + "s" * (variants != 1))
        screen.text(safe(f"{model}: no errors ({', '.join(counted)})"))
        return

    from cesctl.insight.coverage import check_log
    from cesctl.present.coverage import coverage_page
    from cesctl.present.layout import lay_out

    found = screen.working("reading events", lambda: check_log(checked, events))
    for note in found.result.notes:
        screen.note(note)
    screen.lines(lay_out(coverage_page(found), screen.width))
    screen.text("\n" + safe(f"{model}: no errors"))
