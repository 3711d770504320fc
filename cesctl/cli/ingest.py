"""``cesctl ingest``: takes exports into an event store, each once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cesctl.cli import deliver, line, options, outputs, rejected, rules
from cesctl.cli.console import Screen
from cesctl.errors import InputError, UsageError

if TYPE_CHECKING:
    from cesctl.model.types import Model

EXAMPLE = """
cesctl ingest exports/ --store events.store -c cesctl.yaml
cesctl ingest 'mixpanel/2026-11-*.json.gz' --store events.store -q -f json
"""


def command(
    *,
    events: options.Events = None,
    store: Annotated[
        str,
        typer.Option(
            metavar="DIR", help="The event store, a folder or URL; made where there is none."
        ),
    ],
    config: Annotated[
        str | None,
        typer.Option(
            "-c",
            "--config",
            metavar="MODEL",
            help="Read the exports as this model does. Left out: "
            f"{options.DEFAULT_MODEL} here, else as they look.",
            show_default=False,
        ),
    ] = None,
    horizon: Annotated[
        str,
        typer.Option(metavar="D", help="How far from its day another copy of a record may lie."),
    ] = "7d",
    rejects: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Rejected rows with file, line and reason.", show_default=False
        ),
    ] = None,
    max_rejected: options.MaxRejected = "5%",
    form: Annotated[
        Literal["table", "json"], typer.Option("-f", "--format", help="Of standard output.")
    ] = "table",
    no_color: options.NoColor = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Take exports into an event store, each exactly once.

    An export is known by what is in it, whatever its name; of one that has grown only what is new is
    taken in; records are known by their ids. All of a run is taken in, or nothing.
    """
    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    limit = rules.parse_share(max_rejected, "--max-rejected")
    days = whole_days(horizon)
    model = _model(config)
    inputs = line.chosen_events(events, model)
    assert isinstance(inputs, list)
    if rejects is not None:
        kind = outputs.kind_of(rejects, "--rejects")
        outputs.check_apart([rejects], line.paths_read(inputs, model))
        outputs.check_writable(rejects)
    from cesctl.extras import STORE

    STORE.check()
    from cesctl.store.ingest import prepare, take_in
    from cesctl.store.place import Place

    place = Place.of(store)
    table, staged = screen.working("Reading exports", lambda: prepare(inputs, model, place))
    for note in staged.all_notes:
        screen.note(note)
    if rejects is not None and staged.log is not None:
        from cesctl.present.files import table_file

        with outputs.OutputFiles() as files:
            files.write(rejects, table_file(staged.rejects(), kind, name="rejects"))
            files.commit()
        screen.note(f"wrote {rejects}")
    where = f"{rejects} lists them" if rejects is not None else "--rejects FILE lists them"
    problems = rejected.too_many(staged, limit, max_rejected, where, lost="nothing was taken in")
    if problems:
        raise InputError(*problems)
    done = screen.working(f"Writing to {store}", lambda: take_in(staged, table, horizon_days=days))
    from cesctl.present.ingest_view import ingest_answer

    answer = ingest_answer(done, place.name)
    deliver.deliver(answer, form, None, screen)


def whole_days(text: str) -> int:
    """A duration in days, begun ones whole. Raises UsageError."""
    from cesctl.duration import DAY_US, DurationError, parse_duration

    try:
        return -(-parse_duration(text) // DAY_US)
    except DurationError as error:
        raise UsageError(f"--horizon: {error}; {error.hint}") from None


def _model(config: str | None) -> "Model":
    from cesctl.model import load_model
    from cesctl.model.types import Model

    if config is None and not Path(options.DEFAULT_MODEL).is_file():
        return Model(signals=())
    return load_model(config or options.DEFAULT_MODEL)
