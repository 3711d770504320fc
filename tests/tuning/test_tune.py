"""Tuning from a log to a model: what it finds, what it must not see, and what it says of noise."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import cesctl
from cesctl.errors import UsageError
from cesctl.model import parse_model
from cesctl.tuning import rivals
from cesctl.tuning.split import shares_of as places_of
from cesctl.tuning.tuned import Tuned
from cesctl.tuning.verdict import verdict
from cesctl.validity.outcome import parse_outcome
from tests.tuning import logs

SEEDS = range(3)


pytestmark = pytest.mark.slow
TREES = rivals.TREES


@pytest.fixture(autouse=True)
def fewer_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not tested what they make of it."""
    monkeypatch.setattr(rivals, "TREES", 10)


@cache
def driven(seed: int, *, noise: bool = False) -> Tuned:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rivals, "TREES", TREES)
        return tuned(logs.log(seed, noise=noise))


def tuned(log: pl.DataFrame, text: str = logs.MODEL, **options: Any) -> Tuned:
    wanted: dict[str, Any] = {**logs.options(), **options}
    return cesctl.tune(log, parse_model(text), "event:left", **wanted)


def new_weights(made: Tuned) -> dict[str, float]:
    assert made.changes is not None
    return dict(made.changes.select("signal", "new_weight").iter_rows())


