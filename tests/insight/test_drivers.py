"""What engaged customers do that the others do not, against counts of their own."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from typing import Any

import polars as pl
import pytest

from cesctl.insight.drivers import Drivers, drivers
from cesctl.insight.intervals import ratio_of_shares
from cesctl.model import parse_model
from cesctl.pipeline.run import score

MODEL = """
as_of: 2026-10-31
window: 60d
events:
  post: 5
  mail: {event: "mail_*", weight: 0.5}
  habit: {event: "*", measure: days, weight: 0}
bands: {Low: 0, Mid: 20, Good: 40}
attributes: {plan: plan}
"""


def rows(seed: int = 4, customers: int = 200) -> list[tuple[str, str, str, str]]:
    """Customers who post much also ``share``; everybody may ``browse``."""
    rng = random.Random(seed)
    made = []
    for n in range(customers):
        posts = rng.randint(0, 12)
        names = ["post"] * posts + ["mail_open"] * rng.randint(0, 3)
        names += ["share"] * (posts > 6 and rng.random() < 0.8)
        names += ["browse"] * (rng.random() < 0.4) + ["early"]
        for name in names:
            at = "2026-01-05" if name == "early" else f"2026-10-{rng.randint(1, 28):02}"
            made.append((f"c{n}", name, at, rng.choice(["free", "pro"])))
    return made


def frame(data: list[tuple[str, str, str, str]]) -> pl.DataFrame:
    names = ["user_id", "event", "timestamp", "plan"]
    return pl.DataFrame(data, schema=dict.fromkeys(names, pl.String), orient="row")


def found(text: str = MODEL, **options: Any) -> Drivers:
    return drivers(frame(rows()), parse_model(text), **options)


def test_each_number_of_an_event() -> None:
    result = found()
    band = dict(score(frame(rows()), parse_model(MODEL)).scores.select("customer", "band").rows())
    done: dict[str, Counter[str]] = defaultdict(Counter)
    for customer, event, at, _ in rows():
        if at > "2026-09-01":
            done[event][customer] += 1
    table = {r["event"]: r for r in result.events.to_dicts()}
    assert set(table) == set(done) == {"post", "mail_open", "share", "browse"}
    sizes = Counter(band.values())
    assert result.sizes == (sizes["Good"], sizes["Low"])
    for event, row in table.items():
        of = {b: [n for c, n in done[event].items() if band[c] == b] for b in ("Good", "Low")}
        assert row["occurrences"] == sum(done[event].values())
        assert row["customers"] == len(done[event])
        assert row["reach"] == pytest.approx(len(done[event]) / 200, abs=1e-6)
        assert row["top_reach"] == pytest.approx(len(of["Good"]) / sizes["Good"], abs=1e-6)
        assert row["bottom_reach"] == pytest.approx(len(of["Low"]) / sizes["Low"], abs=1e-6)
        assert row["top_occurrences"] == pytest.approx(sum(of["Good"]) / sizes["Good"], abs=1e-6)
        lift = row["top_reach"] / row["bottom_reach"] if row["bottom_reach"] else None
        assert row["lift"] == (None if lift is None else pytest.approx(lift, rel=1e-5))
        interval = ratio_of_shares(
            (len(of["Good"]), len(of["Low"])), result.sizes, 1 - 0.05 / len(table)
        )
        assert (row["low"], row["high"]) == pytest.approx(interval, rel=1e-4, abs=1e-6)


def test_what_separates_and_nobody_counts_is_a_candidate() -> None:
    result = found()
    table = {r["event"]: r for r in result.events.to_dicts()}
    assert {e: r["signals"] for e, r in table.items()} == {
        "post": "post",
        "mail_open": "mail",
        "share": None,
        "browse": None,
    }
    assert table["share"]["separates"] == "top"
    assert table["browse"]["separates"] is None
    assert result.candidates["event"].to_list() == ["share"]


def test_chance_makes_hardly_any_candidate() -> None:
    told = 0
    for seed in range(40):
        data = [r for r in rows(seed, 80) if r[1] != "share"]
        told += drivers(frame(data), parse_model(MODEL)).candidates.height > 0
    assert told <= 5


def test_where_the_points_come_from() -> None:
    result = found()
    made = result.signals.to_dicts()
    assert [r["signal"] for r in made] == ["post", "mail", "habit"]
    posts = sum(r[1] == "post" for r in rows())
    mails = sum(r[1] == "mail_open" for r in rows())
    assert [r["points"] for r in made] == [posts * 5.0, mails * 0.5, 0.0]
    assert sum(r["share"] for r in made) == pytest.approx(1.0, abs=1e-5)
    assert made[0]["customers"] == len({r[0] for r in rows() if r[1] == "post"})


def test_nobody_in_a_band() -> None:
    result = found(MODEL.replace("Good: 40", "Good: 4000"))
    assert result.groups[0] == "the quarter with the highest scores"
    assert result.sizes == (50, 50)
    few = drivers(frame(rows()[:4]), parse_model(MODEL))
    assert few.sizes == (0, 0)
    assert few.events["low"].null_count() == few.events.height
    assert few.candidates.is_empty()


def test_only_some_and_all_history() -> None:
    result = found(where={"plan": "pro"})
    assert result.result.scores.height < 200
    assert max(result.events["customers"].to_list()) <= result.result.scores.height
    everything = found(MODEL.replace("window: 60d", "window: none"))
    assert "early" in everything.events["event"].to_list()
    assert everything.since is None


def test_accounts() -> None:
    text = MODEL.replace("attributes: {plan: plan}", "roll_up: {to: plan, by: sum}")
    result = found(text)
    assert result.events["customers"].max() == 2


def test_ratio_of_shares() -> None:
    """By hand: 30.5 of 100.5 to 10.5 of 100.5 is 2.9048; its logarithm's deviation is √0.108124 = 0.32882."""
    low, high = ratio_of_shares((30, 10), (100, 100))
    assert low == pytest.approx(1.5248, abs=1e-4)
    assert high == pytest.approx(5.5336, abs=1e-4)
    assert ratio_of_shares((0, 0), (10, 10))[0] < 1 < ratio_of_shares((0, 0), (10, 10))[1]


def test_the_interval_of_a_ratio_holds_its_promise() -> None:
    rng = random.Random(6)
    missed = 0
    for _ in range(3_000):
        hits = (
            sum(rng.random() < 0.3 for _ in range(60)),
            sum(rng.random() < 0.15 for _ in range(90)),
        )
        low, high = ratio_of_shares(hits, (60, 90))
        missed += not low <= 2.0 <= high
    assert 0.025 < missed / 3_000 < 0.065
