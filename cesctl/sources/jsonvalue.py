"""From a JSON record to the text at a path."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cesctl.sources import keyed
from cesctl.sources.jsonitems import DECODER, Number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.sources.parts import Ways


def at(record: dict[str, Any], ways: Ways) -> str | None:
    """The text of the first way that leads to something that is not null."""
    for way in ways:
        value: Any = record
        for n, key in enumerate(way):
            if isinstance(value, list):
                whole_rest = keyed.value(value, ".".join(way[n:]))
                if whole_rest is not None:
                    return text(whole_rest)
                value = keyed.value(value, key)
            else:
                if not isinstance(value, dict):
                    value = parsed(value)  # an object written as text, as some exports nest them
                value = value.get(key)
            if value is None:
                break
        else:
            return text(value)
    return None


def inside(cell: str | None, way: tuple[str, ...]) -> str | None:
    """The text at a way into a text that spells a JSON object."""
    return at({"": cell}, (("", *way),))


def parsed(value: Any) -> dict[str, Any]:
    """The object that a text spells; an empty one where it spells none."""
    return _parsed(value) if isinstance(value, str) and not isinstance(value, Number) else {}


@lru_cache(maxsize=8)  # several paths lead into the same text, one after another
def _parsed(value: str) -> dict[str, Any]:
    try:
        found = DECODER.decode(value)
    except (json.JSONDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def text(value: Any) -> str | None:
    """A value's text: a number's or boolean's own, a string itself, else compact JSON."""
    if isinstance(value, str):
        return value if value.isascii() else whole(value)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return whole(written(value))


def whole(value: str) -> str:
    """Halves of surrogate pairs, which no UTF-8 can hold, become the replacement character."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def written(value: Any) -> str:
    """Compact JSON, numbers with their own text."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        inside = (f"{_quoted(k)}:{written(v)}" for k, v in value.items())
        return "{" + ",".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def paths(record: dict[str, Any], before: str = "", depth: int = 4) -> Iterator[tuple[str, Any]]:
    """(dotted path, value) of every leaf; a list is one leaf, but for one of keys and values."""
    for key, value in record.items():
        path = f"{before}{key}"
        if isinstance(value, dict) and value and depth > 1:
            yield from paths(value, path + ".", depth - 1)
        elif keyed.is_keyed(value):
            yield from ((f"{path}.{k}", v) for k, v in keyed.pairs(value))
        else:
            yield path, value
