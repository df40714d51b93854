"""Notifications: e-mails, and Web Push to signed-in devices."""

from unificx.notifications.email_queue import EmailQueue, EmailQueueDependencies
from unificx.notifications.policies.emails import EmailKind
from unificx.notifications.policies.endpoints import MAX_ENDPOINT_LENGTH
from unificx.notifications.ports import EmailRejected, PushResponse, PushServiceUnreachable
from unificx.notifications.privacy import notification_holding
from unificx.notifications.push import PushNotifier, PushNotifierDependencies
from unificx.notifications.schemas import MessageReference, NewSubscription, NewVoicemail, NoPushSubscription, PushTest
from unificx.notifications.service import NotificationService
from unificx.notifications.vapid import KEY_BYTES, Vapid, new_private_key

__all__ = [
    "KEY_BYTES",
    "MAX_ENDPOINT_LENGTH",
    "EmailKind",
    "EmailQueue",
    "EmailQueueDependencies",
    "EmailRejected",
    "MessageReference",
    "NewSubscription",
    "NewVoicemail",
    "NoPushSubscription",
    "NotificationService",
    "PushNotifier",
    "PushNotifierDependencies",
    "PushResponse",
    "PushServiceUnreachable",
    "PushTest",
    "Vapid",
    "new_private_key",
    "notification_holding",
]
