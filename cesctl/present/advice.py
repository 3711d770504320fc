"""Advice on a model as lines of text. Needs neither polars nor rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.present.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.insight.advice import Advice
    from cesctl.model.types import Model


def advice_lines(advice: Sequence[Advice], model: Model) -> list[str]:
    """One line each, clickable where the model has a file: ``model.yaml:5: events.Login: …``."""
    return [_line(a, model) for a in advice]


def _line(advice: Advice, model: Model) -> str:
    place = ""
    if model.path:
        place = f"{model.path}:{advice.line}: " if advice.line else f"{model.path}: "
    hint = f" ({advice.hint})" if advice.hint else ""
    return safe(f"{place}{advice.about}: {advice.text}{hint}")
