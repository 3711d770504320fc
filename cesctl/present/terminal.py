"""What the terminal shows of a run: pages of ``cesctl score`` and ``cesctl explain``, laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.present.explain_view import explain_page
from cesctl.present.layout import lay_out
from cesctl.present.score_view import Shown, score_page

if TYPE_CHECKING:
    from rich.text import Text

    from cesctl.insight.explain import Explanation
    from cesctl.result import Result


def score_lines(result: Result, width: int, shown: Shown | None = None) -> list[Text]:
    """The run as lines of at most ``width`` columns."""
    return lay_out(score_page(result, shown or Shown()), width)


def explain_lines(explanation: Explanation, width: int) -> list[Text]:
    """One customer's score as lines of at most ``width`` columns."""
    return lay_out(explain_page(explanation), width)
