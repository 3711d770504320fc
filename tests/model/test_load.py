"""A model file as a whole: what each key becomes, and that no text gives a traceback."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import cesctl
from cesctl.duration import DAY_US
from cesctl.errors import ModelError
from cesctl.model import load_model, parse_model, render_problems
from cesctl.model.types import (
    DEFAULT_BANDS,
    Band,
    EventMatch,
    Group,
    Model,
    Risk,
    Roster,
    Scale,
    Signal,
    Source,
    Target,
)
from tests.effort import tries
from tests.model.made import MODELS as MADE

GLANCE = """\
version: 1
name: SaaS engagement
timezone: Europe/Berlin  # calendar days and weeks
as_of: latest
window: 90d
compare: 30d

source:
  customer: user_id
  event: event
  timestamp: timestamp

events:
  Post scheduled: 1
  Feature explored: {weight: 4, cap: 25, half_life: 30d}
  Account upgraded: {weight: 5, measure: once}
  Ticket opened: -2
  active_days: {event: "*", measure: days, target: 20, weight: 0.2, group: habit}

groups:
  habit: {weight: 1, max_points: 20}

scale: {method: linear, from: [0, 250], to: [1, 100], round: 0}

bands:
  - {name: Low,  from: 1, at_risk: true, action: Call the customer}
  - {name: Mid,  from: 41}
  - {name: Good, from: 71, color: green}

