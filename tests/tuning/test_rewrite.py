"""The file of a tuned model: comments and all that stays are there, and it says what was tuned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from cesctl.errors import UsageError
from cesctl.insight.periods import parse_every
from cesctl.model import load_model
from cesctl.model.types import Band, Model, Signal, Target, Tier
from cesctl.tuning.changes import SCHEMA
from cesctl.tuning.rewrite import tuned_text
from cesctl.tuning.tuned import Half, Tuned
from cesctl.validity.outcome import parse_outcome

DAY_US = 86_400_000_000
TEXT = """\
# yaml-language-server: $schema=model.schema.json
# Ours.

version: 1
window: 90d   # a quarter
events:
  # what they do
  login: 1      # short
  "use: it": {weight: 2, cap: 25, half_life: 30d}   # braces
  pay:
    measure: sum
    property: amount
    cap: 10       # enough
    weight: 3     # dear
    group: money
  gone: {weight: -4, min_points: -8}
groups: {money: {max_points: 20}}
scale: {method: clamp, to: [0, 100]}
bands:
  - {name: Low, from: 1, at_risk: true}   # call
  - {name: Good, from: 41}
customers: {file: data/accounts.csv, id: account}
source: {files: [data/a.csv, "s3://b/c.csv"], customer: user}
"""


def model(folder: Path, text: str = TEXT) -> Model:
    (folder / "model.yaml").write_text(text, encoding="utf-8")
    return load_model(folder / "model.yaml")


def changed(before: Model, **signals: Mapping[str, object]) -> Model:
    made = tuple(replace(s, **signals.get(s.name, {})) for s in before.signals)  # type: ignore[arg-type]
    return replace(before, signals=made)


def tuned(before: Model, after: Model) -> Tuned:
    half = Half((datetime(2026, 1, 1, tzinfo=UTC),), 0, 0, 0, 0, 0)
    rows = [
        {
            "signal": a.name, "weight": a.weight, "new_weight": b.weight, "setting": "", "new_setting": "",
            "odds": None, "why": f"why {a.name}",
        }
        for a, b in zip(before.signals, after.signals, strict=True)
    ]  # fmt: skip
    return Tuned(
        result=None,  # type: ignore[arg-type]
        before=before,
        model=after,
        outcome=parse_outcome("silent:60d"),
        every=parse_every("1mo"),
        horizon=timedelta(days=60),
        until=datetime(2026, 1, 1, tzinfo=UTC),
        fitted=half,
        judged=half,
        changes=pl.DataFrame(rows, schema=SCHEMA),
    )


def test_only_what_is_different_changes(tmp_path: Path) -> None:
    before = model(tmp_path)
    after = changed(
        before,
        login={"weight": 5.0},
        **{"use: it": {"cap": 10.0, "half_life_us": None, "window_us": 30 * DAY_US}},
        pay={"weight": 2.5, "cap": None, "target": Target(0.0, 200.0)},
        gone={"weight": -2.0, "min_points": -4.0},
    )
    groups = tuple(replace(g, max_points=30.0) for g in before.groups)
    bands = (before.bands[0], replace(before.bands[1], from_=55.0))
    after = replace(after, groups=groups, bands=bands)
    text = tuned_text(tuned(before, after), ["Better."], str(tmp_path / "new.yaml"))
    assert text == TEXT.replace(
        "version: 1\n",
        "# cesctl tune: to foretell: silent for 60d.\n# cesctl tune: Better.\n"
        "# cesctl tune: money: max_points 20 -> 30: follows the weights\nversion: 1\n",
    ).replace(
        "  login: 1 ", "  # cesctl tune: weight 1 -> 5: why login\n  login: 5 "
    ).replace(
        '  "use: it": {weight: 2, cap: 25, half_life: 30d}',
        "  # cesctl tune: window 90d -> 30d, half_life 30d -> none, cap 25 -> 10: why use: it\n"
        '  "use: it": {weight: 2, cap: 10, window: 30d}',
    ).replace(
        "  pay:\n", "  # cesctl tune: weight 3 -> 2.5, cap 10 -> none, target none -> 200: why pay\n  pay:\n"
    ).replace("    cap: 10       # enough\n", "").replace(
        "weight: 3     # dear\n    group: money\n",
        "weight: 2.5     # dear\n    group: money\n    target: 200\n",
    ).replace(
        "  gone: {weight: -4, min_points: -8}",
        "  # cesctl tune: weight -4 -> -2, min_points -8 -> -4: why gone\n"
        "  gone: {weight: -2, min_points: -4}",
    ).replace("max_points: 20", "max_points: 30").replace("from: 41", "from: 55").replace(
        "bands:\n", "# cesctl tune: bands began at Low 1, Good 41: set from outcome rates\nbands:\n"
    )  # fmt: skip


def test_tuned_again_says_only_the_last_changes(tmp_path: Path) -> None:
    before = model(tmp_path)
    after = changed(before, login={"weight": 5.0})
    once = tuned_text(tuned(before, after), ["One."], str(tmp_path / "model.yaml"))
    again = model(tmp_path, once)
    text = tuned_text(tuned(again, changed(again, login={"weight": 1.0})), ["Two."], "x.yaml")
    lines = [line.strip() for line in text.splitlines() if "# cesctl tune" in line]
    assert lines == [
        "# cesctl tune: to foretell: silent for 60d.",
        "# cesctl tune: Two.",
        "# cesctl tune: weight 5 -> 1: why login",
    ]


def test_files_are_found_from_another_folder(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    before = model(tmp_path / "models")
    after = changed(before, login={"weight": 5.0})
    text = tuned_text(tuned(before, after), [], str(tmp_path / "new.yaml"))
    assert 'customers: {file: "models/data/accounts.csv", id: account}' in text
    assert 'files: ["models/data/a.csv", "s3://b/c.csv"]' in text
    same = tuned_text(tuned(before, after), [], str(tmp_path / "models" / "new.yaml"))
    assert "customers: {file: data/accounts.csv, id: account}" in same


def test_an_absolute_name_stays(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    text = TEXT.replace("data/accounts.csv", "/srv/accounts.csv")
    before = model(tmp_path / "models", text)
    after = changed(before, login={"weight": 5.0})
    made = tuned_text(tuned(before, after), [], str(tmp_path / "new.yaml"))
    assert 'file: "/srv/accounts.csv"' in made


BANDS = (
    "",
    "bands: {Low: 1, Mid-range: 41, Good: 71}\n",
    (
        "bands:\n  - {name: Low, from: 1, at_risk: true}\n  - {name: Mid-range, from: 41}\n"
        "  - {name: Good, from: 71}\n"
    ),
)


@pytest.mark.parametrize("bands", BANDS)
def test_bands_however_they_are_written(tmp_path: Path, bands: str) -> None:
    before = model(tmp_path, "events: {login: 1}\n" + bands)
    after = replace(before, bands=tuple(Band(b.name, b.from_ + 7, b.at_risk) for b in before.bands))
    text = tuned_text(tuned(before, after), [], str(tmp_path / "new.yaml"))
    assert model(tmp_path, text).bands == after.bands


def test_signals_in_one_line_are_told_at_the_head(tmp_path: Path) -> None:
    before = model(tmp_path, "events: {login: 1, use: {weight: 2, target: 5}}\n")
    tiers = (Tier(1.0, 50.0), Tier(2.0, 100.0))
    after = changed(before, login={"weight": 0.5}, use={"target": None, "tiers": tiers})
    text = tuned_text(tuned(before, after), ["Better."], str(tmp_path / "new.yaml"))
    assert text.splitlines() == [
        "# cesctl tune: to foretell: silent for 60d.",
        "# cesctl tune: Better.",
        "# cesctl tune: login: weight 1 -> 0.5: why login",
        "# cesctl tune: use: target 5 -> none, tiers none -> 50 from 1, 100 from 2: why use",
        (
            "events: {login: 0.5, use: {weight: 2, tiers: [{at_least: 1, value: 50}, "
            "{at_least: 2, value: 100}]}}"
        ),
    ]


def test_a_model_without_a_file(tmp_path: Path) -> None:
    before = replace(model(tmp_path), path="")
    with pytest.raises(UsageError, match="has no file"):
        tuned_text(tuned(before, before), [], "new.yaml")


def test_what_cannot_be_edited_is_refused_and_not_half_done(tmp_path: Path) -> None:
    """A signal whose text is another's: it cannot change alone."""
    text = "events:\n  login: &one {weight: 1}\n  use: *one\n"
    before = model(tmp_path, text)
    after = changed(before, use={"weight": 3.0})
    made = tuned_text(tuned(before, after), [], str(tmp_path / "new.yaml"))
    assert signals(model(tmp_path, made)) == signals(after)
    before = model(tmp_path, text)
    with pytest.raises(UsageError, match="one"):
        tuned_text(tuned(before, changed(before, login={"weight": 3.0})), [], "new.yaml")


