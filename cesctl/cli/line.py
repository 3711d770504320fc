"""From a command's options to a result: the model, the events, the run; shared by its commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from cesctl.cli.options import model_path
from cesctl.cloud.urls import masked
from cesctl.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cesctl.cli.console import Screen
    from cesctl.engines.choice import EngineName
    from cesctl.model.types import Model
    from cesctl.present.answer import Answer
    from cesctl.result import Result
    from cesctl.store import Store

Made = TypeVar("Made")
Chosen: TypeAlias = "list[str] | Store"


class Viewed(Protocol):
    """A view of a run; ``everyone``: the run before customers were chosen."""

    @property
    def result(self) -> Result: ...

    @property
    def everyone(self) -> Result: ...


View = TypeVar("View", bound=Viewed)


def chosen_model(
    config: str | None,
    *,
    values: list[str] | None = None,
    as_of: str | None = None,
    window: str | None = None,
    compare: str | None = None,
    customers: str | None = None,
) -> Model:
    """The model, with what the command line says over it; ``values``: those of --set."""
    from cesctl.model import load_model, override

    model = load_model(model_path(config), set=values or ())
    return override(model, as_of=as_of, window=window, compare=compare, customers=customers)


def chosen_events(events: list[str] | None, model: Model, store: str | None = None) -> Chosen:
    """What to read: the store or the files given; none where the model's sources name theirs."""
    if store is not None:
        if events:
            raise UsageError("--store stands in place of EVENTS; give one of them")
        from cesctl.store import Store

        return Store(store)
    named = [path for path, _ in model.values_set if path.split(".")[-1] == "files"]
    if events and named:
        raise UsageError(f"files are given, and by --set {named[0]} others; give one")
    if not events and not any(s.files for s in model.sources):
        raise UsageError("no events: name files, folders or -, or give the model source.files")
    return list(events or [])


def paths_read(inputs: Chosen, model: Model, *others: str) -> list[str]:
    """Every path that a run reads, as the user or the model wrote it."""
    from cesctl.sources.gathering import path_of

    if not isinstance(inputs, list):
        paths = [inputs.name]
    else:
        own = [f for s in model.sources for f in s.files]
        paths = [path_of(i, model.sources) for i in inputs] or own
    tables = [t.file for t in (model.customers, model.identities) if t is not None]
    return [*paths, *tables, *others, model.path]


def _load_views() -> None:
    """What will show and write the result; loaded while polars counts, it costs no time of its own."""
    import cesctl.insight.missing
    import cesctl.present.files
    import cesctl.present.terminal  # noqa: F401


def run_scoring(
    inputs: Chosen,
    model: Model,
    screen: Screen,
    *,
    occurrences: bool = False,
    engine: EngineName = "polars",
    master: str | None = None,
    memory_limit: int | None = None,
) -> Result:
    """Scores, showing progress and then what the user should know of it."""

    def job() -> Result:
        from cesctl.pipeline.run import score

        return score(
            inputs,
            model,
            occurrences=occurrences,
            engine=engine,
            master=master,
            memory_limit=memory_limit,
        )

    return working(inputs, model, screen, job, lambda result: result)


def working(
    inputs: Chosen,
    model: Model,
    screen: Screen,
    job: Callable[[], Made],
    result_of: Callable[[Made], Result],
) -> Made:
    """Does what scores a log, showing progress and then what the user should know of the run."""
    if not isinstance(inputs, list):
        named = [inputs.name]
    else:
        named = inputs or [f for s in model.sources for f in s.files]
    shown = masked(named[0]) if len(named) == 1 else f"{len(named)} inputs"
    made = screen.working(
        f"Scoring {'standard input' if shown == '-' else shown}", job, _load_views
    )
    result = result_of(made)
    for note in result.notes:
        screen.note(note)
    if len(result.file_rows) > 1:
        from cesctl.present.file_rows import file_lines

        for row in file_lines(result.file_rows):
            screen.detail(row)
    return made


def show(
    screen: Screen,
    inputs: Chosen,
    model: Model,
    *,
    view: Callable[[], View],
    answer: Callable[[View], Answer],
    only: Mapping[str, str | None],
    max_rejected: str,
    form: str,
    output: list[str] | None,
    reads: tuple[str, ...] = (),
) -> None:
    """Looks at a run, then prints and writes what there is to say of it; ``only``: the attributes by which
    ``view`` chooses customers; ``reads``: what it reads besides events and model. Raises InputError where too
    many rows are rejected.
    """
    from cesctl.cli import deliver

    deliver.check_outputs(output, paths_read(inputs, model, *reads))
    made = viewed(screen, inputs, model, view=view, only=only, max_rejected=max_rejected)
    deliver.deliver(answer(made), form, output, screen)


def viewed(
    screen: Screen,
    inputs: Chosen,
    model: Model,
    *,
    view: Callable[[], View],
    only: Mapping[str, str | None],
    max_rejected: str,
) -> View:
    """Looks at a run, and says what the user should know of it. Raises InputError where too many rows are
    rejected.
    """
    from cesctl.cli import rejected, rules

    limit = rules.parse_share(max_rejected, "--max-rejected")
    made = working(inputs, model, screen, view, lambda view: view.everyone)
    where = "cesctl score with --rejects FILE lists them"
    problems = rejected.too_many(made.everyone, limit, max_rejected, where)
    if problems:
        raise InputError(*problems)
    if only and not made.result.scores.height:
        screen.note(nobody(made.everyone, only))
    return made


def nobody(everyone: Result, only: Mapping[str, str | None]) -> str:
    """Why ``--where`` may have found no one: the values there are."""
    parts = []
    for name, value in only.items():
        values = everyone.scores[name].drop_nulls().unique().sort()
        if value is not None and value not in values.implode().item():
            some = ", ".join(values.head(8).to_list())
            more = f" and {values.len() - 8:,} more" if values.len() > 8 else ""
            parts.append(f'no customer has {name} "{value}"; there are: {some or "none"}{more}')
    return "\n".join(parts) or "no customer has all of that"