risk: {drop: 15, silent_for: 21d, activity: [login, "page*"]}
customers: {file: accounts.csv, id: account_id}
attributes: {plan: properties.plan}
"""


def problems(text: str) -> str:
    with pytest.raises(ModelError) as error:
        parse_model(text)
    return render_problems(error.value.problems)


def test_the_model_at_a_glance(tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(GLANCE, encoding="utf-8", newline="\n")
    window = 90 * DAY_US
    assert load_model(file) == Model(
        name="SaaS engagement",
        timezone="Europe/Berlin",
        as_of="latest",
        window_us=window,
        compare_us=30 * DAY_US,
        sources=(Source(customer=("user_id",), event=("event",), timestamp=("timestamp",)),),
        signals=(
            Signal("Post scheduled", 1, EventMatch(("Post scheduled",)), window_us=window, line=14),
            Signal(
                "Feature explored",
                4,
                EventMatch(("Feature explored",)),
                window_us=window,
                cap=25,
                half_life_us=30 * DAY_US,
                line=15,
            ),
            Signal(
                "Account upgraded",
                5,
                EventMatch(("Account upgraded",)),
                window_us=window,
                measure="once",
                line=16,
            ),
            Signal("Ticket opened", -2, EventMatch(("Ticket opened",)), window_us=window, line=17),
            Signal(
                "active_days",
                0.2,
                EventMatch((), ("*",)),
                window_us=window,
                measure="days",
                target=Target(0, 20),
                group="habit",
                line=18,
            ),
        ),
        groups=(Group("habit", 1, 20),),
        scale=Scale("linear", (0, 250), (1, 100), 0),
        bands=(
            Band("Low", 1, at_risk=True, action="Call the customer"),
            Band("Mid", 41),
            Band("Good", 71, color="green"),
        ),
        risk=Risk(15, 21 * DAY_US, EventMatch(("login",), ("page*",))),
        customers=Roster(str(tmp_path / "accounts.csv"), "account_id"),
        attributes=(("plan", "properties.plan"),),
        sha256=hashlib.sha256(GLANCE.encode()).hexdigest(),
        path=str(file),
    )


def test_only_events_is_required() -> None:
    model = parse_model("events: {login: 1}")
    assert model.signals == (Signal("login", 1, EventMatch(("login",)), line=1),)
    assert (model.timezone, model.as_of, model.window_us, model.compare_us) == (
        "UTC",
        "latest",
        None,
        None,
    )
    assert (model.sources, model.groups, model.scale) == ((Source(),), (), Scale())
    assert (model.bands, model.risk, model.customers) == (DEFAULT_BANDS, Risk(), None)
    assert model.sha256 == hashlib.sha256(b"events: {login: 1}").hexdigest()


def test_paths_are_relative_to_the_model_file() -> None:
    text = (
        "events: {a: 1}\nsource: {files: [x/*.csv, /abs.csv, 's3://b/c']}\ncustomers: {file: r.csv}"
    )
    model = parse_model(text, folder=Path("models"))
    assert model.sources[0].files == (str(Path("models/x/*.csv")), "/abs.csv", "s3://b/c")
    assert model.customers == Roster(str(Path("models/r.csv")))
    assert parse_model(text).sources[0].files == ("x/*.csv", "/abs.csv", "s3://b/c")


def test_json_is_a_model_too() -> None:
    assert parse_model('{"events": {"a": {"weight": 1.5}}}').signals[0].weight == 1.5


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_bytes(b"\xef\xbb\xbfevents: {a: 1}\r\n")
    model = load_model(file)
    assert model.signals[0].name == "a"
    assert model.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert parse_model("\ufeffevents: {a: 1}").signals == model.signals


def test_one_mistake_is_one_problem() -> None:
    # Each would be two or more if what is wrong were checked any further.
    for text in (
        "events: {a: {wieght: 1}}",
        "events: {a: {weight: 1, measure: summ, property: x}}",
        "events: {a: {weight: 1, measure: sum, propety: x}}",
        "events: {a: {weight: 1, group: x, max_points: z}}\nscale: {method: possible}\ngroups: {x: {}}",
        "events: {a: {weight: 1, group: [x]}}\ngroups: {x: {}}",
        "evnets: {a: 1}",
        "events: {a: {weight: 1, measure: ratio, of: b, per: c}, b: 1, c: {weight: 0, measure: z}}",
        "events: {a: 1}\ncompare: soon\nrisk: {drop: 3}",
        "events: {a: 1}\nsource: {id: [x], deduplicate: id}",
        "events: {a: 1}\nscale: {methd: linear, to: [1, 2]}",
    ):
        assert problems(text).endswith("\n1 problem"), text


def test_nothing_of_polars_or_yaml_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, cesctl.model.types, cesctl.model; from cesctl.model import parse_model as p;"
        "assert 'yaml' not in sys.modules; p('events: {a: 1}');"
        "assert not {'polars', 'rich', 'typer', 'pydantic'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def rendered(text: str) -> str | None:
    """The problems of a text; None where it is a model. Any other exception fails the test."""
    try:
        model = parse_model(text)
    except ModelError as error:
        return render_problems(error.problems)
    assert model.signals
    return None


FRAGMENTS = st.sampled_from(
    [
        "events", "a", "weight", "where", "bands", "scale", "source", "groups", "risk", "measure",
        "ratio", "of", "sum", "linear", "from", "to", "tiers", "1", "-2.5", "90d", "x", "none",
        ": ", ":", "\n", "\n  ", "\n- ", "{", "}", "[", "]", ", ", "*", "&", "&a ", "*a", "<<", "!",
        "|", ">", "'", '"', "#", "? ", "---\n", "...", "%", "\t", "~", "\r\n", "é", "😀", "\u2028",
        "\x00", "\ud800", "\ufeff", "\x85", "@", "`", "\\",
    ]
)  # fmt: skip


@settings(max_examples=tries(400), deadline=None)
@given(st.one_of(st.text(), st.lists(FRAGMENTS, max_size=40).map("".join)))
@example("events: {a: {weight: 1, tiers: [*a]}}")
@example("? ")
@example("events: {a: &a {weight: 1, where: {b: &b [x]}}, c: *a}\nbands: *b")
@example("events:\n- &a {a: 1}\n- *a")
@example("<<: {events: {a: 1}}")
@example("\u2028events: {a: x}")
def test_any_text_is_a_model_or_gives_problems(text: str) -> None:
    told = rendered(text)
    assert told is None or re.search(r"\n(1 problem|\d+ problems)$", told)


VALUES = st.recursive(
    st.sampled_from(
        [None, True, False, 0, 1, -2.5, 1e300, 7, "", " ", "x", "none", "90d", "0d", "id", "a", "b",
         "linear", "possible", "logistic", "ratio", "sum", "count", "days", "skip", "day", "UTC"]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["weight", "measure", "of", "per", "group", "from", "to", "at_least", "value",
                 "name", "method", "a", "b", "count", "min_points", "max_points", "id", "gt", "in",
                 "exists", "where", "tiers", "target", "property", "drop", "file", "midpoint"]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=12,
)  # fmt: skip
KEYS = [
    "version", "name", "timezone", "as_of", "window", "compare", "source", "groups", "scale", "bands",
    "risk", "customers", "attributes",
]  # fmt: skip
MODELS = st.fixed_dictionaries(
    {"events": st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)},
    optional=dict.fromkeys(KEYS, VALUES),
)


@settings(max_examples=tries(300), deadline=None)
@given(st.one_of(MODELS, MADE))
def test_any_values_are_a_model_or_give_problems(value: object) -> None:
    told = rendered(json.dumps(value))
    assert told is None or told.startswith("model.yaml:")


def test_control_characters_are_no_white_space() -> None:
    """U+001F is trimmed off no event, so a signal may be named so."""
    model = cesctl.parse_model('version: 1\nevents: {"\\x1f": 1, " \\u3000b\\u00a0": 2}\n')
    assert [s.name for s in model.signals] == ["\x1f", "b"]
    rows = pl.DataFrame({"customer": ["u"], "event": ["\x1f"], "timestamp": ["2026-10-01"]})
    assert cesctl.score(rows, model).scores["score"].to_list() == [1.0]
