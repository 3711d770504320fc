"""How much the tests try: what a change needs at once, or all there is.

``CESCTL_TESTS=all`` runs the tests marked slow, too, and gives Hypothesis five times as many examples.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

ALL = os.environ.get("CESCTL_TESTS") == "all"
FEWER = 5


def tries(number: int) -> int:
    """How many of the examples are tried."""
    return number if ALL else max(number // FEWER, 5)


def at_random(number: int) -> settings:
    """Of a test on so many random models and logs, the same each time. Making a failure smaller is left out:
    of these it takes minutes, and tells little.
    """
    return settings(
        max_examples=tries(number),
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
