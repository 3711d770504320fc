"""What a backtest shows, in words that claim no more than the numbers do."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from cesctl.model.scored_by import own_bands
from cesctl.present.numbers import fixed, percent
from cesctl.validity.by_score import reaches_back
from cesctl.validity.measures import CHANCE, FEWEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cesctl.validity.backtest import Backtest


def verdict(made: Backtest) -> list[str]:
    """Sentences: whether the score foretells the outcome, what does so better or as well, whether bands are
    in order, and what narrows all that. Nothing is called better or worse that may be chance.
    """
    few = _too_few(made)
    if few:
        return [few]
    return [
        _foretells(made),
        *_beside_plain(made),
        *_wrong_way(made),
        *_bands(made),
        *_calibrated(made),
        *_narrowed(made),
    ]


def _too_few(made: Backtest) -> str:
    having = made.with_outcome
    without = made.pairs.filter(~made.pairs["outcome"])["customer"].n_unique()
    if min(having, without) >= FEWEST:
        together = made.measures["auc"][0] is not None
        return (
            "" if together else "Nothing can be said: at each time all had the outcome, or nobody."
        )
    who = "with" if having < FEWEST else "without"
    return (
        f"Nothing can be said: those {who} the outcome are too few ({min(having, without):,}); at least "
        f"{FEWEST} are needed, and a hundred to say much."
    )


def _foretells(made: Backtest) -> str:
    row = made.measures.row(0, named=True)
    auc, low, high = row["auc"], row["low"], row["high"]
    seen = (
        f"AUC {fixed(auc, 2)}, 95% interval {fixed(low, 2)} to {fixed(high, 2)}; "
        f"{made.with_outcome:,} of {made.customers:,} customers had the outcome"
    )
    side = "higher" if made.outcome.good else "lower"
    hits = (
        f"of two customers at one time of whom one had the outcome, that one had the {side} score "
        f"{fixed(100 * auc, 0)} times of 100"
    )
    if low > CHANCE:
        return f"The score foretells the outcome: {hits} ({seen})."
    if high < CHANCE:
        return f"The score foretells the opposite: {hits} ({seen})."
    return f"The score cannot be told from chance: {hits} ({seen})."


def _beside_plain(made: Backtest) -> list[str]:
    """A score that a count beats, or one of its own signals, is told so."""
    rows = made.measures.to_dicts()[1:]
    better = [r for r in rows if r["than_score"] == "better"]
    said = [
        f"{_named(row)} {'alone ' * (row['kind'] == 'signal')}foretells it better than the score: "
        f"{_difference(row)}."
        for kind in ("plain", "signal")
        for row in _best(r for r in better if r["kind"] == kind and r["direction"] == "right")
    ]
    alone = [r for r in rows if r["kind"] == "signal" and r["direction"] == "right"]
    close = [r for r in alone if r["than_score"] is None and r["auc"] is not None]
    said += [f"{_named(row)} alone may do as well: {_difference(row)}." for row in _best(close)[:1]]
    plain = [r for r in rows if r["kind"] == "plain"]
    if any(r in better for r in plain) or made.measures["low"][0] <= CHANCE:
        return said
    best, *_ = _best(r for r in plain if r["than_score"] != "worse") or _best(plain)
    if all(r["than_score"] == "worse" for r in plain):
        text = f"No plain count does as well; the best, {best['name']}: {_difference(best)}."
    else:
        text = (
            f"{_named(best)} may do as well: {_difference(best)}; "
            "the weights are not shown to add anything."
        )
    return [*said, text]


def _wrong_way(made: Backtest) -> list[str]:
    rows = made.measures.filter(pl.col("kind") == "signal", pl.col("direction") == "wrong")
    named = [f'"{row["name"]}" ({fixed(row["auc"], 2)})' for row in rows.to_dicts()]
    if not named:
        return []
    one = len(named) == 1
    which = "signal speaks" if one else "signals speak"
    return [f"The {which} the other way than weighed (AUC below 0.5): {', '.join(named)}."]


def _best(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """At most two, the best first."""
    return sorted(rows, key=lambda r: (-r["difference"], r["name"]))[:2]


def _named(row: dict[str, Any]) -> str:
    name = str(row["name"])
    return f'The signal "{name}"' if row["kind"] == "signal" else name[:1].upper() + name[1:]


def _difference(row: dict[str, Any]) -> str:
    low, high = row["difference_low"], row["difference_high"]
    ends = "" if low is None else f" ({fixed(low, 3)} to {fixed(high, 3)})"
    return f"AUC {fixed(row['auc'], 2)}, a difference of {fixed(row['difference'], 3)}{ends}"


def _bands(made: Backtest) -> list[str]:
    rows = [r for r in made.bands.to_dicts() if r["pairs"]]
    if len(rows) < 2 or own_bands(made.result.model):  # bands of several variants have no one order
        return []
    sign = 1 if made.outcome.good else -1
    wrong = [(a, b) for a, b in pairwise(rows) if sign * (b["rate"] - a["rate"]) < 0]
    if not wrong:
        ends = rows[0], rows[-1]
        lowest, best = (f"{percent(r['rate'])} in {r['band']}" for r in ends)
        if _overlap(*ends):
            return [f"Not even the first band and the last are told apart: {lowest}, {best}."]
        return [f"The bands are in order: {lowest}, {best}."]
    named = [
        f"{a['band']} ({percent(a['rate'])}) and {b['band']} ({percent(b['rate'])})"
        for a, b in wrong
    ]
    overlap = any(_overlap(a, b) for a, b in wrong)
    chance = " That may be chance where their intervals overlap." if overlap else ""
    return [f"Bands are not in order: {'; '.join(named)}.{chance}"]


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["high"] >= other["low"] and other["high"] >= one["low"])


def _calibrated(made: Backtest) -> list[str]:
    found = made.foretold
    if found is None or not found.pairs:
        return []
    expected, observed = (percent(n / found.pairs) for n in (found.expected, found.observed))
    text = (
        f"As each band fared at earlier times, {expected} should have had the outcome later "
        f"({_times(found.times)}); {observed} had it."
    )
    return [text]


def _times(number: int) -> str:
    return "at one time" if number == 1 else f"at {number:,} times"


def _narrowed(made: Backtest) -> list[str]:
    said = []
    late = made.times.filter(pl.col("open") > 0).height
    times = made.times.height
    if late:
        said.append(
            f"{late:,} of the {times:,} times are too late: what came after them is not known to the end of "
            "the horizon."
        )
    return [*said, *(f"{early[:1].upper()}{early[1:]}." for early in truncated(made))]


def truncated(made: Backtest) -> list[str]:
    """Whether there are T at which the log begins later than the model's window."""
    if made.oldest is None:
        return []
    early = made.times.filter(~reaches_back(made.result.model.window_us, made.oldest)).height
    of_all = f"at {early:,} of the {made.times.height:,} times"
    return [f"{of_all} the log does not reach back over the whole window"] if early else []
