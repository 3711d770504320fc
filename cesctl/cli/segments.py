"""``cesctl segments``: the scores by attribute."""

from typing import TYPE_CHECKING, Annotated

import typer

from cesctl.cli import deliver, line, options
from cesctl.cli.console import Screen

if TYPE_CHECKING:
    from cesctl.insight.segments import Segments
    from cesctl.present.answer import Answer

EXAMPLE = """
cesctl segments events.csv -c model.yaml --by plan
cesctl segments events.csv -c model.yaml --by plan --by country -f csv
cesctl segments events.csv -c model.yaml --by seats --where plan=paid
"""


def command(
    *,
    events: options.Events = None,
    config: options.Config = None,
    store: options.Store = None,
    by: Annotated[
        list[str],
        typer.Option(
            metavar="NAME",
            help="An attribute of the model or the roster, or a property of the events, whose "
            "latest value counts. May be repeated. Many numbers become five bins.",
            show_default=False,
        ),
    ],
    top: Annotated[int, typer.Option(min=1, metavar="N", help="Rows of the table.")] = 30,
    where: options.Where = None,
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
    """Show the scores by attribute, and which segments differ from the rest.

    A segment differs only where its interval says that chance does not explain it.
    """
    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    limit_bytes = options.within(memory_limit)
    only = options.conditions(where)
    model = line.chosen_model(
        config, values=values, as_of=as_of, window=window, compare=compare, customers=customers
    )
    inputs = line.chosen_events(events, model, store)

    def view() -> "Segments":
        from cesctl.insight.segments import segments

        return segments(inputs, model, by, where=only, memory_limit=limit_bytes)

    def answer(made: "Segments") -> "Answer":
        from cesctl.present.segments_view import segments_answer

        return segments_answer(made, top=top, where=only)

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
