"""Each config in ``configs/`` gives the numbers its scheme publishes, on a log of its own."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
import yaml

import cesctl
from cesctl.model.jsonschema import json_schema

ROOT = Path(__file__).resolve().parent.parent
CONFIGS = ROOT / "configs"
ALL = sorted(p.name for p in CONFIGS.glob("*.yaml"))

T = datetime(2026, 6, 30, 12, tzinfo=UTC)  # the newest event of the small logs
Row = dict[str, object]
Scores = dict[str, dict[str, object]]


def at(customer: str, event: str, days_ago: float = 0, minutes: float = 0, **more: object) -> Row:
    """One event, so many days before T and then so many minutes later."""
    when = T - timedelta(days=days_ago) + timedelta(minutes=minutes)
    return {"user_id": customer, "event": event, "timestamp": when.isoformat(), **more}


def run(tmp_path: Path, config: str, rows: list[Row]) -> cesctl.Result:
    """The config's scores of these events, by way of a file."""
    log = tmp_path / "events.csv"
    with log.open("w", encoding="utf-8", newline="") as file:
        names = dict.fromkeys(name for row in rows for name in row)
        writer = csv.DictWriter(file, list(names))
        writer.writeheader()
        writer.writerows(rows)
    return cesctl.score([log], cesctl.load_model(CONFIGS / config))


def by_customer(result: cesctl.Result) -> Scores:
    return {row["customer"]: row for row in result.scores.iter_rows(named=True)}


def bands(result: cesctl.Result) -> dict[str, tuple[object, object]]:
    return {name: (row["score"], row["band"]) for name, row in by_customer(result).items()}


def test_the_schemes_are_all_here() -> None:
    schemes = {"mailmodo", "imprintcx", "churn-assassin", "userguiding", "cfi", "saas"}
    assert {name.removesuffix(".yaml") for name in ALL} == schemes


@pytest.mark.parametrize("name", ALL)
def test_editors_find_the_schema_and_no_fault(name: str) -> None:
    text = (CONFIGS / name).read_text(encoding="utf-8")
    first = text.splitlines()[0]
    assert first == "# yaml-language-server: $schema=../docs/model.schema.json"
    schema = json.loads((CONFIGS / first.partition("$schema=")[2]).read_text(encoding="utf-8"))
    jsonschema.validate(yaml.safe_load(text), schema)


def test_the_schema_that_editors_read_is_the_one_of_the_program() -> None:
    kept = (ROOT / "docs" / "model.schema.json").read_text(encoding="utf-8")
    assert json.loads(kept) == json_schema(), "make it anew: cesctl schema > docs/model.schema.json"


# --- Mailmodo -----------------------------------------------------------------------------------


def test_mailmodo(tmp_path: Path) -> None:
    rows = [at("ann", "Post scheduled", n) for n in range(11)]
    rows += [at("ann", "Feature explored", n) for n in range(17)]
    rows += [at("ann", "Account upgraded", 20), at("ann", "Post scheduled", 31)]  # one too old
    ann = by_customer(run(tmp_path, "mailmodo.yaml", rows))["ann"]
    assert [ann[f"{e}.points"] for e in ("Post scheduled", "Feature explored")] == [11, 68]
    assert ann["Account upgraded.points"] == 5
    assert (ann["score"], ann["band"]) == (84, "Good")


def test_mailmodo_bands_begin_and_end_as_published(tmp_path: Path) -> None:
    times = {"low": 10, "middle": 11, "good": 18, "busiest": 60}  # x 4
    rows = [at(who, "Feature explored", n / 10) for who, k in times.items() for n in range(k)]
    rows += [at("middle", "Logged in"), at("lowest", "Post scheduled")]
    assert bands(run(tmp_path, "mailmodo.yaml", rows)) == {
        "lowest": (1, "Low"),
        "low": (40, "Low"),
        "middle": (44, "Mid-range"),
        "good": (72, "Good"),
        "busiest": (100, "Good"),
    }


# --- Imprint CX ---------------------------------------------------------------------------------

