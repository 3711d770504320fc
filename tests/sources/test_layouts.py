"""Any log scores the same however a tool writes it, and as it does as a DataFrame."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import cesctl
from cesctl.model.types import Model
from cesctl.result import Result
from cesctl.sources.presets import NAMES
from tests.effort import tries
from tests.sources.layouts import LAYOUTS, Event, Layout

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SCHEMA: dict[str, pl.DataType] = {
    "user_id": pl.String(),
    "event": pl.String(),
    "timestamp": pl.Datetime("us", "UTC"),
    "plan": pl.String(),
    "amount": pl.Float64(),
}
MODEL = """version: 1
as_of: 2026-10-15
events:
  all: {{event: "*", weight: 1}}
  buys: {{event: [Buy, order], measure: sum, property: {amount}, weight: 0.25}}
  plans: {{event: "*", measure: distinct, property: {plan}, weight: 1}}
  pro: {{event: "*", where: {{{plan}: pro}}, weight: 1, half_life: 30d}}
attributes: {{plan: {plan}}}
"""

LETTERS = st.characters(blacklist_categories=("Cc", "Cs"))
TEXTS = st.text(LETTERS, min_size=1, max_size=6).filter(
    lambda t: t.strip() and t[0] not in "'-+=@#"
)
EVENTS = st.builds(
    Event,
    customer=st.sampled_from(["u1", "00123", "1.10", 'o"b, c', "{x"]) | TEXTS,
    name=st.sampled_from(["Buy", "Login", 'say "hi"']) | TEXTS,
    at=st.integers(1767225600, 1790000000),  # in 2026
    plan=st.none() | st.sampled_from(["pro", "1.50", "back\\slash", "{}", '{"a":1.50}']) | TEXTS,
    amount=st.none() | st.integers(-9999, 9999).map(lambda cents: cents / 100),
)
LOGS = st.lists(EVENTS, min_size=1, max_size=12)
EXAMPLES = {"ci": 2, "deep": 40}[os.environ.get("HYPOTHESIS_PROFILE", "ci")]


def model(layout: Layout, source: str = "") -> Model:
    return cesctl.parse_model(MODEL.format(plan=layout.plan, amount=layout.amount) + source)


def as_frame(events: list[Event], layout: Layout) -> Result:
    """The log given as it is."""
    rows = [
        (e.customer, layout.fixed or e.name, datetime.fromtimestamp(e.at, UTC), e.plan, e.amount)
        for e in events
    ]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    if "." in layout.plan:
        frame = frame.rename({"plan": layout.plan, "amount": layout.amount})
    source = "source: {preset: plain, deduplicate: %s}\n" % ("exact" if layout.exact else "none")
    return cesctl.score(frame, model(layout, source), now=NOW)


@pytest.mark.parametrize("name", LAYOUTS)
@settings(
    max_examples=tries(EXAMPLES),
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(log=LOGS)
def test_a_log_scores_the_same_in_every_layout(tmp_path: Path, name: str, log: list[Event]) -> None:
    layout = LAYOUTS[name]
    expected = as_frame(log, layout)
    for kind in layout.kinds:
        path = tmp_path / f"export-{kind}"
        path.write_bytes(layout.written(log, kind))
        found = cesctl.score([path], model(layout), now=NOW)
        assert_frame_equal(found.scores, expected.scores)
        assert found.rows.accepted == expected.rows.accepted
        if layout.preset != "plain":
            assert any(f"(preset {layout.preset})" in n for n in found.notes)


def test_every_preset_has_its_layout() -> None:
    assert {layout.preset for layout in LAYOUTS.values()} == {"plain", *NAMES}
