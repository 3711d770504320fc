"""Two models held against the same outcomes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import cesctl
from cesctl.errors import UsageError
from cesctl.insight.diff import Diff
from cesctl.model import parse_model
from cesctl.validity.foretelling import Foretelling, _interval, which_is_better
from cesctl.validity.held import SURVIVORS
from cesctl.validity.measures import compared
from tests.validity.logs import MODEL, leaving

B = MODEL.replace("use: 1", "use: 0").replace("weight: 0.5", "weight: 2").replace("30d", "20d")
EARLY = ("at 2 of the 11 times the log does not reach back over the whole window",)
OPTIONS: dict[str, Any] = {"every": "14d", "horizon": "30d"}


def made(
    a: str = MODEL, b: str = B, outcome: str = "event:left", log: Any = None, **more: Any
) -> Diff:
    events = leaving() if log is None else log
    options = OPTIONS | more
    return cesctl.diff(events, parse_model(a), parse_model(b), outcome=outcome, **options)


def found(**options: Any) -> Foretelling:
    foretelling = made(**options).foretelling
    assert foretelling is not None
    return foretelling


@pytest.mark.parametrize("outcome", ["event:left", "silent:30d"])
def test_both_are_held_against_the_pairs_of_a(outcome: str) -> None:
    got = found(outcome=outcome)
    a = cesctl.backtest(leaving(), parse_model(MODEL), outcome, **OPTIONS)
    b = cesctl.backtest(leaving(), parse_model(B), outcome, **OPTIONS)
    same = ["customer", "as_of", "outcome", "outcome_at"]
    assert_frame_equal(got.pairs.select(same), a.pairs.select(same))
    assert got.pairs["score_a"].to_list() == a.pairs["score"].to_list()
    assert got.pairs["score_b"].to_list() == b.pairs["score"].to_list()
    columns = ["auc", "low", "high", "average_precision", "captured_10", "lift_10"]
    for row, alone in ((0, a), (1, b)):
        assert got.measures.row(row, named=True)["name"] == "AB"[row]
        assert got.measures.select(columns).row(row) == alone.measures.select(columns).row(0)
    assert got.notes == EARLY


def test_the_difference_is_that_of_the_two_areas() -> None:
    got = found()
    a, b = got.measures.to_dicts()
    assert b["difference"] == pytest.approx(b["auc"] - a["auc"], abs=1e-6)
    assert b["difference_low"] < b["difference"] < b["difference_high"] < 0
    assert b["than_score"] == "worse"
    turned = found(a=B, b=MODEL).measures.to_dicts()[1]
    assert turned["difference"] == -b["difference"]
    assert (turned["difference_low"], turned["difference_high"]) == (
        -b["difference_high"],
        -b["difference_low"],
    )
    assert turned["than_score"] == "better"


@pytest.mark.slow
def test_words() -> None:
    assert which_is_better(found()).startswith("A foretells better: AUC 0.802 against 0.")
    assert which_is_better(found(a=B, b=MODEL)).startswith(
        "B foretells better: AUC 0.802 against 0."
    )
    assert which_is_better(found(b=MODEL)) == "Both foretell alike: AUC 0.802."
    close = which_is_better(found(b=MODEL.replace("use: 1", "use: 1.1")))
    assert close.startswith("Nothing can be said of which foretells better: AUC 0.802 of A, 0.8")
    assert close.endswith("which may be chance.")
    few = which_is_better(found(log=leaving(12)))
    assert "those with the outcome are too few (6); at least 10 are needed" in few
    noise = leaving(strength=0.0, seed=5)
    none = which_is_better(found(log=noise))
    assert none.endswith(" Neither is shown to foretell the outcome at all.")


def test_an_end_that_is_not_0_never_looks_like_it() -> None:
    assert _interval(0.0035, 0.0003, 0.0068) == "0.0035 (0.0003 to 0.0068)"
    assert _interval(0.035, 0.003, 0.068) == "0.035 (0.003 to 0.068)"
    assert _interval(0.0, -0.01, 0.0) == "0.000 (-0.010 to 0.000)"
    assert _interval(1e-6, 1e-7, 1e-5) == "0.000001 (0.000000 to 0.000010)"


@pytest.mark.slow
def test_words_where_one_tells_all_apart() -> None:
    pairs = pl.DataFrame(
        {
            "customer": [f"c{n}" for n in range(40)],
            "as_of": [datetime(2026, 1, 1, tzinfo=UTC)] * 40,
            "score_a": [float(n) for n in range(40)],
            "score_b": [float(n * 7 % 40) for n in range(40)],
            "outcome": [n < 20 for n in range(40)],
        }
    )
    values = [("A", "score", "score_a"), ("B", "model", "score_b")]
    measures = compared(pairs, values, good=False)
    whole = Foretelling(found().of_a, pairs, measures, ())
    assert which_is_better(whole).startswith(
        "One of the models tells all customers apart: AUC 1.000 of A"
    )
    same = Foretelling(found().of_a, pairs, compared(pairs, [values[0]] * 2, good=False), ())
    assert which_is_better(same).startswith("Both foretell alike: AUC 1.000.")
    all_had = pairs.with_columns(
        as_of=pl.when("outcome").then(pl.col("as_of") - timedelta(days=1)).otherwise("as_of")
    )
    apart = Foretelling(found().of_a, all_had, compared(all_had, values, good=False), ())
    assert which_is_better(apart).endswith("at each time all had the outcome, or nobody.")


def test_a_good_outcome() -> None:
    bad, good = found(), found(outcome="event:use", b=B, horizon="7d")
    assert not bad.of_a.outcome.good
    from cesctl.validity.outcome import parse_outcome

    upgraded = parse_outcome("event:left", good=True)
    turned = cesctl.diff(leaving(), parse_model(MODEL), parse_model(B), outcome=upgraded, **OPTIONS)
    assert turned.foretelling is not None
    assert turned.foretelling.measures["auc"][0] == pytest.approx(
        1 - bad.measures["auc"][0], abs=1e-6
    )
    assert good.pairs.height == 0 or good.measures.height == 2


def test_whose_settings_say_who_is_at_stake() -> None:
    b = f"{B}risk: {{activity: use}}\n"
    got = found(b=b)
    said = "who is at stake goes by the risk.activity of A, for both models"
    assert got.notes == (*EARLY, said)
    assert_frame_equal(got.pairs.drop("score_b"), found().pairs.drop("score_b"))
    assert made(b=b).notes[-1] == got.notes[-1]


def test_who_is_not_scored_by_b_is_left_out_of_both(tmp_path: Path) -> None:
    """As with ids that only one of the models replaces."""
    ids = [f"c{n:03d}" for n in range(30)]
    pl.DataFrame({"from": ids, "to": [f"x{i}" for i in ids]}).write_csv(tmp_path / "ids.csv")
    got = found(b=f"{B}identities: {{file: '{tmp_path / 'ids.csv'}'}}\n")
    whole = found()
    assert not set(got.pairs["customer"]) & set(ids)
    assert_frame_equal(got.pairs, whole.pairs.filter(~pl.col("customer").is_in(ids)))
    lost = whole.pairs.height - got.pairs.height
    assert lost
    said = f"{lost:,} of the {whole.pairs.height:,} times at which a customer was at stake are left out"
    assert got.notes == (*EARLY, f"{said}: B does not score it then")


def test_a_roster_of_today_leaves_nobody_out(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["c001"]}).write_csv(tmp_path / "roster.csv")
    roster = f"customers: {{file: '{tmp_path / 'roster.csv'}', id: id, only: true}}\n"
    got = made(b=f"{B}{roster}")
    assert got.only_one[0] > 50
    assert got.foretelling is not None
    assert_frame_equal(got.foretelling.pairs, found().pairs)


@pytest.mark.slow
def test_outcomes_of_a_file_among_the_exports(tmp_path: Path) -> None:
    leaving().write_csv(tmp_path / "events.csv")
    left = leaving().filter(pl.col("event") == "left").select(customer="user_id", date="timestamp")
    left.write_csv(tmp_path / "left.csv")
    got = found(log=str(tmp_path), outcome=str(tmp_path / "left.csv"))
    assert_frame_equal(got.pairs, found().pairs)


def test_what_is_to_know_of_the_outcome_is_told() -> None:
    with pytest.raises(UsageError, match=r'"lft" in the log to .* did you mean "left"'):
        found(outcome="event:lft")


def test_of_a_roster_that_only_b_has(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["c001", "c002"]}).write_csv(tmp_path / "accounts.csv")
    got = found(b=f"{B}customers: {{file: '{tmp_path / 'accounts.csv'}', id: id, only: true}}\n")
    assert got.notes == (*EARLY, SURVIVORS)
    assert got.pairs.equals(found().pairs)
