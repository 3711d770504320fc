"""What tuning found, in words that claim no more than the numbers do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cesctl.present.numbers import fixed, signed
from cesctl.tuning.judge import BEFORE, TREES, TUNED
from cesctl.validity.measures import CHANCE, FEWEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cesctl.tuning.tuned import Half, Tuned

CLOSE = 0.005  # of the area under the curve: less is not worth a model


def verdict(made: Tuned) -> list[str]:
    """Sentences: whether the tuned weights foretell better, by how much, and what is left to gain."""
    for half, what in ((made.fitted, "fit"), (made.judged, "judge")):
        if not half.enough:
            return [_too_few(half, what)]
    if made.judgement is None:
        return ["Nothing can be said: at each time that judges all had the outcome, or nobody."]
    rows: dict[str, dict[str, Any]] = {
        r["name"]: r for r in made.judgement.measures.iter_rows(named=True)
    }
    before, tuned, trees = rows[BEFORE], rows[TUNED], rows[TREES]
    if made.judgement.low is None:
        said = [_parted(before, tuned)]
    else:
        said = [_compared(made, before, tuned)]
        said += _wrong_way(before)
        if not made.better and _chance(tuned) and _chance(before):
            said.append(
                "Neither can be told from chance: nothing in this model foretells the outcome."
            )
        own = tuned if made.better else before
        said.append(_ceiling(made, own, trees))
        said += _rivals(own, rows.values())
        if not made.better and not any(r["than_score"] == "better" for r in rows.values()):
            said.append("The weights are as good as the data allow.")
    if made.unset:
        said.append(f"The bands stay: {made.unset}.")
    return said


def _parted(before: dict[str, Any], tuned: dict[str, Any]) -> str:
    """Where one of them knows all, which shows no spread."""
    which = "the tuned weights tell" if tuned["auc"] in (0.0, 1.0) else "the score tells"
    return (
        f"Nothing can be said of the difference (AUC {fixed(tuned['auc'], 3)} and "
        f"{fixed(before['auc'], 3)}): {which} all customers apart without a miss. Is a signal a part of the "
        "outcome? The weights stay as they are."
    )


def _wrong_way(before: dict[str, Any]) -> list[str]:
    if before["high"] is None or before["high"] >= CHANCE:
        return []
    return [
        (
            "The score points the wrong way: is --good missing, or said though the outcome is a bad one? "
            "Signs of weights stay, unless --free lifts that."
        )
    ]


def _too_few(half: Half, what: str) -> str:
    who, n = min(((half.having, "with"), (half.lacking, "without")))[::-1]
    return (
        f"Nothing can be said: of the customers that {what}, {n:,} {who} the outcome are too few; at least "
        f"{FEWEST} are needed, and a hundred to say much. The weights stay as they are. With a shorter "
        "--horizon or --every there are more times to look at."
    )


def _compared(made: Tuned, before: dict[str, Any], tuned: dict[str, Any]) -> str:
    judgement = made.judgement
    assert judgement is not None
    reach = ""
    if judgement.low is not None and judgement.high is not None:
        reach = f", 95% interval {signed(judgement.low, 3)} to {signed(judgement.high, 3)}"
    numbers = (
        f"AUC {fixed(tuned['auc'], 3)} and {fixed(before['auc'], 3)}, a difference of "
        f"{signed(judgement.difference, 3)}{reach}"
    )
    who = f"{made.judged.customers:,} customers at later times, whom the fit never saw"
    if made.better:
        return f"Tuned weights foretell the outcome better than those of the model: {numbers}; of {who}."
    how = "are not surely better"
    if judgement.high is not None and judgement.high < 0.0:
        how = "are worse"
    return (
        f"No better weights were found: tuned ones {how} ({numbers}; of {who}). Those of the model stay as "
        "they are."
    )


def _rivals(own: dict[str, Any], rows: Iterable[dict[str, Any]]) -> list[str]:
    """Simpler ones that tell as well."""
    found = [
        f"{str(r['name']).removeprefix('best measure: ')} (AUC {fixed(r['auc'], 3)})"
        for r in sorted(rows, key=lambda r: -r["auc"])
        if r["name"] not in {BEFORE, TUNED, TREES} and r["auc"] >= own["auc"] - CLOSE
    ]
    return [f"What is simpler tells as well, or better: {', '.join(found)}."] if found else []


def _chance(row: dict[str, Any]) -> bool:
    return row["low"] is not None and row["low"] <= CHANCE <= row["high"]


def _ceiling(made: Tuned, own: dict[str, Any], trees: dict[str, Any]) -> str:
    """What gradient-boosted trees, which nobody can read, make of the same measures."""
    gap = trees["auc"] - own["auc"]
    which = "the tuned weights" if made.better else "the weights"
    if round(gap, 3) <= 0.0:
        return f"Gradient-boosted trees make no more of the same measures (AUC {fixed(trees['auc'], 3)})."
    return (
        f"Gradient-boosted trees reach {fixed(trees['auc'], 3)} with the same measures: {which} leave "
        f"{fixed(gap, 3)}."
    )
