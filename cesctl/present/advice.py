"""Advice on a model as lines of text. Needs neither polars nor rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.present.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cesctl.insight.advice import Advice
    from cesctl.model.types import Model


def advice_lines(advice: Sequence[Advice], model: Model) -> list[str]:
    """Clickable where the model has a file: ``model.yaml:5: events.Login: …``; hints stand below."""
    lines = []
    for one in advice:
        place = ""
        if model.path:
            place = f"{model.path}:{one.line}: " if one.line else f"{model.path}: "
        lines.append(safe(f"{place}{one.about}: {one.text}"))
        if one.hint:
            lines.append("    " + safe(one.hint))
    return lines
