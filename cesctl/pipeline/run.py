"""The line from export to result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from cesctl import sources
from cesctl.engines.base import Asked
from cesctl.engines.choice import chosen
from cesctl.engines.polars import Polars
from cesctl.errors import InputError, InputProblem, UsageError
from cesctl.model.types import Model
from cesctl.pipeline.customers import At, Customers, times
from cesctl.pipeline.log import Inputs, Log, fixed_as_of, open_log
from cesctl.pipeline.rejects import broken_lines, rejected_rows
from cesctl.pipeline.row_counts import file_counts, row_counts
from cesctl.result import Result, Scored

if TYPE_CHECKING:
    from cesctl.engines.base import Aggregate, Engine
    from cesctl.engines.choice import EngineName
    from cesctl.result import RowCounts


def score(
    inputs: Inputs,
    model: Model,
    *,
    as_of: str | None = None,
    now: datetime | None = None,
    occurrences: bool = False,
    engine: Engine | EngineName = "polars",
    master: str | None = None,
    memory_limit: int | str | None = None,
) -> Result:
    """Scores every customer of an export.

    ``inputs``: paths (files, folders, globs), or a polars DataFrame or LazyFrame. ``as_of`` as in the
    model, over which it wins. ``now``: the clock. ``occurrences``: also count each signal's events
    (``n:<signal>`` in ``detail``). ``engine``: what counts the events, "polars" or "spark"; ``master``:
    the Spark cluster (``spark://host:7077``; left out, the Spark session there is, else ``local[*]``).
    ``memory_limit``: what the process may have where polars counts, in bytes or as text ("4GiB"); a log that
    does not fit is counted by shares of its customers, put aside in the temporary folder meanwhile. Raises
    InputError, and UsageError and EngineError for what Spark lacks and for a limit that is too small.
    """
    with chosen(engine, master, memory_limit) as counter:
        log = open_log(inputs, model, as_of=as_of, now=now)
        return score_log(log, occurrences=occurrences, engine=counter)


def score_log(log: Log, *, occurrences: bool = False, engine: Engine | None = None) -> Result:
    """Scores an opened log."""
    return score_times(log, lambda at: [at], occurrences=occurrences, engine=engine)[0]


def score_times(
    log: Log,
    wanted: Callable[[datetime], Sequence[datetime]],
    *,
    attributes_then: bool = True,
    occurrences: bool = False,
    among: pl.Series | None = None,
    engine: Engine | None = None,
) -> tuple[Result, list[At]]:
    """Scores an opened log at several T in one pass.

    ``wanted`` is asked with the model's own T, and gives that and earlier ones. Gives the run at the model's
    T and the customers at every wanted T, in that order; each is as if it were scored alone.
    ``attributes_then``: also with its attributes of that T, which take their time; else only the model's
    own T has them. ``among``: count the events of these customers (users,
    where customers are accounts) and what is rejected, as if there were no more in the log. ``engine``: what
    counts; left out, polars.
    """
    customers = Customers(log.model, log.identities)
    customers.check()
    raw, counted = sources.carefully(
        log.raw,
        lambda raw: _count(
            replace(log, raw=raw),
            customers,
            wanted,
            attributes_then=attributes_then,
            occurrences=occurrences,
            among=among,
            engine=engine or Polars(),
        ),
    )
    log = replace(log, raw=raw)
    rows = row_counts(counted.made.read, counted.made.reasons)
    if rows.read == 0 and not log.may_be_empty:
        names = ", ".join(f.name for f in log.raw.files) or "the frame"
        raise InputError(InputProblem(f"no rows in {names}"))
    found = customers.scored(dict(zip(counted.times, counted.made.activity, strict=True)))
    now = found[counted.times[0]]
    notes = [
        *log.notes,
        *broken_lines(log.raw, counted.made.reasons),
        *_told(now),
        *_without_account(counted.made.activity[0], log.model),
    ]
    result = Result(
        **{f.name: getattr(now.scored, f.name) for f in fields(Scored)},
        rows=rows,
        notes=tuple(notes),
        files=tuple(f.name for f in log.raw.files),
        file_rows=_file_rows(log, counted, rows),
        rejected_rows=partial(rejected_rows, log),
    )
    return result, [found[at] for at in counted.wanted]


@dataclass(frozen=True)
class _Counted:
    """``made`` at ``times``, the latest first; ``wanted`` of those are asked for."""

    made: Aggregate
    times: list[datetime]
    wanted: list[datetime]


def _count(
    log: Log,
    customers: Customers,
    wanted: Callable[[datetime], Sequence[datetime]],
    *,
    attributes_then: bool,
    occurrences: bool,
    among: pl.Series | None,
    engine: Engine,
) -> _Counted:
    """One pass where T is known or can be guessed from the files' ends, two where the guess is wrong."""
    counting = engine.over(log)
    at = fixed_as_of(log)
    latest = at is None
    if at is None:
        at = log.newest_guess()
    guessed = latest and at is not None
    if at is None:
        at = counting.newest() or log.clock
    while True:
        try:
            reported = list(wanted(at))
        except UsageError:
            if not guessed:
                raise
            # what is asked may fit the real T
            at, guessed = counting.newest() or log.clock, False
            continue
        every = times(log.model, reported)
        places = {n for n, t in enumerate(every) if t in reported}
        asked = Asked(
            times=every,
            reported=places,
            attributed=places if attributes_then else {0},
            occurrences=occurrences,
            among=among,
        )
        needed = log.needed(every, occurrences=occurrences)
        over = counting if needed is log else engine.over(needed)
        made = needed.completed(over.aggregate(asked))
        over.check_scored(customers.count(made.activity[0]), asked)
        found = made.newest or log.clock  # without an accepted event T is the clock
        if not latest or found == at:
            return _Counted(made, every, reported)
        at = found


def _file_rows(log: Log, counted: _Counted, rows: RowCounts) -> dict[str, RowCounts]:
    files = log.numbered_files
    if len({f.name for f in files}) == 1:
        return {files[0].name: rows}
    return file_counts(files, counted.made.of_files, counted.made.aside)


def _told(now: At) -> list[str]:
    own = {v.name for v in now.model.variants if v.signals != now.model.signals}
    told: dict[tuple[str | None, str], int] = {}
    for variant, signal, n in now.left_out:  # a variant that has the model's signals counts with it
        key = (variant if variant in own else None, signal)
        told[key] = told.get(key, 0) + n
    said = "{:,} events have a value that is no number; they were left out"
    return [
        f'signal "{name}"{"" if variant is None else f" of variant {variant}"}: {said.format(n)}'
        for (variant, name), n in told.items()
    ]


def _without_account(users: pl.DataFrame, model: Model) -> list[str]:
    n = 0 if model.roll_up is None else users["account"].null_count()
    if model.roll_up is None or not n:
        return []
    what = "customer has" if n == 1 else "customers have"
    left = "is" if n == 1 else "are"
    return [f'{n:,} {what} no account ("{model.roll_up.to}") and {left} left out']
