"""Queue of outgoing e-mails in the database: durable once `enqueue` returns, sent some at a time, retried for a day."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from functools import partial
from typing import Literal

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.cluster import Counters
from unificx.core.errors import DomainError, ServiceUnavailable
from unificx.core.faults import describe_fault
from unificx.db import Database, ErasedSubject, PollingWorker, UnitOfWork, log_and_continue
from unificx.identity import DirectoryCache, Person
from unificx.notifications import campaign_repository, repository
from unificx.notifications.advertising import Advertising
from unificx.notifications.catalogue import EmailKind
from unificx.notifications.email_composer import Advert, Email, ReplyAddress, compose_email
from unificx.notifications.email_outcomes import (
    BOTH_LANGUAGES,
    Outcome,
    after_rejection,
    email_of,
    email_part,
    part_after,
    queued_at,
)
from unificx.notifications.models import EmailPart, EmailRow
from unificx.notifications.policies.emails import CREDENTIALS, RECORD_PERIOD, EmailRateLimit, Language, lifetime
from unificx.notifications.policies.retry_policy import next_email_attempt
from unificx.notifications.ports import EmailRejected, SmtpTransport
from unificx.notifications.preferences import NoticePreferences
from unificx.notifications.schemas import (
    CalendarMessage,
    EmailSubject,
    InvoiceReference,
    MessageReference,
    ReportReference,
    RequestReference,
)
from unificx.notifications.undeliverable import UndeliverableAddresses
from unificx.privacy import KeyStore
from unificx.voicemail import VoicemailAttachments

log = structlog.get_logger()
BATCH_SIZE = 20
_WORKERS: tuple[Collection[str] | None, ...] = (CREDENTIALS, None, None, None)
"""The kinds that each worker sends, None for all. A server may check an e-mail for minutes before it accepts it, which
must not delay others, least of all those that give access: a password reset is of use for half an hour."""
MAX_QUEUED = 20
"""Per person."""
MAX_ENDED = 50
"""Records of ended e-mails per person."""


@dataclass(frozen=True, slots=True)
class EmailQueueDependencies:
    """Dependencies of EmailQueue; `sender` is the From address; `message_audio` provides voicemail audio. Without
    `advertising` no campaign is sent; without `transport` nothing is; without `undeliverable` no address is marked."""

    database: Database
    keys: KeyStore
    directory: DirectoryCache
    preferences: NoticePreferences
    transport: SmtpTransport | None
    sender: Address
    message_audio: VoicemailAttachments | None = None
    advertising: Advertising | None = None
    undeliverable: UndeliverableAddresses | None = None
    invoice_pdf: Callable[[str, str], Awaitable[bytes]] | None = None
    """Returns the file of an invoice by tenant and number. Raises NotFound."""
    report_files: Callable[[str, str], Awaitable[Sequence[tuple[str, bytes]]]] | None = None
    """Returns the files of a report by tenant and reference. Raises NotFound, Forbidden."""
    reply_address: Callable[[str], ReplyAddress] | None = None
    """Returns where an answer about a request leads, by the id of the request."""
    product: Callable[[str], str | None] | None = None
    """Returns the name under which a reseller sells the product to a tenant; None for its own."""

    def sender_for(self, tenant_id: str) -> Address:
        """Return the From address of e-mails to people of a tenant: with the name of their product."""
        product = self.product(tenant_id) if self.product is not None else None
        return self.sender if product is None else Address(product, addr_spec=self.sender.addr_spec)


class EmailQueue:
    """E-mail queue: `enqueue` adds an e-mail, `run` or `deliver` sends those that are due."""

    def __init__(self, deps: EmailQueueDependencies, counters: Counters) -> None:
        self._deps = deps
        self._clock = deps.database.clock
        parts = ((partial(self.deliver, kinds), partial(self._next_due, kinds)) for kinds in _WORKERS)
        self._workers = [PollingWorker(deps.database, *each, failure_event="emails_delayed") for each in parts]
        # Owner: this node, which alone sends e-mails: the ids of those that it is sending.
        self._taken = set[str]()
        self._taking = asyncio.Lock()
        self._failures, self._settled = 1, 0
        """Failures, the start among them, that may have left interrupted e-mails; how many of them are settled."""
        self._rate_limit = EmailRateLimit(counters)

    async def enqueue(
        self,
        person: Person,
        kind: EmailKind,
        language: Language | Literal["both"] = BOTH_LANGUAGES,
        *,
        link: str = "",
        detail: str = "",
        about: EmailSubject | None = None,
        uow: UnitOfWork | None = None,
    ) -> bool:
        """Queue an e-mail; return False if the person's rate or queue limit is reached. Raises ErasedSubject.

        An e-mail `about` a voicemail is not sent if the message was erased; neither its audio nor the file of an
        invoice is stored in the queue.
        With `uow` the e-mail is queued within that unit of work and durable after its commit.
        """
        if not await self._rate_limit.allow(person.subject, kind):
            log.warning("email_not_queued", kind=kind, person=person.id)
            return False
        now, email_id = self._clock.now(), self._clock.new_id()
        part = email_part(person, link, detail, about if isinstance(about, CalendarMessage) else None)
        [sealed] = repository.EMAIL_CODEC.seal(self._deps.keys, person.tenant_id, [(person.subject, email_id, part)])
        row = EmailRow(
            id=email_id,
            tenant_id=person.tenant_id,
            subject_id=person.subject,
            kind=kind,
            language=language,
            due=now,
            expires=now + lifetime(kind),
            tries=0,
            state="waiting",
            status=0,
            message_id=about.message_id if isinstance(about, MessageReference) else None,
            extension_id=about.extension_id if isinstance(about, MessageReference) else None,
            invoice=about.number if isinstance(about, InvoiceReference) else None,
            report=about.text if isinstance(about, ReportReference) else None,
            request_id=about.request_id if isinstance(about, RequestReference) else None,
            sealed=sealed,
        )
        if uow is not None:
            return await self._insert(row, person, uow)
        async with self._deps.database.begin() as own:
            return await self._insert(row, person, own)

    def enqueue_campaign(
        self, uow: UnitOfWork, person: Person, campaign_id: str, language: Language, *, link: str, due: datetime
    ) -> None:
        """Queue advertising within `uow`, to be sent at `due`, with the text of the campaign. Raises ErasedSubject."""
        email_id = self._clock.new_id()
        part = email_part(person, link, "")
        keys, items = self._deps.keys, [(person.subject, email_id, part)]
        [sealed] = repository.EMAIL_CODEC.seal(keys, person.tenant_id, items)
        uow.session.add(
            EmailRow(
                id=email_id,
                tenant_id=person.tenant_id,
                subject_id=person.subject,
                kind="marketing",
                language=language,
                due=due,
                expires=due + lifetime("marketing"),
                tries=0,
                state="waiting",
                status=0,
                campaign_id=campaign_id,
                sealed=sealed,
            )
        )
        if self._wake not in uow.after_commit:
            uow.after_commit.append(self._wake)

    async def _insert(self, row: EmailRow, person: Person, uow: UnitOfWork) -> bool:
        if await repository.count_queued_emails(uow.session, person.tenant_id, person.subject) >= MAX_QUEUED:
            log.warning("email_not_queued", kind=row.kind, person=person.id)
            return False
        await repository.delete_oldest_ended(uow.session, person.tenant_id, person.subject, MAX_ENDED)
        uow.session.add(row)
        uow.after_commit.append(self._wake)
        return True

    def _wake(self) -> None:
        for worker in self._workers:
            worker.wake()

    @property
    def can_send(self) -> bool:
        """Whether there is a mail server. Without one, e-mails are stored until they expire, and can be read."""
        return self._deps.transport is not None

    async def deliver(self, kinds: Collection[str] | None = None) -> None:
        """Send the oldest e-mails of these kinds that are due, once, or end them if they have expired; further ones are
        due in the next run."""
        now = self._clock.now()
        async with self._taking:
            if (failures := self._failures) != self._settled:
                await self._end_interrupted()
                self._settled = failures
        async with self._deps.database.read() as session:
            found = await repository.due_emails(session, now, BATCH_SIZE, kinds, sending=self.can_send)
        for email_id in found:
            if (row := await self._take(email_id, now)) is None:
                continue
            sent = False
            try:
                if not (sent := await _succeeds("email_not_sent", row, self._send(row))):
                    await self._postpone(row)  # so that others do not wait for it
            finally:
                self._taken.discard(row.id)
                self._failures += not sent

    async def _take(self, email_id: str, now: datetime) -> EmailRow | None:
        """Return an e-mail if it is still due, and no other worker sends it."""
        async with self._taking:
            if email_id in self._taken:
                return None
            async with self._deps.database.read() as session:
                row = await repository.due_email(session, email_id, now, sending=self.can_send)
            if row is not None:
                self._taken.add(email_id)
            return row

    async def _postpone(self, row: EmailRow) -> None:
        """Try an e-mail later whose attempt has failed unexpectedly, unless the server may have accepted it. One that
        has expired ends."""
        now, attempts = self._clock.now(), row.tries + 1
        due = next_email_attempt(now, attempts, row.expires) or row.expires
        async with self._deps.database.begin() as uow:
            if due > now:
                await repository.postpone(uow.session, row, attempts, due)
            else:
                await repository.end_email(uow.session, row, "failed", now)

    async def _end_interrupted(self) -> None:
        """End the e-mails whose content was being sent when the process died or the database failed. Whether the server
        has accepted them is unknown, so they are not sent again; administrators see them."""
        async with self._deps.database.read() as session:
            rows = await repository.interrupted_emails(session, self._taken)
        for row in rows:
            if not await _succeeds("interrupted_email_not_stored", row, self._store_unknown(row)):
                async with self._deps.database.begin() as uow:
                    await repository.end_email(uow.session, row, "unknown", self._clock.now())

    async def _store_unknown(self, row: EmailRow) -> None:
        await self._store(row, self._open(row), Outcome("unknown", row.status))

    async def delete_expired(self) -> None:
        """Delete the records of ended e-mails, and marks of addresses without a user. To be called periodically."""
        async with self._deps.database.begin() as uow:
            await repository.delete_ended(uow.session, self._clock.now() - RECORD_PERIOD)
        if self._deps.undeliverable is not None:
            await self._deps.undeliverable.delete_orphans()

    async def run(self) -> None:
        """Deliver whenever an e-mail is queued or due, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for worker in self._workers:
                group.create_task(worker.run())

    async def _next_due(self, kinds: Collection[str] | None, session: AsyncSession) -> datetime | None:
        return await repository.next_due(session, kinds, self._taken, sending=self.can_send)

    async def _send(self, row: EmailRow) -> None:
        part = self._open(row)
        await self._store(row, part, await self._attempt(row, part) if part is not None else None)

    def _open(self, row: EmailRow) -> EmailPart | None:
        """Return the content of an e-mail; None if its recipient was erased."""
        sealed = [(row.subject_id, row.id, row.sealed)]
        [part] = repository.EMAIL_CODEC.open(self._deps.keys, row.tenant_id, sealed)
        return part if isinstance(part, EmailPart) else None

    async def _store(self, row: EmailRow, part: EmailPart | None, outcome: Outcome | None) -> None:
        """Store the outcome of an attempt, or delete an e-mail that is obsolete or whose recipient was erased."""
        async with self._deps.database.begin() as uow:
            if part is None or outcome is None:
                await repository.delete_email(uow.session, row.tenant_id, row.id)
                return
            items = [(row.subject_id, row.id, part_after(part, row.kind, outcome))]
            try:
                [sealed] = repository.EMAIL_CODEC.seal(self._deps.keys, row.tenant_id, items)
            except ErasedSubject:
                await repository.delete_email(uow.session, row.tenant_id, row.id)
                return
            await repository.store_outcome(uow.session, row, outcome, self._clock.now(), sealed)
            if outcome.address_fails and self._deps.undeliverable is not None:
                owner = row.tenant_id, row.subject_id
                await self._deps.undeliverable.mark(uow, owner, part.address, outcome.code)

    async def _attempt(self, row: EmailRow, part: EmailPart) -> Outcome | None:
        """Send an e-mail once. Return None if it is not wanted any more."""
        now = self._clock.now()
        if row.expires <= now:
            return Outcome("expired", status=row.status, reply=part.reply or "")
        try:
            if not self._is_wanted(row) or not await self._compose_and_submit(row, part):
                return None
        except EmailRejected as rejection:
            log.warning("email_not_accepted", email=row.id, kind=row.kind, status=rejection.status, tries=row.tries + 1)
            return after_rejection(rejection, now, row.tries + 1, row.expires)
        except ServiceUnavailable:  # the audio is temporarily unavailable
            return after_rejection(EmailRejected(permanent=False), now, row.tries + 1, row.expires)
        except DomainError:
            log.info("email_obsolete", email=row.id, kind=row.kind)
            return None
        except (MessageError, ValueError) as fault:  # cannot be composed, now or later
            log.error("email_not_composed", email=row.id, kind=row.kind, **describe_fault(fault))
            return Outcome("failed")
        return Outcome("sent", status=250)

    def _is_wanted(self, row: EmailRow) -> bool:
        """Whether the recipient has not switched such e-mails off, which may have happened since it was queued."""
        return self._deps.preferences.allows(row.subject_id, row.kind, "email")  # pyright: ignore[reportArgumentType]

    async def _compose_and_submit(self, row: EmailRow, part: EmailPart) -> bool:
        """Send an e-mail; return False if it is obsolete."""
        tenant = self._deps.directory.tenant(row.tenant_id)
        if tenant is None:
            return False
        email = email_of(row, part, tenant.name)
        if row.kind == "marketing":
            advert = await self._advert(row, part.address)
            if advert is not None:
                await self._submit(row, replace(email, advert=advert))
            return advert is not None
        if row.request_id is not None and self._deps.reply_address is not None:
            await self._submit(row, replace(email, reply=self._deps.reply_address(row.request_id)))
            return True
        if row.report is not None and self._deps.report_files is not None:
            files = await self._deps.report_files(row.tenant_id, row.report)
            await self._submit(row, replace(email, files=files))
            return True
        if row.invoice is not None and self._deps.invoice_pdf is not None:
            pdf = await self._deps.invoice_pdf(row.tenant_id, row.invoice)
            await self._submit(row, replace(email, invoice=pdf, invoice_number=row.invoice))
            return True
        caller, audio = await self._caller(row), await self._load_audio(row)
        if caller:
            email = replace(email, detail=f"{part.detail}, {caller}")
        try:
            await self._submit(row, email if audio is None else replace(email, kind="voicemail_sound", audio=audio))
        except EmailRejected as rejection:
            if audio is None or not rejection.permanent:
                raise
            await self._submit(row, email)  # the attachment may have been too large for that server
            return True
        if audio is not None and self._deps.message_audio is not None:
            await self._deps.message_audio.mark_sent(row.tenant_id, row.message_id or "")
        return True

    async def _advert(self, row: EmailRow, address: str) -> Advert | None:
        """Return the advertising of a campaign if it still exists and may be sent to the recipient now."""
        advertising = self._deps.advertising
        consent = await advertising.consent(row.tenant_id, row.subject_id, address) if advertising is not None else None
        if consent is None or row.campaign_id is None:
            return None
        async with self._deps.database.read() as session:
            campaign = await campaign_repository.campaign(session, row.tenant_id, row.campaign_id)
        text = campaign_repository.texts_of(campaign).get(row.language)  # pyright: ignore[reportArgumentType, reportCallIssue]
        return Advert(text, consent.id) if text is not None else None

    async def _caller(self, row: EmailRow) -> str:
        """Return the caller of the message if they are to be named. Raises NotFound; Expired if it was erased."""
        if self._deps.message_audio is None or row.message_id is None:
            return ""
        return await self._deps.message_audio.caller(row.tenant_id, row.message_id, row.extension_id or "")

    async def _load_audio(self, row: EmailRow) -> bytes | None:
        """Return the audio if it is to be attached. Raises Away; Refused if the message was erased."""
        if self._deps.message_audio is None or row.message_id is None:
            return None
        return await self._deps.message_audio.load(row.tenant_id, row.message_id, row.extension_id or "")

    async def _submit(self, row: EmailRow, email: Email) -> None:
        assert self._deps.transport is not None
        # The time it was queued, so that a duplicate has the same Date.
        message = compose_email(email, self._deps.sender_for(row.tenant_id), row.id, queued_at(row))
        await self._deps.transport.send(message, lambda: self._mark_handing_over(row))

    async def _mark_handing_over(self, row: EmailRow) -> None:
        """Make durable that the content is about to be sent: if the process dies before the reply is stored, the server
        may have accepted the e-mail."""
        async with self._deps.database.begin() as uow:
            await repository.mark_handing_over(uow.session, row.tenant_id, row.id)


async def _succeeds(failure_event: str, row: EmailRow, work: Awaitable[None]) -> bool:
    """Do work on an e-mail; return whether it has not failed. A fault that concerns only this e-mail is logged."""
    with log_and_continue(failure_event, email=row.id, kind=row.kind):
        await work
        return True
    return False
