"""Every key of ``presets``: the layouts of tools that the program does not know."""

from __future__ import annotations

from cesctl.model.keys_source import COLUMNS, SOURCE
from cesctl.model.kinds import Text
from cesctl.model.shapes import Named
from cesctl.model.table import Key, Table

_AS_IN_A_SOURCE = (
    "customer", "event", "timestamp", "deduplicate", "where", "timestamp_format", "timezone", "prefix",
)  # fmt: skip

PRESET = Table(
    "a preset ({columns: [...], customer: ..., event: ..., timestamp: ...})",
    (
        Key(
            "columns",
            COLUMNS,
            "Columns that every file of the tool has, and no other tool's: it is known by them.",
            required=True,
        ),
        *(key for key in SOURCE.keys if key.name in _AS_IN_A_SOURCE),
        Key("id", COLUMNS, "Column, or columns together, that identify a record.", "none"),
        Key(
            "rows",
            Text("a path"),
            "In JSON, the path of an array in each record whose elements are the rows.",
            "each record is a row",
        ),
    ),
    rules=SOURCE.rules,
    doc="How a tool's files are known, and how to read them.",
)
PRESETS = Named(PRESET, "a mapping {name: {columns: [...]}}", "a preset")
