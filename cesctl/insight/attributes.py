"""Which attributes of a run are worth comparing customers by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.insight.bins import binned

if TYPE_CHECKING:
    from cesctl.result import Scored

MOST_SEGMENTS = 50  # of an attribute: with more each has too few customers to say anything
MOST_ATTRIBUTES = 5  # that are shown without being asked for


def worth_comparing(result: Scored) -> tuple[list[str], dict[str, str]]:
    """The attributes that part the customers into few enough segments, in the model's order; and why not the
    others, by name. A number with many values counts by its bins.
    """
    chosen: list[str] = []
    left_out: dict[str, str] = {}
    for name in result.attributes:
        values, _ = binned(result.scores[name])
        segments = values.n_unique()
        if values.null_count() == values.len():
            left_out[name] = "nobody has one"
        elif segments < 2:
            left_out[name] = "all have the same"
        elif segments > MOST_SEGMENTS:
            left_out[name] = f"{values.drop_nulls().n_unique():,} different values"
        elif len(chosen) == MOST_ATTRIBUTES:
            left_out[name] = f"{MOST_ATTRIBUTES} others come first"
        else:
            chosen.append(name)
    return chosen, left_out
