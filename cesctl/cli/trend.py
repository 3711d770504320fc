"""``cesctl trend``: the score over time."""

from typing import TYPE_CHECKING, Annotated

import typer

from cesctl.cli import deliver, line, options
from cesctl.cli.console import Screen

if TYPE_CHECKING:
    from cesctl.insight.trend import Trend
    from cesctl.present.answer import Answer

EXAMPLE = """
cesctl trend events.csv -c model.yaml
cesctl trend events.csv -c model.yaml --every 1mo --periods 6 --rising 5
cesctl trend events.csv -c model.yaml --from 2026-06-01 --where plan=paid -o trend.csv
"""


def command(
    *,
    events: options.Events = None,
    config: options.Config = None,
    store: options.Store = None,
    every: Annotated[
        str, typer.Option(metavar="D", help="How far apart: 1d, 1w, 30d, or months: 1mo, 3mo.")
    ] = "1w",
    periods: options.Periods = None,
    first: options.First = None,
    to: options.To = None,
    falling: options.Falling = 10,
    rising: options.Rising = 0,
    where: options.Where = None,
    reported: options.Reported = False,
    values: options.Set = None,
    as_of: options.AsOf = None,
    window: options.Window = None,
    compare: options.Compare = None,
    customers: options.Customers = None,
    max_rejected: options.MaxRejected = "5%",
    form: deliver.Format = "table",
    output: deliver.Output = None,
    memory_limit: options.MemoryLimit = None,
    no_color: options.NoColor = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show the score over time: for all customers, and who falls.

    Scores the same log at several instants in one pass. CSV and files hold one row per customer;
    JSON holds the periods, too.
    """
    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    limit_bytes = options.within(memory_limit)
    options.one_of_periods_and_first(periods, first)
    only = options.conditions(where)
    model = line.chosen_model(
        config,
        values=values,
        as_of=options.last_time(to, as_of),
        window=window,
        compare=compare,
        customers=customers,
    )
    inputs = line.chosen_events(events, model, store)

    def view() -> "Trend":
        from cesctl.insight.trend import trend

        return trend(
            inputs,
            model,
            every=every,
            periods=periods,
            first=first,
            where=only,
            reported=reported,
            memory_limit=limit_bytes,
        )

    def answer(made: "Trend") -> "Answer":
        from cesctl.present.trend_view import trend_answer

        return trend_answer(made, falling=falling, rising=rising, where=only)

    line.show(
        screen,
        inputs,
        model,
        view=view,
        answer=answer,
        only=only,
        max_rejected=max_rejected,
        form=form,
        output=output,
    )
