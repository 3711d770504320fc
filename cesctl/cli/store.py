"""``cesctl store``: looks after an event store."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cesctl.cli import deliver, options
from cesctl.cli.console import Screen
from cesctl.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cesctl.present.answer import Answer
    from cesctl.store.place import Place

EXAMPLE = """
cesctl store info --store events.store
cesctl store compact --store events.store -q
cesctl store forget c-1042 c-1043 --store events.store
"""


def command(
    *,
    action: Annotated[
        Literal["info", "verify", "compact", "forget"],
        typer.Argument(
            metavar="ACTION",
            help="info: what is in it. verify: read all of it, and say what is wrong. compact: one file "
            "a day, and unused ones removed. forget: erase customers for good, from old versions too.",
            show_default=False,
        ),
    ],
    customers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CUSTOMER",
            help="Of forget: ids as they were exported. May be several.",
            show_default=False,
        ),
    ] = None,
    store: Annotated[str, typer.Option(metavar="DIR", help="The event store, a folder or URL.")],
    config: Annotated[
        str | None,
        typer.Option(
            "-c",
            "--config",
            metavar="MODEL",
            help="Of forget: also the other ids that its identities make the same customer.",
            show_default=False,
        ),
    ] = None,
    form: Annotated[
        Literal["table", "json"], typer.Option("-f", "--format", help="Of standard output.")
    ] = "table",
    no_color: options.NoColor = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Look after an event store: info, verify, compact, forget.

    verify ends with 3 where something is wrong.
    """
    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    if bool(customers) != (action == "forget"):
        raise UsageError(
            "forget whom? name customers" if action == "forget" else f"{action} takes no customers"
        )
    if config is not None and action != "forget":
        raise UsageError("--config goes with forget")
    from cesctl.extras import STORE

    STORE.check()
    from cesctl.store.place import Place

    place = Place.of(store)
    wrong: list[str] = []

    def verified() -> "Answer":
        from cesctl.present.store_view import verify_answer
        from cesctl.store.verify import verify

        found = verify(place)
        wrong.extend(found.problems)
        return verify_answer(found, store)

    jobs: dict[str, Callable[[], Answer]] = {
        "info": lambda: _info(place),
        "verify": verified,
        "compact": lambda: _compact(place),
        "forget": lambda: _forget(place, customers or [], config),
    }
    answer = screen.working(f"{action.capitalize()} {store}", jobs[action])
    deliver.deliver(answer, form, None, screen)
    if wrong:
        raise typer.Exit(InputError.exit_code)


def _info(place: "Place") -> "Answer":
    from cesctl.present.store_view import info_answer
    from cesctl.store.info import info

    return info_answer(info(place), place.name)


def _compact(place: "Place") -> "Answer":
    from cesctl.present.store_view import compact_answer
    from cesctl.store.compact import compact

    return compact_answer(compact(place), place.name)


def _forget(place: "Place", customers: list[str], config: str | None) -> "Answer":
    from cesctl.present.store_view import forget_answer
    from cesctl.store.forget import forget

    ids = list(dict.fromkeys(c.strip() for c in customers))
    if config is not None:
        from cesctl.model import load_model
        from cesctl.pipeline.identities import read_identities

        model = load_model(config)
        if model.identities is not None:
            rows = read_identities(model.identities).select("old", "new").rows()
            ids += [new for old, new in rows if old in ids]
            ids += [old for old, new in rows if new in ids]
    ids = list(dict.fromkeys(ids))
    return forget_answer(forget(place, ids), ids, place.name)
