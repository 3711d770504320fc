"""Which columns make an event, for commands that have no model yet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from cesctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.errors import InputProblem
    from cesctl.model.types import Source

_SAY = (
    "say which: --customer COLUMN, --event COLUMN (or --event-name NAME where every row is the same "
    "event), --timestamp COLUMN"
)

Customer: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--customer",
        metavar="COLUMN",
        show_default=False,
        help="The customer's column, or a dotted path into nested JSON. Left out: found by name.",
    ),
]
Event: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--event",
        metavar="COLUMN",
        show_default=False,
        help="The event's. Left out: found by name.",
    ),
]
EventName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--event-name",
        metavar="NAME",
        show_default=False,
        help="In place of --event: every row is this event (purchase).",
    ),
]
Timestamp: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--timestamp",
        metavar="COLUMN",
        show_default=False,
        help="The time's. Left out: found by name.",
    ),
]


def by_options(problems: Sequence[InputProblem]) -> tuple[InputProblem, ...]:
    """The same problems; where they say what to write in a model, they say the option instead."""
    return tuple(
        replace(p, hint=_SAY) if p.hint.startswith("name it in the model") else p for p in problems
    )


def given_source(
    customer: str | None,
    event: str | None,
    event_name: str | None,
    timestamp: str | None,
    source: Source | None = None,
) -> Source:
    """``source`` with what the options say over it; the rest is found from the export."""
    from cesctl.model.types import Source

    if event is not None and event_name is not None:
        raise UsageError("--event and --event-name exclude each other")
    known = source or Source()
    if customer is not None:
        known = replace(known, customer=(customer,))
    if timestamp is not None:
        known = replace(known, timestamp=(timestamp,))
    if event is not None:
        known = replace(known, event=(event,), event_value=None)
    if event_name is not None:
        known = replace(known, event=(), event_value=event_name)
    return known
