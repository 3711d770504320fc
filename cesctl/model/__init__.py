"""The model: reading, checking, describing it. Nothing here loads polars.

The functions are loaded on first use: a program that only needs a type pays for nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cesctl.model.as_of import resolve_as_of
    from cesctl.model.jsonschema import json_schema
    from cesctl.model.load import load_model, parse_model
    from cesctl.model.overrides import override
    from cesctl.model.problems import render_problems

_WHERE = {
    "json_schema": "jsonschema",
    "load_model": "load",
    "override": "overrides",
    "parse_model": "load",
    "render_problems": "problems",
    "resolve_as_of": "as_of",
}

__all__ = [
    "json_schema",
    "load_model",
    "override",
    "parse_model",
    "render_problems",
    "resolve_as_of",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
