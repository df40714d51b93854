"""Notifies people about their account: by e-mail, in the app, by webhook, and by a push without content.

Implements the notification port of `identity`.
"""

from dataclasses import dataclass
from functools import partial

from unificx.conferencing import MeetingEmail
from unificx.db import UnitOfWork
from unificx.identity import Person
from unificx.notifications.advertising import Advertising
from unificx.notifications.campaigns import Campaigns
from unificx.notifications.catalogue import EmailKind
from unificx.notifications.email_queue import EmailQueue
from unificx.notifications.email_records import EmailRecords
from unificx.notifications.policies.emails import Language, describe_voicemail, format_time
from unificx.notifications.preferences import NoticePreferences
from unificx.notifications.push import PushNotifier
from unificx.notifications.received import ReceivedNotices
from unificx.notifications.schemas import (
    CalendarMessage,
    InvoiceReference,
    NewVoicemail,
    ReportReference,
    RequestReference,
)
from unificx.notifications.undeliverable import UndeliverableAddresses


@dataclass(frozen=True, slots=True)
class Notifications:
    """The senders, and the choices of people that both honour."""

    emails: EmailQueue
    push: PushNotifier
    preferences: NoticePreferences
    advertising: Advertising
    campaigns: Campaigns
    records: EmailRecords
    undeliverable: UndeliverableAddresses
    received: ReceivedNotices


class NotificationService:
    """Sends account notifications. Without a mail server e-mails are stored, for administrators to read.

    `identity` is constructed with this service, and the queues need its directory, so they are set later.
    """

    def __init__(self) -> None:
        self._emails: EmailQueue | None = None
        self._push: PushNotifier | None = None
        self._received: ReceivedNotices | None = None

    def configure(self, emails: EmailQueue | None, push: PushNotifier, received: ReceivedNotices | None = None) -> None:
        """Set the e-mail queue, the push service and the lists in the app."""
        self._emails, self._push, self._received = emails, push, received

    @property
    def can_send(self) -> bool:
        """Whether e-mail can be sent at all."""
        return self._emails is not None and self._emails.can_send

    async def send_invitation(self, person: Person, url: str, language: Language) -> None:
        """Send an invitation to set up the account."""
        await self._send_email(person, "invitation", language, link=url)

    async def send_recovery(self, person: Person, url: str, language: Language) -> None:
        """Send a password reset link."""
        await self._send_email(person, "recovery", language, link=url)

    async def send_sign_up(self, recipient: Person, url: str, language: Language) -> None:
        """Send the link of a sign-up, sealed under `recipient.subject`."""
        await self._send_email(recipient, "sign_up", language, link=url)

    async def send_notice(
        self,
        person: Person,
        kind: EmailKind,
        detail: str,
        uow: UnitOfWork | None = None,
        *,
        link: str = "",
        about: RequestReference | None = None,
    ) -> None:
        """Send a notice, in both languages. With `uow` the e-mail is queued within it, the notice is listed within it,
        and the push follows its commit."""
        if self._received is not None:
            await self._received.add(person, kind, detail, uow)
        if self._push is not None:
            push = partial(self._push.send_notice, person.id, kind)
            if uow is None:
                push()
            else:  # a handler of the outbox that fails is called again
                uow.after_commit.append(push)
        if self._emails is not None and person.email:
            await self._emails.enqueue(person, kind, link=link, detail=detail, about=about, uow=uow)

    async def send_to_outsider(
        self,
        recipient: Person,
        kind: EmailKind,
        uow: UnitOfWork | None = None,
        *,
        detail: str,
        link: str = "",
        about: RequestReference | None = None,
    ) -> None:
        """Like `send_notice`, to a person without an account, sealed under `recipient.subject`."""
        if self._emails is not None and recipient.email:
            await self._emails.enqueue(recipient, kind, link=link, detail=detail, about=about, uow=uow)

    async def send_voicemail_notice(
        self, person: Person, language: Language, message: NewVoicemail, uow: UnitOfWork
    ) -> None:
        """Notify the person of a new voicemail; caller and audio are included only if enabled, when it is sent.

        The e-mail is queued within `uow`. Raises ErasedSubject.
        """
        detail = describe_voicemail(message.number, message.seconds, format_time(message.at, language))
        if self._emails is not None and person.email:
            await self._emails.enqueue(person, "voicemail", language, detail=detail, about=message.about, uow=uow)

    async def send_copy_notice(self, person: Person, uow: UnitOfWork) -> None:
        """Notify the person that a copy of data is ready, within `uow`. Raises ErasedSubject."""
        if self._received is not None:
            await self._received.add(person, "access_copy", "", uow)
        if self._emails is not None and person.email:
            await self._emails.enqueue(person, "access_copy", uow=uow)

    async def send_invoice(
        self, person: Person, kind: EmailKind, number: str, uow: UnitOfWork, *, language: Language, detail: str
    ) -> bool:
        """Send an invoice or a reminder with the file. The e-mail is queued within `uow`; False if a limit is reached.
        Raises ErasedSubject."""
        if self._emails is None or not person.email:
            return False
        about = InvoiceReference(number)
        return await self._emails.enqueue(person, kind, language, detail=detail, about=about, uow=uow)

    async def send_meeting(self, recipient: Person, email: MeetingEmail, uow: UnitOfWork) -> bool:
        """Send an e-mail about a meeting. See `conferencing.ports.InvitationSender`."""
        if self._emails is None:
            return False
        about = CalendarMessage(email.text, email.calendar, email.reply_to)
        return await self._emails.enqueue(
            recipient, email.kind, email.language, link=email.link, detail=email.title, about=about, uow=uow
        )

    async def send_report(
        self, person: Person, reference: str, uow: UnitOfWork, *, language: Language, detail: str
    ) -> bool:
        """Send a report. The e-mail is queued within `uow`; False if a limit is reached. Raises ErasedSubject."""
        if self._emails is None:
            return False
        about = ReportReference(reference)
        return await self._emails.enqueue(person, "report", language, detail=detail, about=about, uow=uow)

    async def _send_email(self, person: Person, kind: EmailKind, language: Language | None, *, link: str) -> None:
        if self._emails is not None and person.email:
            await self._emails.enqueue(person, kind, language or "both", link=link)
