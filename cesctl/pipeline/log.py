"""The log as the pipeline sees it: an export opened, normalised, and its instants resolved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias, TypeVar

import polars as pl

from cesctl import sources
from cesctl.model.as_of import resolve_as_of
from cesctl.model.scored_by import each_signal
from cesctl.model.types import by_text
from cesctl.pipeline.conditions import PROPERTY
from cesctl.pipeline.duplicates import HASH, Watch, marked, repeated, with_hash
from cesctl.pipeline.identities import read_identities
from cesctl.pipeline.normalise import normalise
from cesctl.pipeline.tally import tallied
from cesctl.pipeline.timestamps import to_instants
from cesctl.sources.parts import FILE
from cesctl.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.engines.base import Aggregate, Asked
    from cesctl.engines.summed import Summed
    from cesctl.model.types import Model, Signal, Source
    from cesctl.sources import InputFile, Part, Raw

Counted = TypeVar("Counted")
Inputs: TypeAlias = "Sequence[str | Path] | pl.DataFrame | pl.LazyFrame | str | Path | Store"


@dataclass(frozen=True)
class Log:
    """Opened exports. ``events`` builds a fresh lazy frame of their events on every call.

    ``identities``: one row per id to replace: old, new; None where the model names none.
    """

    may_be_empty: ClassVar[bool] = False

    raw: Raw
    model: Model
    clock: datetime
    as_of: str
    identities: pl.DataFrame | None = None

    @property
    def notes(self) -> list[str]:
        return list(self.raw.notes)

    def events(self) -> pl.LazyFrame:
        """One row per record of all files: customer, event, at, reason, prop:<path>, and file: (see
        ``numbered_files``) where there are several.

        Where records may be there twice and ``count`` has not yet told which, that takes a pass of its own.
        """
        records = self._records()
        if not self.has_duplicates:
            return records
        return marked(records, self.scopes, self._again, self.beside)

    def count(self, collect: Callable[[pl.LazyFrame], Counted]) -> tuple[Counted, dict[int, int]]:
        """What ``collect`` makes of the events, in one pass where no record is there twice, else in two; and
        the rows by the number of the file (see ``numbered_files``).
        """
        if not self.has_duplicates or "_again" in self.__dict__:
            return tallied(self.events(), collect)
        watch = Watch()
        counted = tallied(self._records(), lambda records: collect(watch.over(records)))
        self.__dict__["_again"] = watch.repeated()  # as cached_property does
        return counted if self._again.is_empty() else tallied(self.events(), collect)

    @property
    def numbered_files(self) -> list[InputFile]:
        """The files by their number in the events, where there are several; one that two sources read has
        two.
        """
        return [f for p in self.raw.parts for f in p.files]

    @property
    def has_duplicates(self) -> bool:
        """Whether records may be there twice."""
        return any(s.deduplicate != "none" for s in self.raw.sources)

    @property
    def scopes(self) -> list[Source]:
        """A source for each scope within which an id is one event: files of one source whose columns have
        other names share it.
        """
        return list({_scope(s): s for s in reversed(self.raw.sources)}.values())[::-1]

    @cached_property
    def beside(self) -> list[str]:
        """Columns of properties that only a command asks for: a record's copies are those that the model
        sees, whatever else is looked at.
        """
        asked = set(self.model.asked)
        own = replace(
            self.model, attributes=tuple(a for a in self.model.attributes if a[0] not in asked)
        )
        known = set(used_properties(own))
        return [PROPERTY + p for p in used_properties(self.model) if p not in known]

    @cached_property
    def _again(self) -> pl.Series:
        """The hashes that several records share."""
        return repeated(self._records().select(HASH).collect(engine="streaming")[HASH])

    def _records(self) -> pl.LazyFrame:
        """Events of which none is marked a duplicate yet, with what tells duplicates."""
        parts = [self.records(part, before) for part, before in self.placed_parts()]
        return pl.concat(parts) if len(parts) > 1 else parts[0]

    def placed_parts(self) -> Iterator[tuple[Part, int]]:
        """Each part, and how many files there are before its own."""
        before = 0
        for part in self.raw.parts:
            yield part, before
            before += len(part.files)

    def records(self, part: Part, before: int) -> pl.LazyFrame:
        """Events of which none is marked a duplicate yet, with what tells duplicates: those of a part, or of
        some files that follow each other in one. ``before``: how many files of the log there are before them.
        """
        rows = part.rows
        if len(self.numbered_files) > 1:
            number = pl.col(FILE) if len(part.files) > 1 else pl.lit(0)
            rows = rows.with_columns((number + before).cast(pl.UInt32).alias(FILE))
        events = self.normalised(part, rows, self.identities)
        if not self.has_duplicates:
            return events
        scope = [_scope(s) for s in self.scopes].index(_scope(part.source))
        ids = max(len(s.id) if s.deduplicate == "id" else 0 for s in self.raw.sources)
        return with_hash(events, part.source, scope, ids, self.beside)

    def normalised(
        self, part: Part, rows: pl.LazyFrame, identities: pl.DataFrame | None = None
    ) -> pl.LazyFrame:
        """Rows of a part as events; in their order where no ids are replaced."""
        return normalise(
            rows,
            part.source,
            used_properties(self.model),
            timezone=self.model.timezone,
            clock=self.clock if self.as_of == "latest" else None,
            sample=part.sample_times,
            identities=None if identities is None else identities.lazy(),
        )

    def newest_guess(self) -> datetime | None:
        """The newest instant among samples of the files' ends: most often the newest of all.

        None where an end cannot be sampled (compressed files), so that nothing is worth guessing.
        """
        if any(
            f.compression != "none" or f.format not in {"csv", "ndjson"} for f in self.raw.files
        ):
            return None
        found: list[datetime] = []
        for part in self.raw.parts:
            zone = part.source.timezone or self.model.timezone
            texts = pl.Series(part.tail_sample(), dtype=pl.String).str.strip_chars()
            at = to_instants(texts, form=part.source.timestamp_format, timezone=zone)
            newest = at.filter(at <= self.clock).max()
            if isinstance(newest, datetime):
                found.append(newest)
        return max(found, default=None)

    def needed(self, times: Sequence[datetime], *, occurrences: bool) -> Log:  # noqa: ARG002
        """What must be read of it to measure at those T, the latest first, each signal's events (with
        ``occurrences``) too: of exports all.
        """
        return self

    def summed(self, asked: Asked) -> tuple[Log, Summed | None]:  # noqa: ARG002
        """What must be read of it where sums are known of the rest (None: of nothing), and those."""
        return self, None

    def completed(self, made: Aggregate) -> Aggregate:
        """What an engine made of it, with what is known without reading."""
        return made


def _scope(source: Source) -> tuple[object, ...]:
    return (source.name, source.preset, source.id, source.deduplicate)


def open_log(
    inputs: Inputs,
    model: Model,
    *,
    as_of: str | None = None,
    now: datetime | None = None,
    exclude: Sequence[str] = (),
) -> Log:
    """Opens exports for a model; reads no more of them than their layout.

    ``now`` is the clock, taken once. ``exclude``: files that are no exports, though they lie among them. Left
    out ``inputs`` (an empty list) mean the model's own files; a Store means its events. Raises InputError for
    what cannot be read.
    """
    clock = (now or datetime.now(UTC)).astimezone(UTC)
    if isinstance(inputs, Store):
        return inputs.log(model, as_of=(as_of or model.as_of).strip(), clock=clock)
    if isinstance(inputs, (str, Path)):
        inputs = [inputs]
    raw = sources.read(
        inputs,
        model.sources,
        properties=used_properties(model),
        text_properties=sorted(text_properties(model)),
        exclude=[*exclude, *(t.file for t in (model.customers, model.identities) if t is not None)],
    )
    return Log(
        raw=raw,
        model=model,
        clock=clock,
        as_of=(as_of or model.as_of).strip(),
        identities=None if model.identities is None else read_identities(model.identities),
    )


def used_properties(model: Model) -> list[str]:
    """Every property that the model looks at, in its order, without repeats."""
    return list(dict.fromkeys(p for p, _ in _uses(model)))


def text_properties(model: Model) -> set[str]:
    """The properties of which the exact text matters, and not only the number it stands for."""
    return {p for p, as_text in _uses(model) if as_text}


def _uses(model: Model) -> list[tuple[str, bool]]:
    uses = [(p, True) for _, p in model.attributes]
    if model.roll_up is not None:
        uses.append((model.roll_up.to, True))
    for signal in each_signal(model):
        uses += _signal_uses(signal)
    return uses


def _signal_uses(signal: Signal) -> list[tuple[str, bool]]:
    uses = [(c.property, by_text(c)) for c in signal.where]
    if signal.property is not None:
        uses.append((signal.property, signal.measure == "distinct"))
    return uses


def fixed_as_of(log: Log) -> datetime | None:
    """T where it does not depend on the log; None for ``latest``."""
    resolved = resolve_as_of(log.as_of, log.model.timezone)
    if isinstance(resolved, datetime):
        return resolved
    return log.clock if resolved == "now" else None
