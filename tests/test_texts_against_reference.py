"""Texts of numbers and instants, thousands at a time: the pipeline reads what the reference reads."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cesctl.pipeline import numbers
from cesctl.pipeline.timestamps import to_instants
from tests.effort import tries
from tests.random_examples.dice import Dice
from tests.random_examples.pools import FINE, HUGE, ODD, SIMPLE
from tests.reference import clock
from tests.reference.numbers import number, round_half_away

MANY = 1000
few = settings(
    max_examples=tries(20),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
seeds = st.integers(0, 2**24 - 1)


def written_number(dice: Dice) -> str:
    """Often a number, in all its ways; now and then nearly one."""
    if dice.chance(2):
        return dice.pick([*SIMPLE, *ODD, *FINE, *HUGE])
    digits = "".join(
        dice.pick("0012345678999") for _ in range(dice.number(0, dice.pick([2, 5, 20, 40])))
    )
    point = dice.number(0, len(digits))
    text = digits[:point] + (dice.pick([".", ".", ".", ""])) + digits[point:]
    exponent = dice.pick(
        ["", "", "", f"e{dice.number(-40, 20)}", f"E+{dice.number(0, 9)}", "e", "e-", "e1.5"]
    )
    return dice.pick(["", "", "", "+", "-", "--", " "]) + text + exponent


@few
@given(seed=seeds)
def test_numbers(seed: int) -> None:
    dice = Dice(seed)
    texts = [written_number(dice) for _ in range(MANY)]
    frame = pl.DataFrame({"t": texts}).with_columns(pl.col("t").str.strip_chars())
    found = frame.select("t", number=numbers.number(pl.col("t")), nanos=numbers.nanos(pl.col("t")))
    for text, as_float, nanos in found.iter_rows():
        exact = number(text)
        if exact is not None and abs(exact) > 999_999_999_999_999.9:
            continue  # below 1e15, yet not as a double
        assert as_float == (None if exact is None else float(exact)), text
        assert nanos == (None if exact is None else round_half_away(exact, 9) * 10**9), text


ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
         "America/St_Johns",
         "Africa/Casablanca", "America/Sao_Paulo", "Asia/Kathmandu", "Europe/Dublin"]  # fmt: skip
# local times that some of the zones skip or repeat, and ends of days
TURNS = ["2026-03-29T02:30:00", "2026-10-25T02:30:00", "2026-03-08T02:15:00", "2026-11-01T01:45:00",
         "2026-04-05T01:45:00", "2026-10-04T02:15:00", "2011-12-30T12:00:00", "2018-11-04T00:30:00",
         "2018-02-17T23:30:00", "2026-03-29T01:30:00", "2026-10-25T01:30:00", "2026-02-15T02:30:00",
         "2024-02-29T23:59:60", "2026-12-31T23:59:59", "2026-02-29T00:00:00"]  # fmt: skip


def written_instant(dice: Dice) -> str:
    """Often an instant, in all the ways that ``auto`` reads; now and then nearly one."""
    if dice.chance(2):
        micros = dice.number(-(10**10), 10 ** dice.number(8, 18))
        return dice.pick(
            [str(micros), f"{micros}.{dice.number(0, 10**12)}", f"{micros}e{dice.number(0, 5)}"]
        )
    if dice.chance(1):
        return dice.pick(
            [
                "",
                "soon",
                "03/04/2026",
                "2026-13-01",
                "2026-1-1",
                "2026-01-01T1:00:00",
                "nan",
                "2026",
            ]
        )
    if dice.chance(3):
        day, time = dice.pick(TURNS).split("T")
    else:
        day = f"{dice.number(1971, 2037)}-{dice.number(1, 12):02}-{dice.number(1, 31):02}"
        time = f"{dice.number(0, 24):02}:{dice.number(0, 59):02}:{dice.number(0, 60):02}"
    if dice.chance(1):
        return day
    time = time[: dice.pick([8, 8, 8, 5])]
    if len(time) == 8:
        time += dice.pick(["", "", ".", f".{dice.number(0, 10 ** dice.number(1, 10))}"])
    offset = f"{dice.pick('+-')}{dice.number(0, 14):02}{dice.pick([':', ''])}{dice.pick(['00', '30', '45'])}"
    zone = dice.pick(["", "", "", "Z", " UTC", offset])
    return day + dice.pick("TTT ") + time + zone


@few
@given(seed=seeds)
@pytest.mark.parametrize("form", ["auto", "iso", "epoch_s", "epoch_ms", "epoch_us"])
def test_instants(form: str, seed: int) -> None:
    dice = Dice(seed)
    zone = dice.pick(ZONES)
    texts = [written_instant(dice) for _ in range(dice.pick([1, 3, 30, MANY]))]
    found = (
        to_instants(pl.Series(texts, dtype=pl.String), form=form, timezone=zone)
        .to_physical()
        .to_list()
    )
    wrong = {
        text: (at, expected)
        for text, at in zip(texts, found, strict=True)
        if at != (expected := clock.parse(text, form, ZoneInfo(zone)))
    }
    assert not wrong, zone
