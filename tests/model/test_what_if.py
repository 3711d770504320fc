"""Models with values other than their file's."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cesctl
from cesctl.errors import ModelError, UsageError
from cesctl.model import load_model, override, render_problems
from cesctl.model.types import Target

MODEL = """\
version: 1   # the page
events:
  login: 1   # short
  a=b: {weight: 2}
scale: {method: clamp}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.yaml"
    path.write_text(MODEL, encoding="utf-8")
    return path


def test_a_value_is_another(file: Path) -> None:
    model = cesctl.load_model(file, set={"events.login.weight": "2.5", "scale.round": 0})
    assert model.signals[0].weight == 2.5
    assert model.scale.round == 0
    assert model.values_set == (("events.login.weight", "2.5"), ("scale.round", "0"))
    assert model.path == str(file)
    assert file.read_text(encoding="utf-8") == MODEL


def test_it_is_the_model_that_the_edited_file_would_be(file: Path) -> None:
    model = load_model(file, set=["events.login.cap=5", "events.a=b.weight=3", "name=x = y"])
    edited = MODEL.replace("login: 1", "login: {weight: 1, cap: 5}").replace(
        "weight: 2", "weight: 3"
    )
    other = file.with_name("other.yaml")
    other.write_text(f"{edited}name: x = y\n", encoding="utf-8")
    alone = load_model(other)
    assert replace(model, path="", values_set=()) == replace(alone, path="")
    assert model.values_set[1:] == (("events.a=b.weight", "3"), ("name", "x = y"))


def test_the_digest_is_that_of_the_edited_text(file: Path) -> None:
    for mark in (b"", b"\xef\xbb\xbf"):
        file.write_bytes(mark + MODEL.encode())
        model = load_model(file, set={"scale.round": "0"})
        edited = MODEL.replace("clamp}", "clamp, round: 0}")
        assert model.sha256 == hashlib.sha256(mark + edited.encode()).hexdigest()


def test_paths_in_files_stay_beside_the_file(file: Path) -> None:
    model = load_model(file, set={"customers.file": "accounts.csv"})
    assert model.customers is not None
    assert model.customers.file == str(file.parent / "accounts.csv")


def test_one_after_the_other(file: Path) -> None:
    values = ["events.login={weight: 3, target: {from: 0, to: 9}}", "events.login.target.to=7"]
    assert load_model(file, set=values).signals[0].target == Target(0.0, 7.0)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("events.logn=2", '--set: events.logn: no such key; did you mean "login"?'),
        ("events.login", '--set "events.login": write PATH=VALUE, such as events.login.weight=2'),
        ("=2", "--set: a path of keys is missing"),
        ("a=b=c", "--set: a: no such key"),
        ("events.login.event=*", '--set: "*" is no value: a * that names nothing; quote text'),
        ("events.login.target.from=1=2", None),
    ],
)
def test_what_cannot_be_set(file: Path, value: str, said: str | None) -> None:
    with pytest.raises(UsageError if said else ModelError) as told:
        load_model(file, set=[value])
    assert (said or "") in str(told.value)


def test_a_path_twice(file: Path) -> None:
    with pytest.raises(UsageError, match=r"events\.login\.weight is given twice"):
        load_model(file, set=["events.login.weight=1", "events.login.weight=2"])


def test_what_the_loader_refuses_is_told_of_the_text_with_the_values(file: Path) -> None:
    with pytest.raises(ModelError) as told:
        load_model(file, set={"events.a=b.cap": "x", "scale.method": "linear"})
    assert render_problems(told.value.problems) == (
        f'{file} (with --set):4:25: events.a=b.cap: a number is expected, not "x"\n'
        "    4 |   a=b: {weight: 2, cap: x}\n"
        "      |                         ^\n"
        f"{file} (with --set):5:17: scale.from: from is missing: method linear needs it\n"
        "    5 | scale: {method: linear}\n"
        "      |                 ^^^^^^\n"
        "2 problems"
    )


def test_a_file_that_is_no_yaml_is_told_as_ever(file: Path) -> None:
    file.write_text("events: [1\nx", encoding="utf-8")
    with pytest.raises(ModelError) as told:
        load_model(file, set={"events.login": "1"})
    assert told.value.problems[0].file == str(file)
    with pytest.raises(ModelError, match="no such file"):
        load_model(file.with_name("none.yaml"), set={"events.login": "1"})


def test_a_fault_of_the_file_can_be_set_right(file: Path) -> None:
    file.write_text(MODEL.replace("login: 1", "login: one"), encoding="utf-8")
    with pytest.raises(ModelError):
        load_model(file)
    assert load_model(file, set={"events.login": "1"}).signals[0].weight == 1


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["events.login.weight=2", "events.login=3"], "events.login is given twice"),
        (["events.login=3", "events.login.weight=2"], "events.login.weight is given twice"),
        (["events.login.cap=3", "events.login={weight: 2}"], "takes the place of events.login.cap"),
        (["events.login.cap=3", "events.login=2"], "takes the place of events.login.cap"),
        (
            ["scale.round=1", "scale={method: none}"],
            "takes the place of scale.round; give it first",
        ),
        (["bands.1.from=2", "bands.Low.from=1"], "bands.Low.from is given twice"),
        (["name=Team #1"], "YAML takes what follows"),
        (["name=#1"], "YAML takes what follows"),
    ],
)
def test_of_two_values_one_would_be_lost(file: Path, values: list[str], said: str) -> None:
    listed = "bands: [{name: Low, from: 0}, {name: High, from: 5}]\n"
    file.write_text(MODEL + listed, encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(said)):
        load_model(file, set=values)


def test_quoted_text_may_hold_a_number_sign(file: Path) -> None:
    assert load_model(file, set='name="Team #1"').name == "Team #1"


def test_a_number_that_is_a_name_is_refused(file: Path) -> None:
    file.write_text(
        f"{MODEL}bands: [{{name: '2', from: 0}}, {{name: '1', from: 5}}, {{name: '3', from: 9}}]\n"
    )
    with pytest.raises(UsageError, match='"1" is the name of entry 2, and the number of another'):
        load_model(file, set=["bands.1.from=3"])
    assert load_model(file, set=["bands.3.from=8"]).bands[2].from_ == 8.0


def test_the_longest_name_with_an_equals_sign_is_taken(file: Path) -> None:
    file.write_text("events: {eq: 1, eq=x: 2}\n")
    model = load_model(file, set=["events.eq=x=7"])
    assert [s.weight for s in model.signals] == [1.0, 7.0]
    with pytest.raises(UsageError, match=r"events.eq=x.cpa: no such key; did you mean \"cap\""):
        load_model(file, set={"events.eq=x.cpa": "1"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("events: {login: 1}\nwindwo: 3d\n", "windwo"),
        ("events:\n  login: 1\n  login: 2\n", "login"),
        ("", "the model is empty"),
        ("[1]\n", "this is no model"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_first(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    with pytest.raises(ModelError) as caught:
        load_model(file, set=["events.logn.cap=2"])
    assert said in render_problems(caught.value.problems)


@pytest.mark.parametrize(
    ("path", "value", "option"),
    [
        ("window", "30d", {"window": "60d"}),
        ("compare", "30d", {"compare": "60d"}),
        ("as_of", "2026-01-01", {"as_of": "now"}),
        ("customers.file", "a.csv", {"customers": "b.csv"}),
    ],
)
def test_an_option_does_not_contradict(
    file: Path, path: str, value: str, option: dict[str, Any]
) -> None:
    model = load_model(file, set={path: value})
    with pytest.raises(UsageError, match=f"--set {path} say the same thing; give one"):
        override(model, **option)