FEATURES = ("calendar", "analytics", "inbox", "approval", "api")


def imprint(who: str, times: int) -> dict[str, list[Row]]:
    """What earns each activity's whole value, ``times`` over."""
    emails = [at(who, f"Email {what}", n) for n in range(10) for what in ("sent", "opened")]
    return {
        "Email open rate": emails + [at(who, "Email opened", 1)] * (times - 1),
        "Product usage": [at(who, "Logged in", n) for n in range(28 * times)],
        "Call-centre contact": [at(who, "Call received", n) for n in range(2 * times)],
        "Renewals and upgrades": [
            at(who, event, 200) for event in ("Plan renewed", "Account upgraded") * times
        ],
        "Key features": [
            at(who, "Feature used", n, feature=f) for f in FEATURES for n in range(times)
        ],
    }


def test_imprintcx_values_add_up_to_100() -> None:
    model = cesctl.load_model(CONFIGS / "imprintcx.yaml")
    values = {s.name: s.max_points for s in model.signals if s.weight}
    assert sum(v or 0 for v in values.values()) == 100
    assert all(values.values()), "every activity has a value"


def test_imprintcx_gives_100_at_every_maximum_and_no_more(tmp_path: Path) -> None:
    rows = [row for part in imprint("all", 1).values() for row in part]
    rows += [row for part in imprint("more", 3).values() for row in part]
    result = run(tmp_path, "imprintcx.yaml", rows)
    assert bands(result) == {"all": (100, "Very engaged"), "more": (100, "Very engaged")}


@pytest.mark.parametrize("activity", list(imprint("anybody", 1)))
def test_imprintcx_one_activity_alone_earns_its_value(tmp_path: Path, activity: str) -> None:
    rows = [*imprint("one", 1)[activity], at("one", "Page viewed", feature="")]
    result = run(tmp_path, "imprintcx.yaml", rows)
    value = next(s.max_points for s in result.model.signals if s.name == activity)
    one = by_customer(result)["one"]
    assert one[f"{activity}.points"] == value == one["score"]
    assert one["band"] == "Very disengaged"


def test_imprintcx_bands(tmp_path: Path) -> None:
    part = imprint("some", 1)
    some = part["Product usage"] + part["Email open rate"]  # 35 + 15
    part = imprint("very", 1)
    very = part["Product usage"] + part["Renewals and upgrades"] + part["Key features"]  # 75 …
    very += [at("very", "Email sent", 1), at("very", "Email sent", 2), at("very", "Email opened")]
    result = run(tmp_path, "imprintcx.yaml", [*some, *very, at("new", "Page viewed")])
    assert bands(result) == {
        "very": (83, "Very engaged"),  # … + 15 x 1/2, rounded from 82.5
        "some": (50, "Somewhat engaged"),
        "new": (0, "Very disengaged"),
    }


# --- Churn Assassin -----------------------------------------------------------------------------


def test_churn_assassin(tmp_path: Path) -> None:
    rows = [at("ann", "Logged in", n) for n in range(16)]  # of 20: 80
    rows += [at("ann", "Feature used", n, feature=f"f{n}") for n in range(7)]  # of 10: 70
    rows += [at("ann", "Support rated", n, rating=r) for n, r in enumerate((4, 5))]  # of 5: 90
    ann = by_customer(run(tmp_path, "churn-assassin.yaml", rows))["ann"]
    parts = ("Login frequency", "Feature usage", "Support interactions")
    assert [ann[f"{p}.points"] for p in parts] == [32, 28, 18]
    assert (ann["score"], ann["band"]) == (78, "Good")


def test_churn_assassin_without_support_the_others_count_for_half(tmp_path: Path) -> None:
    rows = [at("bob", "Logged in", n) for n in range(16)]
    rows += [at("bob", "Feature used", n, feature=f"f{n}", rating="") for n in range(7)]
    bob = by_customer(run(tmp_path, "churn-assassin.yaml", rows))["bob"]
    assert bob["Support interactions.measure"] is None
    assert bob["score"] == 75  # (80 + 70) / 2


