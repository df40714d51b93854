"""Composition of the senders of e-mails and push messages."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.headerregistry import Address
from functools import partial

from unificx.audio_store import AudioStoreDependencies
from unificx.cluster import Cluster
from unificx.integrations.imap import MailboxSettings
from unificx.integrations.smtp import SmtpClient
from unificx.notifications import (
    SECRET_PURPOSE,
    Advertising,
    AdvertisingDependencies,
    Campaigns,
    EmailQueue,
    EmailQueueDependencies,
    EmailRecords,
    NoticePreferences,
    Notifications,
    NotificationService,
    PushNotifier,
    PushNotifierDependencies,
    ReceivedNotices,
    ReplyAddress,
    UndeliverableAddresses,
)
from unificx.server.notification_settings import NotificationSettings
from unificx.server.report_files import ReportSources, report_files
from unificx.support.rights import RequestProofs
from unificx.voicemail import Mailboxes, VoicemailAttachments

_NO_SENDER = Address("UnifiCX", "unificx", "localhost")
"""From address of e-mails that are stored only, for lack of a mail server."""


def _reply_address(proofs: RequestProofs, mailbox: MailboxSettings | None, request_id: str) -> ReplyAddress:
    return ReplyAddress(proofs.proof(request_id), mailbox.address if mailbox is not None else None)


@dataclass(frozen=True, slots=True)
class EmailFiles:
    """Sources of files that are attached to e-mails: voice messages, invoices by tenant and number, and the numbers of
    reports."""

    mailboxes: Mailboxes
    invoice_pdf: Callable[[str, str], Awaitable[bytes]]
    reports: ReportSources
    product: Callable[[str], str | None]
    """Returns the name of the product for the people of a tenant, None for its own."""


def senders(
    deps: AudioStoreDependencies,
    files: EmailFiles,
    service: NotificationService,
    settings: NotificationSettings,
    cluster: Cluster,
) -> Notifications:
    """Return the senders, with which the service of notifications is completed."""
    database, keys, identity = deps.database, deps.keys, files.reports.identity
    directory = identity.directory
    preferences = NoticePreferences(database, keys)
    secret = keys.secrets.derive(SECRET_PURPOSE)
    advertising = Advertising(AdvertisingDependencies(database, files.reports.consents, directory, secret))
    undeliverable = UndeliverableAddresses(database, keys, directory, secret)
    dependencies = EmailQueueDependencies(
        database,
        keys,
        directory,
        preferences,
        SmtpClient(settings.mail, settings.dkim, database.clock) if settings.mail is not None else None,
        settings.mail.sender if settings.mail is not None else _NO_SENDER,
        VoicemailAttachments(deps, files.mailboxes),
        advertising,
        undeliverable,
        files.invoice_pdf,
        report_files(files.reports),
        partial(_reply_address, RequestProofs(keys), settings.mailbox),
        files.product,
    )
    emails, records = EmailQueue(dependencies, cluster.counters), EmailRecords(dependencies, cluster.counters)
    delivery, vapid, loopback = settings.push_delivery, settings.vapid, settings.loopback
    push = PushNotifier(
        PushNotifierDependencies(database, keys, directory, delivery, vapid, cluster.bus, preferences, loopback)
    )
    received = ReceivedNotices(database, keys, directory, preferences, cluster.bus)
    service.configure(emails, push, received)
    campaigns = Campaigns(database, identity, emails, advertising)
    return Notifications(emails, push, preferences, advertising, campaigns, records, undeliverable, received)
