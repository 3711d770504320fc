"""What was reported: the scores of each scheduled run, as they were then.

A run is one Parquet file with the columns of the scores, named by its T, its model and when it was made;
it is written whole, and never changed but to forget a customer.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from cesctl.errors import InputError, InputProblem
from cesctl.store import framed
from cesctl.store.failures import reading, writing

if TYPE_CHECKING:
    from cesctl.result import Scored
    from cesctl.store.place import Place

HISTORY = "history"  # the folder in the store
_FILE = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]*-\d{8}T\d{12}Z\.parquet")
_STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class Run:
    """One that was reported. ``made_at``: when; ``model``, ``sha256``: by which; ``caught_up``: whether it
    was made up for later. ``average``, ``median``: of the scores, None without customers.
    """

    as_of: datetime
    made_at: datetime
    model: str
    sha256: str
    customers: int
    at_risk: int
    average: float | None
    median: float | None
    caught_up: bool = False

    @property
    def file(self) -> str:
        stamps = (self.as_of.strftime(_STAMP), self.sha256[:16], self.made_at.strftime(_STAMP))
        return f"{'-'.join(stamps)}.parquet"


@dataclass(frozen=True)
class History:
    """The runs of a store."""

    place: Place

    @cached_property
    def names(self) -> list[str]:
        """The files by T, then by when they were made."""
        with reading(self.place):
            found = [n for n in self.place.names(HISTORY) if _FILE.fullmatch(n)]
        return sorted(found, key=lambda n: (n.split("-")[0], n.split("-")[-1]))

    def last(self, until: datetime | None = None) -> Run | None:
        """The last run made for the latest T, or for the latest that is not after ``until``."""
        for name in reversed(self.names):
            if until is None or _at(name) <= until:
                return self.run(name)
        return None

    def run(self, name: str) -> Run:
        """What a file says of itself. Raises InputError where it is damaged."""
        return self._read(name)[0]

    def scores(self, run: Run) -> pl.DataFrame:
        """One row per customer: the columns of the scores as they were reported."""
        return self._read(run.file)[1]

    def runs(self) -> list[Run]:
        """The last one made for each T, by T."""
        by_time = {n.split("-")[0]: n for n in self.names}
        return [self.run(name) for name in by_time.values()]

    def _read(self, name: str) -> tuple[Run, pl.DataFrame]:
        with reading(self.place):
            content = self.place.read(HISTORY, name)
            if content is None:
                raise InputError(
                    InputProblem(f"the run {name} is no longer there", self.place.name)
                )
            try:
                frame, said = framed.from_bytes(content)
            except framed.DamagedError:
                hint = f"remove it: {self.place.uri(HISTORY, name)}"
                what = f"what was reported in {name} is damaged"
                raise InputError(InputProblem(what, self.place.name, hint=hint)) from None
        times = {k: datetime.fromisoformat(said[k]) for k in ("as_of", "made_at")}
        return Run(**{**said, **times}), frame


def append(place: Place, scored: Scored, *, made_at: datetime, caught_up: bool = False) -> Run:
    """Adds what a run reports. Raises OutputError."""
    scores = scored.scores
    told = scored.summary
    run = Run(
        as_of=scored.as_of,
        made_at=made_at.astimezone(UTC),
        model=scored.model.name,
        sha256=scored.model.sha256,
        customers=scores.height,
        at_risk=scored.at_risk.height,
        average=told["average"],
        median=told["median"],
        caught_up=caught_up,
    )
    _write(place, run, scores)
    return run


def forget(place: Place, customers: Collection[str]) -> int:
    """Erases customers from what was reported, and their ids from attributes of others; how many rows had
    them. Raises InputError for a run that is damaged, once all others are done.
    """
    history = History(place)
    erased = 0
    damaged: list[InputProblem] = []
    own = list(customers)
    for name in history.names:
        try:
            run = history.run(name)
            scores = history.scores(run)
        except InputError as error:
            damaged += error.problems
            continue
        texts = [c for c, dtype in scores.schema.items() if dtype == pl.String and c != "customer"]
        told = pl.any_horizontal(pl.col(c).is_in(own) for c in ["customer", *texts])
        touched = int(scores.select(told.fill_null(value=False).sum()).item())
        if touched:
            erased += touched
            others = (pl.when(~pl.col(c).is_in(own)).then(pl.col(c)).alias(c) for c in texts)
            kept = scores.filter(~pl.col("customer").is_in(own)).with_columns(others)
            _write(place, run, kept)
    if damaged:
        raise InputError(*damaged)
    return erased


def _write(place: Place, run: Run, scores: pl.DataFrame) -> None:
    said = asdict(run)
    said |= {k: said[k].isoformat() for k in ("as_of", "made_at")}
    with writing(place):
        place.write(HISTORY, run.file, framed.to_bytes(scores, said))


def _at(name: str) -> datetime:
    return datetime.strptime(name.split("-", maxsplit=1)[0], _STAMP).replace(tzinfo=UTC)
