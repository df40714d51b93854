"""Notifications: e-mails, lists of notices in the app, and Web Push to signed-in devices."""

from unificx.notifications.advertising import SECRET_PURPOSE, Advertising, AdvertisingDependencies
from unificx.notifications.announcements import MOVED, notified_tenants, put_announcement, waiting_tenants
from unificx.notifications.campaigns import Campaigns
from unificx.notifications.catalogue import Audience, Channel, EmailKind, MandatoryReason, NoticeKind
from unificx.notifications.email_composer import ReplyAddress
from unificx.notifications.email_previews import preview_email
from unificx.notifications.email_queue import EmailQueue, EmailQueueDependencies
from unificx.notifications.email_records import EmailRecords
from unificx.notifications.policies.endpoints import MAX_ENDPOINT_LENGTH
from unificx.notifications.ports import EmailRejected, PushResponse, PushServiceUnreachable
from unificx.notifications.preferences import NoticePreferences
from unificx.notifications.privacy import notification_holding
from unificx.notifications.push import PushNotifier, PushNotifierDependencies
from unificx.notifications.received import ReceivedNotices
from unificx.notifications.schemas import (
    CampaignObstacle,
    CampaignText,
    MessageReference,
    NewSubscription,
    NewVoicemail,
    RecordState,
    RequestReference,
)
from unificx.notifications.service import Notifications, NotificationService
from unificx.notifications.undeliverable import UndeliverableAddresses
from unificx.notifications.unsubscription import MAX_PROOF_LENGTH
from unificx.notifications.vapid import KEY_BYTES, Vapid, new_private_key

__all__ = [
    "KEY_BYTES",
    "MAX_ENDPOINT_LENGTH",
    "MAX_PROOF_LENGTH",
    "MOVED",
    "SECRET_PURPOSE",
    "Advertising",
    "AdvertisingDependencies",
    "Audience",
    "CampaignObstacle",
    "CampaignText",
    "Campaigns",
    "Channel",
    "EmailKind",
    "EmailQueue",
    "EmailQueueDependencies",
    "EmailRecords",
    "EmailRejected",
    "MandatoryReason",
    "MessageReference",
    "NewSubscription",
    "NewVoicemail",
    "NoticeKind",
    "NoticePreferences",
    "NotificationService",
    "Notifications",
    "PushNotifier",
    "PushNotifierDependencies",
    "PushResponse",
    "PushServiceUnreachable",
    "ReceivedNotices",
    "RecordState",
    "ReplyAddress",
    "RequestReference",
    "UndeliverableAddresses",
    "Vapid",
    "new_private_key",
    "notification_holding",
    "notified_tenants",
    "preview_email",
    "put_announcement",
    "waiting_tenants",
]
