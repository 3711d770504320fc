"""Names that attributes cannot have."""

from __future__ import annotations

import pytest

from cesctl.errors import ModelError
from cesctl.model import parse_model
from cesctl.model.columns import FIXED, IN_JSON, VARIANT, reserved_columns, signal_columns


def test_reserved_are_the_columns_of_scores() -> None:
    assert signal_columns("a.b") == ("a.b.measure", "a.b.points")
    fixed = {*FIXED, IN_JSON, "a.measure", "a.points"}
    assert reserved_columns(["a"], accounts=False, variants=False) == fixed
    assert reserved_columns(["a"], accounts=False, variants=True) == {*fixed, VARIANT}


@pytest.mark.parametrize("name", [*FIXED, IN_JSON, "login.measure", "login.points"])
def test_an_attribute_cannot_be_named_like_a_column(name: str) -> None:
    with pytest.raises(ModelError, match="is a column of the scores"):
        parse_model(f"events: {{login: 1}}\nattributes: {{{name}: x}}")


def test_other_names_are_free() -> None:
    made = parse_model("events: {login: 1}\nattributes: {measure: x, Score: y, plan: p.q}")
    assert made.attributes == (("measure", "x"), ("Score", "y"), ("plan", "p.q"))


def test_a_pattern_is_no_name_of_an_attribute() -> None:
    import pytest

    import cesctl

    for name in ("*", "^plan$"):
        with pytest.raises(cesctl.ModelError, match="pattern"):
            cesctl.parse_model(f"version: 1\nevents: {{a: 1}}\nattributes: {{'{name}': plan}}\n")
