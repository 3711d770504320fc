"""Every key of ``source`` and ``customers``: what it holds, what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cesctl.model.kinds import Flag, Text, Verbatim, Word
from cesctl.model.shapes import ByShape, Named, OneOrMore
from cesctl.model.table import Key, Table, With
from cesctl.model.timestamp_format import check_timestamp_format
from cesctl.model.types import COMBINES
from cesctl.model.where import WHERE
from cesctl.model.zones import check_zone

if TYPE_CHECKING:
    from cesctl.model.kinds import Schema

PRESETS = (
    "plain", "mixpanel", "amplitude", "ga4", "segment", "rudderstack", "posthog", "snowplow", "sendgrid",
    "stripe", "hubspot", "shopify", "zendesk", "mailchimp", "intercom", "salesforce", "matomo", "pendo",
    "heap", "mparticle",
)  # fmt: skip

COLUMN = Text("a column")
COLUMNS = OneOrMore(COLUMN, "a column or a list of columns")
PATHS = OneOrMore(Text("a path"), "a path or a list of paths")
ZONE = Text("a timezone", check_zone)

ONE_EVENT = Table(
    "an event ({value: name})",
    (Key("value", Text("an event name"), "Every row is this event.", required=True),),
)
EVENT = ByShape("a column, a list of columns or {value: name}", COLUMNS, COLUMNS, ONE_EVENT)


@dataclass(eq=False, repr=False)
class PresetName(Text):
    """The name of a preset, of the program or of the model's own: those are known only when all is read."""

    wanted: str = "the name of a preset"

    def schema(self) -> Schema:
        return {"anyOf": [{"enum": list(PRESETS)}, {"type": "string", "pattern": r"\S"}]}


SOURCE = Table(
    "a source",
    (
        Key("preset", PresetName(), "The tool that made it.", "found"),
        Key("files", PATHS, "Paths or globs, relative to the model file.", "the command line's"),
        Key(
            "customer",
            COLUMNS,
            "Column or dotted path of the customer's id; of a list the first that is not empty.",
            "common names",
        ),
        Key(
            "event",
            EVENT,
            "Column or dotted path of the event's name; {value: name}: every row is that event.",
            "common names",
        ),
        Key("timestamp", COLUMNS, "Column or dotted path of the event's time.", "common names"),
        Key("id", COLUMN, "Column that identifies a record: rows of one id are one event.", "none"),
        Key(
            "deduplicate",
            Word(("id", "exact", "none")),
            "What makes two rows the same event.",
            "id where id is set, else none",
        ),
        Key("where", WHERE, "Only rows of which these properties hold; all must.", "all rows"),
        Key(
            "timestamp_format",
            Text("a format", check_timestamp_format),
            "auto, iso, epoch_s, epoch_ms, epoch_us or a strptime format.",
            "auto",
        ),
        Key("timezone", ZONE, "Zone of timestamps that carry none.", "the model's"),
        Key("prefix", Verbatim(), "Text put before each event name.", "none"),
    ),
    rules=(With(("id",), "deduplicate", ("id",), "none", required=True, anywhere=True),),
    doc="How to read an export.",
)

SOURCES = Named(SOURCE, "a mapping {name: {files: ...}}", "a source")

IDENTITIES = Table(
    "identities ({file: ids.csv, from: old, to: new})",
    (
        Key(
            "file",
            Text("a path"),
            "CSV, JSON, NDJSON or Parquet, relative to the model file.",
            required=True,
        ),
        Key("from", COLUMN, "Its column of the ids to replace.", "from"),
        Key("to", COLUMN, "Its column of the ids they become.", "to"),
    ),
    doc="Ids to replace before anything is counted; chains are followed.",
)

ROLL_UP = Table(
    "a roll-up ({to: account_id, by: mean})",
    (
        Key("to", COLUMN, "The property that names a customer's account.", required=True),
        Key("by", Word(COMBINES), "What the raw of its customers make together.", "mean"),
    ),
    doc="Scores per account: customers are the users of accounts.",
)

CUSTOMERS = Table(
    "a roster ({file: accounts.csv})",
    (
        Key(
            "file",
            Text("a path"),
            "CSV, JSON, NDJSON or Parquet, relative to the model file.",
            required=True,
        ),
        Key("id", COLUMN, "Its column of the customer's id.", "customer"),
        Key("only", Flag(), "Whether customers that are not in it are left out.", "false"),
    ),
    doc="A list of customers, scored even when silent; its other columns are attributes.",
)
