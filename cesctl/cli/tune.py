"""``cesctl tune``: weights that foretell better."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cesctl.cli import deliver, line, options
from cesctl.cli.console import Screen
from cesctl.cli.model_files import check_local
from cesctl.cli.outcome_options import (
    Again,
    Every,
    Good,
    Horizon,
    Label,
    LastTime,
    OutcomeOption,
)
from cesctl.cli.outputs import OutputFiles, check_apart, check_writable
from cesctl.errors import UsageError

if TYPE_CHECKING:
    from cesctl.present.answer import Answer
    from cesctl.tuning.tuned import Tuned

EXAMPLE = """
cesctl tune events.csv -c model.yaml --outcome silent:60d
cesctl tune events.csv -c model.yaml --outcome churned.csv --write tuned.yaml
cesctl tune events.csv -c model.yaml --outcome churned.csv --bands --write tuned.yaml
"""


def command(
    *,
    events: options.Events = None,
    config: options.Config = None,
    store: options.Store = None,
    outcome: OutcomeOption,
    label: Label = None,
    good: Good = False,
    again: Again = False,
    horizon: Horizon = None,
    every: Every = "1mo",
    periods: options.Periods = None,
    first: options.First = None,
    to: LastTime = None,
    write: Annotated[
        str | None,
        typer.Option(
            "-w",
            "--write",
            metavar="MODEL",
            help="Write the tuned model there; where the one that is there is as good, nothing.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write the model over a file that is there.")
    ] = False,
    free: Annotated[
        bool, typer.Option("--free", help="Weights may change sign, and those of 0 become others.")
    ] = False,
    bands: Annotated[
        bool,
        typer.Option(
            "--bands",
            help="Also set where bands begin, by outcome rates.",
        ),
    ] = False,
    seed: Annotated[
        int,
        typer.Option(min=0, max=2**63 - 1, metavar="N", help="Which half of the customers fits."),
    ] = 0,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Look at no event after that.", show_default=False),
    ] = None,
    customers: options.Customers = None,
    max_rejected: options.MaxRejected = "5%",
    form: deliver.Format = "table",
    output: deliver.Output = None,
    no_color: options.NoColor = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Fit weights to what customers did, and show whether that foretells better.

    Weights, caps, windows and half-lives are fitted at early times to half of the customers, and judged at
    later times by the others, whom the fit never saw. CSV and files hold one row per signal.
    """
    from cesctl.extras import TUNE
    from cesctl.validity.outcome import parse_outcome

    TUNE.check()
    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    options.one_of_periods_and_first(periods, first)
    wanted = parse_outcome(outcome, label=label, good=good, again=again)
    model = line.chosen_model(config, as_of=as_of, customers=customers)
    inputs = line.chosen_events(events, model, store)
    reads = () if wanted.file is None else (wanted.file,)
    if write is not None:
        others = [*line.paths_read(inputs, model, *reads), *(output or [])]
        _check_model_path(write, others, force=force)

    def view() -> "Tuned":
        from cesctl.tuning.tune import tune

        return tune(
            inputs,
            model,
            wanted,
            every=every,
            periods=periods,
            first=first,
            last=to,
            horizon=horizon,
            free=free,
            bands=bands,
            seed=seed,
        )

    unwritten: list[UsageError] = []
    given = {
        "--label": label, "--horizon": horizon, "--as-of": as_of, "--customers": customers,
        "--max-rejected": max_rejected if max_rejected != "5%" else None,
    }  # fmt: skip
    then = [*(events or []), "--outcome", outcome, "--every", every]
    then += [part for option, value in given.items() if value for part in (option, value)]
    then += [option for option, value in (("--good", good), ("--again", again)) if value]

    def answer(made: "Tuned") -> "Answer":
        from cesctl.present.tune_view import tune_answer

        if write is not None:
            try:
                _write(screen, made, write, then)
            except UsageError as error:  # what was found is still worth showing
                unwritten.append(error)
        return tune_answer(made)

    line.show(
        screen,
        inputs,
        model,
        view=view,
        answer=answer,
        only={},
        max_rejected=max_rejected,
        form=form,
        output=output,
        reads=reads,
    )
    if unwritten:
        raise unwritten[0]


def _check_model_path(path: str, others: list[str], *, force: bool) -> None:
    check_local("--write", path)
    if not path.endswith((".yaml", ".yml")):
        raise UsageError(f'--write "{path}" must end with .yaml or .yml')
    check_apart([path], others)
    if Path(path).is_file() and not force:
        raise UsageError(f'--write: "{path}" is there already; --force writes over it')
    check_writable(path)


def _write(screen: Screen, made: "Tuned", path: str, then: list[str]) -> None:
    """``then``: the arguments with which a backtest looks at the same outcome."""
    from cesctl.tuning.rewrite import tuned_text
    from cesctl.tuning.verdict import verdict

    if made.model == made.before:
        screen.note(f"{path} is not written: the model stays as it is")
        return
    text = tuned_text(made, verdict(made)[:1], path)
    with OutputFiles() as files:
        files.write(path, [text.encode()])
        files.commit()
    times = made.judged.times  # earlier ones the fit has seen
    first, last = (t.isoformat().replace("+00:00", "Z") for t in (times[0], times[-1]))
    ends = ["--from", first, "--to", last]
    command = shlex.join(["cesctl", "backtest", *then, "-c", path, *ends])
    screen.note(f"{path} written. Next: {command}")
