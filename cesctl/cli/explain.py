"""``cesctl explain``: where one customer's score comes from."""

from typing import Annotated, Literal

import typer

from cesctl.cli import line, options
from cesctl.cli.console import Screen

EXAMPLE = """
cesctl explain acme-17 events.csv -c model.yaml
cesctl explain acme-17 events.csv -c model.yaml -f json
"""


def command(
    *,
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER", help="The customer's id.", show_default=False)
    ],
    events: options.Events = None,
    config: options.Config = None,
    store: options.Store = None,
    values: options.Set = None,
    as_of: options.AsOf = None,
    window: options.Window = None,
    compare: options.Compare = None,
    customers: options.Customers = None,
    form: Annotated[
        Literal["table", "json", "markdown"],
        typer.Option("-f", "--format", help="Of standard output."),
    ] = "table",
    memory_limit: options.MemoryLimit = None,
    no_color: options.NoColor = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show where one customer's score comes from.

    Each signal's events, measure, value, weight and points, the groups, the scale, and the shortest
    ways to the next band. The rows add up to the score.
    """
    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    limit_bytes = options.within(memory_limit)
    model = line.chosen_model(
        config, values=values, as_of=as_of, window=window, compare=compare, customers=customers
    )
    inputs = line.chosen_events(events, model, store)
    result = line.run_scoring(inputs, model, screen, occurrences=True, memory_limit=limit_bytes)

    from cesctl.insight.explain import explain

    explanation = explain(result, customer)
    if form == "json":
        from cesctl.present.explain_view import explain_json

        screen.text(explain_json(explanation))
    elif form == "markdown":
        from cesctl.present.explain_view import explain_page
        from cesctl.present.markdown import to_markdown

        screen.text(to_markdown(explain_page(explanation)))
    else:
        from cesctl.present.terminal import explain_lines

        screen.lines(explain_lines(explanation, screen.width))
