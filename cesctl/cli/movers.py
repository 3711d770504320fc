"""``cesctl movers``: who moved between bands, and which signals moved them."""

from typing import TYPE_CHECKING, Annotated

import typer

from cesctl.cli import deliver, line, options
from cesctl.cli.console import Screen

if TYPE_CHECKING:
    from cesctl.insight.movers import Movers
    from cesctl.present.answer import Answer

EXAMPLE = """
cesctl movers events.csv -c model.yaml
cesctl movers events.csv -c model.yaml --from 2026-09-30 --to 2026-10-31 --where plan=paid
cesctl movers events.csv -c model.yaml --from 7d -f markdown
"""


def command(
    *,
    events: options.Events = None,
    config: options.Config = None,
    store: options.Store = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="WHEN",
            help="The earlier time: 30d (before the later), 2026-09-30 or 2026-09-30T12:00:00Z. "
            "Left out: the model's compare, else 30d.",
            show_default=False,
        ),
    ] = None,
    to: options.To = None,
    falling: options.Falling = 10,
    rising: options.Rising = 10,
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
    """Show who moved between bands since an earlier time, and why.

    The changes of a customer's signals add up to that of its raw score. CSV and files hold one row
    per customer; JSON holds the band-to-band counts, too.
    """
    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    limit_bytes = options.within(memory_limit)
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

    def view() -> "Movers":
        from cesctl.insight.movers import movers

        return movers(
            inputs,
            model,
            since=since,
            where=only,
            reported=reported,
            memory_limit=limit_bytes,
        )

    def answer(made: "Movers") -> "Answer":
        from cesctl.present.movers_view import movers_answer

        return movers_answer(made, falling=falling, rising=rising, where=only)

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
