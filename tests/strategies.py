"""Random models and logs, made to hit the edges that the model page speaks of.

An ``Example`` is what a user would have: the model as YAML text, a log of text, a roster, the clock.

Hypothesis draws one number for the frame of an example, one for each signal and one for each row; dice
seeded with them decide the rest. That is fast and spreads evenly over the pools, where Hypothesis itself
would favour the same few, and repeat itself. ``tests.minimal`` then finds what a failure needs.
Within an example names, texts and numbers come from a handful and instants from around a few anchors,
which are the model's own bounds, so that events meet, tie and repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from tests.random_examples.dice import Dice
from tests.random_examples.logs import Log, draw_roster
from tests.random_examples.models import draw_model
from tests.random_examples.world import World
from tests.random_examples.yaml_text import model_text


@dataclass(frozen=True, repr=False)
class Example:
    """A model, a log and what else a run needs."""

    model: str
    rows: list[dict[str, str | None]]
    now: datetime
    roster: list[dict[str, str]] | None = None
    columns: list[str] = field(default_factory=list)
    seed: int = 0

    def __repr__(self) -> str:
        """Short: a failing test tells the smallest example itself."""
        return f"<an example of {len(self.rows)} rows>"


@st.composite
def examples(draw: Any) -> Example:
    """A model and a log that belongs to it."""
    seeds = st.integers(
        0, 2**24 - 1
    )  # evenly; of larger ranges Hypothesis prefers the small numbers
    frame = draw(seeds)
    signals, rows = draw(st.integers(1, 8)), draw(st.integers(1, 80))
    return make(
        frame,
        draw(st.lists(seeds, min_size=signals, max_size=signals)),
        draw(st.lists(seeds, min_size=rows, max_size=rows)),
    )


def make(frame: int, signals: Sequence[int], rows: Sequence[int]) -> Example:
    """The example of these numbers."""
    dice = Dice(frame)
    world = World(dice)
    model = draw_model(dice, world, [Dice(seed) for seed in signals])
    log = Log(dice, world, model)
    records = [record for seed in rows for record in log.row(Dice(seed))]
    if model.get("as_of", "latest") == "latest" and dice.chance(7):
        records.append({**records[0], "user": world.customers[0], "ts": log.write(world.at, "Z")})
    roster = draw_roster(dice, world, model) if "customers" in model else None
    return Example(model_text(model), records, world.now, roster, list(records[0]), frame)
