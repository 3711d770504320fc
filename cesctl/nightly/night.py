"""One night: ingest, score, outputs, history, alerts; each step whole, done again where a run broke off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cesctl.duration import DAY_US
from cesctl.engines.choice import chosen
from cesctl.nightly import alerts
from cesctl.nightly.lock import locked
from cesctl.nightly.missed import missed
from cesctl.pipeline.run import score_times
from cesctl.sources.gathering import NothingToReadError
from cesctl.store import history
from cesctl.store.failures import writing
from cesctl.store.history import History
from cesctl.store.ingest import Ingested, prepare, take_in
from cesctl.store.log import open_store
from cesctl.store.place import Place
from cesctl.store.table import EventTable

if TYPE_CHECKING:
    from cesctl.model.types import Model, Nightly
    from cesctl.nightly.alerts import Message
    from cesctl.result import Result
    from cesctl.store.history import Run
    from cesctl.store.log import StoreLog
    from cesctl.store.stage import Staged


@dataclass(frozen=True)
class Night:
    """What a run did. ``caught_up``: runs that were made up for; ``message``: what people were told, None
    where there was nothing to tell; ``untold``: the variables of addresses that did not take it;
    ``notes``: what the user should know.
    """

    ingested: Ingested
    result: Result
    caught_up: list[Run] = field(default_factory=list)
    message: Message | None = None
    untold: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def night(
    model: Model,
    inputs: Sequence[str],
    *,
    check: Callable[[Staged], None],
    write: Callable[[Result], list[str]],
    now: datetime | None = None,
    dry_run: bool = False,
    memory_limit: int | str | None = None,
) -> Night:
    """Does a night's work by the model's ``nightly``.

    ``inputs``: exports, none for those that the sources name. ``check`` is asked before anything is taken in,
    and raises where too much was rejected; ``write`` writes the outputs, all or none, and names them.
    ``dry_run``: nothing is written or sent, and the scores are of the store as it is. ``memory_limit``:
    what the process may have while it scores, as of ``score``. Raises InputError,
    OutputError, UsageError.
    """
    plan = model.nightly
    assert plan is not None
    alerts.check_addresses(plan.alerts)
    clock = (now or datetime.now(UTC)).astimezone(UTC)
    place = Place.of(plan.store)
    limited = chosen("polars", memory_limit=memory_limit)
    with nullcontext() if dry_run else locked(place), limited as engine:
        notes: list[str] = []
        ingested = _ingest(
            model, plan, inputs, place, clock=clock, check=check, notes=notes, dry_run=dry_run
        )
        log = open_store(place, model, as_of=model.as_of, clock=clock, keeps=not dry_run)
        past = History(place)
        last = past.last()
        result, others = score_times(
            log, lambda at: [at, *_missed(log, plan, last, at)], engine=engine
        )
        if last is not None and result.as_of < last.as_of:
            notes.append(
                f"the last run was of {last.as_of:%Y-%m-%d %H:%M} UTC, which is later: "
                "the clock or the log went back"
            )
        outputs = [] if dry_run else write(result)
        # without addresses it is the run itself that tells
        told = alerts.last_told(place, past) if plan.alerts else last
        before = None if told is None else _at_risk(past, told)
        message = alerts.message(result, before, told, plan.alerts_top)
        done = Night(
            ingested, result, message=message, outputs=outputs, notes=[*notes, *result.notes]
        )
        if dry_run:
            return done
        caught_up = [
            history.append(place, at.scored, made_at=clock, caught_up=True)
            for at in sorted(others, key=lambda at: at.as_of)
            if at.as_of != result.as_of
        ]
        run = history.append(place, result, made_at=clock)
        untold = []
        if plan.alerts:
            untold = [] if message is None else alerts.send(message, plan.alerts)
            if not untold:  # else they are told tomorrow
                with writing(place):
                    alerts.note_told(place, run)
        return replace(done, caught_up=caught_up, untold=untold)


def _ingest(
    model: Model,
    plan: Nightly,
    inputs: Sequence[str],
    place: Place,
    *,
    clock: datetime,
    check: Callable[[Staged], None],
    notes: list[str],
    dry_run: bool,
) -> Ingested:
    """Takes in what is new; that there is nothing is no mistake where there was something before."""
    if dry_run:
        EventTable.open(place)  # it is not made
    try:
        table, staged = prepare(inputs, model, place, now=clock)
    except NothingToReadError as error:
        if inputs or not EventTable.open(place).files.height:
            raise
        notes += [str(problem) for problem in error.problems]
        return Ingested()
    check(staged)
    if dry_run:
        if staged.rows.accepted:
            notes.append(
                f"{staged.rows.accepted:,} new events would be taken in; these scores are without them"
            )
        return Ingested(passed=staged.passed, rows=staged.rows, notes=staged.all_notes)
    return take_in(staged, table, horizon_days=-(-plan.horizon_us // DAY_US))


def _missed(log: StoreLog, plan: Nightly, last: Run | None, at: datetime) -> list[datetime]:
    """The T of nights that were missed before this one."""
    if last is None or log.as_of not in {"latest", "now"}:
        return []
    zone, most = log.model.timezone, plan.catch_up
    if log.as_of == "now":
        return missed(last.as_of, at, timezone=zone, most=most)
    return missed(last.as_of, at, timezone=zone, most=most, newest=log.newest_until)


def _at_risk(past: History, run: Run) -> set[str]:
    scores = past.scores(run)
    return set(scores.filter("at_risk")["customer"].to_list())
