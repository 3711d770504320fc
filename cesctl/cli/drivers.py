"""``cesctl drivers``: what engaged customers do that the others do not."""

from typing import TYPE_CHECKING, Annotated

import typer

from cesctl.cli import deliver, line, options
from cesctl.cli.console import Screen

if TYPE_CHECKING:
    from cesctl.insight.drivers import Drivers
    from cesctl.present.answer import Answer

EXAMPLE = """
cesctl drivers events.csv -c model.yaml
cesctl drivers events.csv -c model.yaml --where plan=paid --top 50
cesctl drivers events.csv -c model.yaml -f csv -o drivers.csv
"""


def command(
    *,
    events: options.Events = None,
    config: options.Config = None,
    store: options.Store = None,
    top: Annotated[int, typer.Option(min=1, metavar="N", help="Events shown.")] = 20,
    where: options.Where = None,
    values: options.Set = None,
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
    """Show what engaged customers do that the others do not.

    Also events that no signal counts and that separate the best band from the lowest, and how much of
    all points each signal makes up.
    """
    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    only = options.conditions(where)
    model = line.chosen_model(
        config, values=values, as_of=as_of, window=window, compare=compare, customers=customers
    )
    inputs = line.chosen_events(events, model, store)

    def view() -> "Drivers":
        from cesctl.insight.drivers import drivers

        return drivers(inputs, model, where=only)

    def answer(made: "Drivers") -> "Answer":
        from cesctl.present.drivers_view import drivers_answer

        return drivers_answer(made, top=top, where=only)

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
