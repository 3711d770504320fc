"""What must not change a result, and what must change it just so."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cesctl.model.load import parse_model
from cesctl.model.types import Model
from cesctl.pipeline.run import score
from cesctl.present.files import scores_file
from cesctl.result import Result
from tests.effort import tries
from tests.random_examples.dice import Dice
from tests.strategies import Example, examples
from tests.test_against_reference import parsed

Row = dict[str, str | None]
COLUMNS = ["user_id", "event", "timestamp", "amount", "plan"]
T = datetime(2026, 11, 1, tzinfo=UTC)
few = settings(
    max_examples=tries(30),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)

# Everything whose sums would differ in the last bits if they were added as floats.
MODEL = """
timezone: Europe/Berlin
window: 60d
compare: 20d
source: {customer: user_id, event: event, timestamp: timestamp}
events:
  decayed: {event: "*", weight: 1.1, half_life: 7d}
  linear: {event: Login, weight: 0.7, linear_decay: 33d}
  spent: {event: Buy, weight: 0.013, measure: sum, property: amount, half_life: 10d}
  total: {event: Buy, weight: 0.001, measure: sum, property: amount}
  mean: {event: Buy, weight: 0.1, measure: mean, property: amount, missing: skip}
  last: {event: Buy, weight: 0.01, measure: last, property: amount}
  plans: {event: "*", weight: 1, measure: distinct, property: plan}
  days: {event: "*", weight: 0.3, measure: days}
  first: {event: Buy, weight: 0.01, measure: sum, property: amount, limit: {count: 2, per: day}}
  sessions: {event: "*", weight: 0.1, measure: sessions}
  minutes: {event: "*", weight: 0.001, measure: session_minutes}
  recency: {event: "*", weight: -0.1, measure: recency}
  rate: {weight: 2, measure: ratio, of: total, per: decayed}
scale: {method: minmax, to: [1, 100], round: 6}
risk: {drop: 0.5, silent_for: 5d}
attributes: {plan: plan}
"""


def log(rows: int, seed: int = 1) -> list[Row]:
    """A log of some customers, out of order, with ties and repeats."""
    dice = Dice(seed)
    made: list[Row] = []
    for _ in range(rows):
        ago = timedelta(
            seconds=dice.number(0, 90 * 86_400) if dice.chance(7) else 86_400 * dice.number(0, 90)
        )
        made.append(
            {
                "user_id": f"{dice.number(1, 40):03}",
                "event": dice.pick(["Login", "Login", "Buy", "Page"]),
                "timestamp": (T - ago).isoformat().replace("+00:00", "Z"),
                "amount": dice.pick(
                    [None, f"{dice.number(1, 99_999) / 1000}", f"{dice.number(1, 99)}"]
                ),
                "plan": dice.pick([None, "free", "pro"]),
            }
        )
    return made


def outputs(result: Result) -> dict[str, bytes]:
    return {kind: b"".join(scores_file(result, kind)) for kind in ("csv", "json", "ndjson")}


def frame(rows: list[Row], columns: list[str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))


def write_csv(path: Path, rows: list[Row], columns: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(rows)
    return path


@pytest.mark.slow
@few
@given(example=examples(), seed=st.integers(0, 2**24 - 1))
def test_row_order_changes_no_byte(
    example: Example, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    model = parsed(example, tmp_path_factory.mktemp("roster"))
    if model is None:
        return
    shuffled = random.Random(seed).sample(example.rows, len(example.rows))
    one, other = (
        outputs(score(frame(rows, example.columns), model, now=example.now))
        for rows in (example.rows, shuffled)
    )
    assert one == other


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return log(3000)


@pytest.fixture(scope="module")
def whole(rows: list[Row]) -> dict[str, bytes]:
    """What the log gives in one frame."""
    return outputs(score(frame(rows, COLUMNS), parse_model(MODEL), now=T))


def test_how_a_log_is_split_changes_no_byte(
    rows: list[Row], whole: dict[str, bytes], tmp_path: Path
) -> None:
    rows = random.Random(5).sample(rows, len(rows))
    parts = [rows[:700], rows[700:1500], rows[1500:2200], rows[2200:2201], rows[2201:]]
    write_csv(tmp_path / "a.csv", parts[0], COLUMNS)
    write_csv(tmp_path / "b.csv", parts[1], list(reversed(COLUMNS)))
    lines = [json.dumps({k: v for k, v in row.items() if v is not None}) for row in parts[2]]
    (tmp_path / "c.ndjson").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "d.json").write_text(json.dumps(parts[3]), encoding="utf-8")
    typed(parts[4]).write_parquet(tmp_path / "e.parquet")
    assert outputs(score([tmp_path], parse_model(MODEL), now=T)) == whole


def typed(rows: list[Row]) -> pl.DataFrame:
    """With instants and numbers of their own types."""
    return frame(rows, COLUMNS).with_columns(
        pl.col("timestamp").str.to_datetime(
            "%Y-%m-%dT%H:%M:%S%#z", time_unit="us", time_zone="UTC"
        ),
        pl.col("amount").cast(pl.Float64),
    )


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet", "frame"])
def test_the_format_changes_no_byte(
    kind: str, rows: list[Row], whole: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / f"log.{kind}"
    if kind == "csv":
        write_csv(path, rows, COLUMNS)
    elif kind == "ndjson":
        typed(rows).write_ndjson(path)
    elif kind == "parquet":
        frame(rows, COLUMNS).write_parquet(path)
    inputs = typed(rows).lazy() if kind == "frame" else [path]
    assert outputs(score(inputs, parse_model(MODEL), now=T)) == whole


@pytest.mark.slow
def test_the_number_of_threads_changes_no_byte(tmp_path: Path) -> None:
    """In processes of their own, as polars makes its threads once; with small pieces, to have many."""
    write_csv(tmp_path / "log.csv", log(20_000, seed=2), COLUMNS)
    (tmp_path / "model.yaml").write_text(MODEL, encoding="utf-8")
    found = []
    for threads in ("1", "2", "7"):
        command = [
            sys.executable,
            "-m",
            "cesctl",
            "score",
            "log.csv",
            "-c",
            "model.yaml",
            "--quiet",
        ]
        command += ["-o", f"{threads}.csv", "-o", f"{threads}.json"]
        environment = {
            **os.environ,
            "POLARS_MAX_THREADS": threads,
            "POLARS_IDEAL_MORSEL_SIZE": "500",
        }
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
        found.append([(tmp_path / f"{threads}.{kind}").read_bytes() for kind in ("csv", "json")])
    assert found[0] == found[1] == found[2]
    assert len(found[0][0].splitlines()) == 41


# What a change of the log or of T does

SOURCE = "source: {customer: user_id, event: event, timestamp: timestamp}\n"
HALVING = f"""{SOURCE}
events:
  Login: {{weight: 1, half_life: 9d}}
  Buy: {{weight: 1, measure: sum, property: amount, half_life: 9d}}
