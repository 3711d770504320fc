"""Every key of ``nightly``: what one run by the clock does."""

from __future__ import annotations

import re

from cesctl.model.keys_source import PATHS
from cesctl.model.kinds import Duration, Number, Text
from cesctl.model.shapes import ByShape, OneOrMore
from cesctl.model.table import Key, Table

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _check_variable(text: str) -> tuple[str, str] | None:
    if _VARIABLE.fullmatch(text):
        return None
    return (
        "the name of an environment variable is expected",
        "an address holds a secret: put it into a variable, such as CESCTL_ALERTS, and name that here",
    )


VARIABLES = OneOrMore(
    Text("the name of an environment variable", _check_variable),
    "the name of an environment variable or a list of them",
)
RULES = OneOrMore(Text("a rule"), "a rule or a list of rules")

ALERTS = Table(
    "alerts ({to: CESCTL_ALERTS})",
    (
        Key("to", VARIABLES, "Environment variables that hold the addresses.", required=True),
        Key(
            "top",
            Number("a whole number above 0", whole=True, least=1),
            "How many customers a message names.",
            "10",
        ),
    ),
    doc="Whom to tell of customers that are newly at risk.",
)

NIGHTLY = Table(
    "a night's work ({store: events.store})",
    (
        Key("store", Text("a folder"), "The event store.", required=True),
        Key("horizon", Duration(), "How far from its day another copy of a record may lie.", "7d"),
        Key("max_rejected", Text("a share"), "More of the rows rejected ends the run.", "5%"),
        Key("outputs", PATHS, "Files of all scores, by ending, relative to the model file."),
        Key("at_risk_outputs", PATHS, "The same of customers at risk only."),
        Key("fail_if", RULES, "Ends with 1 where one holds, such as at_risk > 20%."),
        Key(
            "alerts",
            ByShape("the name of an environment variable or alerts", VARIABLES, VARIABLES, ALERTS),
            "Whom to tell of customers that are newly at risk.",
        ),
        Key(
            "catch_up",
            Number("a whole number of at least 0", whole=True, least=0, most=366),
            "How many missed nights are made up for.",
            "31",
        ),
    ),
    doc="What cesctl nightly does.",
)
