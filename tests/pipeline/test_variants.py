"""Variants by hand: who is in which, by what they are scored, and what every view makes of them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import cesctl
from cesctl.cli import rules
from cesctl.errors import InputError, ModelError, UsageError
from cesctl.insight.coverage import check_log
from cesctl.insight.explain import explain
from cesctl.insight.missing import missing_signal
from cesctl.model import parse_model
from cesctl.pipeline.run import score
from cesctl.present.score_view import Shown, band_style, band_styles, score_page
from cesctl.present.view import Table
from cesctl.result import Result
from tests.sources.writing import put

ROWS = [
    ("new", "login", "10-30", "trial", "1"),
    ("new", "login", "10-31", "", ""),
    ("new", "invite", "10-31", "", ""),
    # paid from 10-20 on, before that on trial
    ("grown", "login", "09-01", "trial", ""),
    ("grown", "login", "10-10", "", ""),
    ("grown", "buy", "10-20", "paid", "x"),
    ("old", "buy", "09-15", "paid", "3"),
    ("old", "login", "10-25", "", ""),
    ("big", "login", "10-25", "enterprise", "7"),
    ("bigger", "buy", "10-25", "enterprise", "9"),
    ("bigger", "invite", "10-26", "enterprise", ""),
]
LOG = pl.DataFrame(
    ROWS, schema=["user_id", "event", "timestamp", "plan", "amount"], orient="row"
).with_columns(timestamp="2026-" + pl.col("timestamp") + "T12:00:00Z")
MODEL = """
as_of: 2026-10-31
compare: 15d
events: {login: 1, buy: 10}
scale: {method: clamp, round: 0}
bands: {Low: 0, Good: 10}
attributes: {plan: plan}
variants:
  - name: trial
    where: {plan: trial}
    events: {login: {weight: 2.25}, invite: 5}
    scale: {method: none}
    bands: {Cold: 0, Warm: 4, Hot: 9}
    risk: {silent_for: 1d, activity: invite}
  - {name: enterprise, where: {plan: enterprise}, scale: {method: minmax}}