# --- UserGuiding --------------------------------------------------------------------------------


def visits(who: str, days: int, pages: int, minutes: int) -> list[Row]:
    """A session a day: so many pages, so many minutes from each to the next."""
    return [
        at(who, "Page viewed", day, minutes * page - 60)
        for day in range(days)
        for page in range(pages)
    ]


def test_userguiding_one_customer_in_each_band(tmp_path: Path) -> None:
    rows = [at("leaving", "Page viewed", 3, -60 * n) for n in range(4)]  # four bounces
    rows += visits("cool", days=1, pages=5, minutes=5)
    rows += [*visits("warm", days=5, pages=4, minutes=5), at("warm", "App downloaded", 300)]
    rows += [*visits("hot", days=8, pages=5, minutes=5), at("hot", "App downloaded", 300)]
    rows += [at("hot", "Post liked")]
    rows += [*visits("power", days=15, pages=5, minutes=5), at("power", "App downloaded", 300)]
    rows += [at("power", "Post liked", 0, -n) for n in range(4)]  # two of a day count
    rows += [at("power", "Post shared", n) for n in range(2)] + [at("power", "Post commented", 1)]
    # Visits x 0.5, sessions, depth, minutes x 0.1, bounces, days x 2, social, app
    assert bands(run(tmp_path, "userguiding.yaml", rows)) == {
        "power": (20 + 15 + 10 + 20 - 0 + 30 + 2 + 10 + 3 + 10, "Power user"),
        "hot": (20 + 8 + 10 + 16 - 0 + 16 + 1 + 10, "Highly engaged"),
        "warm": (10 + 5 + 7.5 + 7.5 - 0 + 10 + 10, "Somewhat engaged"),
        "cool": (18, "Very disengaged"),  # 2.5 + 1 + 10 + 2 + 2 = 17.5
        "leaving": (2 + 4 + 0 + 0 - 30 + 2, "Churn risk"),
    }


def test_userguiding_band_ends(tmp_path: Path) -> None:
    """0 is no churn risk, 100 is no power user."""
    rows = [at("zero", "Page viewed", 60)]  # before the window
    rows += [at("hundred", "Post shared", n % 10) for n in range(20)]
    rows += [*(at("above", "Post shared", n % 10) for n in range(20)), at("above", "Post liked")]
    rows += [at("minus", "Page viewed", 1)]  # one bounce: 0.5 + 1 - 30 + 2
    assert bands(run(tmp_path, "userguiding.yaml", rows)) == {
        "above": (101, "Power user"),
        "hundred": (100, "Highly engaged"),
        "zero": (0, "Very disengaged"),
        "minus": (-27, "Churn risk"),
    }


def test_userguiding_only_churn_risk_is_at_risk(tmp_path: Path) -> None:
    rows = [at("minus", "Page viewed", 1), *visits("cool", days=1, pages=5, minutes=5)]
    result = run(tmp_path, "userguiding.yaml", rows)
    assert result.at_risk["customer"].to_list() == ["minus"]


# --- CFI ----------------------------------------------------------------------------------------


@pytest.fixture
def cfi(tmp_path: Path) -> cesctl.Result:
    rows = [at("tess", "Logged in", n, status="trial") for n in range(3)]  # 3 x 1
    rows += [at("tess", "Project created", 1), at("tess", "Teammate invited", 1)]  # + 4 + 6
    rows += [at("tom", "Logged in", 2, status="trial"), at("tom", "Ticket opened", 2)]  # 1 - 3
    rows += [at("pia", "Logged in", 20, status="trial"), at("pia", "Logged in", 5, status="paying")]
    rows += [at("pia", "Integration connected", 4), at("pia", "Logged in", 5, -30)]  # 2 x 1 + 10
    rows += [at("paul", "Logged in", n, status="paying") for n in range(10)]  # 10 x 1
    rows += [
        at("paul", "Cancellation page viewed", 0),
        at("pam", "Page viewed", 1, status="paying"),
    ]
    return run(tmp_path, "cfi.yaml", rows)


