"""The model that init writes: it loads, it runs, it spreads the log it was made from."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cesctl.errors import InputError
from cesctl.insight.coverage import coverage
from cesctl.insight.event_table import event_table
from cesctl.insight.starter import choose, starter, windows
from cesctl.insight.telling import Told
from cesctl.model import parse_model
from cesctl.model.types import Model, Source
from cesctl.pipeline.log import Log, open_log
from cesctl.pipeline.run import score_log
from tests.effort import tries
from tests.insight.frames import NOW, export

if TYPE_CHECKING:
    from cesctl.result import Result

SOURCE = Source(customer=("customer",), event=("event",), timestamp=("timestamp",))


def opened(frame: pl.DataFrame) -> Log:
    return open_log(frame, Model(signals=(), sources=(SOURCE,)), now=NOW)


def scored(frame: pl.DataFrame) -> tuple[str, Result]:
    """The starter model of a log, and that log scored by it."""
    log = opened(frame)
    text = starter(log)
    return text, score_log(replace(log, model=parse_model(text)), occurrences=True)


def year(seed: int = 7) -> pl.DataFrame:
    """300 customers over a year, from the hardly active to the daily; some leave, some never come."""
    rng = random.Random(seed)
    rows = []
    for i in range(300):
        keen = rng.random() ** 2
        start, end = rng.uniform(0, 300), 365 if rng.random() < 0.8 else rng.uniform(100, 365)
        rows.append((f"c{i}", "Signed up", min(start, end)))
        day = start
        while day < end:
            rows.append((f"c{i}", "Login", day))
            if rng.random() < keen:
                rows.append((f"c{i}", "Report exported", day + 0.01))
            if rng.random() < 0.02:
                rows.append((f"c{i}", "Ticket opened", day + 0.02))
            day += rng.expovariate(0.05 + keen / 2)
        if keen > 0.7:
            rows.append((f"c{i}", "Upgraded", (start + end) / 2))
    return export(rows)


def test_a_normal_log_reaches_every_band() -> None:
    text, result = scored(year())
    assert result.model.window_us == 90 * 86_400_000_000
    assert result.model.compare_us == 30 * 86_400_000_000
    shares = result.bands["share"].to_list()
    assert len(shares) == 3
    assert min(shares) >= 0.1
    for row, line in zip(
        result.bands.iter_rows(named=True), text.split("bands:")[1].splitlines()[1:], strict=False
    ):
        assert f"# {row['share']:.0%} of customers" in line


def test_no_signal_dominates_and_none_is_idle() -> None:
    _, result = scored(year())
    log = opened(year())
    found = coverage(result, event_table(log.events(), until=result.as_of))
    assert [a for a in found.advice if "makes up" in a.text or "no event" in a.text] == []
    assert found.unused == ()


def test_weights_follow_rarity_and_telling() -> None:
    text, result = scored(year())
    weights = {s.name: s.weight for s in result.model.signals}
    caps = {s.name: s.cap or 0.0 for s in result.model.signals}
    assert weights["Upgraded"] > weights["Report exported"] > weights["Login"] > 0
    assert weights["Ticket opened"] < 0
    most = sum(weights[n] * caps[n] for n in ("Upgraded", "Report exported", "Login", "Signed up"))
    assert most == pytest.approx(60, rel=0.05)
    assert '("ticket")' in text


def test_the_same_log_gives_the_same_text() -> None:
    frame = year()
    assert starter(opened(frame)) == starter(opened(frame.sample(fraction=1, shuffle=True, seed=3)))


def test_the_text_says_how_to_read_the_log() -> None:
    text = starter(opened(export([("a", "x", 0)])), files=[["my events.csv", "a,b.csv"]])
    model = parse_model(text)
    assert (model.sources[0].customer, model.sources[0].event) == (("customer",), ("event",))
    assert '  files: [my events.csv, "a,b.csv"]\n' in text


HOSTILE = [
    "a: b", "it's \"so\"", "*", "?", "a*b?", "two\nlines", "yes", "null", "1", "1e5", "👩\u200d💻", "- x",
    "#", "a #b", "{}", "[x]", "&a", "!t", "%", "@", "`", "\x1b[31m", "\u202eevil", "2026-01-01", "~",
    "active_days", "last_active", "last_active_2", "x" * 119, "long" * 400, "long" * 401, "=", "<<",
    "version", "\ttab", "\x85next", "[red]x[/red]", "é", "a.measure", "\x00nul", "\ufeffbom", "\ud7ff",
]  # fmt: skip


def test_any_event_name_is_taken_literally() -> None:
    rows = [(f"c{i}", name, 0.0) for i, name in enumerate(HOSTILE)]
    for start in range(0, len(rows), 15):  # a model keeps no more than 20
        chunk = rows[start : start + 15]
        _, result = scored(export(chunk))
        taken = {s.name: result.detail[f"n:{s.name}"].sum() for s in result.model.signals}
        by_event = {
            (s.match.names or s.match.patterns)[0]: taken[s.name]
            for s in result.model.signals[: len(chunk)]
        }
        assert by_event == {name.strip(): 1 for _, name, _ in chunk}


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
tiny = st.lists(st.tuples(st.sampled_from("abc"), names, st.floats(0, 400)), min_size=1, max_size=8)


@settings(max_examples=tries(30), deadline=None)
@given(tiny)
def test_any_tiny_log_gives_a_model_that_runs(rows: list[tuple[str, str, float]]) -> None:
    rows.append(("a", "at least this", 0.0))  # names may all be blank
    text, result = scored(export(rows))
    assert result.scores.height >= 1
    assert all(line.isprintable() or "\u200d" in line for line in text.splitlines())


def test_one_row() -> None:
    text, result = scored(export([("a", "x", 0)]))
    assert result.scores.select("customer", "score").rows() == [("a", 100.0)]
    assert "window: none" in text
    assert "compare" not in text
    assert "\nrisk:" not in text


def test_no_event_at_all() -> None:
    with pytest.raises(InputError, match=r"no row is an event \(2 no event\)"):
        starter(opened(export([("a", "", 0), ("b", " ", 1)])))


def test_a_log_with_many_rows_of_nobody_scores_all_the_same() -> None:
    rows = [("a", "x", 0.0), ("b", "x", 1.0), *[("", "x", 2.0)] * 8]
    text, result = scored(export(rows))
    assert "  where:\n    customer: {exists: true}\n" in text
    again = score_log(open_log(export(rows), parse_model(text), now=NOW))
    assert (again.rows.filtered, again.rows.rejected) == (8, {})
    assert again.scores.equals(result.scores)


def test_many_rows_that_cannot_be_read_are_told() -> None:
    frame = export([("a", "x", 0.0), ("b", "x", 1.0)]).with_columns(
        timestamp=pl.Series(["2026-01-01", "soon"])
    )
    assert "# 50% of the rows are rejected" in starter(opened(frame))


def test_few_rejected_rows_stay_rejected() -> None:
    rows = [("a", "x", float(i)) for i in range(99)] + [("", "x", 0.0)]
    assert "where:" not in starter(opened(export(rows)))


def test_a_large_log_is_judged_by_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cesctl.insight.starter._SAMPLE_ROWS", 1000)
    monkeypatch.setattr("cesctl.insight.starter._SAMPLE_CUSTOMERS", 100)
    text, result = scored(year())
    assert "# The weights were found with one in 3 customers, to save time." in text
    assert 0 not in result.bands["customers"].to_list()


def test_thousands_of_names_keep_the_most_telling() -> None:
    rows = [(f"c{i % 50}", f"page {i}", i / 40) for i in range(4000)]
    rows += [(f"c{i}", "Project made", day) for i in range(25) for day in (1.0, 88.0)]
    rows += [(f"c{i}", "Login", 50.0 + d) for i in range(25) for d in range(40)]
    text, result = scored(export(rows))
    names = [s.name for s in result.model.signals]
    assert len(names) == 22
    assert "Project made" in names
    assert "# Left out, as less telling: " in text
    assert " more\n" in text
    assert max(len(line) for line in text.splitlines()) < 400


def test_events_that_ended_before_the_window_are_left_out() -> None:
    rows = [("a", "Old", 0.0), ("b", "Old", 1.0), *(("a", "New", float(d)) for d in range(400))]
    text, result = scored(export(rows))
    assert "Old" not in [s.name for s in result.model.signals]
    assert '# Left out, as none is within the window: "Old"' in text


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (1, (None, None)),
        (13, (None, None)),
        (14, (7, 7)),
        (30, (14, 7)),
        (92, (30, 14)),
        (365, (90, 30)),
    ],
)
def test_windows_leave_a_past_to_compare_with(
    span: int, expected: tuple[int | None, int | None]
) -> None:
    assert windows(span) == expected


def test_points_are_shared_out_by_worth() -> None:
    def told(event: str, reach: float, lift: float | None, most: int = 1) -> Told:
        return Told(event, 10, reach, lift, 5.0, most)

    kept = choose([told("a", 1.0, 1.0, 30), told("b", 0.1, 2.0), told("Refund", 0.5, 1.0, 2)])
    assert [(w.told.event, round(w.points, 6)) for w in kept] == [
        ("b", 48.0),
        ("a", 12.0),
        ("Refund", -15.0),
    ]
    assert [w.weight for w in kept] == [48.0, 0.4, -7.5]


def test_only_alarming_events() -> None:
    _, result = scored(export([("a", "Payment failed", 0), ("b", "Refund", 5)]))
    assert [s.weight < 0 for s in result.model.signals] == [True, True, False, False]
