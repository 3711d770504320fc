"""The names that columns of scores have, and that attributes therefore cannot have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FIXED = (
    "customer", "score", "band", "at_risk", "risk_reasons", "rank", "previous_score", "change",
    "raw", "events", "last_event_at", "days_silent",
)  # fmt: skip
# The accounts of a roll-up have these too.
OF_ACCOUNTS = ("users", "active_users")
# The attribute by which the customers of a model with variants are told apart.
VARIANT = "variant"
# JSON holds a customer's signals under this key, beside the attributes.
IN_JSON = "signals"


def signal_columns(signal: str) -> tuple[str, str]:
    """The two columns of a signal."""
    return f"{signal}.measure", f"{signal}.points"


def is_pattern(name: str) -> bool:
    """Whether polars would take the name for several columns: ``*``, or ``^...$``."""
    return name == "*" or (name.startswith("^") and name.endswith("$"))


def reserved_columns(signals: Iterable[str], *, accounts: bool, variants: bool) -> frozenset[str]:
    """Every name an attribute of a model with these signals cannot have; ``accounts``: that rolls up,
    ``variants``: that has some.
    """
    fixed = {*FIXED, IN_JSON, *(c for s in signals for c in signal_columns(s))}
    return frozenset(
        fixed | set(OF_ACCOUNTS if accounts else ()) | ({VARIANT} if variants else set())
    )
