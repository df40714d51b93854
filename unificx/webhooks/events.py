"""Events of webhooks."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class WebhookPaused(DomainEvent):
    """A webhook was paused; its waiting messages are not tried any more."""

    webhook_id: str
