"""The layouts of tools' exports: which columns make a row an event, and what tells the tool.

A preset is a declaration. Of the columns listed for a role those that the files have are used, the first
that is not empty counting; of the ids the first of which the files have all columns. What the model says
itself goes before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from cesctl.model.types import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cesctl.model.types import Source
    from cesctl.sources.parts import InputFile

Columns = tuple[str, ...]
Has: TypeAlias = "Callable[[InputFile, str], bool]"  # whether a file has a column


@dataclass(frozen=True)
class Preset:
    """``signature``: the files have one column of each of these, and no other tool's have.

    ``ids``: ways to tell a record, each a set of columns that together identify it; the first column of
    one may be empty, and then the row is no duplicate. ``title`` is the tool's name for people.
    """

    name: str
    title: str
    signature: tuple[Columns, ...]
    customer: Columns
    timestamp: Columns
    event: Columns = ()
    event_value: str | None = None
    ids: tuple[Columns, ...] = ()
    where: tuple[Condition, ...] = ()
    timezone: str = "UTC"  # of times that carry none


# https://segment.com/docs/connections/spec/common
_SEGMENT = Preset(
    "segment",
    "Segment",
    (("messageId",), ("type",), ("userId", "anonymousId"), ("timestamp",)),
    customer=("userId", "anonymousId"),
    event=("event", "name", "type"),
    timestamp=("timestamp", "originalTimestamp"),
    ids=(("messageId",),),
    where=(Condition("type", "in", values=("track", "page", "screen")),),
)

# Those whose files have more columns come first, as they may have those of another too.
PRESETS = (
    # https://developer.mixpanel.com/reference/raw-event-export
    Preset(
        "mixpanel",
        "Mixpanel raw export",
        (("event",), ("properties.time",), ("properties.distinct_id", "properties.$insert_id")),
        customer=("properties.distinct_id", "properties.$user_id"),
        event=("event",),
        timestamp=("properties.time",),
        ids=(("properties.$insert_id", "event", "properties.time", "properties.distinct_id"),),
    ),
    # https://amplitude.com/docs/apis/analytics/export
    Preset(
        "amplitude",
        "Amplitude export",
        (
            ("event_type",),
            ("event_time",),
            ("user_id",),
            ("$insert_id", "_insert_id", "amplitude_id", "uuid"),
        ),
        customer=("user_id",),
        event=("event_type",),
        timestamp=("event_time",),
        ids=(("$insert_id", "user_id"), ("uuid",)),
    ),
    # https://support.google.com/analytics/answer/7029846
    Preset(
        "ga4",
        "GA4 BigQuery export",
        (("event_name",), ("event_timestamp",), ("user_pseudo_id",)),
        customer=("user_id", "user_pseudo_id"),
        event=("event_name",),
        timestamp=("event_timestamp",),
        ids=(("event_bundle_sequence_id", "event_timestamp", "event_name", "user_pseudo_id"),),
    ),
    # https://www.rudderstack.com/docs/event-spec/standard-events/common-fields
    replace(
        _SEGMENT,
        name="rudderstack",
        title="RudderStack",
        signature=(("rudderId", "rudder_id"), *_SEGMENT.signature),
    ),
    _SEGMENT,
    # https://posthog.com/docs/cdp/batch-exports
    Preset(
        "posthog",
        "PostHog batch export",
        (("uuid",), ("event",), ("distinct_id",), ("timestamp",)),
        customer=("distinct_id", "person_id"),
        event=("event",),
        timestamp=("timestamp",),
        ids=(("uuid",),),
    ),
    # https://docs.snowplow.io/docs/fundamentals/canonical-event
    Preset(
        "snowplow",
        "Snowplow atomic events",
        (("domain_userid",), ("event_id",), ("collector_tstamp", "derived_tstamp"), ("etl_tstamp",)),
        customer=("user_id", "domain_userid"),
        event=("event_name", "event"),
        timestamp=("derived_tstamp", "collector_tstamp"),
        ids=(("event_id", "event_fingerprint"), ("event_id",)),
    ),
    # https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
    Preset(
        "sendgrid",
        "SendGrid event webhook",
        (("sg_event_id",), ("email",), ("event",), ("timestamp",)),
        customer=("email",),
        event=("event",),
        timestamp=("timestamp",),
        ids=(("sg_event_id",),),
    ),
    # https://developers.hubspot.com/docs/api/events/email-analytics
    Preset(
        "hubspot",
        "HubSpot e-mail events",
        (("recipient",), ("type",), ("created",), ("id",), ("portalId", "portal_id")),
        customer=("recipient",),
        event=("type",),
        timestamp=("created",),
        ids=(("id", "created"),),
    ),
    # https://docs.stripe.com/api/events/object; an event about no customer's object is none here
    Preset(
        "stripe",
        "Stripe events",
        (("type",), ("created",), ("livemode",), ("data.object.object", "data.object.id")),
        customer=("data.object.customer",),
        event=("type",),
        timestamp=("created",),
        ids=(("id",),),
        where=(Condition("data.object.customer", "exists", flag=True),),
    ),
    # https://developer.zendesk.com/api-reference/ticketing/tickets/tickets
    Preset(
        "zendesk",
        "Zendesk tickets",
        (("requester_id",), ("submitter_id",), ("created_at",), ("id",), ("status",)),
        customer=("requester_id",),
        event_value="ticket",
        timestamp=("created_at",),
        ids=(("id",),),
    ),
)  # fmt: skip
BY_NAME = {p.name: p for p in PRESETS}


def detect(file: InputFile, has: Has) -> Preset | None:
    """The preset whose signature the file has."""
    return next((p for p in PRESETS if fits(p, file, has)), None)


def fits(preset: Preset, file: InputFile, has: Has) -> bool:
    """Whether the file has the signature."""
    return all(any(has(file, c) for c in one_of) for one_of in preset.signature)


def may_fit(preset: Preset, file: InputFile, has: Has) -> bool:
    """Whether JSON that lacks the signature may be of the tool: it has the event and the time."""
    roles = [r for r in (preset.event, preset.timestamp) if r]
    return file.format in ("json", "ndjson") and all(any(has(file, c) for c in r) for r in roles)


def apply(
    preset: Preset,
    source: Source,
    files: Sequence[InputFile],
    has: Has,
) -> Source:
    """The source with what it leaves open filled in from the preset.

    A role keeps at least its first column, so that a file without any is told which it lacks; where there
    is JSON, whose records leave out what is empty, it keeps them all.
    """
    documents = any(f.format in ("json", "ndjson") for f in files)

    def somewhere(column: str) -> bool:
        return any(has(f, column) for f in files)

    def there(columns: Columns) -> Columns:
        return columns if documents else tuple(filter(somewhere, columns)) or columns[:1]

    ids = (i for i in preset.ids if all(map(somewhere, i)))
    unnamed = not source.event and source.event_value is None
    return replace(
        source,
        preset=preset.name,
        customer=source.customer or there(preset.customer),
        event=there(preset.event) if unnamed and preset.event else source.event,
        event_value=preset.event_value if unnamed else source.event_value,
        timestamp=source.timestamp or there(preset.timestamp),
        id=source.id or next(ids, ()),
        where=source.where or preset.where,
        timezone=source.timezone or preset.timezone,
    )
