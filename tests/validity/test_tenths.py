"""Tenths and fifths of any number of customers: whole numbers decide, not the last bit of a division."""

from __future__ import annotations

import math

import polars as pl
import pytest

from cesctl.model.load import parse_model
from cesctl.validity.by_score import by_tenth
from cesctl.validity.plain import EVENTS, RECENCY, rfm_name, with_rfm


@pytest.mark.parametrize("number", [10, 105, 117, 210, 1000])
def test_each_is_in_its_tenth(number: int) -> None:
    scores = [float(n) for n in range(1, number + 1)]
    pairs = pl.DataFrame(
        {"customer": [f"c{n}" for n in scores], "score": scores, "outcome": [False] * number}
    )
    found = by_tenth(pairs)
    ends = sorted({math.ceil(10 * n / number): n for n in range(1, number + 1)}.values())
    assert found["to"].to_list() == ends
    assert found.height == 10


@pytest.mark.parametrize("number", [5, 35, 49, 98, 245, 490])
def test_each_is_in_its_fifth(number: int) -> None:
    model = parse_model("events: {x: 1}\n")
    values = [float(n) for n in range(1, number + 1)]
    pairs = pl.DataFrame({"as_of": [1] * number, EVENTS: values, RECENCY: values})
    found = with_rfm(pairs, model)[rfm_name(model)].to_list()
    assert found == [2.0 * -(-5 * n // number) for n in range(1, number + 1)]
