"""Webhooks: signed HTTPS requests that report events of a tenant to other programs."""

from unificx.webhooks.catalogue import EVENT_TYPES, SOURCES
from unificx.webhooks.ports import WebhookUnreachable
from unificx.webhooks.schemas import CreatedWebhook, Failure, NewWebhook, Webhook, WebhookChange
from unificx.webhooks.sender import WebhookSender
from unificx.webhooks.service import WebhookService

__all__ = [
    "EVENT_TYPES",
    "SOURCES",
    "CreatedWebhook",
    "Failure",
    "NewWebhook",
    "Webhook",
    "WebhookChange",
    "WebhookSender",
    "WebhookService",
    "WebhookUnreachable",
]
