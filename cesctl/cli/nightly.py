"""``cesctl nightly``: a night's work from one file."""

import time
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer

from cesctl.cli import line, options, outputs, rejected, rules
from cesctl.cli.console import Screen
from cesctl.errors import CesctlError, InputError, ModelError, OutputError, Problem

if TYPE_CHECKING:
    from cesctl.model.types import Model
    from cesctl.nightly.night import Night
    from cesctl.result import Result
    from cesctl.store.stage import Staged

EXAMPLE = """
cesctl nightly -c cesctl.yaml
cesctl nightly -c cesctl.yaml -q --summary >> nightly.ndjson
cesctl nightly -c cesctl.yaml --dry-run
"""


def command(
    *,
    events: options.Events = None,
    config: options.Config = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE",
            help="Beside those of the model: ends with 1 where it holds. May be repeated.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Write and send nothing; show what would be sent, of the store as it is.",
        ),
    ] = False,
    summary: Annotated[
        bool, typer.Option("--summary", help="Print one line of JSON, whatever happens.")
    ] = False,
    memory_limit: options.MemoryLimit = None,
    no_color: options.NoColor = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Do a night's work: ingest, score, outputs, history, alerts.

    What it does stands under nightly in the model. A run that broke off is made good by the next; two never
    run at once. Ends as cesctl score does.
    """
    screen = Screen(no_color=no_color, quiet=quiet, verbose=verbose)
    limit_bytes = options.within(memory_limit)
    started = time.time()
    done: list[Night] = []
    failed: list[str] = []
    try:
        _run(
            screen,
            done,
            failed,
            events=events,
            config=config,
            fail_if=fail_if or [],
            dry_run=dry_run,
            memory_limit=limit_bytes,
        )
    except CesctlError as error:
        if summary:
            _print_summary(screen, started, done, failed, error, dry_run=dry_run)
        raise
    except KeyboardInterrupt:
        if summary:
            _print_summary(screen, started, done, failed, "interrupted", dry_run=dry_run)
        raise
    if summary:
        _print_summary(screen, started, done, failed, None, dry_run=dry_run)
    else:
        from cesctl.present.layout import lay_out
        from cesctl.present.nightly_view import nightly_page

        screen.lines(lay_out(nightly_page(done[0], dry_run=dry_run), screen.width))
    for found in failed:
        screen.error(found)
    if done[0].untold:
        names = ", ".join(done[0].untold)
        raise OutputError(f"the alert was not taken by the address in {names}; it is sent again")
    if failed:
        raise typer.Exit(1)


def _run(
    screen: Screen,
    done: "list[Night]",
    failed: list[str],
    *,
    events: list[str] | None,
    config: str | None,
    fail_if: list[str],
    dry_run: bool,
    memory_limit: int | None,
) -> None:
    """Adds to ``done`` what was done, as soon as it is, and to ``failed`` the rules that hold."""
    from cesctl.extras import STORE

    STORE.check()
    model = line.chosen_model(config)
    plan = model.nightly
    if plan is None:
        hint = "nightly: {store: events.store}"
        raise ModelError(
            [Problem("nightly is missing", "nightly", model.path, hint=f"write {hint}")]
        )
    fail_rules = [rules.parse_rule(text) for text in (*plan.fail_if, *fail_if)]
    rules.check_bands(fail_rules, model)
    limit = rules.parse_share(plan.max_rejected, "nightly.max_rejected")
    inputs = line.chosen_events(events, model)
    assert isinstance(inputs, list)
    _check_outputs(model, inputs)

    from cesctl.nightly.night import night

    made = screen.working(
        "Nightly",
        lambda: night(
            model,
            inputs,
            check=_checking(limit, plan.max_rejected),
            write=lambda result: _write(result, model),
            dry_run=dry_run,
            memory_limit=memory_limit,
        ),
    )
    done.append(made)
    for note in (*made.ingested.notes, *made.notes):
        screen.note(note)
    for rule in fail_rules:
        verdict = rules.judge(rule, made.result)
        if verdict.holds:
            failed.append(f"fail_if {rule.text}: {verdict.found}")


def _check_outputs(model: "Model", inputs: list[str]) -> None:
    plan = model.nightly
    assert plan is not None
    paths = [*plan.outputs, *plan.at_risk_outputs]
    for path in paths:
        outputs.kind_of(path, "nightly.outputs")
    outputs.check_apart(paths, line.paths_read(inputs, model))
    for path in paths:
        outputs.check_writable(path)


def _checking(limit: Fraction, said: str) -> "Callable[[Staged], None]":
    def check(staged: "Staged") -> None:
        where = "cesctl ingest with --rejects FILE lists them"
        problems = rejected.too_many(staged, limit, said, where, lost="nothing was taken in")
        if problems:
            raise InputError(*problems)

    return check


def _write(result: "Result", model: "Model") -> list[str]:
    from cesctl.present.files import scores_file

    plan = model.nightly
    assert plan is not None
    targets = [(p, False) for p in plan.outputs] + [(p, True) for p in plan.at_risk_outputs]
    with outputs.OutputFiles() as files:
        for path, only in targets:
            kind = outputs.kind_of(path, "nightly.outputs")
            files.write(path, scores_file(result, kind, at_risk_only=only))
        files.commit()
    return [path for path, _ in targets]


def _print_summary(
    screen: Screen,
    started: float,
    done: "list[Night]",
    failed: list[str],
    error: CesctlError | str | None,
    *,
    dry_run: bool,
) -> None:
    from cesctl.present.nightly_view import nightly_summary

    told = done[0] if done else None
    screen.text(nightly_summary(told, failed, error, started, time.time(), dry_run=dry_run))
