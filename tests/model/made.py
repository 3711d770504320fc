"""Hypothesis strategies of models, made from the table of keys: most values good, some bad."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cesctl.model.keys import MODEL
from cesctl.model.kinds import (
    Duration,
    Flag,
    Kind,
    Number,
    NumberOrWord,
    Text,
    Verbatim,
    WholeWord,
    Word,
)
from cesctl.model.shapes import ByShape, ListOf, Named, OneOrMore
from cesctl.model.table import Table
from cesctl.model.where import Value

NAMES = st.sampled_from(["a", "b", "c", "g", "Low", "High"])
WORDS = [
    "a",
    "b",
    "c",
    "g",
    "x*",
    "latest",
    "2026-11-01",
    "UTC",
    "iso",
    "%d/%m/%Y",
    "red",
    "",
    4,
    True,
]
BAD = st.sampled_from([None, "", " ", "yes", -1, 0, 1.5, [], {}, "90 days", [1], {"a": 1}, False])


def of(kind: Kind) -> st.SearchStrategy[Any]:
    """Values for a kind, now and then a bad one."""
    return st.integers(0, 39).flatmap(lambda chance: BAD if chance == 0 else _good(kind))


def _good(kind: Kind) -> st.SearchStrategy[Any]:
    if isinstance(kind, Number):
        return st.sampled_from([1, 2, 3, 5, 2.5, 40, 0, -3] if not kind.whole else [1, 2, 6, 7])
    if isinstance(kind, NumberOrWord):
        return st.sampled_from([*kind.words, 3, "none"])
    if isinstance(kind, Word):
        return st.sampled_from([*kind.words, *kind.words, "other"])
    if isinstance(kind, WholeWord):
        return st.just(kind.number)
    if isinstance(kind, Duration):
        return st.sampled_from(["90d", "30m", "2w", "1h", "none", "0d", 0])
    if isinstance(kind, Flag):
        return st.booleans()
    if isinstance(kind, (Text, Verbatim, Value)):
        return st.sampled_from(WORDS)
    if isinstance(kind, OneOrMore):
        return st.one_of(of(kind.item), st.lists(of(kind.item), max_size=3))
    if isinstance(kind, ListOf):
        size = kind.exactly
        return st.lists(of(kind.item), min_size=size or 1, max_size=size or 3)
    if isinstance(kind, Named):
        return st.dictionaries(NAMES, of(kind.value), min_size=1, max_size=3)
    if isinstance(kind, ByShape):
        return st.one_of([of(k) for k in (kind.scalar, kind.items, kind.pairs) if k is not None])
    assert isinstance(kind, Table)
    return _table(kind)


def _table(table: Table) -> st.SearchStrategy[dict[str, Any]]:
    kinds = {k.name: k.kind for k in table.keys}
    required = [k.name for k in table.keys if k.required]

    def with_keys(optional: list[str]) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries(
            {name: of(kinds[name]) for name in dict.fromkeys([*required, *optional])}
        )

    # Few at a time: two keys of a signal go together more often than ten.
    return st.lists(st.sampled_from(list(kinds)), max_size=3).flatmap(with_keys)


MODELS: st.SearchStrategy[dict[str, Any]] = _table(MODEL)
