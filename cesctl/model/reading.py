"""What a source and a preset say alike: which columns make a row an event, and which rows count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from cesctl.model.fields import Fields
from cesctl.model.where import conditions

if TYPE_CHECKING:
    from cesctl.model.types import Columns, Condition


class Reading(TypedDict):
    """By the names that the fields of Source and of Preset have; empty where nothing is said."""

    customer: Columns
    event: Columns
    event_value: str | None
    timestamp: Columns
    deduplicate: Literal["id", "exact", "none"] | None
    where: tuple[Condition, ...]
    timestamp_format: str
    timezone: str | None
    prefix: str


def build_reading(fields: Fields) -> Reading:
    event = fields.get("event", ())
    value = event.get("value") if isinstance(event, Fields) else None
    return Reading(
        customer=fields.get("customer", ()),
        event=() if isinstance(event, Fields) else event,
        event_value=value,
        timestamp=fields.get("timestamp", ()),
        deduplicate=fields.get("deduplicate"),
        where=conditions(fields.get("where")),
        timestamp_format=fields.get("timestamp_format", "auto"),
        timezone=fields.get("timezone"),
        prefix=fields.get("prefix", ""),
    )