"""


@few
@given(seed=st.integers(0, 2**24 - 1), count=st.integers(1, 40))
def test_one_half_life_halves(seed: int, count: int) -> None:
    rows = log(count, seed)
    model = parse_model(HALVING)
    now, later = (
        score(frame(rows, COLUMNS), model, as_of=at.isoformat(), now=T).detail.sort("customer")
        for at in (T, T + timedelta(days=9))
    )
    for name in ("m:Login", "m:Buy"):
        for before, after in zip(now[name], later[name], strict=True):
            # each term is rounded to 9 decimals, twice
            assert after == pytest.approx(before / 2, rel=1e-12, abs=count * 1e-9)


def growing(dice: Dice) -> Model:
    """A model of positive weights whose every measure only grows with events.

    Left out are those that an event may lower by their nature: min, mean, recency, ratio; sessions and
    bounces, of which an event can make one of two; ``last``; and limits of what is decayed or summed,
    where an earlier event takes the place of a larger one.
    """
    lines = []
    for place in range(dice.number(1, 4)):
        measure = dice.pick(
            [
                "count",
                "sum",
                "max",
                "distinct",
                "days",
                "weeks",
                "once",
                "session_minutes",
                "tenure",
            ]
        )
        keys = [
            f"weight: {dice.pick([0.1, 1, 3])}",
            f"measure: {measure}",
            f"event: '{dice.pick(['Buy', '*'])}'",
        ]
        if measure in ("sum", "max", "distinct"):
            keys.append("property: amount")
        if measure in ("count", "sum") and dice.chance(4):
            keys.append(dice.pick(["half_life: 9d", "linear_decay: 20d"]))
        elif measure in ("count", "days", "once") and dice.chance(4):
            keys.append(f"limit: {{count: 1, per: {dice.pick(['hour', 'day', 'week'])}}}")
        keys += dice.pick([[], ["cap: 3"], ["target: 4"], ["tiers: [{at_least: 1, value: 5}]"]])
        keys += dice.pick([[], [], ["max_points: 7"], ["window: 30d"], ["group: g"]])
        lines.append(f"  s{place}: {{{', '.join(keys)}}}")
    return parse_model(f"{SOURCE}events:\n" + "\n".join(lines))


@few
@given(seed=st.integers(0, 2**24 - 1), count=st.integers(1, 30))
def test_one_more_event_of_positive_weight_never_lowers_raw(seed: int, count: int) -> None:
    rows = log(count + 1, seed)
    rows[-1]["user_id"] = rows[0]["user_id"]
    model = growing(Dice(seed))
    before, after = (
        dict(
            score(frame(part, COLUMNS), model, as_of=T.isoformat(), now=T)
            .detail.select("customer", "raw")
            .iter_rows()
        )
        for part in (rows[:-1], rows)
    )
    who = rows[-1]["user_id"]
    assert after[who] >= before[who]
    assert {c: raw for c, raw in after.items() if c != who} == {
        c: raw for c, raw in before.items() if c != who
    }
