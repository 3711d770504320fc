"""How much the tests try: what a change needs at once, or all there is.

``CESCTL_TESTS=all`` runs the tests marked slow, too, and gives Hypothesis five times as many examples.
"""

from __future__ import annotations

import os

ALL = os.environ.get("CESCTL_TESTS") == "all"
FEWER = 5


def tries(number: int) -> int:
    """How many of the examples are tried."""
    return number if ALL else max(number // FEWER, 5)
