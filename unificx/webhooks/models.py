"""Models of webhooks and of messages that wait for delivery."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from unificx.core.personal import personal
from unificx.db import Base, plain, sealed_column


def _credential() -> Any:
    return personal(
        "user.authorization.credentials",
        uses=("administration",),
        retention="account",
        on_erase="delete",
        export=False,
        rectifiable=False,
    )


@dataclass(frozen=True, slots=True)
class WebhookPart:
    """Address, which may contain a token, and signing secrets in base64."""

    url: str = _credential()
    secret: str = _credential()
    previous_secret: str = _credential()


class WebhookRow(Base):
    __tablename__ = "webhook"
    __table_args__ = (Index(None, "tenant_id"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    name: Mapped[str] = plain("text of the tenant that names a webhook, not a person")
    events: Mapped[str] = plain("types of events, separated by spaces")
    state: Mapped[str] = plain("active or paused")
    pause_reason: Mapped[str] = plain("why it is paused")
    created: Mapped[datetime] = plain("creation time")
    failing_since: Mapped[datetime | None] = plain("time of the first failure since the last success")
    dropped: Mapped[int] = plain("number of events that were not queued")
    previous_until: Mapped[datetime | None] = plain("expiry of the previous secret")
    subject_id: Mapped[str] = plain("random subject id of the webhook, whose key seals the part below")
    sealed: Mapped[bytes] = sealed_column(WebhookPart, subject="subject_id")


class DeliveryRow(Base):
    """A message that waits for delivery, or could not be delivered. Deleted once delivered."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (Index(None, "tenant_id", "webhook_id"), Index(None, "dead", "due"))

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    webhook_id: Mapped[str] = plain("the webhook")
    event: Mapped[str] = plain("type of the event")
    body: Mapped[str] = plain("ids, states and times of the event, never a name or number")
    created: Mapped[datetime] = plain("time of the event")
    due: Mapped[datetime] = plain("time of the next attempt")
    attempts: Mapped[int] = plain("number of attempts")
    status: Mapped[int] = plain("status of the last response, 0 and below for none, by its reason")
    dead: Mapped[bool] = plain("whether it is not tried any more")