"""


def scored(text: str = MODEL, folder: Path | None = None, log: pl.DataFrame = LOG) -> Result:
    return score(log, parse_model(text, folder=folder), occurrences=True)


def rows(result: Result, *columns: str) -> dict[str, tuple[object, ...]]:
    return {r[0]: r[1:] for r in result.scores.select("customer", *columns).iter_rows()}


def test_each_customer_is_scored_by_its_variant() -> None:
    found = rows(scored(), "variant", "score", "band", "rank", "events")
    assert found == {
        "bigger": ("enterprise", 100.0, "Good", 1, 1),  # its invite is no signal of its variant
        "grown": (None, 12.0, "Good", 2, 3),
        "old": (None, 11.0, "Good", 3, 2),
        "new": ("trial", 9.5, "Hot", 4, 3),  # 2 x 2.25 + 5
        "big": ("enterprise", 0.0, "Low", 5, 1),  # the least of its variant, not of all
    }


def test_a_customer_of_another_variant_then_had_the_score_of_that() -> None:
    found = rows(scored(), "previous_score", "change")
    # on 10-16 still on trial: 2 logins of 2.25
    assert found["grown"] == (4.5, 7.5)
    assert found["old"] == (10.0, 1.0)
    assert found["new"] == (None, None)


def test_columns_are_those_of_all_signals() -> None:
    result = scored()
    assert result.attributes == ("plan", "variant")
    assert result.scores.columns[1:4] == ["plan", "variant", "score"]
    assert result.scores.columns[-6:] == [
        f"{s}.{k}" for s in ("login", "buy", "invite") for k in ("measure", "points")
    ]
    found = rows(result, "login.points", "buy.points", "invite.measure")
    assert found["new"] == (4.5, None, 1.0)
    assert found["old"] == (1.0, 10.0, None)


def test_risk_is_that_of_the_variant() -> None:
    found = rows(scored(), "at_risk", "risk_reasons", "days_silent")
    # silent by its own activity, not by the last event of any kind
    assert found["new"] == (False, [], 0)
    late = scored(MODEL.replace("as_of: 2026-10-31", "as_of: 2026-11-02"))
    assert rows(late, "risk_reasons")["new"] == (["silent 2d"],)
    assert rows(late, "risk_reasons")["old"] == ([],)


def test_bands_are_told_by_variant() -> None:
    bands = scored().bands
    assert bands.columns[:2] == ["variant", "name"]
    found = bands.select("variant", "name", "customers", "share").rows()
    assert found == [
        ("trial", "Cold", 0, 0.0), ("trial", "Warm", 0, 0.0), ("trial", "Hot", 1, 0.2),
        ("enterprise", "Low", 1, 0.2), ("enterprise", "Good", 1, 0.2),
        (None, "Low", 0, 0.0), (None, "Good", 2, 0.4),
    ]  # fmt: skip
    rule = rules.parse_rule("band:Good >= 3")
    assert rules.judge(rule, scored()).holds


def test_one_table_of_bands_where_all_have_the_models() -> None:
    same = MODEL.replace("    bands: {Cold: 0, Warm: 4, Hot: 9}\n", "")
    bands = scored(same).bands
    assert bands.select("name", "customers").rows() == [("Low", 2), ("Good", 3)]


def test_the_first_that_holds() -> None:
    text = MODEL + "  - {name: late, where: {plan: {exists: true}}, scale: {method: none}}\n"
    found = rows(scored(text), "variant")
    assert {c: v for c, (v,) in found.items()} == {
        "new": "trial", "big": "enterprise", "bigger": "enterprise", "grown": "late", "old": "late",
    }  # fmt: skip


def test_the_roster_wins_and_adds_the_silent(tmp_path: Path) -> None:
    put(tmp_path, "r.csv", b"customer,plan\nold,trial\nsilent,trial\nquiet,\n")
    text = MODEL + "customers: {file: r.csv}\n"
    found = rows(scored(text, tmp_path), "variant", "score", "risk_reasons", "invite.measure")
    assert found["old"] == ("trial", 2.3, ["band Cold", "never active"], 0.0)
    assert found["silent"] == ("trial", 0.0, ["band Cold", "never active"], 0.0)
    assert found["quiet"][:2] == (None, 0.0)
    only = rows(scored(text.replace("r.csv", "r.csv, only: true"), tmp_path), "variant")
    assert only == {"old": ("trial",), "silent": ("trial",), "quiet": (None,)}


def test_an_attribute_that_nobody_has(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        scored(MODEL.replace("where: {plan: trial}", "where: {plam: trial}"))
    (problem,) = caught.value.problems
    assert problem.path == "variants.1.where.plam"
    assert problem.hint == 'did you mean "plan"?'
    put(tmp_path, "r.csv", b"customer,variant\nold,x\n")
    # told before the log is counted, and not by whatever else a command asks for
    with pytest.raises(ModelError):
        cesctl.segments(LOG, parse_model(MODEL.replace("attributes: {plan: plan}\n", "")), ["plan"])
    with pytest.raises(InputError, match='the column "variant" has the name of a column'):
        scored(MODEL + "customers: {file: r.csv}\n", tmp_path)


def test_accounts_are_of_the_variant_of_their_own_attributes(tmp_path: Path) -> None:
    log = LOG.with_columns(
        account=pl.col("user_id").replace({"new": "A", "grown": "A", "big": "B", "bigger": "B"})
    ).with_columns(account=pl.when(pl.col("account") != "old").then("account"))
    put(tmp_path, "r.csv", b"customer,plan\nC,trial\nB,trial\n")
    text = MODEL.replace("as_of: 2026-10-31", "as_of: 2026-10-31\nroll_up: {to: account, by: sum}")
    found = rows(scored(text, log=log), "variant", "users", "raw", "events", "plan")
    assert found == {
        # the plan that a user of it named last, not each user's own
        "A": ("trial", 2, 4 * 2.25 + 5, 5, "trial"),
        "B": ("enterprise", 2, 11.0, 2, "enterprise"),
    }
    rostered = scored(text + "customers: {file: r.csv}\n", tmp_path, log)
    assert rows(rostered, "variant", "users", "raw", "invite.measure") == {
        "A": ("trial", 2, 14.0, 1.0),
        "B": ("trial", 2, 7.25, 1.0),
        "C": ("trial", 0, 0.0, 0.0),
    }
    assert '1 customer has no account ("account") and is left out' in rostered.notes
    assert rostered.users is not None
    assert rostered.users["account"].to_list() == ["A", "A", "B", "B"]
    only = scored(text + "customers: {file: r.csv, only: true}\n", tmp_path, log)
    assert only.scores["customer"].to_list() == ["B", "C"]
    with pytest.raises(UsageError, match='"new" is a user of "A"'):
        explain(only, "new")


def test_values_that_are_no_numbers_are_told_once_a_signal() -> None:
    spent = "{event: '*', measure: sum, property: amount, weight: 1}"
    text = f"events: {{spent: {spent}}}\nattributes: {{plan: plan}}\n"
    text += f"variants: [{{name: v, where: {{plan: trial}}, events: {{paid: {spent}}}}}]"
    told = "{} events have a value that is no number; they were left out"
    # an event of a customer of a variant is not told of a signal that does not score it
    assert scored(text).notes[1:] == (f'signal "spent": {told.format(1)}',)
    log = LOG.with_columns(
        amount=pl.when(pl.col("user_id") == "new").then(pl.lit("x")).otherwise("amount")
    )
    assert scored(text, log=log).notes[1:] == (
        f'signal "paid" of variant v: {told.format(3)}',
        f'signal "spent": {told.format(1)}',
    )
    same = text.replace(f", events: {{paid: {spent}}}", ", bands: {A: 0}")
    assert scored(same, log=log).notes[1:] == (f'signal "spent": {told.format(4)}',)


def test_explain_is_by_the_customers_own_model() -> None:
    result = scored()
    found = explain(result, "new")
    assert (found.variant, found.band) == ("trial", "Hot")
    assert [(s.name, s.weight, s.events, s.points) for s in found.signals] == [
        ("login", 2.25, 2, 4.5),
        ("invite", 5.0, 1, 5.0),
    ]
    assert found.customers == 5  # the rank is among all
    assert found.to_next is None  # in the best band of its own
    least = explain(result, "big")
    assert least.scale_steps == [
        'raw 1: least … greatest raw of all customers of "enterprise" becomes 0 … 100 = 0'
    ]
    assert least.next_band == ["1 more buy (+10 points) → Good", "9 more login (+9 points) → Good"]
    assert explain(result, "old").variant is None
    place = explain(scored(MODEL.replace("method: clamp, round: 0", "method: percentile")), "old")
    assert place.scale_steps[0].startswith("raw 11: place among all customers of no variant, ")
    # the change has the decimals of the finest scale
    from cesctl.present.explain_view import explain_page

    assert ("Change", "+7.5 from 4.5") in explain_page(explain(result, "grown")).facts


def test_what_is_missing_is_held_against_the_same_variant() -> None:
    # of the enterprise customers one is not at risk, and has bought; new is of another variant
    assert missing_signal(scored()) == {"big": "buy"}


def test_views() -> None:
    model = parse_model(MODEL)
    moved = cesctl.movers(LOG, model)
    grown = next(r for r in moved.customers.to_dicts() if r["customer"] == "grown")
    assert (grown["previous_band"], grown["band"], grown["change"]) == ("Warm", "Good", 7.5)
    assert (grown["previous_variant"], grown["variant"]) == ("trial", None)
    from cesctl.present.movers_view import movers_page

    tables = [part for part in movers_page(moved).parts if isinstance(part, Table)]
    shown = [row.cells[-1].text for table in tables for row in table.rows]
    assert "Warm → Good, trial → (none)" in shown
    changes = [grown[f"{p}.change"] for p in moved.parts]
    assert dict(zip(moved.parts, changes, strict=True)) == {"login": -2.5, "buy": 10, "invite": 0}
    assert sum(changes) == grown["raw_change"] == 7.5
    trend = cesctl.trend(LOG, model, periods=2, every="15d")
    last = trend.periods.row(1, named=True)
    assert (last["band Hot"], last["band Good"], last["engaged"]) == (1, 3, 0.8)
    assert trend.periods.row(0, named=True)["band Warm"] == 1
    segments = cesctl.segments(LOG, model, ["variant"])
    found = {r["variant"]: (r["customers"], r["average"]) for r in segments.rows.to_dicts()}
    assert found == {"enterprise": (2, 50.0), None: (2, 11.5), "trial": (1, 9.5)}
    driven = cesctl.drivers(LOG, model)
    assert driven.sizes == (4, 1)
    assert driven.groups[0] == "the best band of their variant"
    takers = dict(driven.events.select("event", "signals").iter_rows())
    assert takers == {"login": "login", "buy": "buy", "invite": "invite"}
    points = dict(driven.signals.select("signal", "points").iter_rows())
    assert points == {"login": 2 + 1 + 4.5 + 1, "buy": 30.0, "invite": 5.0}


def test_lists_and_where_know_the_variant() -> None:
    text = MODEL + "lists: {hot: {where: {variant: trial}, band: Hot}}\n"
    result = scored(text)
    from cesctl.pipeline.lists import listed

    assert listed(result, "hot").scores["customer"].to_list() == ["new"]
    assert result.only({"variant": None}).scores["customer"].to_list() == ["grown", "old"]
    assert list(result.by("variant")) == ["enterprise", "trial", None]


def test_too_many_points_are_refused_where_they_arise() -> None:
    text = MODEL.replace("{weight: 2.25}", "{weight: 1.0e308}")
    with pytest.raises(ModelError, match=r"more than scores can hold") as caught:
        scored(text)
    assert caught.value.problems[0].path == "variants.1.events.login"
    theirs = MODEL.replace("events: {login: 1, buy", "events: {login: 1.0e308, buy")
    with pytest.raises(ModelError) as caught:
        scored(theirs.replace("    events: {login: {weight: 2.25}, invite: 5}\n", ""))
    assert caught.value.problems[0].path == "events.login"  # the variant has none of its own


def test_a_band_has_the_colour_of_its_own_variant() -> None:
    same = MODEL.replace(
        "bands: {Cold: 0, Warm: 4, Hot: 9}",
        "bands: [{name: Low, from: 0, color: blue}, {name: Good, from: 4, at_risk: true}]",
    )
    result = scored(same)
    assert band_style(result, "Low", "trial") == "blue"
    assert band_style(result, "Good", "trial") == "red"
    assert band_style(result, "Good", None) == "green"
    assert band_styles(result) == {"Low": "red", "Good": "green"}  # where names stand for all
    page = score_page(result, Shown(at_risk=0, top=5))
    bands = page.parts[0]
    assert isinstance(bands, Table)
    styles = {tuple(c.text for c in row.cells[:2]): row.cells[1].style for row in bands.rows}
    assert styles["trial", "Low"] == "blue"
    assert styles["(none)", "Low"] == "red"


def test_a_part_shows_the_bands_of_its_own_variants() -> None:
    page = score_page(scored(), Shown(at_risk=0, by="variant"))
    tables = [part for part in page.parts if isinstance(part, Table)]
    shown = [[row.cells[0].text for row in table.rows] for table in tables]
    assert shown[1:] == [["enterprise"] * 2, ["trial"] * 3, ["(none)"] * 2]
    assert len(shown[0]) == 7


def test_shares_of_points_are_by_the_variants_own_groups() -> None:
    text = (
        "as_of: 2026-10-31\nevents: {login: {weight: 1, group: g}, buy: 1}\nattributes: {plan: plan}\n"
        "variants: [{name: all, where: {plan: {ne: zzz}}, groups: {g: {weight: 100}}}]"
    )
    found = check_log(parse_model(text), LOG)
    shares = {(u.variant, u.name): u.share for u in found.signals}
    assert shares["all", "login"] == pytest.approx(600 / 603)
    assert [a for a in found.advice if a.about.startswith("events.")] == []  # of nobody
