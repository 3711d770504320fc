"""Every key of the model page: where it stands, what it holds, what it means.

The loader reads by this table and the JSON Schema is written from it.
"""

from __future__ import annotations

from cesctl.model.as_of import check_as_of
from cesctl.model.kinds import (
    ByShape,
    Duration,
    Flag,
    ListOf,
    Named,
    Number,
    NumberOrWord,
    OneOrMore,
    Text,
    Verbatim,
    WholeWord,
    Word,
)
from cesctl.model.table import Key, Table, With
from cesctl.model.timestamp_format import check_timestamp_format
from cesctl.model.types import MEASURES, NEEDS_PROPERTY
from cesctl.model.where import WHERE
from cesctl.model.zones import check_zone

PRESETS_LATER = (
    "mixpanel", "amplitude", "ga4", "segment", "rudderstack", "posthog", "snowplow", "sendgrid",
    "stripe", "hubspot", "shopify", "zendesk",
)  # fmt: skip
SESSION_MEASURES = ("sessions", "session_minutes", "bounces")
METHODS = ("none", "clamp", "linear", "possible", "minmax", "percentile", "logistic")

NUMBER = Number()
NAMES = OneOrMore(Text("an event name"), "an event name, a list of names or a pattern")
COLUMNS = OneOrMore(Text("a column"), "a column or a list of columns")
TWO_NUMBERS = ListOf(NUMBER, "two numbers [from, to]", exactly=2)
ZONE = Text("a timezone", check_zone)
MAX_POINTS = Key("max_points", NUMBER, "Points are at most this.", "none")
MIN_POINTS = Key("min_points", NUMBER, "Points are at least this.", "none")
WHERE_KEY = Key("where", WHERE, "Only where these properties hold; all must.", "all")

SOURCE = Table(
    "a source",
    (
        Key("preset", Word(("plain",), later=PRESETS_LATER), "The tool that made the export.", "found"),
        Key("files", OneOrMore(Text("a path"), "a path or a list of paths"),
            "Paths or globs, relative to the model file.", "the command line's"),
        Key("customer", COLUMNS, "Column or dotted path of the customer's id; of a list the first that is filled.",
            "common names"),
        Key("event", ByShape("a column, a list of columns or {value: name}", COLUMNS, COLUMNS,
                             Table("an event", (Key("value", Text("an event name"),
                                                    "Every row is this event.", required=True),))),
            "Column or dotted path of the event's name, or {value: name}: every row is that event.",
            "common names"),
        Key("timestamp", COLUMNS, "Column or dotted path of the event's time.", "common names"),
        Key("id", Text("a column"), "Column that identifies a record: the same id is the same event.", "none"),
        Key("deduplicate", Word(("id", "exact", "none")), "What makes two rows the same event.",
            "id where id is set, else none"),
        Key("where", WHERE, "Rows to read: only where these properties hold; all must.", "all rows"),
        Key("timestamp_format", Text("a format", check_timestamp_format),
            "auto, iso, epoch_s, epoch_ms, epoch_us or a strptime format.", "auto"),
        Key("timezone", ZONE, "Zone of timestamps that carry none.", "the model's"),
        Key("prefix", Verbatim(), "Text put before each event name.", "none"),
    ),
    doc="How to read an export.",
)  # fmt: skip

LIMIT = Table(
    "a limit",
    (
        Key("count", Number("a whole number of at least 1", whole=True, least=1),
            "How many events are counted.", required=True),
        Key("per", Word(("hour", "day", "week")), "Calendar unit.", required=True),
    ),
)  # fmt: skip

TARGET = ByShape(
    "a number or {from: a, to: b}",
    Number("a number other than 0", not_zero=True),
    pairs=Table("a target", (
        Key("from", NUMBER, "The measure that gives value 0.", required=True),
        Key("to", NUMBER, "The measure that gives value 100.", required=True),
    )),
)  # fmt: skip

TIERS = ListOf(
    Table("a tier", (
        Key("at_least", NUMBER, "The measure from which on the tier holds.", required=True),
        Key("value", NUMBER, "The tier's value.", required=True),
    )),
    "a list of tiers [{at_least: 1, value: 50}]",
)  # fmt: skip

SIGNAL = Table(
    "a signal",
    (
        Key("weight", NUMBER, "points = weight × value.", required=True),
        Key("event", NAMES, "Event name, list of names, or pattern with * and ?.", "the signal's name"),
        Key("where", WHERE, "Only events of which these properties hold; all must.", "all"),
        Key("window", Duration(none=True), "How far back events count; none is all history.",
            "the model's; none for recency and tenure"),
        Key("offset", Duration(zero=True), "Moves the window back.", "0"),
        Key("limit", LIMIT, "Counts only the first events of each hour, day or week.", "none"),
        Key("measure", Word(MEASURES), "The number taken from the events.", "count"),
        Key("property", Text("a property"), "Column or dotted path of what is measured.", "none"),
        Key("half_life", Duration(), "An event of this age counts half.", "none"),
        Key("linear_decay", Duration(), "An event of this age counts nothing, in between in proportion.", "none"),
        Key("cap", NUMBER, "The measure counts up to this.", "none"),
        Key("target", TARGET, "The measure that is worth 100; {from: a, to: b} for a range.", "none"),
        Key("tiers", TIERS, "Values by the tier that the measure reaches.", "none"),
        MAX_POINTS,
        MIN_POINTS,
        Key("missing", NumberOrWord(("zero", "skip")), "What it gives where there is nothing to measure.", "zero"),
        Key("group", Text("a group's name"), "The group its points go to.", "none"),
        Key("gap", Duration(), "A session ends where no event follows within this.", "30m"),
        Key("of", Text("a signal's name"), "The signal whose measure is divided."),
        Key("per", Text("a signal's name"), "The signal whose measure it is divided by."),
    ),
    exclusive=(("half_life", "linear_decay"), ("target", "tiers")),
    rules=(
        With(("property",), "measure", tuple(m for m in MEASURES if m in NEEDS_PROPERTY), "count", required=True),
        With(("half_life", "linear_decay"), "measure", ("count", "sum"), "count"),
        With(("limit",), "measure", ("count", "sum", "days", "weeks", "once"), "count"),
        With(("gap",), "measure", SESSION_MEASURES, "count"),
        With(("of", "per"), "measure", ("ratio",), "count", required=True),
        With(("event", "where", "window", "offset"), "measure", tuple(m for m in MEASURES if m != "ratio"),
             "count", why="a ratio divides the measures of two other signals: set it there"),
    ),
)  # fmt: skip

