"""Input and output types. URLs may contain a token, so `repr` leaves them out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

WebhookState = Literal["active", "paused"]
PauseReason = Literal["", "requested", "failing", "gone"]
"""Why it is paused: by an administrator; after a day of failures; because the receiver answered 410."""

Failure = Literal["no_answer", "no_address", "no_connection", "no_tls"]
"""Why there was no response: not in time; the name has no public address; nothing accepts connections; no valid
certificate."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Webhook of a tenant. `failing_since`: time of the first failure since the last success."""

    id: str
    tenant_id: str
    events: tuple[str, ...]
    state: WebhookState
    pause_reason: PauseReason
    created: datetime
    failing_since: datetime | None
    dropped: int
    """Events that were not queued, because the queue was full."""
    name: str
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Secrets:
    """Signing secret, and the one before it, which also signs until `previous_until`."""

    current: bytes = field(repr=False)
    previous: bytes = field(default=b"", repr=False)
    previous_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewWebhook:
    name: str
    events: tuple[str, ...]
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebhookChange:
    """None leaves a value unchanged."""

    name: str | None = None
    events: tuple[str, ...] | None = None
    state: WebhookState | None = None
    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CreatedWebhook:
    """A webhook with its new secret as text (`whsec_…`), shown once."""

    webhook: Webhook
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to a webhook. `dead`: it is not tried any more; `status` is that of the last response, 0 for none,
    with its `failure`."""

    id: str
    tenant_id: str
    webhook_id: str
    event: str
    created: datetime
    due: datetime
    attempts: int
    status: int
    dead: bool
    body: str
    failure: Failure | None = None
