"""By which model each customer is scored, where a model has variants; and what all of those have in all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cesctl.model.types import Band, Model, Signal


def scored_by(model: Model) -> dict[str | None, Model]:
    """A model without variants for each variant, in order, and last (None) for all other customers."""
    models: dict[str | None, Model] = {
        v.name: replace(
            model,
            signals=v.signals,
            groups=v.groups,
            scale=v.scale,
            bands=v.bands,
            risk=v.risk,
            variants=(),
        )
        for v in model.variants
    }
    models[None] = replace(model, variants=()) if models else model
    return models


def each_signal(model: Model) -> list[Signal]:
    """The model's signals, then those of each variant; one that a variant takes over stands there again."""
    return [*model.signals, *(s for v in model.variants for s in v.signals)]


def all_signals(model: Model) -> tuple[Signal, ...]:
    """One signal of each name: the model's, then those that only variants have."""
    named: dict[str, Signal] = {}
    for signal in each_signal(model):
        named.setdefault(signal.name, signal)
    return tuple(named.values())


def all_bands(model: Model) -> tuple[Band, ...]:
    """One band of each name: the model's, lowest first, then those that only variants have."""
    bands: dict[str, Band] = {}
    for band in (*model.bands, *(b for v in model.variants for b in v.bands)):
        bands.setdefault(band.name, band)
    return tuple(bands.values())


def own_bands(model: Model) -> bool:
    """Whether a variant has other bands than the model."""
    return any(v.bands != model.bands for v in model.variants)


def decimals(model: Model) -> int:
    """The most that a score has."""
    return max(scale.round for scale in (model.scale, *(v.scale for v in model.variants)))
