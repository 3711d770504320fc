"""What a fit may see, and what judges it: other customers, at later T."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

import polars as pl

from cesctl.errors import UsageError

JUDGED = 3  # one T of so many judges
SHARE_BITS = 48


@dataclass(frozen=True)
class Split:
    """``fit`` and ``judged``: the T of each, earliest first. ``seed``: which customers are whose."""

    fit: tuple[datetime, ...]
    judged: tuple[datetime, ...]
    seed: int = 0


def split_times(times: Sequence[datetime], horizon: timedelta, seed: int = 0) -> Split:
    """The last third of the T judge, or less; all that are a horizon or more before those are for the fit:
    whoever had fitted at the first T that judges would have known no more. Raises UsageError where there is
    no such T.
    """
    times = sorted(times)
    for n in range(-(-len(times) // JUDGED), 0, -1):
        judged = times[-n:]
        early = [t for t in times if t + horizon <= judged[0]]
        if early:
            return Split(tuple(early), tuple(judged), seed)
    if len(times) < 2:
        raise UsageError(
            "customers are at stake at one T only; earlier ones fit, and later ones judge"
        )
    raise UsageError(
        "the T are too near each other: weights are fitted at early ones whose outcomes are known before the "
        "later ones that judge them; take a shorter --horizon, or a longer log (--periods, --from)"
    )


def shares_of(customers: pl.Series, seed: int) -> pl.Series:
    """A number of 0 or more and less than 1 for each customer, the same in every run: those below a half are
    for the fit.
    """
    salt = seed.to_bytes(8, "big", signed=True)
    numbers = [_share(c, salt) for c in customers.to_list()]
    return pl.Series("share", numbers, dtype=pl.Float64)


def _share(customer: str, salt: bytes) -> float:
    text = customer.encode("utf-8", "surrogatepass")
    digest = blake2b(text, digest_size=SHARE_BITS // 8, salt=salt)
    return int.from_bytes(digest.digest(), "big") / 2.0**SHARE_BITS
