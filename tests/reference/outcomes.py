"""Who is at stake at T, and who had the outcome, in plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Stake:
    """``status``: stake, unseen, open or had; ``outcome`` and ``at`` of those at stake."""

    status: str
    outcome: bool = False
    at: datetime | None = None


def of_events(
    active: Sequence[datetime],
    times: Sequence[datetime],
    t: datetime,
    *,
    horizon: timedelta,
    until: datetime,
    again: bool,
) -> Stake:
    """A customer with those instants of activity and of the outcome."""
    if not any(a <= t for a in active):
        return Stake("unseen")
    if t + horizon > until:
        return Stake("open")
    if not again and any(o <= t for o in times):
        return Stake("had")
    after = sorted(o for o in times if t < o <= until)
    return Stake("stake", bool(after) and after[0] <= t + horizon, after[0] if after else None)


def of_silence(
    active: Sequence[datetime],
    t: datetime,
    silence: timedelta,
    *,
    horizon: timedelta,
    until: datetime,
) -> Stake:
    """A silence is so long without activity. It falls where it is complete, and counts for T where from T on,
    too, it is as long.
    """
    if not any(a <= t for a in active):
        return Stake("unseen")
    if t + horizon > until:
        return Stake("open")
    before = max(a for a in active if a <= t)
    if before + silence <= t:
        return Stake("had")
    starts = [before, *sorted(a for a in active if a > t)]
    for start in starts:
        following = [a for a in active if a > start]
        end = max(start, t) + silence
        if following and min(following) <= end:
            continue
        at = start + silence
        if at > t:
            return Stake("stake", at <= t + horizon, at if at <= until else None)
    return Stake("stake")


def counts(stakes: Mapping[str, Stake]) -> dict[str, int]:
    found = dict.fromkeys(("had", "unseen", "open"), 0)
    for stake in stakes.values():
        if stake.status in found:
            found[stake.status] += 1
    return found
