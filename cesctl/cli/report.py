"""``cesctl report``: all views of a run as one page."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cesctl.cli import line, options, outputs
from cesctl.cli.console import Screen
from cesctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cesctl.insight.report import Limits, Report

EXAMPLE = """
cesctl report events.csv -c model.yaml -o report.html
cesctl report events.csv -c model.yaml -o report.html --every 1mo --by plan --by country
cesctl report events.csv -c model.yaml -f markdown --where plan=paid --at-risk 20
"""

Form = Literal["html", "markdown", "json"]
ENDINGS: dict[str, Form] = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".json": "json",
}


def command(
    *,
    events: options.Events = None,
    config: options.Config = None,
    store: options.Store = None,
    every: Annotated[
        str,
        typer.Option(
            metavar="D",
            help="How far apart the instants of the trend are: 1d, 1w, 30d, or 1mo, 3mo.",
        ),
    ] = "1w",
    periods: Annotated[int, typer.Option(min=1, max=120, metavar="N", help="How many.")] = 12,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN",
            help="What now is compared with: 30d (before), 2026-09-30 or 2026-09-30T12:00:00Z. "
            "Left out: the model's compare, else 30d.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="An attribute, or a property of the events, to compare customers by. May be "
            "repeated. Left out: the attributes with few values.",
            show_default=False,
        ),
    ] = None,
    at_risk: Annotated[
        int, typer.Option(min=0, metavar="N", help="Rows of the at-risk list.")
    ] = 50,
    falling: options.Falling = 10,
    rising: options.Rising = 10,
    where: options.Where = None,
    values: options.Set = None,
    as_of: options.AsOf = None,
    window: options.Window = None,
    compare: options.Compare = None,
    customers: options.Customers = None,
    max_rejected: options.MaxRejected = "5%",
    form: Annotated[
        Form | None,
        typer.Option(
            "-f",
            "--format",
            help="Of standard output.  [default: html, or nothing where -o is given]",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="A .html, .md or .json. May be repeated.",
            show_default=False,
        ),
    ] = None,
    no_color: options.NoColor = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write all of it as one HTML page: bands, trend, who is at risk, movers, segments, drivers.

    The page needs no network, opens on a phone, prints, and says how the score is made and what it
    was made of. Markdown and JSON hold the same.
    """
    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    targets = [(path, _form_of(path)) for path in output or []]
    if form is None and not targets:
        form = "html"
    _check_forms([*(made for _, made in targets), *([form] if form else [])], printed=form)
    only = options.conditions(where)
    model = line.chosen_model(
        config, values=values, as_of=as_of, window=window, compare=compare, customers=customers
    )
    inputs = line.chosen_events(events, model, store)
    outputs.check_apart([path for path, _ in targets], line.paths_read(inputs, model))
    for path, _ in targets:
        outputs.check_writable(path)

    def view() -> "Report":
        from cesctl.insight.report import report

        return report(
            inputs, model, every=every, periods=periods, since=since, by=by or None, where=only
        )

    made = line.viewed(screen, inputs, model, view=view, only=only, max_rejected=max_rejected)
    from cesctl.insight.report import Limits

    limits = Limits(at_risk=at_risk, falling=falling, rising=rising)
    if targets:
        with outputs.OutputFiles() as files:
            for path, kind in targets:
                screen.working(
                    f"Writing {path}",
                    lambda path=path, kind=kind: files.write(path, _bytes(made, kind, limits)),  # type: ignore[misc]
                )
            files.commit()
        for path, _ in targets:
            screen.note(f"wrote {path}")
    if form is not None:
        screen.data(_bytes(made, form, limits))


def _bytes(made: "Report", form: Form, limits: "Limits") -> "Iterable[bytes]":
    if form == "json":
        return made.json(limits)
    text = made.html(limits) if form == "html" else made.markdown(limits)
    return [text.encode()]


def _form_of(path: str) -> Form:
    """What to write, by the file's ending. Raises UsageError for any other."""
    form = ENDINGS.get(Path(path).suffix.lower())
    if form is None:
        raise UsageError(f'--output "{path}" must end with .html, .md or .json')
    return form


def _check_forms(forms: list[Form], printed: Form | None) -> None:
    """Raises UsageError for what cannot be made or shown, before any work is done."""
    if printed == "html" and sys.stdout.isatty():
        raise UsageError("a page is no text for a terminal; write it: -o report.html")
    if "html" in forms:
        from cesctl.extras import REPORT

        REPORT.check()
