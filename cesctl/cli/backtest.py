"""``cesctl backtest``: whether the score foretold what customers did."""

from typing import TYPE_CHECKING, Annotated

import typer

from cesctl.cli import deliver, line, options
from cesctl.cli.console import Screen
from cesctl.cli.outcome_options import (
    Again,
    Every,
    Good,
    Horizon,
    Label,
    LastTime,
    OutcomeOption,
)

if TYPE_CHECKING:
    from cesctl.present.answer import Answer
    from cesctl.validity.backtest import Backtest

EXAMPLE = """
cesctl backtest events.csv -c model.yaml --outcome silent:60d
cesctl backtest events.csv -c model.yaml --outcome "event:Subscription cancelled" --horizon 90d
cesctl backtest events.csv -c model.yaml --outcome churned.csv --every 1mo --periods 12 --by plan
cesctl backtest events.csv -c model.yaml --outcome crm.csv --label upgraded --good -o pairs.csv
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
    by: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Judge each value of an attribute apart, too.", show_default=False
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=1, metavar="N", help="Rows of --by.")] = 20,
    bg_nbd: Annotated[
        bool,
        typer.Option(
            "--bg-nbd",
            help="Also hold it against the BG/NBD model of when a customer was active. It takes its time.",
        ),
    ] = False,
    values: options.Set = None,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Look at no event after that.", show_default=False),
    ] = None,
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
    """Show whether the score foretold what customers did afterwards.

    Scores the log at several past times, each with only what was known by then, and holds the scores against
    what came after. CSV and files hold one row per customer and time; JSON holds the tables.
    """
    from cesctl.validity.outcome import parse_outcome

    if bg_nbd:
        from cesctl.extras import BGNBD

        BGNBD.check()
    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    options.one_of_periods_and_first(periods, first)
    wanted = parse_outcome(outcome, label=label, good=good, again=again)
    model = line.chosen_model(
        config, values=values, as_of=as_of, window=window, compare=compare, customers=customers
    )
    inputs = line.chosen_events(events, model, store)

    def view() -> "Backtest":
        from cesctl.validity.backtest import backtest

        return backtest(
            inputs,
            model,
            wanted,
            every=every,
            periods=periods,
            first=first,
            last=to,
            horizon=horizon,
            by=by,
            bgnbd=bg_nbd,
        )

    def answer(made: "Backtest") -> "Answer":
        from cesctl.present.backtest_view import backtest_answer

        return backtest_answer(made, top=top)

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
        reads=() if wanted.file is None else (wanted.file,),
    )
