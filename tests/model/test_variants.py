"""Variants: what they take over from the model, and what is measured for all of them."""

from __future__ import annotations

from cesctl.model import override, parse_model
from cesctl.model.measured import measured
from cesctl.model.scored_by import all_bands, all_signals, decimals, own_bands, scored_by
from cesctl.model.types import EventMatch

MODEL = """
window: 30d
compare: 7d
events:
  login: {weight: 1, group: habit}
  buy: {weight: 5, cap: 3}
  often: {measure: ratio, of: buy, per: login, weight: 1}
groups: {habit: {weight: 2}, }
scale: {method: clamp, round: 0}
risk: {drop: 5, activity: login}
attributes: {plan: plan}
variants:
  - name: trial
    where: {plan: [trial, free]}
    events: {login: {weight: 3, group: habit, window: 7d}, buy: 4, invite: 2}
    bands: {Cold: 0, Hot: 50}
  - name: big
    where: {plan: big, seats: {ge: 100}}
    groups: {habit: {weight: 3}}
    scale: {method: percentile, round: 2}
    risk: {silent_for: 3d}
"""


def test_each_key_replaces_the_models_whole() -> None:
    model = parse_model(MODEL)
    models = scored_by(model)
    assert list(models) == ["trial", "big", None]
    trial, big, rest = models.values()
    assert not any(m.variants for m in models.values())
    assert [s.name for s in trial.signals] == ["login", "buy", "invite"]
    assert [s.weight for s in trial.signals] == [3, 4, 2]
    assert trial.signals[1].window_us == model.window_us  # the model's, as its own signals have it
    assert (trial.groups, trial.scale, trial.risk) == (model.groups, model.scale, model.risk)
    assert [b.name for b in trial.bands] == ["Cold", "Hot"]
    assert big.signals == model.signals
    assert big.bands == model.bands
    assert [(g.name, g.weight) for g in big.groups] == [("habit", 3.0)]
    assert big.scale.method == "percentile"
    assert big.risk.drop is None  # its risk is its own whole
    assert rest.signals == model.signals
    assert rest.compare_us == trial.compare_us == model.compare_us


def test_a_group_that_none_of_its_signals_is_in_is_not_the_variants() -> None:
    text = "events: {a: {weight: 1, group: g}}\ngroups: {g: {min_points: 5}}\nattributes: {p: p}\n"
    text += "variants: [{name: v, where: {p: x}, events: {b: 1}}]"
    model = parse_model(text)
    assert scored_by(model)["v"].groups == ()
    assert scored_by(model)[None].groups == model.groups


def test_what_all_of_them_have() -> None:
    model = parse_model(MODEL)
    assert [s.name for s in all_signals(model)] == ["login", "buy", "often", "invite"]
    names = ["Low", "Mid-range", "Good", "Cold", "Hot"]
    assert [b.name for b in all_bands(model)] == names
    assert own_bands(model)
    assert decimals(model) == 2
    without = scored_by(model)["big"]
    assert not own_bands(without)
    assert scored_by(without) == {None: without}


def test_what_is_measured_alike_is_measured_once() -> None:
    made = measured(parse_model(MODEL))
    assert [s.name for s in made.signals] == ["login", "buy", "login 2", "invite"]
    assert made.shares["trial"].measures == {"login": "login 2", "buy": "buy", "invite": "invite"}
    assert made.shares["big"] == made.shares[None].__class__(
        {"login": "login", "buy": "buy"}, "events", None
    )
    assert made.shares[None].measures == {"login": "login", "buy": "buy"}  # a ratio is of measures
    assert made.activity == {"activity_at": EventMatch(("login",))}
    assert made.shares["trial"].events != made.shares[None].events
    assert [s.name for s in made.events[made.shares["trial"].events]] == [
        "login 2",
        "buy",
        "invite",
    ]


def test_a_made_up_name_is_no_signals() -> None:
    text = "events: {a: {weight: 1}, a 2: {weight: 2}}\nattributes: {p: p}\n"
    text += "variants: [{name: v, where: {p: x}, events: {a: {weight: 1, measure: days}}}]"
    made = measured(parse_model(text))
    assert [s.name for s in made.signals] == ["a", "a 2", "a 3"]
    assert made.shares["v"].measures == {"a": "a 3"}


def test_a_window_of_the_command_line_is_that_of_variants_too() -> None:
    model = override(parse_model(MODEL), window="2d")
    windows = {s.name: s.window_us for s in scored_by(model)["trial"].signals}
    assert windows["buy"] == windows["invite"] == model.window_us
    assert windows["login"] == 7 * 86_400_000_000  # its own
