"""The log as the pipeline sees it: an export opened, normalised, and its instants resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from cesctl import sources
from cesctl.model.as_of import resolve_as_of
from cesctl.model.types import by_text
from cesctl.pipeline.normalise import mark_duplicates, normalise
from cesctl.pipeline.timestamps import to_instants

if TYPE_CHECKING:
    from cesctl.model.types import Model, Signal
    from cesctl.sources import Raw

Inputs = Sequence[str | Path] | pl.DataFrame | pl.LazyFrame | str | Path


@dataclass(frozen=True)
class Log:
    """An opened export. ``events`` builds a fresh lazy frame of its events on every call."""

    raw: Raw
    model: Model
    clock: datetime
    as_of: str

    @property
    def notes(self) -> list[str]:
        return list(self.raw.notes)

    def events(self) -> pl.LazyFrame:
        """One row per record of all files: customer, event, at, reason, prop:<path>."""
        parts = [self.normalised(part.rows, part.sample_times) for part in self.raw.parts]
        events = pl.concat(parts) if len(parts) > 1 else parts[0]
        return mark_duplicates(events, self.raw.source)

    def normalised(self, rows: pl.LazyFrame, sample: Sequence[str] = ()) -> pl.LazyFrame:
        return normalise(
            rows,
            self.raw.source,
            used_properties(self.model),
            timezone=self.model.timezone,
            clock=self.clock if self.as_of == "latest" else None,
            sample=sample,
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
        zone = self.raw.source.timezone or self.model.timezone
        for part in self.raw.parts:
            texts = pl.Series(part.tail_sample(), dtype=pl.String).str.strip_chars()
            at = to_instants(texts, form=self.raw.source.timestamp_format, timezone=zone)
            newest = at.filter(at <= self.clock).max()
            if isinstance(newest, datetime):
                found.append(newest)
        return max(found, default=None)


def open_log(
    inputs: Inputs, model: Model, *, as_of: str | None = None, now: datetime | None = None
) -> Log:
    """Opens exports for a model; reads no more of them than their layout.

    ``now`` is the clock, taken once. Left out ``inputs`` (an empty list) mean the model's own files.
    Raises InputError for what cannot be read.
    """
    clock = (now or datetime.now(UTC)).astimezone(UTC)
    if isinstance(inputs, (str, Path)):
        inputs = [inputs]
    if not isinstance(inputs, (pl.DataFrame, pl.LazyFrame)) and not inputs:
        inputs = list(model.source.files)
    raw = sources.read(
        inputs,
        model.source,
        properties=used_properties(model),
        text_properties=sorted(text_properties(model)),
        exclude=[] if model.customers is None else [model.customers.file],
    )
    return Log(raw=raw, model=model, clock=clock, as_of=(as_of or model.as_of).strip())


def used_properties(model: Model) -> list[str]:
    """Every property that the model looks at, in its order, without repeats."""
    return list(dict.fromkeys(p for p, _ in _uses(model)))


def text_properties(model: Model) -> set[str]:
    """The properties of which the exact text matters, and not only the number it stands for."""
    return {p for p, as_text in _uses(model) if as_text}


def _uses(model: Model) -> list[tuple[str, bool]]:
    uses = [(p, True) for _, p in model.attributes]
    for signal in model.signals:
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


def times(model: Model, at: datetime) -> list[datetime]:
    """The T to score at: now, and before when the model compares."""
    if model.compare_us is None:
        return [at]
    return [at, at - timedelta(microseconds=model.compare_us)]
