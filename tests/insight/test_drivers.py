"""What engaged customers do that the others do not, against counts of their own."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cesctl.insight import intervals
from cesctl.insight.drivers import Drivers, drivers
from cesctl.insight.intervals import ratio_of_shares, told_apart
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
        high = math.inf if row["high"] is None else row["high"]
        assert (row["low"], high) == pytest.approx(interval, rel=1e-4, abs=1e-6)


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
    assert result.sizes == (51, 51)  # equal scores stay together
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
    """By hand, from Wilson's intervals 0.2189 to 0.3958 of 30 of 100 and 0.0552 to 0.1744 of 10 of 100."""
    low, high = ratio_of_shares((30, 10), (100, 100))
    assert low == pytest.approx(1.575, abs=2e-3)
    assert high == pytest.approx(5.747, abs=2e-2)
    assert ratio_of_shares((0, 0), (10, 10)) == (0.0, math.inf)
    assert ratio_of_shares((5, 0), (10, 10))[1] == math.inf
    low, high = ratio_of_shares((10, 10), (10, 10))
    assert low < 0.8
    assert high > 1.25


@pytest.mark.parametrize("sizes", [(10, 10), (5, 200), (10, 100), (200, 5), (50, 50), (256, 330)])
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9, 0.97, 0.999])
@pytest.mark.parametrize("confidence", [0.95, 0.996875])
def test_equal_shares_are_hardly_ever_told_apart(
    sizes: tuple[int, int], share: float, confidence: float
) -> None:
    """Over all that may happen, each with its chance."""

    def chance(n: int, k: int) -> float:
        return math.comb(n, k) * share**k * (1 - share) ** (n - k)

    told = 0.0
    first, second = ([(k, chance(n, k)) for k in range(n + 1)] for n in sizes)
    for a, p in first:
        for b, q in second:
            if p * q > 1e-9:
                told += p * q * told_apart((a, b), sizes, confidence)
    assert told < 1.25 * (1 - confidence)


def test_fisher() -> None:
    """The lady tasting tea: 3 of 4 right, 0.486 to both sides; all 4, 0.029."""
    assert intervals._fisher((3, 1), (4, 4)) == pytest.approx(0.4857, abs=1e-4)
    assert intervals._fisher((4, 0), (4, 4)) == pytest.approx(0.0286, abs=1e-4)
    assert told_apart((60, 10), (100, 100))
    assert not told_apart((4, 0), (4, 4), 0.99)


def test_customers_that_are_all_alike_are_not_told_apart() -> None:
    data = [(f"c{n}", "x", "2026-10-01", "p") for n in range(100)]
    data += [(f"c{n}", "old", "2026-10-01", "p") for n in range(25)]
    found = drivers(frame(data), parse_model("as_of: 2026-10-31\nevents: {x: 1}"))
    assert found.sizes == (0, 0)
    assert found.candidates.is_empty()


def test_an_account_of_the_roster_without_users(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("id,size\nfree,1\nsilent,2\n")
    text = MODEL.replace("attributes: {plan: plan}", "roll_up: {to: plan, by: mean}")
    text += "customers: {file: r.csv, id: id}\n"
    found = drivers(frame(rows()), parse_model(text, folder=tmp_path))
    assert found.result.scores.height == 3
    assert all(math.isfinite(p) for p in found.signals["points"])


def test_copies_outside_of_the_window() -> None:
    """Which copy of a record counts goes by all of the log: here the one before the window."""
    model = parse_model(
        "as_of: 2026-10-31\nwindow: 30d\nevents: {post: 1}\n"
        "source: {customer: user, event: event, timestamp: at, id: key}\n"
    )
    log = pl.DataFrame(
        {
            "user": ["a", "a", "b"],
            "event": ["post"] * 3,
            "at": ["2026-08-01", "2026-10-20", "2026-10-21"],
            "key": ["k1", "k1", "k2"],
        }
    )
    found = drivers(log, model)
    assert found.events["occurrences"].to_list() == [1]
    assert dict(found.everyone.scores.select("customer", "score").iter_rows()) == {"a": 0, "b": 1}
