"""Webhooks: signed HTTPS requests that report events of a tenant to other programs."""

from unificx.webhooks.catalogue import EVENT_TYPES, SOURCES, EventType
from unificx.webhooks.ports import WebhookTransport, WebhookUnreachable
from unificx.webhooks.schemas import CreatedWebhook, Delivery, NewWebhook, Webhook, WebhookChange, WebhookState
from unificx.webhooks.sender import WebhookSender
from unificx.webhooks.service import WebhookService

__all__ = [
    "EVENT_TYPES",
    "SOURCES",
    "CreatedWebhook",
    "Delivery",
    "EventType",
    "NewWebhook",
    "Webhook",
    "WebhookChange",
    "WebhookSender",
    "WebhookService",
    "WebhookState",
    "WebhookTransport",
    "WebhookUnreachable",
]
