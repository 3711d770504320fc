"""Engines by their names."""

from __future__ import annotations

import pytest

import cesctl
from cesctl.engines.choice import chosen
from cesctl.engines.limited import Limited
from cesctl.engines.polars import Polars
from cesctl.errors import UsageError

MODEL = cesctl.parse_model("events: {x: 1}\n")


def test_polars_is_one_and_an_engine_is_itself() -> None:
    with chosen("polars") as engine:
        assert isinstance(engine, Polars)
    own = Polars()
    with chosen(own) as engine:
        assert engine is own


def test_no_engine_of_that_name() -> None:
    name = "duck"
    with pytest.raises(UsageError, match="there are: polars, spark"):
        cesctl.score(["x.csv"], MODEL, engine=name)  # type: ignore[arg-type]


def test_a_master_is_of_spark() -> None:
    with pytest.raises(UsageError, match="of the engine spark only"):
        cesctl.score(["x.csv"], MODEL, master="local[2]")


def test_a_limit_is_of_polars() -> None:
    with chosen("polars", memory_limit="4GiB") as engine:
        assert isinstance(engine, Limited)
        assert engine.limit == 4 << 30
    for other in ("spark", Polars()):
        with pytest.raises(UsageError, match="a memory limit is of the engine polars only"):
            cesctl.score(["x.csv"], MODEL, engine=other, memory_limit="4GiB")
    with pytest.raises(UsageError, match="of the engine spark only"):
        cesctl.score(["x.csv"], MODEL, master="local[2]", memory_limit="4GiB")
    with pytest.raises(UsageError, match='memory_limit "4": write a number and its unit'):
        cesctl.score(["x.csv"], MODEL, memory_limit="4")
