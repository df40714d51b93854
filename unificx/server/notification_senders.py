"""Composition of the senders of e-mails and push messages."""

from unificx.audio_store import AudioStoreParts
from unificx.cluster import Cluster
from unificx.identity import Identity
from unificx.integrations.smtp import SmtpClient
from unificx.notifications import (
    SECRET_PURPOSE,
    Advertising,
    AdvertisingParts,
    Campaigns,
    EmailQueue,
    EmailQueueDependencies,
    NoticePreferences,
    Notifications,
    NotificationService,
    PushNotifier,
    PushNotifierDependencies,
)
from unificx.privacy import Consents
from unificx.server.notification_settings import NotificationSettings
from unificx.voicemail import Mailboxes, VoicemailAttachments


def senders(
    parts: AudioStoreParts,
    mailboxes: Mailboxes,
    identity: Identity,
    service: NotificationService,
    settings: NotificationSettings,
    *,
    cluster: Cluster,
    consents: Consents,
) -> Notifications:
    """Return the senders, with which the service of notifications is completed."""
    database, keys, directory = parts.database, parts.keys, identity.directory
    preferences, emails = NoticePreferences(database, keys), None
    secret = keys.secrets.derive(SECRET_PURPOSE)
    advertising = Advertising(AdvertisingParts(database, consents, directory, secret))
    if settings.mail is not None:
        transport, sender = SmtpClient(settings.mail), settings.mail.sender
        attachments = VoicemailAttachments(parts, mailboxes)
        dependencies = EmailQueueDependencies(
            database, keys, directory, preferences, transport, sender, attachments, advertising
        )
        emails = EmailQueue(dependencies, cluster.counters)
    delivery, vapid, loopback = settings.push_delivery, settings.vapid, settings.loopback
    push = PushNotifier(
        PushNotifierDependencies(database, keys, directory, delivery, vapid, cluster.bus, preferences, loopback)
    )
    service.configure(emails, push)
    campaigns = Campaigns(database, identity, emails, advertising)
    return Notifications(emails, push, preferences, advertising, campaigns)
