"""Two models on one log: who is judged otherwise, and by which signals."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import cesctl
from cesctl.errors import InputError, UsageError
from cesctl.insight.diff import Diff, diff
from cesctl.model import parse_model

NOW = datetime(2026, 11, 1, tzinfo=UTC)
A = """
name: Old
as_of: 2026-10-31
window: 30d
events:
  x: {weight: 2, group: g}
  y: 1
groups: {g: {max_points: 10}}
bands: {Low: 0, Mid: 5, Good: 10}
attributes: {plan: plan}
"""
B = """
as_of: 2026-10-31
window: 30d
events:
  x: 1
  z: {weight: 3, cap: 2}
scale: {method: none, round: 3}
bands: {Low: 0, High: 5}
risk: {silent_for: 5d}
attributes: {city: city}
"""
ROWS = [
    *[("many", "x", "10-30", "free", "Bonn")] * 8,
    *[("some", "y", "10-20", "paid", None)] * 3,
    *[("some", "z", "10-21", "paid", None)] * 3,
    ("none", "z", "10-31", None, "Köln"),
]


def frame(rows: list[Any]) -> pl.DataFrame:
    names = ["user_id", "event", "timestamp", "plan", "city"]
    made = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return made.with_columns(timestamp="2026-" + pl.col("timestamp") + "T12:00:00Z")


def made(a: str = A, b: str = B, rows: list[Any] = ROWS, **options: Any) -> Diff:
    return diff(frame(rows), parse_model(a), parse_model(b), now=NOW, **options)


def test_customers() -> None:
    found = made()
    columns = found.customers.columns
    assert columns[: columns.index("raw_difference") + 1] == [
        "customer", "plan", "city", "score_a", "score_b", "difference", "band_a", "band_b", "at_risk_a",
        "at_risk_b", "rank_a", "rank_b", "raw_a", "raw_b", "raw_difference",
    ]  # fmt: skip
    assert found.customers.select(columns[:12]).rows() == [
        ("some", "paid", None, 3.0, 6.0, 3.0, "Low", "High", True, True, 2, 2),
        ("none", None, "Köln", 0.0, 3.0, 3.0, "Low", "Low", True, True, 3, 3),
        ("many", "free", "Bonn", 10.0, 8.0, -2.0, "Good", "High", False, False, 1, 1),
    ]
    assert found.parts == ("x", "y", "z", "limits of g")
    rows = {r["customer"]: r for r in found.customers.to_dicts()}
    assert [rows["many"][f"{p}.a"] for p in found.parts] == [16.0, 0.0, 0.0, -6.0]
    assert [rows["many"][f"{p}.b"] for p in found.parts] == [8.0, 0.0, 0.0, 0.0]
    assert [rows["some"][f"{p}.difference"] for p in found.parts] == [0.0, -3.0, 6.0, 0.0]
    for row in rows.values():
        assert sum(row[f"{p}.difference"] for p in found.parts) == row["raw_difference"]


def test_the_greatest_difference_is_first_whichever_way() -> None:
    assert made().customers["customer"].to_list() == ["some", "none", "many"]
    steep = made(b=B.replace("x: 1", "x: 9"))
    assert steep.customers["customer"].to_list() == ["many", "some", "none"]
    assert steep.moved.height == 3
    assert made(b=A).moved.height == 0
    other = made(b=A.replace("Good: 10", "Good: 11"))  # the score stays, the band does not
    assert (
        other.moved["customer"].to_list() == other.customers["customer"].to_list()[:1] == ["many"]
    )


def test_from_band_to_band() -> None:
    assert made().transitions.rows() == [
        ("Low", "Low", 1, 0.5),
        ("Low", "High", 1, 0.5),
        ("Good", "High", 1, 1.0),
    ]


def test_how_far_they_agree() -> None:
    found = made()
    assert found.correlation == 1.0
    assert found.at_risk == {"both": 2, "only_a": 0, "only_b": 0, "neither": 1}
    risky = made(
        b=B.replace("5d", "1d").replace("Low: 0", "Low: 0, Top: 3").replace("High: 5", "High: 9")
    )
    assert risky.at_risk == {"both": 1, "only_a": 1, "only_b": 1, "neither": 0}
    alone = made(rows=ROWS[:1])
    assert alone.correlation is None
    assert alone.customers.height == 1


def test_what_the_models_say() -> None:
    assert made(b=A.replace("y: 1", "y: 4")).models.rows() == [("events.y.weight", "1", "4")]
    assert made(b=A).models.rows() == []
    assert made(b=A).models.columns == ["where", "a", "b"]


def test_each_run_is_as_it_is_alone() -> None:
    found = made()
    for run, text in ((found.a, A), (found.b, B)):
        alone = cesctl.score(frame(ROWS), parse_model(text), now=NOW)
        assert run.scores.equals(alone.scores)
        assert run.rows == alone.rows
    assert found.notes == ()


def test_both_are_at_the_time_of_a() -> None:
    b = B.replace("2026-10-31", "2026-10-01")
    found = made(b=b)
    assert found.b.as_of == found.a.as_of
    assert found.b.scores.equals(made().b.scores)
    assert found.notes == (
        "both models score at the T of A, 2026-10-31 23:59 UTC; B says as_of: 2026-10-01",
    )
    given = made(b=b, as_of="2026-10-25")
    assert given.notes == ()
    assert given.b.as_of == given.a.as_of == datetime(2026, 10, 25, 23, 59, 59, 999999, tzinfo=UTC)
    latest = made(A.replace("2026-10-31", "latest"), B.replace("2026-10-31", "latest"))
    assert latest.a.as_of == latest.b.as_of == datetime(2026, 10, 31, 12, tzinfo=UTC)
    assert latest.notes == ()
    zones = made(b=f"{B}timezone: Asia/Tokyo")
    assert "both models score at the T of A" in zones.notes[0]


def test_each_reads_by_its_own_source() -> None:
    b = f"{B}source: {{customer: city, event: event, timestamp: timestamp}}"
    found = made(b=b)
    assert found.notes == (
        "A and B read the log each by its own source",
        "A accepts 15 rows, B 9",
    )
    assert found.only_one == (3, 2)
    assert found.customers.height == 5
    assert found.customers["difference"].to_list() == [None] * 5
    assert found.correlation is None
    assert found.both.height == 0
    assert set(found.transitions.rows()) == {
        ("Low", None, 2, 1.0),
        ("Good", None, 1, 1.0),
        (None, "Low", 1, 0.5),
        (None, "High", 1, 0.5),
    }


def test_who_is_scored_by_one_only_is_not_lost(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["many", "silent"], "tier": ["1", "2"]}).write_csv(tmp_path / "ids.csv")
    roster = f"customers: {{file: '{tmp_path / 'ids.csv'}', id: id, only: true}}"
    found = made(b=f"{B}{roster}")
    assert found.only_one == (2, 1)
    rows = {r["customer"]: r for r in found.customers.to_dicts()}
    assert sorted(rows) == ["many", "none", "silent", "some"]
    assert (rows["silent"]["score_a"], rows["silent"]["score_b"]) == (None, 0.0)
    assert (rows["silent"]["tier"], rows["silent"]["plan"]) == ("2", None)
    assert (rows["some"]["band_a"], rows["some"]["band_b"]) == ("Low", None)
    assert rows["some"]["x.a"] == 0.0
    assert rows["some"]["x.b"] is None
    assert rows["some"]["y.b"] is None  # a signal that B does not even have
    assert rows["silent"]["z.a"] is None
    assert [rows["silent"]["limits of g.a"], rows["silent"]["limits of g.b"]] == [None, 0.0]


def test_the_same_attribute_of_both_models() -> None:
    found = made(b=f"{B}".replace("{city: city}", "{plan: city}"))
    rows = {r["customer"]: r["plan"] for r in found.customers.to_dicts()}
    assert rows == {"many": "free", "some": "paid", "none": "Köln"}


def test_variants() -> None:
    more = "variants: [{name: payers, where: {plan: paid}, events: {y: 10, w: 1}}]"
    found = made(b=f"{A}{more}", a=f"{A}")
    rows = {r["customer"]: r for r in found.customers.to_dicts()}
    assert (rows["some"]["variant_a"], rows["some"]["variant_b"]) == (None, "payers")
    assert rows["some"]["difference"] == 27.0
    assert rows["some"]["w.a"] == rows["some"]["w.b"] == 0.0
    assert "variant" not in found.customers.columns
    assert "variant_a" not in made().customers.columns


def test_accounts() -> None:
    to_plan, to_city = "roll_up: {to: plan, by: sum}", "roll_up: {to: plan, by: max}"
    a, b = (text.split("attributes")[0] for text in (A, B))
    found = made(f"{a}{to_plan}", f"{b}{to_city}")
    rows = {r["customer"]: r for r in found.customers.to_dicts()}
    assert sorted(rows) == ["free", "paid"]
    assert rows["paid"]["difference"] == 3.0
    for other in (b, f"{b}roll_up: {{to: city}}"):
        with pytest.raises(UsageError, match=r'A scores accounts \("plan"\) and B'):
            made(f"{a}{to_plan}", other)


def test_files_that_the_models_name(tmp_path: Path) -> None:
    for name, rows in (("one", ROWS), ("two", ROWS[:9])):
        frame(rows).write_csv(tmp_path / f"{name}.csv")
    files = "source: {{files: {}}}"
    one = parse_model(A + files.format("one.csv"), folder=tmp_path)
    two = parse_model(B + files.format("two.csv"), folder=tmp_path)
    plain = parse_model(B)
    assert diff([], one, two, now=NOW).b.rows.read == 9
    assert diff([], one, two, now=NOW).notes[0] == "A and B read the log each by its own source"
    assert diff([], one, plain, now=NOW).b.rows.read == 15
    assert diff([], one, plain, now=NOW).notes == ()
    assert diff([], plain, two, now=NOW).a.rows.read == 9
    assert diff(str(tmp_path / "one.csv"), one, two, now=NOW).b.rows.read == 15
    assert diff(tmp_path / "one.csv", one, two, now=NOW).notes == ()
    several = f"sources: {{web: {{files: one.csv}}, app: {{files: two.csv, prefix: p.}}}}\n{A}"
    named = parse_model(several, folder=tmp_path)
    other = parse_model(f"sources: {{app: {{prefix: q.}}, web: {{}}}}\n{B}")
    found = diff([], named, other, now=NOW)
    assert found.b.rows.read == 24
    assert found.b.scores["customer"].to_list() == ["many", "some", "none"]
    with pytest.raises(InputError):
        diff([], plain, plain, now=NOW)


def test_an_attribute_like_a_column_is_told() -> None:
    for name in ("difference", "band_a", "x.difference"):
        with pytest.raises(UsageError, match="has the name of a column of diff"):
            made(A.replace("{plan: plan}", f'{{"{name}": plan}}'))


def test_logs_without_anything() -> None:
    with pytest.raises(InputError, match="no rows"):
        made(rows=[])
    nobody = made(rows=[(None, "x", "10-01", None, None)])
    assert nobody.customers.height == 0
    assert nobody.correlation is None
    assert nobody.transitions.height == 0
