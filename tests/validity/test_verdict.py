"""What is said of a backtest, and what is not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from cesctl.model import parse_model
from cesctl.validity.backtest import Backtest, backtest
from cesctl.validity.verdict import truncated, verdict
from tests.validity.logs import END, MODEL, leaving, with_one


def made(
    log: pl.DataFrame, text: str = MODEL, outcome: str = "event:left", **options: str
) -> Backtest:
    return backtest(log, parse_model(text), outcome, horizon="30d", every="14d", **options)  # type: ignore[arg-type]


def said(found: Backtest) -> str:
    return " ".join(verdict(found))


def test_a_score_that_foretells() -> None:
    found = made(leaving(400))
    text = said(found)
    assert text.startswith(
        "The score foretells the outcome: of two customers at one time of whom one had the outcome"
    )
    row = found.measures.row(0, named=True)
    assert row["low"] > 0.5
    assert f"AUC {row['auc']:.2f}, 95% interval {row['low']:.2f} to {row['high']:.2f}" in text
    assert f"{found.with_outcome:,} of {found.customers:,} customers" in text
    assert "that one had the lower score" in text
    assert "The bands are in order: " in text
    assert " should have had the outcome later (at " in text


def test_a_score_that_foretells_the_opposite() -> None:
    found = made(leaving(400), MODEL.replace("use: 1", "use: -1"))
    assert said(found).startswith("The score foretells the opposite")
    assert "Events in the window foretells it better than the score" in said(found)
    assert 'The signals speak the other way than weighed (AUC below 0.5): "use" (0.2' in said(found)
    assert 'The signal "note"' not in said(found)


def test_a_score_that_says_nothing() -> None:
    found = made(leaving(300, strength=0.0, seed=3))
    assert said(found).startswith("The score cannot be told from chance")


def test_few_outcomes_are_too_few() -> None:
    text = said(made(leaving(9)))
    assert text.startswith("Nothing can be said: ")
    assert text.endswith(
        "those with the outcome are too few (5); at least 10 are needed, and a hundred to say much."
    )
    none = said(made(with_one(leaving(20), "never"), outcome="event:never"))
    assert none.startswith("Nothing can be said: those with the outcome are too few (0)")
    everybody = leaving(30).with_columns(pl.lit("use").alias("event"))
    all_silent = made(everybody, outcome="event:use")
    assert said(all_silent).startswith("Nothing can be said: those ")


def test_a_plain_count_that_does_better_or_as_well() -> None:
    log = leaving(400)
    blind = made(log, MODEL.replace("use: 1", "use: 0.001").replace("0.5", "-2"))
    assert "Events in the window foretells it better than the score: AUC 0." in said(blind)
    assert 'The signal "use" alone foretells it better than the score' in said(blind)
    same = made(log, MODEL.replace(", note: {weight: 0.5, measure: days}", ""))
    assert "No plain count does as well; the best, events in the window: AUC 0.74" in said(same)
    assert "alone foretells it better" not in said(same)


def test_bands_out_of_order() -> None:
    found = made(leaving(400))
    bands = found.bands.with_columns(
        pl.Series("rate", [0.1, 0.2, 0.05]),
        pl.Series("low", [0.05, 0.15, 0.01]),
        pl.Series("high", [0.16, 0.3, 0.1]),
    )
    text = said(replace(found, bands=bands))
    assert "Bands are not in order: Low (10.0%) and Mid (20.0%). That may be chance" in text
    apart = bands.with_columns(pl.Series("high", [0.12, 0.3, 0.1]))
    text = said(replace(found, bands=apart))
    assert "Bands are not in order: Low (10.0%) and Mid (20.0%)." in text
    assert "may be chance where" not in text
    good = replace(found, bands=bands, outcome=replace(found.outcome, good=True))
    assert "Mid (20.0%) and Good (5.0%)" in said(good)


def test_times_that_are_too_early_or_too_late() -> None:
    found = made(leaving(400), last="2026-06-20")
    late = found.times.filter(pl.col("open") > 0).height
    assert late == 2
    assert f"{late} of the {found.times.height} times are too late" in said(found)
    (early,) = truncated(found)
    of_all = f"of the {found.times.height} times the log does not reach back over the whole window"
    assert re.fullmatch(f"at [1-9] {of_all}", early)
    assert f"A{early[1:]}." in said(found)
    whole = made(leaving(400), MODEL.replace("window: 30d", "window: none"))
    assert truncated(whole) == []


@pytest.mark.parametrize("good", [False, True])
def test_the_side_that_should_have_it(good: bool) -> None:
    log = leaving(300)
    bad = made(log)
    from cesctl.validity.outcome import parse_outcome

    outcome = parse_outcome("event:left", good=good)
    found = backtest(log, parse_model(MODEL), outcome, horizon="30d", every="14d")
    one, other = (b.measures["auc"][0] for b in (bad, found))
    assert one == pytest.approx(1 - other if good else other, abs=1e-6)
    assert f"the {'higher' if good else 'lower'} score" in said(found)


def test_times_at_which_all_have_it_or_nobody() -> None:
    """Of two times, at one of which everybody stops at once."""
    days = [END - timedelta(days=d) for d in range(20, 60)]
    rows = [(f"c{n}", "use", at.isoformat(), "free") for n in range(15) for at in days]
    rows.append(("c0", "other", END.isoformat(), "free"))
    names = ["user_id", "event", "timestamp", "plan"]
    log = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    model = replace(
        parse_model(MODEL),
        risk=replace(parse_model(MODEL).risk, activity=parse_model(MODEL).signals[0].match),
    )
    found = backtest(log, model, "silent:10d", every="7d", periods=5)
    counts = {(r["pairs"], r["outcomes"]) for r in found.times.to_dicts()}
    assert counts == {(15, 15), (15, 0), (0, 0)}  # at the last all are silent already
    assert said(found) == "Nothing can be said: at each time all had the outcome, or nobody."


def test_a_score_that_tells_all_apart() -> None:
    rows = [
        (
            f"c{n:02d}",
            "use" if day < 40 or n < 15 else "note",
            (END - timedelta(days=70 - day)).isoformat(),
            "free",
        )
        for n in range(30)
        for day in range(10 if n < 15 else 30, 71 if n >= 15 else 36)
    ]
    names = ["user_id", "event", "timestamp", "plan"]
    log = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    found = backtest(log, parse_model(MODEL), "silent:30d", periods=1)
    text = said(found)
    assert "None" not in text
    assert "()" not in text
