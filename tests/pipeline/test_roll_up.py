"""Accounts: beside the comparison with the reference, what it cannot see."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cesctl.errors import InputError
from cesctl.insight.explain import explain
from cesctl.model import parse_model
from cesctl.pipeline.run import score
from cesctl.result import Result
from tests.sources.writing import put

LOG = pl.DataFrame(
    [
        ("u1", "login", "2026-10-01", "A", "pro"),
        ("u1", "login", "2026-10-25", None, None),
        ("u2", "login", "2026-10-20", "A", "free"),
        ("u2", "other", "2026-10-21", "B", ""),
        ("u3", "other", "2026-10-03", "B", "zzz"),
        ("u4", "login", "2026-10-04", " ", "x"),
    ],
    schema=["user_id", "event", "timestamp", "account", "plan"],
    orient="row",
)


def rolled(text: str, folder: Path | None = None) -> Result:
    return score(
        LOG, parse_model(f"as_of: 2026-10-31\nevents: {{login: 2}}\n{text}", folder=folder)
    )


def test_an_account_is_the_latest_at_that_time() -> None:
    result = rolled("roll_up: {to: account}\ncompare: 11d\n")
    found = result.scores.select(
        "customer", "users", "active_users", "score", "previous_score"
    ).rows()
    # eleven days before, u2 was of A still
    assert found == [("A", 1, 1, 4.0, 2.0), ("B", 2, 1, 1.0, 0.0)]


def test_those_without_an_account_are_told() -> None:
    assert (
        '1 customer has no account ("account") and is left out'
        in rolled("roll_up: {to: account}").notes
    )


def test_attributes_are_the_latest_of_all_its_users() -> None:
    result = rolled("roll_up: {to: account}\nattributes: {plan: plan}\n")
    assert result.scores.select("customer", "plan").rows() == [("A", "pro"), ("B", "free")]
    columns = ["customer", "plan", "users", "active_users", "score"]
    assert result.scores.columns[:5] == columns


def test_a_roster_is_of_accounts(tmp_path: Path) -> None:
    put(tmp_path, "r.csv", "id,region\nA,eu\nC,us\nu1,no\n")
    text = "roll_up: {to: account, by: sum}\ncustomers: {file: r.csv, id: id}\ncompare: 30d\n"
    result = rolled(text, tmp_path)
    found = result.scores.select("customer", "region", "users", "score", "days_silent").rows()
    assert found == [
        ("A", "eu", 1, 4, 6),
        ("B", None, 2, 2, 10),
        ("C", "us", 0, 0, None),
        ("u1", "no", 0, 0, None),
    ]
    only = rolled(text.replace("id: id", "id: id, only: true"), tmp_path)
    assert only.scores["customer"].to_list() == ["A", "C", "u1"]
    put(tmp_path, "r.csv", "id,users\nA,7\n")
    with pytest.raises(InputError, match='"users" has the name of a column of the scores'):
        rolled(text, tmp_path)


def test_scale_and_rank_are_of_accounts() -> None:
    result = rolled("roll_up: {to: account, by: max}\nscale: {method: minmax}\n")
    assert result.scores.select("customer", "score", "rank").rows() == [
        ("A", 100.0, 1),
        ("B", 0.0, 2),
    ]


def test_explain_shows_the_users() -> None:
    model = parse_model(
        "as_of: 2026-10-31\nevents: {login: {weight: 2, cap: 1}}\nroll_up: {to: account}"
    )
    found = explain(score(LOG, model, occurrences=True), "B")
    assert found.users is not None
    assert found.users.select("customer", "raw").rows() == [("u2", 2), ("u3", 0)]
    assert (found.raw, found.signals[0].points, found.signals[0].events) == (1, 2, 1)
    assert found.next_band == ["raw, the mean of its users', from 1 to 40.95 → Mid-range"]


def test_large_numbers_are_added_too() -> None:
    log = LOG.with_columns(pl.lit("1").alias("n"))
    text = "as_of: 2026-10-31\nevents: {login: {weight: 1e300}}\nroll_up: {to: account, by: sum}"
    assert score(log, parse_model(text)).scores["raw"].to_list() == [2e300, 1e300]
