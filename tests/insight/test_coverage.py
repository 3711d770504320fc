"""How a model fits a log."""

from __future__ import annotations

import polars as pl

from cesctl.insight.coverage import Coverage, check_log
from cesctl.model import parse_model
from tests.insight.frames import NOW, export

SOURCE = "source: {customer: customer, event: event, timestamp: timestamp}\n"


def check(model: str, log: pl.DataFrame) -> Coverage:
    return check_log(parse_model(SOURCE + model), log, now=NOW)


def said(found: Coverage, about: str) -> list[str]:
    return [f"{a.text} | {a.hint}" for a in found.advice if a.about == about]


def log() -> pl.DataFrame:
    """40 customers: all log in up to 40 times, the first 20 export once, one cancels long ago."""
    rows = [(f"c{i:02}", "Login", 100.0 + day) for i in range(40) for day in range(i + 1)]
    rows += [(f"c{i:02}", "Export", 120.0) for i in range(20)]
    rows += [("c00", "Cancel", 0.0), ("c01", "Page viewed", 120.0), ("c01", "Page viewed", 121.0)]
    return export(rows)


def test_uses_of_each_signal() -> None:
    found = check("window: 90d\nevents: {Login: 1, Export: 10, Cancel: -5}", log())
    login, exported, cancel = found.signals
    assert (login.events, login.taken, login.customers) == (820, 820, 40)
    assert (exported.events, exported.taken, exported.customers) == (20, 20, 20)
    assert login.share == 820 / 1020
    assert (cancel.events, cancel.taken, cancel.share) == (1, 0, 0.0)


def test_a_misspelt_event_gets_a_suggestion() -> None:
    found = check("events: {login: 1, Exprot: 2, Zebra: 3, Login: 1}", log())
    assert said(found, "events.login") == ['no event of the log is "login" | did you mean "Login"?']
    assert said(found, "events.Exprot") == [
        'no event of the log is "Exprot" | did you mean "Export"?'
    ]
    assert said(found, "events.Zebra") == ['no event of the log is "Zebra" | ']


def test_one_of_several_names_that_is_not_there() -> None:
    model = 'events: {use: {event: [Login, Exports], weight: 1}, E: {event: "E*", weight: 41}}'
    found = check(model, log())
    assert said(found, "events.use") == [
        'no event of the log is "Exports" | did you mean "Export"?'
    ]
    assert said(found, "events.E") == []


def test_events_outside_the_window() -> None:
    found = check("window: 90d\nevents: {Cancel: -1, Login: 1}", log())
    assert said(found, "events.Cancel") == [
        "takes none of the 1 events of that name in the log | look at its window"
    ]


def test_a_property_that_no_event_of_the_signal_has() -> None:
    frame = export([("a", "Buy", 0), ("b", "Login", 1)], amount=[None, "3"], value=["5", None])
    found = check("events: {Buy: {weight: 1, measure: sum, property: amount}}", frame)
    assert said(found, "events.Buy") == [
        'property "amount" is empty in all 1 events that this signal takes | '
    ]
    found = check("events: {Buy: {weight: 1, measure: sum, property: value}}", frame)
    assert said(found, "events.Buy") == []


def test_a_condition_that_wants_nothing_there_is_fine() -> None:
    frame = export([("a", "Buy", 0)], test=[None])
    found = check("events: {Buy: {weight: 1, where: {test: {exists: false}}}}", frame)
    assert said(found, "events.Buy") == []
    found = check("events: {Buy: {weight: 1, where: {test: {ne: x}}}}", frame)
    assert said(found, "events.Buy") == []


def test_events_no_signal_uses_most_first() -> None:
    found = check("events: {Login: 1}", log())
    assert [(e.name, e.count, e.customers) for e in found.unused] == [
        ("Export", 20, 20),
        ("Page viewed", 2, 1),
        ("Cancel", 1, 1),
    ]


