"""Schemas of webhooks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from unificx.api.schemas.core import Input, Output, Versioned

EventName = Literal[
    "call.ended",
    "voicemail.left",
    "voicemail.changed",
    "recording.stored",
    "recording.changed",
    "person.created",
    "person.suspended",
    "person.resumed",
    "person.closed",
    "extension.created",
    "extension.deleted",
    "device.created",
    "device.revoked",
    "notice.sent",
]
Events = Annotated[list[EventName], Field(min_length=1, max_length=50, description="Types of events to report.")]
Url = Annotated[
    str,
    Field(
        max_length=1000,
        pattern=r"^https://[^\s]+$",
        description="A public https address; it may contain a token.",
        examples=["https://example.com/hook"],
    ),
]
WebhookName = Annotated[str, Field(min_length=1, max_length=60, examples=["Helpdesk"])]


class Webhook(Versioned):
    """A webhook."""

    live: ClassVar[Mapping[str, Any]] = {"state": True, "pause_reason": True, "failing_since": True, "dropped": True}

    id: str
    tenant_id: str
    name: str
    url: str
    events: list[EventName]
    state: Literal["active", "paused"]
    pause_reason: Literal["", "requested", "failing", "gone"] = Field(
        description="`failing`: no message was accepted for a day; `gone`: the receiver answered 410."
    )
    created: datetime
    failing_since: datetime | None = Field(description="The first failure since the last success.")
    dropped: int = Field(description="Events that were not queued, because 1,000 messages were waiting.")


class WebhookWithSecret(Webhook):
    """A webhook with its new secret."""

    live: ClassVar[Mapping[str, Any]] = {**Webhook.live, "secret": True}

    secret: str = Field(description="Signs the messages (Standard Webhooks); shown once.", examples=["whsec_…"])


class NewWebhook(Input):
    name: WebhookName
    url: Url
    events: Events


class WebhookUpdate(Input):
    """Omitted or null fields stay unchanged."""

    name: WebhookName | None = None
    url: Url | None = None
    events: Events | None = None
    state: Literal["active", "paused"] | None = Field(
        default=None, description="`paused`: no messages are sent, and waiting ones are given up."
    )


class WebhookDelivery(Output):
    """A message that waits for delivery or could not be delivered."""

    id: str = Field(description="Also in the header `webhook-id`; the same for each attempt.")
    event: str
    created: datetime
    due: datetime = Field(description="Time of the next attempt.")
    attempts: int
    status: int = Field(description="Status of the last response; 0 for none.")
    failure: Literal["no_answer", "no_address", "no_connection", "no_tls"] | None = Field(
        description="Why there was no response: not in time; the name of the receiver has no public address; the"
        " connection failed; no valid certificate."
    )
    dead: bool = Field(description="It is not tried any more. It is deleted after a week.")


class WebhookTest(Output):
    """A queued test message."""

    id: str
