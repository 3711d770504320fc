"""Tuning on the invoice lines of a real shop: as good as what nobody can read."""

from __future__ import annotations

from pathlib import Path

import pytest

import cesctl
from tests import shop


@pytest.mark.slow
def test_a_readable_model_tells_as_well_as_boosted_trees(shared_data: Path) -> None:
    made = cesctl.tune(
        shop.lines(shared_data),
        cesctl.parse_model(shop.MODEL),
        "silent:90d",
        first="2011-03-01",
        last="2011-09-01",
    )
    assert made.judgement is not None
    areas = dict(made.judgement.measures.select("name", "auc").iter_rows())
    single = next(auc for name, auc in areas.items() if name.startswith("best measure"))
    assert areas["tuned weights"] > max(areas["boosted trees"], single) - 0.005
    assert made.better
    assert max(made.fitted.times) + made.horizon <= min(made.judged.times)
    assert 0 < sum(s.weight != 0.0 for s in made.model.signals) <= len(made.before.signals)
