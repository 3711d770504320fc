"""What two models say differently."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cesctl.errors import ModelError
from cesctl.model import parse_model
from cesctl.model.differences import differences
from cesctl.model.types import Model, Signal
from tests.effort import tries
from tests.model.made import MODELS

A = """\
name: A
window: 90d
compare: 30d
attributes: {plan: properties.plan}
source: {customer: user}
events:
  login: 1
  posts: {weight: 2, cap: 5, window: 30d, where: {plan: paid, size: {ge: 3}}}
  rate: {weight: 1, measure: ratio, of: login, per: posts}
  gone: {weight: 3, group: g}
groups: {g: {max_points: 9}}
scale: {method: linear, from: [0, 50]}
bands: {Low: 1, Good: 50}
risk: {drop: 5}
lists: {upsell: {band: Good, change: {ge: 5}}}
variants:
  - {name: trial, where: {plan: trial}, events: {login: 2}}
"""


def said(a: str, b: str) -> list[tuple[str, str, str]]:
    found = differences(parse_model(a), parse_model(b))
    return [(d.where, d.a, d.b) for d in found]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("name: A", "name: B", ("name", "A", "B")),
        ("window: 90d", "", ("window", "90d", "none")),
        ("compare: 30d", "compare: 10d", ("compare", "30d", "10d")),
        ("login: 1\n", "login: {weight: 1, limit: {count: 3, per: day}}\n",
         ("events.login.limit", "", "3 per day")),
        ("login: 1\n", "login: 0.1\n", ("events.login.weight", "1", "0.1")),
        ("cap: 5", "target: 9", None),
        ("window: 30d", "window: 20d", ("events.posts.window", "30d", "20d")),
        (", window: 30d", "", ("events.posts.window", "30d", "")),
        ("window: 30d", "window: none", ("events.posts.window", "30d", "none")),
        ("{plan: paid, size: {ge: 3}}", "{plan: free}",
         ("events.posts.where", "plan is paid and size is at least 3", "plan is free")),
        ("login: 1\n", "login: {weight: 1, group: g}\n", ("events.login.group", "", "g")),
        ("{max_points: 9}", "{max_points: 9, weight: 2}", ("groups.g.weight", "1", "2")),
        ("from: [0, 50]", "from: [0, 60]", ("scale.from", "0, 50", "0, 60")),
        ("[0, 50]}", "[0, 50], round: 0}", ("scale.round", "1", "0")),
        ("Good: 50", "Good: 51", ("bands.Good.from", "50", "51")),
        ("drop: 5", "drop: 6", ("risk.drop", "5", "6")),
        ("ge: 5", "ge: 6",
         ("lists.upsell", "band is Good and change is at least 5",
          "band is Good and change is at least 6")),
        ("{plan: trial}", "{plan: test}",
         ("variants.trial.where", "plan is trial", "plan is test")),
        ("{login: 2}", "{login: 3}", ("variants.trial.events.login.weight", "2", "3")),
        ("properties.plan", "plan", ("attributes.plan", "properties.plan", "plan")),
        ("{customer: user}", "{customer: [user, id]}", ("source.customer", "user", "user, id")),
    ],
)  # fmt: skip
def test_one_difference(old: str, new: str, told: tuple[str, str, str] | None) -> None:
    found = said(A, A.replace(old, new))
    assert found == (
        [told]
        if told
        else [("events.posts.cap", "5", ""), ("events.posts.target", "", "from 0 to 9")]
    )


def test_what_only_one_has_is_told_whole_and_without_defaults() -> None:
    assert said("events: {a: 1}", "events: {b: {weight: 2, event: [x, y]}}") == [
        ("events.a", "weight 1", ""),
        ("events.b", "", "weight 2, event x, y"),
    ]
    assert said("events: {a: 1}", "events: {a: 1}\nroll_up: {to: team}") == [
        ("roll_up", "", "to team")
    ]
    more = (
        "events: {a: 1}\nattributes: {p: q}\nvariants: [{name: v, where: {p: x}, events: {b: 2}}]"
    )
    assert said("events: {a: 1}", more) == [
        ("attributes.p", "", "q"),
        ("variants", "", "v"),
        ("variants.v", "", "where p is x"),
        ("variants.v.events.b", "", "weight 2"),
    ]


def test_how_it_is_written_is_no_difference() -> None:
    other = "events:\n  # a comment\n  a: {weight: 1.0, event: a}\nscale: {round: 1}\n"
    assert said("events: {a: 1}", other) == []


def test_the_order_of_variants_is_one() -> None:
    text = "events: {a: 1}\nattributes: {p: q}\nvariants: [X, Y]"
    x, y = "{name: x, where: {p: x}}", "{name: y, where: {p: y}}"
    one, other = (text.replace("X", f).replace("Y", s) for f, s in ((x, y), (y, x)))
    assert said(one, other) == [("variants", "x, y", "y, x")]


def alike(a: Model, b: Model) -> bool:
    def plain(model: Model) -> Model:
        def unplaced(signals: tuple[Signal, ...]) -> tuple[Signal, ...]:
            made = [replace(s, line=0, window_us=s.own_window and s.window_us) for s in signals]
            return tuple(sorted(made, key=lambda s: s.name))

        return replace(
            model,
            sha256="",
            signals=unplaced(model.signals),
            groups=tuple(sorted(model.groups, key=lambda g: g.name)),
            attributes=tuple(sorted(model.attributes)),
            lists=tuple(sorted(model.lists, key=lambda one: one.name)),
            variants=tuple(replace(v, signals=unplaced(v.signals)) for v in model.variants),
        )

    return plain(a) == plain(b)


def model_of(said: dict[str, object]) -> Model | None:
    try:
        return parse_model(json.dumps(said))
    except ModelError:
        return None


VALID = MODELS.filter(lambda said: model_of(said) is not None)


@settings(
    max_examples=tries(60),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(VALID, VALID, st.data())
def test_models_without_a_difference_are_alike(
    one: dict[str, object], other: dict[str, object], data: st.DataObject
) -> None:
    """Also models of which most is the same."""
    key = data.draw(st.sampled_from(sorted(other)))
    a, b, mixed = model_of(one), model_of(other), model_of({**one, key: other[key]})
    assert a is not None
    assert differences(a, a) == []
    for model in (b, mixed):
        if model is None:
            continue
        found = differences(a, model)
        assert (not found) == alike(a, model)
        assert all(d.a != d.b for d in found)
        back = {(d.where, d.b, d.a) for d in differences(model, a)}
        assert back == {(d.where, d.a, d.b) for d in found}


def signal(text: str) -> str:
    return f"attributes: {{plan: p}}\nevents:\n  x: {{weight: 1, {text}}}\n"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("event: [a, b]", "event: [b, a]"),
        ("where: {p: a, q: b}", "where: {q: b, p: a}"),
        ("where: {p: a}", "where: {p: [a]}"),
        ("where: {p: [a, b]}", "where: {p: [b, a]}"),
        ("where: {p: {gt: 5}}", "where: {p: {gt: 5.0}}"),
    ],
)
def test_another_way_of_writing_is_no_difference(a: str, b: str) -> None:
    assert said(signal(a), signal(b)) == []


@pytest.mark.parametrize(
    ("a", "b", "told"),
    [
        ("where: {p: {ge: 1234567}}", "where: {p: {ge: 1234568}}",
         ("p is at least 1234567", "p is at least 1234568")),
        ("where: {p: {ge: 2}}", "where: {p: {ge: 2.0000001}}",
         ("p is at least 2", "p is at least 2.0000001")),
        ("where: {p: [a, b]}", "where: {p: ['a, b']}", ("p is one of a, b", 'p is one of "a, b"')),
        ("event: [a, b]", "event: 'a, b'", ("a, b", '"a, b"')),
        ("where: {p: {exists: true}}", "where: {p: {eq: there}}", ("p is there", "p is there")),
    ],
)  # fmt: skip
def test_what_looks_alike_and_is_not(a: str, b: str, told: tuple[str, str]) -> None:
    ((_, *texts),) = said(signal(a), signal(b))
    assert tuple(texts) == told


def test_a_variant_that_spells_out_what_it_inherits_is_alike() -> None:
    head = "attributes: {plan: p}\nevents: {x: 1}\nvariants:\n  - {name: v, where: {plan: a}"
    assert said(f"{head}}}\n", f"{head}, events: {{x: 1}}}}\n") == []
