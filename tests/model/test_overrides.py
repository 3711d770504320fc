"""Options of the command line in place of the model's keys."""

from __future__ import annotations

import pytest

from cesctl.duration import DAY_US
from cesctl.errors import UsageError
from cesctl.model import override, parse_model
from cesctl.model.types import Roster

MODEL = parse_model("""
window: 90d
compare: 30d
events:
  login: 1
  own: {weight: 1, window: 7d}
  all: {weight: 1, window: none}
  recent: {weight: 1, measure: recency}
  share: {weight: 1, measure: ratio, of: login, per: own}
customers: {file: accounts.csv, id: account, only: true}
""")


def windows(text: str) -> dict[str, int | None]:
    return {s.name: s.window_us for s in override(MODEL, window=text).signals}


def test_nothing_given_changes_nothing() -> None:
    assert override(MODEL) == MODEL


def test_a_window_is_that_of_signals_that_name_none() -> None:
    assert windows("30d") == {
        "login": 30 * DAY_US,
        "own": 7 * DAY_US,
        "all": None,
        "recent": None,
        "share": None,
    }
    assert override(MODEL, window="30d").window_us == 30 * DAY_US


def test_no_window_is_all_history() -> None:
    assert windows("none")["login"] is None
    assert windows("none")["own"] == 7 * DAY_US
    assert override(MODEL, window="none").window_us is None


def test_as_of_and_compare() -> None:
    model = override(MODEL, as_of=" 2026-11-01 ", compare="1w")
    assert model.as_of == "2026-11-01"
    assert model.compare_us == 7 * DAY_US


def test_customers_keep_the_rest_of_the_roster() -> None:
    assert override(MODEL, customers="x.csv").customers == Roster("x.csv", "account", only=True)
    bare = parse_model("events: {a: 1}")
    assert override(bare, customers="x.csv").customers == Roster("x.csv")


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("as_of", "yesterday", '--as-of: "yesterday" is no time: write latest, now'),
        ("window", "90 days", '--window: "90 days" is not a duration: write "90d"'),
        ("window", "0d", "--window: a duration above 0 is expected"),
        ("compare", "none", '--compare: "none" is not a duration'),
        ("compare", "0d", "--compare: a duration above 0 is expected"),
        ("customers", " ", "--customers: the name of a file is expected"),
    ],
)
def test_a_wrong_option_says_which(option: str, text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        override(MODEL, **{option: text})
    assert str(error.value).startswith(message)
