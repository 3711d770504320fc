"""Backtests with rosters, accounts and variants, and of logs with ends, copies and several files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import cesctl
from cesctl.errors import UsageError
from cesctl.model import parse_model
from cesctl.model.types import Model
from cesctl.validity import backtest as module
from cesctl.validity.backtest import Backtest
from cesctl.validity.plain import with_rfm
from tests.validity.logs import MODEL, leaving, with_one

END = datetime(2026, 6, 29, 23, 41, 56, tzinfo=UTC)  # the newest event


def made(log: Any, text: str = MODEL, outcome: str = "event:left", **options: Any) -> Backtest:
    options = {"horizon": "30d", "every": "14d", **options}
    return cesctl.backtest(log, parse_model(text), outcome, **options)


def test_the_last_time_is_a_horizon_before_the_log_ends() -> None:
    log = leaving()
    late = made(log, as_of="2026-09-01")  # later than the log
    assert late.until == END
    assert late.times["as_of"][-1] == END - timedelta(days=30)
    early = made(log, as_of="2026-05-01T00:00:00Z")
    assert early.until == datetime(2026, 5, 1, tzinfo=UTC)
    assert early.times["as_of"][-1] == early.until - timedelta(days=30)
    newest = made(log, MODEL.replace("as_of: 2026-07-01T00:00:00Z", "as_of: latest"))
    assert newest.pairs.equals(late.pairs)
    now = made(log, as_of="now", now=datetime(2026, 7, 5, tzinfo=UTC))
    assert now.pairs.equals(late.pairs)


def test_months_and_since() -> None:
    found = made(leaving(), every="1mo", first="2026-03-01", last="2026-05-01")
    ends = [t.date().isoformat() for t in found.times["as_of"]]
    assert ends == ["2026-03-01", "2026-04-01", "2026-05-01"]


def test_times_before_the_log_are_not_shown() -> None:
    found = made(leaving(), every="1mo", periods=12)
    assert 4 <= found.times.height < 12
    with pytest.raises(UsageError, match="no time is left to score at: the log begins 2026-"):
        made(leaving(), last="2025-01-01")


def test_copies_and_files_change_nothing(tmp_path: Path) -> None:
    log = leaving().with_row_index("key").cast({"key": pl.String})
    text = MODEL + "source: {customer: user_id, event: event, timestamp: timestamp, id: key}\n"
    whole = made(log, text)
    twice = pl.concat([log, log.sample(fraction=0.4, seed=1)]).sample(
        fraction=1, shuffle=True, seed=2
    )
    twice[:900].write_csv(tmp_path / "a.csv")
    twice[900:].write_ndjson(tmp_path / "b.ndjson")
    files = made([tmp_path / "b.ndjson", tmp_path / "a.csv"], text)
    assert files.pairs.equals(whole.pairs)
    assert files.measures.equals(whole.measures)
    assert files.result.rows.duplicate


def test_who_is_in_a_roster_and_has_no_event_is_not_at_stake(tmp_path: Path) -> None:
    log = leaving(60)
    ids = [f"c{n:03d}" for n in range(60)] + ["never", "later"]
    pl.DataFrame({"id": ids}).write_csv(tmp_path / "roster.csv")
    text = MODEL + f"customers: {{file: {tmp_path / 'roster.csv'}, id: id}}\n"
    late = pl.DataFrame(
        [["later", "use", END.isoformat(), "paid"]], schema=log.schema, orient="row"
    )
    found = made(pl.concat([log, late]), text)
    plain = made(log)
    assert found.pairs.equals(plain.pairs)
    first = dict(log.group_by("user_id").agg(pl.col("timestamp").min()).iter_rows())
    for row in found.times.to_dicts():
        unseen = sum(datetime.fromisoformat(at) > row["as_of"] for at in first.values())
        assert row["unseen"] == unseen + 2


def test_who_is_gone_from_the_roster_is_judged(tmp_path: Path) -> None:
    """A file of today's customers knows who left: nobody of them would be left to be foretold."""
    log = leaving(100)
    gone = log.filter(pl.col("event") == "left")["user_id"]
    here = log.filter(~pl.col("user_id").is_in(gone.implode()))["user_id"].unique()
    pl.DataFrame({"id": here}).write_csv(tmp_path / "roster.csv")
    text = MODEL + f"customers: {{file: {tmp_path / 'roster.csv'}, id: id, only: true}}\n"
    found = made(log, text)
    assert found.pairs.equals(made(log).pairs)
    assert found.with_outcome > 10
    assert "the customers file is of today" in found.result.notes[-1]


