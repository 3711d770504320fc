"""``cesctl diff``: what another model would say of the same customers."""

from typing import TYPE_CHECKING, Annotated

import typer

from cesctl.cli import deliver, line, options, rejected, rules
from cesctl.cli.console import Screen
from cesctl.cli.outcome_options import Again, Good, Horizon, Label, LastTime
from cesctl.errors import InputError, ModelError, UsageError

if TYPE_CHECKING:
    from cesctl.insight.diff import Diff
    from cesctl.model.types import Model
    from cesctl.present.answer import Answer

EXAMPLE = """
cesctl diff model.yaml new.yaml events.csv
cesctl diff model.yaml model.yaml events.csv --set events.login.weight=2
cesctl diff model.yaml new.yaml events.csv --outcome "event:Subscription cancelled"
cesctl diff model.yaml new.yaml events.csv --top 0 -o diff.csv
"""

ModelA = Annotated[str, typer.Argument(metavar="A", help="A model.", show_default=False)]
ModelB = Annotated[str, typer.Argument(metavar="B", help="Another model.", show_default=False)]


def command(
    *,
    a: ModelA,
    b: ModelB,
    events: options.Events = None,
    store: options.Store = None,
    top: Annotated[
        int, typer.Option(min=0, metavar="N", help="Rows of the greatest differences.")
    ] = 10,
    outcome: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT",
            help="Also which model foretold that better: event:NAME of the log, silent:60d (no activity for "
            "so long), or a file with a customer and a date a row.",
            show_default=False,
        ),
    ] = None,
    label: Label = None,
    good: Good = False,
    again: Again = False,
    horizon: Horizon = None,
    every: Annotated[
        str | None,
        typer.Option(
            metavar="D",
            help="How far apart the times of the outcome are: 1w, 30d, or months: 1mo, 3mo.  "
            "[default: 1mo]",
            show_default=False,
        ),
    ] = None,
    periods: options.Periods = None,
    first: options.First = None,
    to: LastTime = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PATH=VALUE",
            help="What if model B said so: events.login.weight=2. May be repeated.",
            show_default=False,
        ),
    ] = None,
    as_of: options.AsOf = None,
    window: options.Window = None,
    compare: options.Compare = None,
    customers: options.Customers = None,
    max_rejected: options.MaxRejected = "5%",
    form: deliver.Format = "table",
    output: deliver.Output = None,
    no_color: options.NoColor = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show what model B would change of what model A says of the same log.

    Who changes band, whose score moves most and by which signals; with --outcome also which of them foretold
    it better. CSV and files hold one row per customer; JSON holds the tables.
    """
    from cesctl.validity.outcome import parse_outcome

    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    options.one_of_periods_and_first(periods, first)
    wanted = None
    if outcome is not None:
        wanted = parse_outcome(outcome, label=label, good=good, again=again)
    else:
        _only_with_outcome(
            label=label,
            good=good,
            again=again,
            horizon=horizon,
            every=every,
            periods=periods,
            to=to,
        )
        _only_with_outcome(**{"from": first})
    limit = rules.parse_share(max_rejected, "--max-rejected")
    models = _models(
        (a, b), values, as_of=as_of, window=window, compare=compare, customers=customers
    )
    inputs = _events(events, models, store)
    reads = () if wanted is None or wanted.file is None else (wanted.file,)
    read = [p for m in models for p in line.paths_read(inputs, m, *reads)]
    deliver.check_outputs(output, read)

    def view() -> "Diff":
        from cesctl.insight.diff import diff

        return diff(
            inputs,
            *models,
            outcome=wanted,
            every=every or "1mo",
            periods=periods,
            first=first,
            last=to,
            horizon=horizon,
        )

    made = line.viewed(screen, inputs, models[0], view=view, only={}, max_rejected=max_rejected)
    problems = rejected.too_many(
        made.b, limit, max_rejected, f"cesctl score -c {b} with --rejects FILE lists them"
    )
    if problems:
        raise InputError(*problems)
    if form in {"csv", "ndjson"}:  # the others say it themselves
        for note in made.notes:
            screen.note(note)
    deliver.deliver(_answer(made, top), form, output, screen)


def _answer(made: "Diff", top: int) -> "Answer":
    from cesctl.present.diff_view import diff_answer

    return diff_answer(made, top=top)


def _only_with_outcome(**options: object) -> None:
    """Raises UsageError for an option that says something of an outcome that nobody asks for."""
    for name, value in options.items():
        if value is not None and value is not False:
            raise UsageError(f"--{name} goes with --outcome")


def _models(
    paths: tuple[str, str],
    values: list[str] | None,
    *,
    as_of: str | None,
    window: str | None,
    compare: str | None,
    customers: str | None,
) -> "tuple[Model, Model]":
    """Both, with what the command line says over them. Raises ModelError with the problems of both."""
    from cesctl.model import load_model, override

    found: list[Model] = []
    wrong = []
    for path, own in zip(paths, ((), values or ()), strict=True):
        try:
            model = load_model(path, set=own)
        except ModelError as error:
            wrong += error.problems
        else:
            found.append(
                override(model, as_of=as_of, window=window, compare=compare, customers=customers)
            )
    if wrong:
        raise ModelError(list(dict.fromkeys(wrong)))
    return found[0], found[1]


def _events(
    events: list[str] | None, models: "tuple[Model, Model]", store: str | None
) -> line.Chosen:
    """What is given; none where a model names its files."""
    named = [m for m in models if any(s.files for s in m.sources)]
    return line.chosen_events(events, (named or models)[0], store)