def signals(model: Model) -> list[Signal]:
    return [replace(s, line=0) for s in model.signals]


@pytest.mark.parametrize(
    ("scale", "moved", "was", "now"),
    [
        ("{method: linear, from: [0, 74], to: [1, 100]}", {"from_": (-29.0, 45.0)}, "from: [0, 74]",
         "from: [-29, 45]"),
        ("{method: logistic, midpoint: 3, steepness: 0.3}", {"midpoint": 2.1}, "midpoint: 3",
         "midpoint: 2.1"),
    ],
)  # fmt: skip
def test_a_scale_that_follows_the_weights(
    tmp_path: Path, scale: str, moved: dict[str, object], was: str, now: str
) -> None:
    before = model(tmp_path, TEXT.replace("{method: clamp, to: [0, 100]}", scale))
    after = changed(before, login={"weight": 3.0})
    after = replace(after, scale=replace(after.scale, **moved))  # type: ignore[arg-type]
    made = tuned_text(tuned(before, after), [], str(tmp_path / "new.yaml"))
    key, old, new = was.split(": ", maxsplit=1)[0], was.split(": ")[1], now.split(": ")[1]
    assert f"# cesctl tune: {key} {old} -> {new}: follows the weights\nscale: " in made
    assert now in made
    assert was not in made
