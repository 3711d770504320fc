"""Every key of a signal: what it holds, what it means, what it goes with."""

from __future__ import annotations

from cesctl.model.kinds import Duration, Number, NumberOrWord, Text, Word
from cesctl.model.shapes import ByShape, ListOf, OneOrMore
from cesctl.model.table import Key, Table, With
from cesctl.model.types import CAN_BE_NOTHING, MEASURES, NEEDS_PROPERTY
from cesctl.model.where import WHERE

NUMBER = Number()
NAMES = OneOrMore(Text("an event name"), "an event name, a list of names or a pattern")
SIGNAL_NAME = Text("a signal's name")
MAX_POINTS = Key("max_points", NUMBER, "Points are at most this.", "none")
MIN_POINTS = Key("min_points", NUMBER, "Points are at least this.", "none")

WITH_PROPERTY = tuple(m for m in MEASURES if m in NEEDS_PROPERTY)
WITH_EVENTS = tuple(m for m in MEASURES if m != "ratio")
WITH_LIMIT = ("count", "sum", "days", "weeks", "once")
WITH_GAP = ("sessions", "session_minutes", "bounces")

LIMIT = Table(
    "a limit ({count: 3, per: day})",
    (
        Key(
            "count",
            Number("a whole number of at least 1", whole=True, least=1),
            "How many events are counted.",
            required=True,
        ),
        Key("per", Word(("hour", "day", "week")), "Calendar unit.", required=True),
    ),
)

TARGET = ByShape(
    "a number or {from: a, to: b}",
    Number("a number other than 0", not_zero=True),
    pairs=Table(
        "a target ({from: a, to: b})",
        (
            Key("from", NUMBER, "The measure that gives value 0.", required=True),
            Key("to", NUMBER, "The measure that gives value 100.", required=True),
        ),
    ),
)

TIERS = ListOf(
    Table(
        "a tier ({at_least: 1, value: 50})",
        (
            Key("at_least", NUMBER, "The least measure of the tier.", required=True),
            Key("value", NUMBER, "The tier's value.", required=True),
        ),
    ),
    "a list of tiers [{at_least: 1, value: 50}]",
)

SIGNAL = Table(
    "a signal",
    (
        Key("weight", NUMBER, "points = weight x value.", required=True),
        Key("event", NAMES, "Event name, list, or pattern with * and ?.", "the signal's name"),
        Key("where", WHERE, "Only events of which these properties hold; all must.", "all"),
        Key(
            "window",
            Duration(none=True),
            "How far back events count; none is all history.",
            "the model's; none for recency and tenure",
        ),
        Key("offset", Duration(zero=True), "Moves the window back.", "0"),
        Key("limit", LIMIT, "Only the first events of each hour, day or week.", "none"),
        Key("measure", Word(MEASURES), "The number taken from the events.", "count"),
        Key("property", Text("a property"), "Column or dotted path that is measured.", "none"),
        Key("half_life", Duration(), "An event of this age counts half.", "none"),
        Key("linear_decay", Duration(), "An event of this age counts nothing.", "none"),
        Key("cap", NUMBER, "The measure counts up to this.", "none"),
        Key("target", TARGET, "The measure of value 100; {from: a, to: b}: a range.", "none"),
        Key("tiers", TIERS, "Values by the tier that the measure reaches.", "none"),
        MAX_POINTS,
        MIN_POINTS,
        Key(
            "missing",
            NumberOrWord(("zero", "skip")),
            "What it gives where there is nothing to measure.",
            "zero",
        ),
        Key("group", Text("a group's name"), "The group its points go to.", "none"),
        Key("gap", Duration(), "A session ends where no event follows within this.", "30m"),
        Key("of", SIGNAL_NAME, "The signal whose measure is divided."),
        Key("per", SIGNAL_NAME, "The signal whose measure it is divided by."),
    ),
    exclusive=(("half_life", "linear_decay"), ("target", "tiers")),
    rules=(
        With(("property",), "measure", WITH_PROPERTY, "count", required=True),
        With(("half_life", "linear_decay"), "measure", ("count", "sum"), "count"),
        With(("limit",), "measure", WITH_LIMIT, "count"),
        With(("gap",), "measure", WITH_GAP, "count"),
        With(
            ("missing",),
            "measure",
            tuple(m for m in MEASURES if m in CAN_BE_NOTHING),
            "count",
            harmless="zero",
            why="this measure is never nothing: without events it is 0",
        ),
        With(("of", "per"), "measure", ("ratio",), "count", required=True),
        With(
            ("event", "where", "window", "offset"),
            "measure",
            WITH_EVENTS,
            "count",
            why="a ratio divides the measures of two other signals: set it there",
        ),
    ),
    doc="Turns a customer's events into a measure, a value and points.",
)