def effects(made: Tuned) -> dict[str, float]:
    """What each signal does to the odds of staying, from few of it to many: whatever its values are."""
    assert made.changes is not None
    rows = made.changes.select("signal", "new_weight", "odds").iter_rows()
    return {
        name: -math.log(odds) if weight else 0.0
        for name, weight, odds in rows
        if odds or not weight
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_finds_the_order_and_the_signs_of_known_weights(seed: int) -> None:
    made = driven(seed)
    assert made.better
    found = effects(made)
    assert found["much"] > -found["bad"] > found["some"] >= found["nothing"] >= 0.0
    assert found["nothing"] < 0.2 * found["much"]
    assert 1.0 < found["much"] / -found["bad"] < 3.0  # 1.75 in truth
    assert made.model.signals != made.before.signals
    assert verdict(made)[0].startswith("Tuned weights foretell the outcome better")
    areas = dict(made.judgement.measures.select("name", "auc").iter_rows())  # type: ignore[union-attr]
    assert areas["tuned weights"] > areas["weights before"]
    assert areas["tuned weights"] > areas["boosted trees"] - 0.03


@pytest.mark.parametrize("seed", SEEDS)
def test_finds_nothing_in_noise(seed: int) -> None:
    made = driven(seed, noise=True)
    assert not made.better
    assert made.model == made.before
    said = " ".join(verdict(made))
    assert "The weights are as good as the data allow" in said
    assert "nothing in this model foretells the outcome" in said


def test_the_fit_sees_neither_later_times_nor_the_customers_that_judge() -> None:
    log = logs.log(5, customers=300)
    made = tuned(log)
    ids = log["user_id"].unique().sort()
    judges = ids.filter(places_of(ids, 0) >= 0.5)
    known = max(made.fitted.times) + made.horizon
    at = pl.col("timestamp").str.to_datetime(time_zone="UTC")
    unseen = pl.col("user_id").is_in(judges.implode()) | (at > known)
    # what is not seen is made another: other events, and others leave
    other = log.with_columns(
        pl.when(unseen & (pl.col("event") == "much"))
        .then(pl.lit("bad"))
        .when(unseen & (pl.col("event") == "bad"))
        .then(pl.lit("much"))
        .otherwise("event")
        .alias("event")
    )
    assert not other.equals(log)
    again = tuned(other)
    assert again.fitted == made.fitted
    assert made.changes is not None
    assert again.changes is not None
    assert again.changes.equals(made.changes)
    assert made.judgement is not None
    assert again.judgement is not None
    assert not again.judgement.measures.equals(made.judgement.measures)
    seen = log.with_columns(
        pl.when(~unseen & (pl.col("event") == "much"))
        .then(pl.lit("bad"))
        .when(~unseen & (pl.col("event") == "bad"))
        .then(pl.lit("much"))
        .otherwise("event")
        .alias("event")
    )
    changed = tuned(seen).changes
    assert changed is not None
    assert not changed.equals(made.changes)


def test_the_same_whatever_the_order_of_rows() -> None:
    log = logs.log(6, customers=250)
    made, again = tuned(log), tuned(log.sample(fraction=1.0, shuffle=True, seed=1))
    assert made.changes is not None
    assert made.judgement is not None
    assert again.judgement is not None
    assert again.changes is not None
    assert made.changes.equals(again.changes)
    assert made.judgement.measures.equals(again.judgement.measures)
    assert made.model == again.model


def test_another_seed_is_another_half() -> None:
    log = logs.log(6, customers=250)
    made, other = tuned(log), tuned(log, seed=1)
    assert made.fitted.times == other.fitted.times
    assert made.fitted.pairs != other.fitted.pairs


def test_signs_and_zeroes_stay_unless_free() -> None:
    log = logs.log(7, customers=500)
    text = logs.MODEL.replace("weight: -1", "weight: 1").replace("some: {weight: 1}", "some: 0")
    kept, free = new_weights(tuned(log, text)), new_weights(tuned(log, text, free=True))
    assert kept["bad"] >= 0.0
    assert kept["some"] == 0.0
    assert free["bad"] < 0.0 < free["much"]


def test_what_is_judged_is_what_the_tuned_model_scores() -> None:
    """The areas are those that a backtest of both models finds for the same customers."""
    made = driven(1)
    log = logs.log(1)
    ids = log["user_id"].unique().sort()
    judges = ids.filter(places_of(ids, 0) >= 0.5)
    own = log.filter(pl.col("user_id").is_in(judges.implode()))
    times = made.judged.times
    assert made.judgement is not None
    areas = dict(made.judgement.measures.select("name", "auc").iter_rows())
    for model, name in ((made.before, "weights before"), (made.model, "tuned weights")):
        held = cesctl.backtest(
            own, model, "event:left", horizon="30d", every="30d",
            last=times[-1].isoformat(), periods=len(times), as_of=made.until.isoformat(),
        )  # fmt: skip
        assert held.measures["auc"][0] == pytest.approx(areas[name], abs=1e-6)
        assert held.pairs.height == made.judged.pairs
    assert made.bands is not None
    assert held.bands.equals(made.bands)


def test_too_few_outcomes() -> None:
    log = logs.log(8, customers=60)
    few = log.filter((pl.col("event") != "left") | pl.col("user_id").is_in(["c1", "c2", "c3"]))
    made = tuned(few)
    assert made.model == made.before
    assert made.changes is None
    assert "too few" in verdict(made)[0]
    assert not made.better


def test_bands_from_outcome_rates() -> None:
    made = tuned(logs.log(1), bands=True)
    assert made.better
    assert not made.unset
    assert [b.name for b in made.model.bands] == ["Low", "Mid", "Good"]
    assert made.model.bands != made.before.bands
    assert made.bands is not None
    rates = made.bands["rate"].to_list()
    assert rates == sorted(rates, reverse=True)


def test_accounts_are_tuned_by_their_users() -> None:
    log = logs.log(3, customers=500).with_columns(
        ("a" + pl.col("user_id").str.slice(1).cast(pl.Int64).mod(250).cast(pl.String)).alias("firm")
    )
    text = logs.MODEL + "roll_up: {to: firm, by: mean}\n"
    made = tuned(log, text)
    found = new_weights(made)
    assert found["much"] > 0.0 >= found["bad"]
    # the areas are those that a backtest of the accounts finds which judge
    accounts = log["firm"].unique().sort()
    judges = accounts.filter(places_of(accounts, 0) >= 0.5)
    own = log.filter(pl.col("firm").is_in(judges.implode()))
    held = cesctl.backtest(
        own, made.before, "event:left", horizon="30d", every="30d",
        last=made.judged.times[-1].isoformat(), periods=len(made.judged.times),
        as_of=made.until.isoformat(),
    )  # fmt: skip
    assert made.judged.customers == held.customers
    assert made.fitted.customers <= len(accounts) - len(judges)
    assert made.judgement is not None
    areas = dict(made.judgement.measures.select("name", "auc").iter_rows())
    assert held.measures["auc"][0] == pytest.approx(areas["weights before"], abs=1e-6)
    assert areas["boosted trees"] > 0.5


def test_limits_follow_the_weights() -> None:
    text = logs.MODEL.replace("much: 1", "much: {weight: 1, max_points: 4, group: use}") + (
        "groups: {use: {max_points: 3, weight: 2}}\n"
    )
    made = tuned(logs.log(1), text)
    assert made.better
    signal = made.model.signals[0]
    assert signal.max_points is not None
    assert signal.max_points / signal.weight == pytest.approx(4.0, rel=0.25)
    ((before, after),) = made.limits
    assert after.max_points is not None
    assert before.max_points != after.max_points


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("events: {a: 0}", "all weights are 0"),
        (
            (
                "events: {a: 1}\nattributes: {plan: plan}\n"
                "variants: [{name: x, where: {plan: free}, events: {a: 2}}]"
            ),
            "the model has variants",
        ),
    ],
)
def test_what_cannot_be_tuned(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        tuned(logs.log(0, customers=5), text)


def shares_of(bands: pl.DataFrame | None) -> list[float]:
    assert bands is not None
    pairs = bands["pairs"].to_list()
    return [n / sum(pairs) for n in pairs]


@pytest.mark.parametrize(
    ("scale", "starts"),
    [
        ("{method: percentile}", "Low: 0, Mid: 30, Good: 60"),
        ("{method: linear, from: [-5, 20]}", "Low: 0, Mid: 30, Good: 60"),
        ("{method: logistic, midpoint: 3, steepness: 0.3}", "Low: 0, Mid: 30, Good: 60"),
        ("{method: none}", "Low: -100, Mid: 0, Good: 5"),
    ],
)
def test_on_every_scale_the_bands_hold_about_as_many(scale: str, starts: str) -> None:
    text = logs.MODEL.replace("{method: clamp, to: [-100, 100], round: 1}", scale)
    text = text.replace("Low: -100, Mid: 0, Good: 5", starts)
    log = logs.log(2, customers=500)
    made = tuned(log, text)
    assert made.better
    assert made.model.signals != made.before.signals
    moved, old = made.model.scale, made.before.scale
    assert replace(moved, from_=None, midpoint=None) == replace(old, from_=None, midpoint=None)
    if moved.from_ is not None and old.from_ is not None:  # elsewhere, and as wide
        assert moved.from_[1] - moved.from_[0] == pytest.approx(old.from_[1] - old.from_[0])
    assert made.model.bands == made.before.bands
    before, after = shares_of(made.bands_before), shares_of(made.bands)
    assert min(before) > 0.04
    assert after == pytest.approx(before, abs=0.1)


def test_possible_keeps_a_most() -> None:
    text = (
        "window: 30d\nevents: {much: {weight: 1, cap: 9}, nothing: {weight: 3, cap: 9}}\n"
        "scale: {method: possible}\nbands: {Low: 0, Mid: 30, Good: 60}\n"
    )
    log = logs.log(2, customers=500)
    made = tuned(log, text)
    assert made.better
    much, nothing = made.model.signals
    assert much.weight > nothing.weight
    assert all(not s.weight or s.cap is not None or s.tiers for s in made.model.signals)
    scores = cesctl.score(log, made.model).scores["score"]
    assert (scores.min(), scores.max()) == (0.0, 100.0)


def test_free_weights_of_what_is_possible_stay_bounded() -> None:
    text = (
        "window: 30d\nevents: {much: {weight: 1, cap: 9}, some: -1, bad: 0}\n"
        "scale: {method: possible}\nbands: {Low: 0, Mid: 30, Good: 60}\n"
    )
    made = tuned(logs.log(2, customers=400), text, free=True)
    found = new_weights(made)
    assert found["much"] > 0.0
    assert found["some"] <= 0.0  # it has no cap; more of it is better, which cannot be said
    assert found["bad"] < 0.0


def test_weights_from_nothing() -> None:
    text = (
        "window: 30d\nevents: {much: 0, some: 0, bad: 0}\nscale: {method: clamp, to: [-100, 100]}\n"
    )
    found = new_weights(tuned(logs.log(2, customers=400), text, free=True))
    assert found["much"] > 0.0 > found["bad"]


def with_column(log: pl.DataFrame, **columns: object) -> pl.DataFrame:
    return log.with_columns(pl.lit(v).alias(k) for k, v in columns.items())


def test_a_signal_that_is_the_same_for_all_spoils_nothing() -> None:
    """Also where floats make its standard deviation 1e-17."""
    log = logs.log(1, customers=500)
    head, rest = logs.MODEL.split("scale:")
    fee = "  fee: {event: '*', measure: mean, property: fee, weight: 1, window: none}\n"
    made = tuned(with_column(log, fee="0.1"), f"{head}{fee}scale:{rest}")
    plain = tuned(log)
    assert made.changes is not None
    assert plain.changes is not None
    assert made.changes["why"][-1].startswith("the same for all")
    same = ["signal", "odds"]
    assert made.changes.head(4).select(same).equals(plain.changes.select(same))


def test_a_score_that_points_the_wrong_way_is_not_made_nothing() -> None:
    made = cesctl.tune(
        logs.log(1, customers=500),
        parse_model(logs.MODEL),
        parse_outcome("event:left", good=True),
        **logs.options(),
    )
    assert not made.better
    assert made.model == made.before
    assert "points the wrong way" in " ".join(verdict(made))


@pytest.mark.parametrize("seed", range(2))
def test_noise_sets_no_bands(seed: int) -> None:
    made = tuned(logs.log(seed, customers=400, noise=True), bands=True)
    assert made.model == made.before
    assert "The bands stay: the score cannot be told from chance" in " ".join(verdict(made))


@pytest.mark.parametrize("method", ["minmax", "percentile"])
def test_bands_of_shares_are_not_set_by_rates(method: str) -> None:
    text = logs.MODEL.replace("{method: clamp, to: [-100, 100], round: 1}", f"{{method: {method}}}")
    text = text.replace("{Low: -100,", "{Low: -1,")
    with pytest.raises(UsageError, match="how a customer stands among others"):
        tuned(logs.log(0, customers=20), text, bands=True)


def test_signals_of_which_there_is_none_and_odd_names() -> None:
    log = logs.log(1, customers=300)
    text = "window: 30d\nevents: {x: {weight: 1, event: nosuch}}\n"
    made = tuned(log, text)
    assert not made.better
    odd = (
        'window: 30d\nevents:\n  "mu\\nch": {event: much, weight: 1}\n'
        '  "mu\\nch\\x1f1": {event: some, weight: 1}\n'
    )
    assert tuned(log, odd).changes is not None


def test_a_group_that_holds_all_at_one_number() -> None:
    text = logs.MODEL.replace("much: 1", "much: {weight: 1, group: g}").replace(
        "some: {weight: 1}", "some: {weight: 1, group: g}"
    ).replace("nothing: 1 ", "nothing: {weight: 1, group: g} ").replace(
        "weight: -1", "weight: -1\n    group: g"
    ) + "groups: {g: {min_points: 3, max_points: 3}}\n"  # fmt: skip
    made = tuned(logs.log(1, customers=300), text)
    assert made.changes is not None
    assert made.changes["new_weight"].abs().max() == 1.0
    assert set(made.changes["why"]) == {"nothing would be left to score by: as it was"}


def test_a_signal_that_is_a_part_of_the_outcome() -> None:
    log = logs.log(1, customers=400)
    at = pl.col("timestamp").str.to_datetime(time_zone="UTC")
    days = (at - pl.lit(logs.START)).dt.total_days() // logs.PERIOD * logs.PERIOD
    told = log.filter(pl.col("event") == "left").with_columns(
        pl.lit("notice").alias("event"),
        (pl.lit(logs.START) + pl.duration(days=days) - pl.duration(hours=1))
        .dt.strftime("%Y-%m-%dT%H:%M:%S+00:00")
        .alias("timestamp"),
    )
    head, rest = logs.MODEL.split("scale:")
    made = tuned(pl.concat([log, told]), f"{head}  notice: -9\nscale:{rest}")
    assert made.judgement is not None
    if made.judgement.low is None:
        assert "Is a signal a part of the outcome?" in verdict(made)[0]
        assert not made.better


def test_who_is_gone_from_the_customers_file_is_fitted_and_this_is_told(tmp_path: Path) -> None:
    log = logs.log(1, customers=300)
    roster = tmp_path / "roster.csv"
    log.select(pl.col("user_id").alias("customer")).unique().head(50).write_csv(roster)
    made = tuned(log, logs.MODEL + f"customers: {{file: '{roster}', only: true}}\n")
    assert made.fitted.customers > 50
    assert any("customers: only is not heeded" in n for n in made.result.notes)


@pytest.mark.parametrize(("seed", "fine"), [(2**63 - 1, True), (2**63, False), (-1, False)])
def test_seeds(seed: int, fine: bool) -> None:
    if fine:
        tuned(logs.log(0, customers=60), seed=seed)
        return
    with pytest.raises(UsageError, match="--seed"):
        tuned(logs.log(0, customers=60), seed=seed)