def test_accounts() -> None:
    """An account has an outcome where one of its users has it, and is silent where all are."""
    log = leaving(90).with_columns(
        ("team" + (pl.col("user_id").str.slice(1).cast(pl.Int64) // 3).cast(pl.String)).alias(
            "team"
        )
    )
    users = MODEL.replace("attributes: {plan: plan}\n", "") + "roll_up: {to: team, by: sum}\n"
    alone = MODEL.replace("attributes: {plan: plan}\n", "")
    as_customers = log.with_columns(pl.col("team").alias("user_id"))
    for outcome in ("event:left", "silent:7d"):
        teams = made(log, users, outcome)
        customers = made(as_customers, alone, outcome)
        known = ["customer", "as_of", "outcome", "outcome_at"]
        assert teams.pairs.select(known).equals(customers.pairs.select(known))
        assert teams.pairs["outcome"].any()
        assert teams.measures.filter(pl.col("kind") == "plain")["auc"].to_list() == (
            customers.measures.filter(pl.col("kind") == "plain")["auc"].to_list()
        )


def test_users_of_an_account_come_and_go() -> None:
    """Each contact is replaced on day 140: no account falls silent."""
    rows = [
        (
            f"u{account}-{day >= 140}",
            "use",
            (END - timedelta(days=200 - day)).isoformat(),
            f"a{account}",
        )
        for account in range(20)
        for day in range(201)
    ]
    rows.append(("u0-True", "left", (END - timedelta(days=10)).isoformat(), "a0"))
    names = ["user_id", "event", "timestamp", "team"]
    log = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    text = MODEL.replace("attributes: {plan: plan}\n", "") + "roll_up: {to: team, by: sum}\n"
    last = (END - timedelta(days=65)).isoformat()
    silent = made(log, text, "silent:30d", last=last, periods=1, horizon="45d")
    assert silent.pairs.height == 20
    assert not silent.pairs["outcome"].any()
    gone = made(log, text, "event:left", last=last, periods=1, horizon="60d")
    assert gone.pairs.filter("outcome")["customer"].to_list() == ["a0"]


def test_an_accounts_plain_counts_know_no_move_to_come() -> None:
    rows = [("mover", "use", END - timedelta(days=d), "a" if d > 60 else "b") for d in range(100)]
    rows += [("stayer", "use", END - timedelta(days=d), "b") for d in range(0, 100, 2)]
    log = pl.DataFrame(
        [(u, e, at.isoformat(), t) for u, e, at, t in rows],
        schema=dict.fromkeys(["user_id", "event", "timestamp", "team"], pl.String),
        orient="row",
    )
    text = MODEL.replace("attributes: {plan: plan}\n", "") + "roll_up: {to: team, by: sum}\n"
    model = parse_model(text)
    found: list[pl.DataFrame] = []

    def recording(pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
        found.append(pairs)
        return with_rfm(pairs, model)

    last = (END - timedelta(days=65)).isoformat()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "with_rfm", recording)
        options: Any = {"horizon": "30d", "every": "14d", "periods": 3, "last": last}
        silent = cesctl.backtest(log, model, "silent:30d", **options)
    counted = found[0].filter(pl.col("as_of") == found[0]["as_of"].max())
    events = dict(counted.select("customer", "events in the window").iter_rows())
    uses = dict(counted.select("customer", "p:use").iter_rows())
    assert events == uses == {"a": 30.0, "b": 15.0}
    # nobody is left in the first account
    outcomes = silent.pairs.filter(pl.col("as_of") == silent.pairs["as_of"].max())
    assert dict(outcomes.select("customer", "outcome").iter_rows()) == {"a": False, "b": False}
    later = cesctl.backtest(log, model, "silent:30d", **options | {"last": None, "periods": 1})
    assert later.pairs["customer"].to_list() == ["b"]


def test_variants_are_scored_by_their_own() -> None:
    text = MODEL + "variants: [{name: payers, where: {plan: paid}, events: {use: 3, help: 1}}]\n"
    found = made(leaving(), text, by="variant")
    assert found.segments is not None
    assert set(found.segments["variant"]) == {"payers", None}
    assert found.measures["name"].to_list()[:4] == ["score", "use", "note", "help"]
    plain = made(leaving(), by="plan")
    other = dict(
        plain.pairs.filter(pl.col("plan") == "free").select("customer", "score").iter_rows()
    )
    own = dict(
        found.pairs.filter(pl.col("variant").is_null()).select("customer", "score").iter_rows()
    )
    assert own == other


def test_a_signal_without_weight_is_judged_by_its_measure() -> None:
    weighed = made(leaving(300)).measures
    without = made(leaving(300), MODEL.replace("use: 1", "use: 0")).measures
    one, other = (m.filter(pl.col("name") == "use")["auc"].item() for m in (weighed, without))
    assert one == other > 0.5


def test_money_is_the_first_sum() -> None:
    log = leaving().with_columns(pl.lit("3").alias("amount"))
    text = MODEL.replace(
        "use: 1,", "use: 1, spent: {event: use, measure: sum, property: amount, weight: 1},"
    )
    names = made(log, text).measures["name"].to_list()
    assert names[-1] == "recency, frequency and spent"


def test_attributes_are_those_of_the_time() -> None:
    log = leaving(40).with_columns(
        pl.when(pl.col("timestamp") < "2026-04-15")
        .then(pl.lit("old"))
        .otherwise(pl.lit("new"))
        .alias("plan")
    )
    found = made(log, by="plan")
    then = found.pairs.filter(pl.col("as_of") < datetime(2026, 4, 15, tzinfo=UTC))
    assert set(then["plan"]) == {"old"}
    assert "new" in set(found.pairs["plan"])
    with pytest.raises(UsageError, match='"code" has the name of a column of backtest'):
        made(log, by="code")


def test_an_outcome_that_never_comes() -> None:
    found = made(with_one(leaving(), "never"), outcome="event:never")
    assert found.with_outcome == 0
    assert found.measures["auc"].is_null().all()
    assert found.at_risk.lead_days is None
    assert found.bands["outcomes"].sum() == 0
