"""The JSON Schema takes what the loader takes, and refuses what it can know to be wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from cesctl.errors import ModelError
from cesctl.model import json_schema, parse_model
from cesctl.model.document import Items, Node, Pairs, Scalar, compose
from cesctl.model.report import Report
from tests.effort import tries
from tests.model.made import MODELS as MADE
from tests.model.test_load import GLANCE

SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
ROOT = Path(__file__).parents[2]


def plain(node: Node) -> Any:
    """A document as an editor's YAML (1.2, core schema) gives it to a JSON Schema."""
    if isinstance(node, Items):
        return [plain(n) for n in node.items]
    if isinstance(node, Pairs):
        return {k.text: plain(v) for k, v in node.pairs}
    assert isinstance(node, Scalar)
    if node.is_null:
        return None
    if node.flag is not None:
        return node.flag
    return float(node.text) if node.is_number else node.text


def validates(text: str) -> bool:
    tree = compose(Report(text, "m"))
    assert tree is not None
    return VALIDATOR.is_valid(plain(tree))


def loads(text: str) -> bool:
    try:
        parse_model(text)
    except ModelError:
        return False
    return True


def test_it_is_a_schema_and_plain_json() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_every_key_is_described() -> None:
    def walk(schema: Any) -> None:
        if isinstance(schema, dict):
            if schema.get("additionalProperties") is False:
                for name, inner in schema["properties"].items():
                    assert inner["description"].rstrip().endswith("."), name
            for inner in schema.values():
                walk(inner)
        elif isinstance(schema, list):
            for inner in schema:
                walk(inner)

    walk(SCHEMA)


GOOD = [
    GLANCE,
    "events: {a: 1}",
    "events: {a: 1}\nbands: {Low: 1, Mid: 41}",
    "events: {a: 1}\nsource: {event: {value: order}, customer: [a, b.c], files: x.csv, prefix: mail.}",
    "events: {a: 1}\nsource: {id: i, deduplicate: exact, where: {n: 1.0, t: true, p: [a, 2]}}",
    "events: {a: {weight: 1, window: none, offset: 0, where: {p: {gt: 3, le: 4, exists: true}}}}",
    "events: {a: {weight: 1, offset: 0d, limit: {count: 3, per: day}, tiers: [{at_least: 1, value: 5}]}}",
    "events: {a: {weight: 1, measure: recency, missing: 30, target: {from: 30, to: 0}}}",
    "events: {a: {weight: 0}, b: {weight: 0}, c: {weight: 1, measure: ratio, of: a, per: b}}",
    "events: {a: {weight: 1, measure: sessions, gap: 1h, event: ['x*', 404]}}",
    "events: {a: {weight: 1, measure: sum, property: p, linear_decay: 2w, cap: 1e3}}",
    "events: {a: 1}\nscale: {method: logistic, midpoint: 3, steepness: -0.5, round: 6}",
    "events: {a: 1}\nscale: {method: minmax, clip: true}\nwindow: none\nas_of: 2026-11-01",
]

