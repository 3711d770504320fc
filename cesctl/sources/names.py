"""Which column is the customer, the event, the time: by the names that exports use."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# In order of preference; compared in lower case without spaces, "_" and "-".
CUSTOMER = (
    "user_id", "customer_id", "distinct_id", "properties.distinct_id", "account_id", "client_id",
    "contact_id", "member_id", "subscriber_id", "person_id", "profile_id", "visitor_id", "uid",
    "user.id", "customer.id", "account.id", "context.user_id", "properties.user_id",
    "properties.customer_id", "user_pseudo_id", "anonymous_id", "customer", "user", "account",
    "client", "member", "contact", "email", "user_email", "customer_email", "email_address",
    "properties.email", "recipient", "requester_id", "device_id", "username", "user_name",
    "customer_name",
)  # fmt: skip
_SURE_EVENTS = (
    "event", "event_name", "event_type", "event.name", "event.type", "event_title", "event_key",
)  # fmt: skip
EVENT = (
    *_SURE_EVENTS,
    "action", "action_name", "action_type", "activity", "activity_name", "activity_type",
    "interaction", "verb", "type", "name",
)  # fmt: skip
TIMESTAMP = (
    "timestamp", "event_timestamp", "event_time", "event_at", "occurred_at", "time",
    "properties.time", "properties.timestamp", "datetime", "date_time", "created_at", "created",
    "ts", "at", "event_datetime", "time_stamp", "derived_tstamp", "collector_tstamp", "timestamp_ms",
    "timestamp_utc", "original_timestamp", "client_event_time", "received_at", "sent_at",
    "server_timestamp", "server_time", "action_time", "action_at", "activity_date", "activity_time",
    "activity_at", "invoice_date", "order_date", "purchase_date", "order_timestamp",
    "transaction_date", "event_date", "logged_at", "recorded_at", "processed_at", "date", "day",
)  # fmt: skip


@cache
def plain(name: str) -> str:
    """A name as names are compared."""
    return re.sub(r"[\s_-]+", "", name).lower()


def matches(columns: Iterable[str], wanted: Sequence[str]) -> list[str]:
    """The columns whose names are among the wanted, the most preferred first."""
    by_plain: dict[str, str] = {}
    for column in columns:
        by_plain.setdefault(plain(column), column)
    found = (by_plain.get(plain(w)) for w in wanted)
    return list(dict.fromkeys(f for f in found if f is not None))


def is_record(top: dict[str, Any]) -> bool:
    """Whether a JSON object is an event itself: it has a customer's or an event's name at its top."""
    leaves = [k for k, v in top.items() if not isinstance(v, dict | list) and v is not None]
    return bool(matches(leaves, CUSTOMER[:12]) or matches(leaves, _SURE_EVENTS))


ROLES = (CUSTOMER, EVENT, TIMESTAMP)
