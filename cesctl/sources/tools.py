"""The layouts of tools' exports, one declaration each, with where it is documented.

A tool with several layouts has several presets of one name: its export as it comes, and tables that others
make of it in a warehouse.
"""

from __future__ import annotations

from dataclasses import replace

from cesctl.model.types import Condition, Preset

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
    # https://fivetran.com/docs/connectors/applications/mixpanel/connector-schema
    Preset(
        "mixpanel",
        "Mixpanel events in a warehouse",
        (("name",), ("time",), ("distinct_id",), ("insert_id",), ("properties", "mp_processing_time_ms")),
        customer=("distinct_id",),
        event=("name",),
        timestamp=("time",),
        ids=(("insert_id", "name", "time", "distinct_id"),),
    ),
    # https://github.com/mixpanel/mixpanel-utils: an event's properties as columns
    Preset(
        "mixpanel",
        "Mixpanel events as a table",
        (("event",), ("time",), ("$insert_id",)),
        customer=("distinct_id", "$distinct_id", "$user_id"),
        event=("event",),
        timestamp=("time",),
        ids=(("$insert_id", "event", "time", "distinct_id"),),
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
    # https://fivetran.com/docs/connectors/applications/google-analytics-4-export/connector-schema
    Preset(
        "ga4",
        "GA4 events in a warehouse",
        (("name",), ("timestamp",), ("user_pseudo_id",), ("bundle_sequence_id",)),
        customer=("user_id", "user_pseudo_id"),
        event=("name",),
        timestamp=("timestamp",),
        ids=(("bundle_sequence_id", "timestamp", "name", "user_pseudo_id"),),
    ),
    # https://www.rudderstack.com/docs/event-spec/standard-events/common-fields
    replace(
        _SEGMENT,
        name="rudderstack",
        title="RudderStack",
        signature=(("rudderId", "rudder_id"), *_SEGMENT.signature),
    ),
    _SEGMENT,
    # calls as a table, their properties JSON in a cell, as June and others export them
    replace(
        _SEGMENT,
        title="Segment calls as a table",
        signature=(
            ("type",), ("user_id",), ("anonymous_id",), ("timestamp",), ("context",), ("properties",)
        ),
        customer=("user_id", "anonymous_id"),
        ids=(("message_id",),),
    ),
    # https://segment.com/docs/connections/storage/warehouses/schema: a table per kind of call
    Preset(
        "segment",
        "Segment tracks in a warehouse",
        (("id",), ("anonymous_id",), ("event",), ("event_text",), ("received_at",), ("timestamp",)),
        customer=("user_id", "anonymous_id"),
        event=("event_text", "event"),
        timestamp=("timestamp",),
        ids=(("id",),),
    ),
    Preset(
        "segment",
        "Segment pages in a warehouse",
        (("id",), ("anonymous_id",), ("url", "path"), ("received_at",), ("sent_at",), ("timestamp",)),
        customer=("user_id", "anonymous_id"),
        event_value="page",
        timestamp=("timestamp",),
        ids=(("id",),),
    ),
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
    # https://developers.intercom.com/docs/references/rest-api/api.intercom.io/data-events
    Preset(
        "intercom",
        "Intercom events",
        (("event_name",), ("created_at",), ("intercom_user_id",), ("user_id", "email")),
        customer=("user_id", "email"),
        event=("event_name",),
        timestamp=("created_at",),
        deduplicate="exact",  # no id, and pages of the API overlap
        nothing=(("company_id", "-1"),),
    ),
    # https://developers.intercom.com/docs/references/rest-api/api.intercom.io/data-export
    Preset(
        "intercom",
        "Intercom message receipts",
        (("receipt_id",), ("content_id",), ("user_id",), ("received_at",)),
        customer=("user_external_id", "user_id", "email"),
        event_value="receipt",
        timestamp=("received_at",),
        ids=(("receipt_id",),),
        nothing=(("company_id", "-1"), ("series_id", "-1")),
    ),
    # https://developer.salesforce.com/docs/platform/object-reference/references/standard-objects/
    # object-eventlogfile.html; a request has several rows, so REQUEST_ID identifies none
    Preset(
        "salesforce",
        "Salesforce event log",
        (("EVENT_TYPE",), ("TIMESTAMP_DERIVED",), ("ORGANIZATION_ID",), ("USER_ID", "USER_ID_DERIVED")),
        customer=("USER_ID_DERIVED", "USER_ID"),
        event=("EVENT_TYPE",),
        timestamp=("TIMESTAMP_DERIVED",),
    ),
    Preset(
        "salesforce",
        "Salesforce event log of old",
        (("EVENT_TYPE",), ("TIMESTAMP",), ("ORGANIZATION_ID",), ("USER_ID", "USER_ID_DERIVED")),
        customer=("USER_ID_DERIVED", "USER_ID"),
        event=("EVENT_TYPE",),
        timestamp=("TIMESTAMP",),
        timestamp_format="%Y%m%d%H%M%S%.f",
    ),
    # https://fivetran.com/docs/connectors/applications/pendo/connector-schema: a table per kind of event,
    # of which a row counts those of a visitor in a minute or an hour
    Preset(
        "pendo",
        "Pendo events",
        (
            ("visitor_id", "visitorId"),
            ("account_id", "accountId"),
            ("feature_id", "page_id", "track_type_id", "guide_id", "featureId", "pageId", "trackTypeId",
             "guideId"),
            ("timestamp", "browser_time", "browserTime", "guide_timestamp"),
            ("num_events", "num_minutes", "numEvents", "numMinutes", "browser_time", "browserTime",
             "guide_timestamp"),
        ),
        customer=("visitor_id", "visitorId"),
        event=("feature_id", "page_id", "track_type_id", "guide_id", "featureId", "pageId",
               "trackTypeId", "guideId"),
        timestamp=("timestamp", "browser_time", "browserTime", "guide_timestamp"),
        ids=(("_fivetran_id",), ("event_id",), ("eventId",)),
    ),
    # https://help.heap.io/heap-connect/heap-connect-guide/data-schema: of all_events the same click may be
    # several events, by their names
    Preset(
        "heap",
        "Heap events",
        (
            ("event_id",), ("user_id",), ("session_id",), ("time",), ("event_table_name", "event_name"),
            ("event_table_name", "heap_previous_page", "landing_page", "pageview_id"),
        ),
        customer=("user_id",),
        event=("event_table_name", "event_name"),
        timestamp=("time",),
        ids=(("event_id", "event_table_name"), ("event_id", "event_name")),
    ),
    Preset(
        "heap",
        "Heap page views",
        (
            ("event_id",), ("user_id",), ("session_id",), ("time",), ("path", "domain"),
            ("heap_previous_page", "landing_page"),
        ),
        customer=("user_id",),
        event_value="pageview",
        timestamp=("time",),
        ids=(("event_id",),),
    ),
    # https://developer.matomo.org/api-reference/reporting-api, Live.getLastVisitsDetails: a visit a record
    Preset(
        "matomo",
        "Matomo visits",
        (("idVisit",), ("visitorId",), ("actionDetails",)),
        customer=("userId", "visitorId"),
        event=("actionDetails.type",),
        timestamp=("actionDetails.timestamp", "serverTimestamp"),
        ids=(
            (
                "idVisit", "actionDetails.timestamp", "actionDetails.type", "actionDetails.pageId",
                "actionDetails.url",
            ),
            ("idVisit", "actionDetails.timestamp", "actionDetails.type", "actionDetails.url"),
        ),
        rows=("actionDetails",),
    ),
    # https://mailchimp.com/developer/marketing/api/email-activity-reports: an address a record
    Preset(
        "mailchimp",
        "Mailchimp e-mail activity",
        (("campaign_id",), ("email_id",), ("email_address",), ("activity",)),
        customer=("email_address", "email_id"),
        event=("activity.action",),
        timestamp=("activity.timestamp",),
        ids=(("email_id", "campaign_id", "activity.action", "activity.timestamp", "activity.url"),
             ("email_id", "campaign_id", "activity.action", "activity.timestamp")),
        rows=("activity",),
    ),
    # https://docs.mparticle.com/developers/apis/json-reference: a batch of a user's events a record
    Preset(
        "mparticle",
        "mParticle batches",
        (("events",), ("mpid",), ("batch_id", "user_identities", "source_request_id")),
        customer=("mpid",),
        event=("events.data.event_name", "events.event_type"),
        timestamp=("events.data.timestamp_unixtime_ms",),
        ids=(("events.data.event_id",),),
        rows=("events",),
    ),
    # https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders: a row is a line item,
    # and what is the order's stands in its first row only
    Preset(
        "shopify",
        "Shopify orders",
        (("Name",), ("Email",), ("Created at",), ("Financial Status",), ("Lineitem name",)),
        customer=("Email",),
        event_value="order",
        timestamp=("Created at",),
        timestamp_format="%Y-%m-%d %H:%M:%S %z",
        ids=(("Name",),),
        where=(Condition("Total", "exists", flag=True),),
        apostrophes=True,
    ),
    # https://shopify.dev/docs/api/admin-rest/latest/resources/order, and tables made of it
    Preset(
        "shopify",
        "Shopify orders of the API",
        (("order_number",), ("financial_status",), ("total_price",), ("created_at",), ("email",)),
        customer=("email", "customer_id", "customer.id"),
        event_value="order",
        timestamp=("created_at",),
        ids=(("id",),),
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
