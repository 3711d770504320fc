"""Every key of ``lists``: customers to act on, by what they are and how they score."""

from __future__ import annotations

from cesctl.model.kinds import Flag, Number, Text
from cesctl.model.shapes import ByShape, Named, OneOrMore
from cesctl.model.table import Key, Table
from cesctl.model.where import WHERE

NUMBER = Number()
COMPARED = Table(
    "a comparison ({ge: 5})",
    (
        Key("eq", NUMBER, "It is this number."),
        Key("ne", NUMBER, "It is another number."),
        Key("gt", NUMBER, "It is above this."),
        Key("ge", NUMBER, "It is at least this."),
        Key("lt", NUMBER, "It is below this."),
        Key("le", NUMBER, "It is at most this."),
    ),
    at_least_one=True,
    doc="Comparisons of a number; all must hold.",
)
COMPARISON = ByShape("a number or a comparison ({ge: 5})", NUMBER, pairs=COMPARED)

# The columns of the scores that a list may ask for, and what they are.
NUMBERS = {
    "score": "The score.",
    "change": "The change of the score; needs `compare`.",
    "rank": "The rank; 1 is best.",
    "events": "How many events the signals take.",
    "days_silent": "Days since the last event.",
}

LIST = Table(
    "a list ({where: {plan: free}, band: Good})",
    (
        Key("where", WHERE, "Conditions on attributes, as on properties in a signal."),
        Key("band", OneOrMore(Text("a band"), "a band or a list of bands"), "One of these bands."),
        *(Key(name, COMPARISON, doc) for name, doc in NUMBERS.items()),
        Key("at_risk", Flag(), "Whether at risk."),
        Key("action", Text(), "What to do with its customers."),
    ),
    at_least_one=True,
    doc="Customers for whom all of it holds.",
)
LISTS = Named(LIST, "a mapping {name: {where: …}}", "a list")