GROUP = Table(
    "a group",
    (
        Key("weight", NUMBER, "Factor on the sum of its signals' points.", "1"),
        MAX_POINTS,
        MIN_POINTS,
    ),
)

SCALE = Table(
    "a scale",
    (
        Key("method", Word(METHODS), "How raw becomes the score.", "none"),
        Key("from", TWO_NUMBERS, "The raw that gives the two ends of `to`."),
        Key("to", TWO_NUMBERS, "The ends of the scale.", "[0, 100]"),
        Key("round", Number("a whole number from 0 to 6", whole=True, least=0, most=6), "Decimals.", "1"),
        Key("clip", Flag(), "Whether the score is kept within `to`.", "true"),
        Key("midpoint", NUMBER, "The raw that gives the middle of the scale."),
        Key("steepness", Number("a number other than 0", not_zero=True), "How fast the score rises there."),
    ),
    rules=(
        With(("from",), "method", ("linear",), "none", required=True),
        With(("clip",), "method", ("linear", "possible", "minmax"), "none"),
        With(("midpoint", "steepness"), "method", ("logistic",), "none", required=True),
    ),
    doc="How the sum of all points becomes the score.",
)  # fmt: skip

COLOR = r"^(#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})|[A-Za-z][A-Za-z0-9_]*)$"

BANDS = ByShape(
    "a list of bands or {name: from}",
    items=ListOf(
        Table("a band", (
            Key("name", Text("a name"), "What the band is called.", required=True),
            Key("from", NUMBER, "The least score of the band.", required=True),
            Key("at_risk", Flag(), "Whether its customers are at risk.", "true for the first band, if none has the key"),
            Key("action", Text(), "What to do with its customers."),
            Key("color", Text("a colour", pattern=COLOR), "A colour's name or #rrggbb."),
        )),
        "a list of bands",
    ),
    pairs=Named(NUMBER, "bands ({name: from})", "a band"),
)  # fmt: skip

RISK = Table(
    "risk",
    (
        Key(
            "drop",
            Number("a number of at least 0", least=0),
            "At risk when the score fell by this or more.",
        ),
        Key("silent_for", Duration(), "At risk when the last event is this long ago."),
        Key("activity", NAMES, "The events that end silence.", "all"),
    ),
    doc="Who is at risk, beside the customers of at-risk bands.",
)

CUSTOMERS = Table(
    "a roster",
    (
        Key(
            "file",
            Text("a path"),
            "CSV, JSON, NDJSON or Parquet, relative to the model file.",
            required=True,
        ),
        Key("id", Text("a column"), "Its column of the customer's id.", "customer"),
        Key("only", Flag(), "Whether customers that are not in it are left out.", "false"),
    ),
    doc="A list of customers, scored even when silent; its other columns are attributes.",
)

MODEL = Table(
    "a model",
    (
        Key("version", WholeWord(1), "Version of the model page.", "1"),
        Key("name", Text("a name"), "What the model is called."),
        Key("timezone", ZONE, "Zone of calendar days and weeks, and of as_of without one.", "UTC"),
        Key("as_of", Text("a time", check_as_of), "The instant the score is true at: latest, now, a date or an instant.",
            "latest"),
        Key("window", Duration(none=True), "Window of signals that name none; none is all history.", "none"),
        Key("compare", Duration(), "Also scores that long ago, for the change."),
        Key("source", SOURCE, "How to read an export."),
        Key("sources", None, "Several sources by name."),
        Key("events", Named(ByShape("a weight or a signal", NUMBER, pairs=SIGNAL), "signals ({name: weight})", "a signal"),
            "The signals: name: weight, or name: {weight: …}.", required=True),
        Key("groups", Named(GROUP, "groups ({name: {weight: 1}})", "a group"), "Groups of signals."),
        Key("scale", SCALE, "How the sum of all points becomes the score."),
        Key("bands", BANDS, "Named ranges of the score, from the lowest.", "Low 1, Mid-range 41, Good 71"),
        Key("risk", RISK, "Who is at risk, beside the customers of at-risk bands."),
        Key("customers", CUSTOMERS, "A list of customers, scored even when silent."),
        Key("attributes", Named(Text("a property"), "attributes ({name: property})", "an attribute"),
            "A customer's latest value of a property, by the attribute's name."),
        Key("identities", None, "Ids to replace."),
        Key("roll_up", None, "Scores per account."),
        Key("variants", None, "Other signals for some customers."),
    ),
    doc="A customer engagement model.",
)  # fmt: skip
