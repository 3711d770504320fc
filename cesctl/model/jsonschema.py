"""The model as JSON Schema, for editors that complete and check it."""

from __future__ import annotations

from typing import Any


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a model file, written from the table of keys."""
    from cesctl.model.keys import MODEL

    schema = MODEL.schema()
    drops = {"properties": {"risk": {"type": "object", "required": ["drop"]}}, "required": ["risk"]}
    of_variants = {
        "properties": {"variants": {"type": "array", "contains": {"type": "object", **drops}}},
        "required": ["variants"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cesctl model",
        **schema,
        "allOf": [
            *schema["allOf"],
            {"if": {"anyOf": [drops, of_variants]}, "then": {"required": ["compare"]}},
        ],
    }
