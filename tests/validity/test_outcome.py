"""What an outcome may be, and files of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from cesctl.duration import DAY_US
from cesctl.errors import InputError, UsageError
from cesctl.model import parse_model
from cesctl.pipeline.log import open_log
from cesctl.validity.outcome import parse_outcome
from cesctl.validity.outcome_file import read_outcomes

LOG = pl.DataFrame({"user_id": ["u1"], "event": ["a"], "timestamp": ["2026-01-01"]})


def test_kinds() -> None:
    event = parse_outcome("event: Subscription cancelled", good=True, again=True)
    assert event.event is not None
    assert event.event.names == ("Subscription cancelled",)
    assert (event.good, event.again) == (True, True)
    pattern = parse_outcome("event:*cancelled").event
    assert pattern is not None
    assert pattern.patterns == ("*cancelled",)
    silent = parse_outcome("silent:8w")
    assert silent.silent_us == 56 * DAY_US
    file = parse_outcome("data/churned.csv", label="gone")
    assert (file.file, file.label) == ("data/churned.csv", "gone")
    assert parse_outcome("C:/churned.csv").file == "C:/churned.csv"
    said = [str(o) for o in (event, parse_outcome("event:*cancelled"), silent, file)]
    assert said == [
        'event "Subscription cancelled"',
        'event "*cancelled"',
        "silent for 56d",
        '"gone" in data/churned.csv',
    ]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, "--outcome: write event:NAME"),
        ("event:", {}, '--outcome: "event:" does not say what; write event:NAME'),
        ("silent: ", {}, '--outcome: "silent: " does not say what'),
        ("silent:soon", {}, "--outcome: "),
        ("silent:0d", {}, "--outcome: must be above 0"),
        ("event:a", {"label": "x"}, "--label: event: has none"),
        ("silent:3d", {"label": "x"}, "--label: silent: has none"),
        ("silent:3d", {"good": True}, "--good: a silence is no good outcome"),
        ("silent:3d", {"again": True}, "--again: a silence"),
    ],
)
def test_what_is_no_outcome(text: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_outcome(text, **options)  # type: ignore[arg-type]
    assert str(error.value).startswith(message)


def outcomes(
    folder: Path, text: str, *, label: str | None = None, model: str = ""
) -> list[tuple[str, datetime]]:
    (folder / "out.csv").write_text(text, encoding="utf-8")
    log = open_log(LOG, parse_model("events: {a: 1}\n" + model))
    found = read_outcomes(parse_outcome(str(folder / "out.csv"), label=label), log)
    return sorted(found.select("customer", "at").iter_rows())


def test_columns_by_name(tmp_path: Path) -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    for head in (
        "customer,date",
        "user_id,churned_at",
        "Customer ID,Cancelled At",
        "email,timestamp",
    ):
        assert outcomes(tmp_path, f"{head}\n u1 ,2026-03-01\n,2026-03-02\nu2,\n") == [("u1", day)]
    # the log's own name for its customers goes first
    text = "user_id,kunde,date\nx,u1,2026-03-01\n"
    source = "source: {customer: kunde, event: event, timestamp: timestamp}\n"
    log = LOG.rename({"user_id": "kunde"})
    (tmp_path / "out.csv").write_text(text, encoding="utf-8")
    opened = open_log(log, parse_model("events: {a: 1}\n" + source))
    found = read_outcomes(parse_outcome(str(tmp_path / "out.csv")), opened)
    assert found["customer"].to_list() == ["u1"]


def test_times_are_those_of_the_models_zone(tmp_path: Path) -> None:
    text = "customer,date\nu1,2026-07-01\nu2,2026-07-01T10:00:00Z\n"
    found = outcomes(tmp_path, text, model="timezone: Europe/Berlin\n")
    assert [at.isoformat() for _, at in found] == [
        "2026-06-30T22:00:00+00:00",
        "2026-07-01T10:00:00+00:00",
    ]


def test_labels(tmp_path: Path) -> None:
    text = "customer,date,label\nu1,2026-03-01,gone\nu2,2026-03-02,renewed\nu1,2026-03-03,renewed\n"
    assert [c for c, _ in outcomes(tmp_path, text, label="renewed")] == ["u1", "u2"]
    with pytest.raises(InputError, match='several kinds of outcomes: "gone", "renewed"') as error:
        outcomes(tmp_path, text)
    assert "choose one by --label" in str(error.value)
    with pytest.raises(
        InputError, match='no row has the label "Gone"; there are: "gone", "renewed"'
    ):
        outcomes(tmp_path, text, label="Gone")
    with pytest.raises(InputError, match="no label column is found"):
        outcomes(tmp_path, "customer,date\nu1,2026-03-01\n", label="gone")
    same = text.replace("renewed", "gone")
    assert len(outcomes(tmp_path, same)) == 3


def test_ids_are_replaced_as_in_the_log(tmp_path: Path) -> None:
    (tmp_path / "ids.csv").write_text("from,to\nold,u1\n", encoding="utf-8")
    model = f"identities: {{file: {tmp_path / 'ids.csv'}, from: from, to: to}}\n"
    found = outcomes(tmp_path, "customer,date\nold,2026-03-01\nu2,2026-03-02\n", model=model)
    assert [c for c, _ in found] == ["u1", "u2"]


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='date "31/31/2026" of its row 2 is no time, and 1 more'):
        outcomes(tmp_path, "customer,date\nu1,2026-03-01\nu2,31/31/2026\nu3,never\n")
    with pytest.raises(
        InputError, match='no date column is found by its name; its columns are "customer", "x"'
    ):
        outcomes(tmp_path, "customer,x\nu1,2026-03-01\n")
    with pytest.raises(InputError, match="no customer column is found"):
        outcomes(tmp_path, "x,date\nu1,2026-03-01\n")
    with pytest.raises(InputError):
        read_outcomes(
            parse_outcome(str(tmp_path / "none.csv")), open_log(LOG, parse_model("events: {a: 1}"))
        )


def test_a_customer_may_be_called_id(tmp_path: Path) -> None:
    first = outcomes(tmp_path, "customer,id,date\nu1,7,2026-03-01\n")
    assert first == outcomes(tmp_path, "id,date\nu1,2026-03-01\n")