BAD = [
    "events: {}",
    "name: x",
    "events: {a: x}",
    "events: {a: {}}",
    "events: {a: {weight: 1, wieght: 2}}",
    "events: {a: {weight: '1'}}",
    "events: {' ': 1}",
    "events: {a: {weight: 1, half_life: 3d, linear_decay: 3d}}",
    "events: {a: {weight: 1, target: 3, tiers: [{at_least: 1, value: 1}]}}",
    "events: {a: {weight: 1, target: 0}}",
    "events: {a: {weight: 1, measure: sum}}",
    "events: {a: {weight: 1, measure: days, property: x}}",
    "events: {a: {weight: 1, property: x}}",
    "events: {a: {weight: 1, measure: days, half_life: 1d}}",
    "events: {a: {weight: 1, measure: recency, limit: {count: 1, per: day}}}",
    "events: {a: {weight: 1, gap: 1h}}",
    "events: {a: {weight: 1, of: a}}",
    "events: {a: {weight: 1, measure: ratio}}",
    "events: {a: {weight: 1, measure: ratio, of: b, per: c, event: x}, b: 1, c: 1}",
    "events: {a: {weight: 1, half_life: 0d}}",
    "events: {a: {weight: 1, half_life: 90 days}}",
    "events: {a: {weight: 1, limit: {count: 0, per: day}}}",
    "events: {a: {weight: 1, limit: {count: 1, per: month}}}",
    "events: {a: {weight: 1, where: {}}}",
    "events: {a: {weight: 1, where: {p: null}}}",
    "events: {a: {weight: 1, where: {p: ''}}}",
    "events: {a: {weight: 1, where: {p: []}}}",
    "events: {a: {weight: 1, where: {p: {}}}}",
    "events: {a: {weight: 1, where: {p: {gt: x}}}}",
    "events: {a: {weight: 1, where: {p: {exists: yes}}}}",
    "events: {a: {weight: 1, event: []}}",
    "events: {a: {weight: 1, missing: none}}",
    "events: {a: 1}\nversion: 2",
    "events: {a: 1}\ncompare: none",
    "events: {a: 1}\nsource: {}\nsources: {a: {}}",
    "events: {a: 1}\nsources: {}",
    "events: {a: 1}\nsources: {a: {custmer: b}}",
    "events: {a: 1}\nroll_up: {by: mean}",
    "events: {a: 1}\nroll_up: {to: a, by: first}",
    "events: {a: 1}\nidentities: {from: a, to: b}",
    "events: {a: 1}\nsource: {preset: [shopify]}",
    "events: {a: 1}\npresets: {t: {customer: a}}",
    "events: {a: 1}\npresets: {t: {columns: []}}",
    "events: {a: 1}\npresets: {t: {columns: a, rows: [b]}}",
    "events: {a: 1}\nsource: {event: {value: }}",
    "events: {a: 1}\nsource: {prefix: [a]}",
    "events: {a: 1}\nscale: {method: linear}",
    "events: {a: 1}\nscale: {from: [1, 2]}",
    "events: {a: 1}\nscale: {method: linear, from: [1]}",
    "events: {a: 1}\nscale: {method: logistic, midpoint: 1}",
    "events: {a: 1}\nscale: {method: percentile, clip: false}",
    "events: {a: 1}\nscale: {round: 7}",
    "events: {a: 1}\nscale: {round: 1.5}",
    "events: {a: 1}\nbands: []",
    "events: {a: 1}\nbands: {Low: x}",
    "events: {a: 1}\nbands: [{name: Low}]",
    "events: {a: 1}\nbands: [{name: Low, from: 1, color: '#12'}]",
    "events: {a: 1}\nrisk: {drop: 3}",
    "events: {a: 1}\nattributes: {p: p}\nvariants: [{name: v, where: {p: q}, risk: {drop: 3}}]",
    "events: {a: 1}\ncompare: 3d\nrisk: {drop: -3}",
    "events: {a: 1}\ncustomers: accounts.csv",
    "events: {a: 1}\nattributes: {plan: [x]}",
    "events: {a: 1}\nbadns: {Low: 1}",
    "events: {a: 1}\nlists: {}",
    "events: {a: 1}\nlists: {l: {}}",
    "events: {a: 1}\nlists: {l: {score: high}}",
    "events: {a: 1}\nlists: {l: {score: {above: 3}}}",
    "events: {a: 1}\nlists: {l: {band: []}}",
    "events: {a: 1}\nlists: {l: {at_risk: maybe}}",
]


@pytest.mark.parametrize("text", GOOD)
def test_both_take_it(text: str) -> None:
    assert loads(text)
    assert validates(text)


@pytest.mark.parametrize("text", BAD)
def test_both_refuse_it(text: str) -> None:
    assert not loads(text)
    assert not validates(text)


# What a JSON Schema need not know: other lists of names, and how values compare.
UNKNOWABLE = re.compile(
    r"no time(zone)?$|unknown timestamp_format|no part of a format|has no (year|month)"
    r"|no signal is|no group is|no band is|change needs compare|is the list of all|is a ratio|of itself"
    r"|ascend|must differ|is above max_points"
    r"|unknown preset|is the name of a preset|no most points|not above 0|is a column of"
    r"|two (bands|variants) are named"
)


@settings(max_examples=tries(600), deadline=None, derandomize=True)
@given(MADE)
def test_loader_and_schema_agree(value: object) -> None:
    text = json.dumps(value)
    try:
        parse_model(text)
    except ModelError as error:
        known = [p.message for p in error.problems if not UNKNOWABLE.search(p.message)]
        assert not (known and validates(text))
    else:
        assert validates(text)


def test_the_models_made_are_not_all_bad() -> None:
    taken = []

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(MADE)
    def count(value: object) -> None:
        taken.append(loads(json.dumps(value)))

    count()
    assert sum(taken) > 30


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda p: p.name)
def test_published_configs_load_and_validate(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert loads(text)
    assert validates(text)
