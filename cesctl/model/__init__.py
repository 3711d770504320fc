"""The model: reading, checking, describing it. Nothing here loads polars, and YAML only on use."""

from cesctl.model.jsonschema import json_schema
from cesctl.model.load import load_model, parse_model
from cesctl.model.override import override
from cesctl.model.problems import render_problems

__all__ = ["json_schema", "load_model", "override", "parse_model", "render_problems"]
