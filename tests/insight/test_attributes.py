from __future__ import annotations

import polars as pl

from cesctl.insight.attributes import MOST_ATTRIBUTES, worth_comparing
from cesctl.result import Scored
from tests.present.made import AS_OF, MODEL


def run(**attributes: list[str | None]) -> Scored:
    height = len(next(iter(attributes.values())))
    scores = pl.DataFrame(
        {"customer": [f"c{n}" for n in range(height)], **attributes},
        schema_overrides=dict.fromkeys(attributes, pl.String),
    )
    names = tuple(attributes)
    return Scored(model=MODEL, as_of=AS_OF, attributes=names, scores=scores, detail=scores)


def test_few_values_are_worth_comparing_and_the_reason_is_told_of_the_others() -> None:
    many = 120
    chosen, left_out = worth_comparing(
        run(
            plan=["a", "b"] * 60,
            same=["x"] * many,
            nobody=[None] * many,
            name=[f"n{n}" for n in range(many)],
            seats=[str(n) for n in range(many)],
            some=[None, "yes"] * 60,
        )
    )
    assert chosen == ["plan", "seats", "some"]
    assert left_out == {
        "same": "all have the same",
        "nobody": "nobody has one",
        "name": "120 different values",
    }


def test_of_many_attributes_the_first_are_taken() -> None:
    columns: dict[str, list[str | None]] = {f"a{n}": ["x", "y"] for n in range(7)}
    chosen, left_out = worth_comparing(run(**columns))
    assert chosen == [f"a{n}" for n in range(MOST_ATTRIBUTES)]
    assert left_out == {"a5": "5 others come first", "a6": "5 others come first"}