def test_a_signal_that_takes_all_uses_none_in_particular() -> None:
    model = 'events: {Login: 1, "P* v*": 1, days: {event: "*", measure: days, weight: 1}}'
    found = check(model, log())
    assert [e.name for e in found.unused] == ["Export", "Page viewed", "Cancel"]
    assert found.catch_all == ("days",)
    found = check('events: {Login: 1, views: {event: "P* v*", weight: 1}}', log())
    assert [e.name for e in found.unused] == ["Export", "Cancel"]


def test_bands_that_nobody_reaches() -> None:
    found = check("events: {Login: 1}\nbands: {None: 1, Some: 2, All: 50}", log())
    assert said(found, "bands.None") == []
    assert said(found, "bands.All") == ["no customer reaches it | scores go from 1 to 40"]


def test_a_band_between_that_nobody_is_in() -> None:
    frame = export([("a", "x", 0), *[("b", "x", 0)] * 90])
    found = check("events: {x: 1}", frame)
    assert said(found, "bands.Mid-range") == ["no customer is in it | scores go from 1 to 90"]


def test_one_signal_that_makes_up_most_of_the_score() -> None:
    found = check("events: {Login: 1, Export: 1}", log())
    assert "makes up 98% of all points" in said(found, "events.Login")[0]
    assert said(check("events: {Login: 1, Export: 41}", log()), "events.Login") == []
    assert said(check("events: {Login: 1, Export: 0}", log()), "events.Login") == []


def test_the_share_counts_what_groups_make_of_points() -> None:
    model = "events: {Login: {weight: 1, group: g}, Export: 41}\ngroups: {g: {weight: 100}}"
    assert said(check(model, log()), "events.Login") != []


def test_limits_that_all_or_none_reach() -> None:
    found = check("events: {Login: {weight: 1, cap: 2}, Export: {weight: 40, cap: 9}}", log())
    assert (
        "cap 2 is reached by 98% of the customers who have the signal"
        in said(found, "events.Login")[0]
    )
    assert "cap 9 is reached by no customer; the most is 1" in said(found, "events.Export")[0]
    found = check("events: {Login: {weight: 1, max_points: 1}, Export: 41}", log())
    assert "max_points 1 is reached by 100%" in said(found, "events.Login")[0]
    found = check("events: {Login: {weight: 1, cap: 20}, Export: 41}", log())
    assert said(found, "events.Login") == []


def test_few_customers_are_no_ground_to_judge_a_limit() -> None:
    frame = export([("a", "x", 0), ("b", "y", 0)])
    assert said(check("events: {x: {weight: 1, cap: 5}, y: 1}", frame), "events.x") == []


def test_ratios_match_nothing_themselves() -> None:
    model = "events: {Login: 1, Export: 1, r: {measure: ratio, of: Export, per: Login, weight: 1}}"
    found = check(model, log())
    assert said(found, "events.r") == []
    assert (found.signals[2].events, found.signals[2].customers) == (0, 40)


def test_rejected_rows_are_counted() -> None:
    frame = export([("a", "x", 0), ("", "x", 0), ("b", " ", 0)])
    found = check("events: {x: 1}", frame)
    assert found.result.rows.rejected == {"no customer": 1, "no event": 1}
    assert found.signals[0].events == 1
    assert said(found, "source")[0].startswith(
        "66.7% of the rows are rejected: 1 no customer, 1 no event"
    )


def test_unreadable_timestamps_get_the_key_to_set() -> None:
    frame = export([("a", "x", 0)]).with_columns(timestamp=pl.lit("31/31/2026"))
    assert "source.timestamp_format" in said(check("events: {x: 1}", frame), "source")[0]


def test_risk_and_attributes_that_name_what_is_not_there() -> None:
    frame = export([("a", "Login", 0)], plan=["pro"], plans=[None])
    model = "events: {Login: 1}\nrisk: {activity: [Login, Logins]}\nattributes: {p: plan, q: plans}"
    found = check(model, frame)
    assert said(found, "risk.activity") == [
        'no event of the log is "Logins" | did you mean "Login"?'
    ]
    assert said(found, "attributes.p") == []
    assert said(found, "attributes.q") == [
        'property "plans" is empty in all events | did you mean "plan"?'
    ]
