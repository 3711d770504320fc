"""Every key of the model page: where it stands, what it holds, what it means.

The loader reads by this table and the JSON Schema is written from it.
"""

from __future__ import annotations

from cesctl.model.as_of import check_as_of
from cesctl.model.keys_lists import LISTS
from cesctl.model.keys_nightly import NIGHTLY
from cesctl.model.keys_preset import PRESETS
from cesctl.model.keys_signal import MAX_POINTS, MIN_POINTS, NAMES, NUMBER, SIGNAL
from cesctl.model.keys_source import CUSTOMERS, IDENTITIES, ROLL_UP, SOURCE, SOURCES, ZONE
from cesctl.model.kinds import Duration, Flag, Number, Text, WholeWord, Word
from cesctl.model.shapes import ByShape, ListOf, Named
from cesctl.model.table import Key, Table, With
from cesctl.model.where import WHERE

METHODS = ("none", "clamp", "linear", "possible", "minmax", "percentile", "logistic")
TWO_NUMBERS = ListOf(NUMBER, "a pair of numbers [from, to]", exactly=2)
NOT_ZERO = Number("a number other than 0", not_zero=True)
DECIMALS = Number("a whole number from 0 to 6", whole=True, least=0, most=6)
COLOR = r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})|[A-Za-z][A-Za-z0-9_]*"

EVENTS = Named(
    ByShape(
        "a weight or a signal",
        NUMBER,
        pairs=SIGNAL,
        hint="write a weight: how many points each event gives",
    ),
    "a mapping {name: weight}",
    "a signal",
)

GROUPS = Named(
    Table(
        "a group",
        (
            Key("weight", NUMBER, "Factor on the sum of its signals' points.", "1"),
            MAX_POINTS,
            MIN_POINTS,
        ),
    ),
    "a mapping {name: {weight: 1}}",
    "a group",
)

SCALE = Table(
    "a scale ({method: linear, from: [0, 250]})",
    (
        Key("method", Word(METHODS), "How raw becomes the score.", "none"),
        Key("from", TWO_NUMBERS, "The raw that gives the two ends of `to`."),
        Key("to", TWO_NUMBERS, "The ends of the scale.", "[0, 100]"),
        Key("round", DECIMALS, "Decimals of the score.", "1"),
        Key("clip", Flag(), "Whether the score is kept within `to`.", "true"),
        Key("midpoint", NUMBER, "The raw that gives the middle of the scale."),
        Key("steepness", NOT_ZERO, "How fast the score rises at the midpoint."),
    ),
    rules=(
        With(("from",), "method", ("linear",), "none", required=True),
        With(("clip",), "method", ("linear", "possible", "minmax"), "none"),
        With(("midpoint", "steepness"), "method", ("logistic",), "none", required=True),
    ),
    doc="How the sum of all points becomes the score.",
)

BAND = Table(
    "a band ({name: Low, from: 1})",
    (
        Key("name", Text("a name"), "What the band is called.", required=True),
        Key("from", NUMBER, "The least score of the band.", required=True),
        Key(
            "at_risk",
            Flag(),
            "Whether its customers are at risk.",
            "true for the first band where no band has the key",
        ),
        Key("action", Text(), "What to do with its customers."),
        Key("color", Text("a colour", pattern=COLOR), "A colour's name or #rrggbb."),
    ),
)

BANDS = ByShape(
    "a list of bands or {name: from}",
    items=ListOf(BAND, "a list of bands"),
    pairs=Named(NUMBER, "a mapping {name: from}", "a band"),
)

RISK = Table(
    "risk ({drop: 15, silent_for: 21d})",
    (
        Key("drop", Number("a number of at least 0", least=0), "A fall by this or more."),
        Key("silent_for", Duration(), "No event for this long."),
        Key("activity", NAMES, "The events that end silence.", "all"),
    ),
    doc="Who is at risk, beside the customers of at-risk bands.",
)

ATTRIBUTES = Named(Text("a property"), "a mapping {name: property}", "an attribute")

VARIANT = Table(
    "a variant ({name: trial, where: {plan: trial}, bands: …})",
    (
        Key("name", Text("a name"), "What the variant is called.", required=True),
        Key(
            "where", WHERE, "Conditions on attributes, as on properties in a signal.", required=True
        ),
        Key("events", EVENTS, "The signals, in place of the model's."),
        Key("groups", GROUPS, "Groups of signals, in place of the model's."),
        Key("scale", SCALE, "The scale, in place of the model's."),
        Key("bands", BANDS, "The bands, in place of the model's."),
        Key("risk", RISK, "Who is at risk, in place of the model's."),
    ),
    doc="Customers that are scored by keys of their own.",
)
VARIANTS = ListOf(VARIANT, "a list of variants")

MODEL = Table(
    "a model",
    (
        Key("version", WholeWord(1), "Version of the model page.", "1"),
        Key("name", Text("a name"), "What the model is called."),
        Key("timezone", ZONE, "Zone of days and weeks, and of as_of without one.", "UTC"),
        Key(
            "as_of",
            Text("a time", check_as_of),
            "The instant the score is true at: latest, now, a date or an instant.",
            "latest",
        ),
        Key("window", Duration(none=True), "Window of signals that name none.", "none"),
        Key("compare", Duration(), "Also scores that long ago, for the change."),
        Key("source", SOURCE, "How to read an export."),
        Key("sources", SOURCES, "Several sources, each with a name: one log in the end."),
        Key("presets", PRESETS, "Layouts of tools that the program does not know, by name."),
        Key("events", EVENTS, "The signals: name: weight or name: {…}.", required=True),
        Key("groups", GROUPS, "Groups of signals."),
        Key("scale", SCALE, "How the sum of all points becomes the score."),
        Key("bands", BANDS, "Named ranges of the score.", "Low 1, Mid-range 41, Good 71"),
        Key("risk", RISK, "Who is at risk, beside the customers of at-risk bands."),
        Key("customers", CUSTOMERS, "A list of customers, scored even when silent."),
        Key("attributes", ATTRIBUTES, "A customer's latest value of a property, by name."),
        Key("identities", IDENTITIES, "Ids to replace before anything is counted."),
        Key("roll_up", ROLL_UP, "Scores per account instead of per customer."),
        Key("lists", LISTS, "Customers to act on, by name: what they are and how they score."),
        Key(
            "variants",
            VARIANTS,
            "Customers that are scored by signals, scale or bands of their own.",
        ),
        Key("nightly", NIGHTLY, "What cesctl nightly does: the store, outputs, alerts."),
    ),
    exclusive=(("source", "sources"),),
    doc="A customer engagement model.",
)