def test_cfi_positive_is_engaged(cfi: cesctl.Result) -> None:
    assert bands(cfi) == {
        "tess": (13, "Engaged"),
        "pia": (12, "Engaged"),
        "pam": (0, "Not engaged"),
        "paul": (-2, "Not engaged"),
        "tom": (-2, "Not engaged"),
    }


def test_cfi_trial_and_paying_side_by_side(cfi: cesctl.Result) -> None:
    sides = cfi.by("status")
    assert list(sides) == ["paying", "trial"]
    assert sides["trial"].scores["customer"].to_list() == ["tess", "tom"]
    assert sides["paying"].scores["customer"].to_list() == ["pia", "pam", "paul"]
    table = {name: side.bands.select("name", "customers").rows() for name, side in sides.items()}
    assert table == {
        "trial": [("Not engaged", 1), ("Engaged", 1)],
        "paying": [("Not engaged", 2), ("Engaged", 1)],
    }


def test_cfi_trial_alone_keeps_the_rank_among_all(cfi: cesctl.Result) -> None:
    trial = cfi.only({"status": "trial"})
    assert trial.scores.select("customer", "rank").rows() == [("tess", 1), ("tom", 4)]
    assert trial.summary["average"] == 5.5
    assert trial.at_risk["customer"].to_list() == ["tom"]


# --- our own, on the sample data ----------------------------------------------------------------


@pytest.fixture(scope="module")
def saas() -> cesctl.Result:
    model = cesctl.load_model(CONFIGS / "saas.yaml")
    return cesctl.score([ROOT / "sample_data" / "events.csv.gz"], model)


def test_saas_groups_share_out_100_points() -> None:
    model = cesctl.load_model(CONFIGS / "saas.yaml")
    assert sum(g.max_points or 0 for g in model.groups) == 100
    assert {s.group for s in model.signals if s.weight} == {g.name for g in model.groups}


def test_saas_reads_all_but_the_dirt(saas: cesctl.Result) -> None:
    rows = saas.rows
    assert rows.rejected == {
        "no customer": 41,
        "no event": 4,
        "unreadable timestamp": 9,
        "later than the clock": 1,
    }
    assert rows.read == rows.accepted + rows.duplicate + rows.all_rejected
    assert rows.duplicate == 63


def test_saas_spreads_the_customers_over_the_bands(saas: cesctl.Result) -> None:
    assert saas.scores.height == 2000
    share = dict(saas.bands.select("name", "share").rows())
    assert 0.12 < share["Low"] < 0.25
    assert 0.25 < share["Fair"] < 0.45
    assert 0.25 < share["Good"] < 0.40
    assert 0.08 < share["Excellent"] < 0.20
    assert 0.15 < saas.at_risk.height / 2000 < 0.27


def test_saas_finds_every_kind_of_risk(saas: cesctl.Result) -> None:
    reasons = saas.at_risk["risk_reasons"].explode()
    kinds = {str(r).partition(" ")[0] for r in reasons}
    assert kinds == {"band", "dropped", "silent", "never"}
    silent = saas.scores.filter(saas.scores["events"] == 0)
    assert silent.height > 50
    assert silent["at_risk"].all()


def test_saas_has_a_use_for_every_signal_and_limit(saas: cesctl.Result) -> None:
    for s in saas.model.signals:
        points = saas.scores[f"{s.name}.points"]
        if s.weight:
            assert points.n_unique() > 1, s.name
    for g in saas.model.groups:
        points = saas.detail[f"g:{g.name}"]
        if g.max_points is not None:
            assert points.max() == g.max_points, "somebody earns all of it"
        else:
            assert points.min() < -10, g.name  # type: ignore[operator]


def test_saas_knows_who_they_are(saas: cesctl.Result) -> None:
    assert set(saas.attributes) == {"name", "plan", "country", "owner", "signup_date", "last_nps"}
    by_plan = {plan: r.summary["average"] for plan, r in saas.by("plan").items()}
    assert by_plan["business"] > by_plan["starter"] > by_plan["free"]  # type: ignore[operator]
