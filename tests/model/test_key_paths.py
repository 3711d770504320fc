"""Dotted paths, as people type them, and the keys that they lead along."""

from __future__ import annotations

import pytest

from cesctl.model.key_paths import NoPath, find_path
from cesctl.model.written import read_written

MODEL = """\
version: 1
events:
  login: 1
  a.b: {weight: 1}
  a: &a {weight: 2, target: {from: 0, to: 9}}
  " Post: scheduled. ": {weight: 1, where: {properties.plan: paid, x: {ge: 5}}}
  other: *a
  merged: {<<: {cap: 1}}
  lines:
    tiers:
      - {at_least: 1, value: 5}
scale: {method: linear, from: [0, 10]}
bands:
  - {name: Low, from: 1}
  - {name: Mid. range, from: 50}
variants:
  - {name: trial, where: {plan: trial}, events: {login: 2}, bands: {Low: 1, Very. High: 5}}
"""


@pytest.mark.parametrize(
    ("dotted", "path"),
    [
        ("name", "name"),
        ("events.login", "events|login"),
        ("events.login.weight", "events|login|weight"),
        ("events.login.limit.per", "events|login|limit|per"),
        ("events.a.b", "events|a.b"),
        ("events.a.b.weight", "events|a.b|weight"),
        ("events.a.weight", "events|a|weight"),
        ("events.a.target.from", "events|a|target|from"),
        ("events.Post: scheduled..weight", "events|Post: scheduled.|weight"),
        (
            "events.Post: scheduled..where.properties.plan",
            "events|Post: scheduled.|where|properties.plan",
        ),
        ("events.Post: scheduled..where.x.lt", "events|Post: scheduled.|where|x|lt"),
        ("events.other.target.from", "events|other|target|from"),
        ("events.merged.cap", "events|merged|cap"),
        ("events.lines.tiers.1.value", "events|lines|tiers|1|value"),
        ("scale.from.2", "scale|from|2"),
        ("bands.2.from", "bands|2|from"),
        ("bands.Low.at_risk", "bands|Low|at_risk"),
        ("bands.Mid. range.from", "bands|Mid. range|from"),
        ("variants.1.events.login.weight", "variants|1|events|login|weight"),
        ("variants.trial.bands.Very. High", "variants|trial|bands|Very. High"),
        ("risk.drop", "risk|drop"),
        ("source.files", "source|files"),
    ],
)
def test_paths(dotted: str, path: str) -> None:
    assert find_path(read_written(MODEL), dotted) == tuple(path.split("|"))


@pytest.mark.parametrize(
    ("dotted", "said"),
    [
        ("", "a path of keys is missing"),
        ("evnts", 'evnts: no such key; did you mean "events"?'),
        ("events.logn", 'events.logn: no such key; did you mean "login"?'),
        ("events.logn.weight", 'events.logn: no such key; did you mean "login"?'),
        ("events.Post: schedled..weight", 'did you mean "Post: scheduled."?'),
        ("events.login.wieght", 'events.login.wieght: no such key; did you mean "weight"?'),
        ("events.a.b.target.form", 'events.a.b.target.form: no such key; did you mean "from"?'),
        (
            "events.zzz",
            "events.zzz: no such key; there are: login, a.b, a, Post: scheduled., other",
        ),
        ("events.login.zzz", "and 12 more"),
        ("events.", "events.: no such key; there are"),
        ("events.login.weight.x", "events.login.weight: this is a value, without keys"),
        ("bands.3.from", "bands.3: no such entry; there are: Low, Mid. range, 1, 2"),
        ("bands.Lo.from", 'bands.Lo: no such entry; did you mean "Low"?'),
        ("scale.to.1", "scale.to.1: no such entry"),
        ("attributes.plan", "attributes.plan: no such key"),
        ("variants.2.events.login", "variants.2: no such entry; there are: trial, 1"),
        ("variants.trial.groups.g.weight", "variants.trial.groups.g: no such key"),
    ],
)
def test_what_leads_nowhere(dotted: str, said: str) -> None:
    found = find_path(read_written(MODEL), dotted)
    assert isinstance(found, NoPath)
    assert said in found.message


def test_a_model_that_says_nothing_has_the_keys_of_the_page() -> None:
    assert find_path(None, "scale.round") == ("scale", "round")
    assert isinstance(find_path(None, "events.login"), NoPath)
    assert isinstance(find_path(read_written("text"), "events.login"), NoPath)
