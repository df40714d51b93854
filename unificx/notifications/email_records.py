"""The e-mails of the last days as administrators see them: their state, their text, tests and reports of failure."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from email.message import EmailMessage
from typing import Literal
from uuid import UUID

import structlog

from unificx.cluster import Counters
from unificx.core.errors import Conflict, Invalid, NotFound, TooManyRequests
from unificx.db import Page, PageById, UnitOfWork, UnsealError
from unificx.identity import checked_email
from unificx.notifications import repository
from unificx.notifications.bounces import Bounce, parse_bounce
from unificx.notifications.complaints import Complaint, parse_complaint
from unificx.notifications.email_composer import Email, compose_email
from unificx.notifications.email_outcomes import MAX_REPLY, Outcome, email_of, part_after, queued_at
from unificx.notifications.email_queue import EmailQueueDependencies
from unificx.notifications.models import EmailPart, EmailRow
from unificx.notifications.policies.emails import CREDENTIALS, LANGUAGES, EmailRateLimit
from unificx.notifications.ports import EmailRejected
from unificx.notifications.schemas import EmailRecord, EmailSummary, EmailTest, RecordState

log = structlog.get_logger()
TEST_TIMEOUT = 20.0
"""Timeout of a test, shorter than that of the request which waits for it."""


class EmailRecords:
    """The records of all tenants, from the table of the queue."""

    def __init__(self, deps: EmailQueueDependencies, counters: Counters) -> None:
        self._deps = deps
        self._database = deps.database
        self._limit = EmailRateLimit(counters)

    async def page(
        self, tenant_id: str, states: Collection[RecordState], *, cursor: str | None, limit: int
    ) -> Page[EmailRecord]:
        """List e-mails in these states, newest first; all without states. Raises Invalid for an invalid cursor."""
        request = PageById.parse(cursor, limit)
        stored = {"waiting" if each == "deferred" else each for each in states}
        async with self._database.read() as session:
            rows = await repository.emails(session, tenant_id, request, stored)
        page = request.of_rows(rows, lambda each: each.id)
        found = [self._record(row) for row in page.items]
        return Page(tuple(each for each in found if not states or each.state in states), page.next)

    async def get(self, tenant_id: str, email_id: str) -> EmailRecord:
        """Return an e-mail with its text, except one that gives access. Raises NotFound."""
        async with self._database.read() as session:
            row = await repository.email(session, tenant_id, email_id)
        if row is None:
            raise NotFound("There is no such e-mail.")
        record, part = self._record(row), self._open(row)
        tenant = self._deps.directory.tenant(tenant_id)
        if part is None or tenant is None or row.kind in (*CREDENTIALS, "marketing") or record.state in _LEFT:
            return record
        sender = self._deps.sender_for(tenant_id)
        message = compose_email(email_of(row, part, tenant.name), sender, row.id, queued_at(row))
        return replace(record, subject=str(message["Subject"]), text=_plain(message))

    async def summary(self, tenant_id: str) -> EmailSummary:
        """Return whether e-mail can be sent, and how many e-mails of the last days are in which state."""
        async with self._database.read() as session:
            counts = await repository.count_by_state(session, tenant_id)
        sender = self._deps.sender.addr_spec if self._deps.transport is not None else ""
        return EmailSummary(self._deps.transport is not None, sender, counts)

    async def count_waiting(self) -> tuple[int, int]:
        """Count the e-mails of all tenants that wait, and those of them that a server has deferred."""
        async with self._database.read() as session:
            return await repository.count_waiting(session)

    async def test(self, tenant_id: str, address: str, person_id: str) -> EmailTest:
        """Send a test to an address at once, and return the reply of the server. `person_id`: "" for the
        operator. Raises Invalid, Conflict without a mail server, TooManyRequests."""
        tenant, address = self._deps.directory.tenant(tenant_id), checked_email(address)
        if self._deps.transport is None or tenant is None:
            raise Conflict("There is no mail server.", hint="Set UNIFICX_SMTP.")
        if not await self._limit.allow(person_id or tenant_id, "email_test"):
            raise TooManyRequests("Too many tests.", retry_after=3600)
        email = Email("email_test", LANGUAGES, "", address, tenant.name)
        clock = self._database.clock
        message = compose_email(email, self._deps.sender_for(tenant.id), clock.new_id(), clock.now())
        try:
            await self._deps.transport.send(message, within=TEST_TIMEOUT)
        except EmailRejected as rejection:
            return EmailTest(False, rejection.status, " ".join(rejection.reply.split())[:MAX_REPLY])
        return EmailTest(True, 250)

    async def take_report(self, raw: bytes) -> bool:
        """Record what a report of a mail server says about an e-mail; return whether it is one of ours.

        After a failed delivery (RFC 3464) the address is marked if it does not work; after a complaint (RFC 5965) it
        gets no advertising any more. Raises Invalid for another e-mail."""
        if (bounce := await asyncio.to_thread(parse_bounce, raw)) is not None:
            return await self._bounce(bounce)
        if (complaint := await asyncio.to_thread(parse_complaint, raw)) is not None:
            return await self._complain(complaint)
        raise Invalid(
            "This is neither a report of a failed delivery nor a complaint.",
            hint="Pass a whole e-mail by RFC 3464 or RFC 5965.",
        )

    async def _complain(self, complaint: Complaint) -> bool:
        """Stop advertising by the link of the returned e-mail, whatever its age; also by its record while there is
        one."""
        advertising, known = self._deps.advertising, False
        if advertising is not None and complaint.proof:
            known = await advertising.unsubscribe(complaint.proof, "", "complaint")
        async with self._database.begin() as uow:
            found = await self._end(uow, complaint.message_id, "complained")
        if found is None:
            return known
        row, part = found
        if advertising is not None and not known:
            await advertising.complain(row.tenant_id, row.subject_id, part.address)
        return True

    async def _bounce(self, bounce: Bounce) -> bool:
        async with self._database.begin() as uow:
            found = await self._end(uow, bounce.message_id, "bounced", bounce.reply)
            if found is None:
                return False
            row, part = found
            if bounce.address_fails and self._deps.undeliverable is not None:
                owner = row.tenant_id, row.subject_id
                await self._deps.undeliverable.mark(uow, owner, part.address, bounce.status)
        return True

    async def _end(
        self, uow: UnitOfWork, message_id: str, state: Literal["bounced", "complained"], reply: str = ""
    ) -> tuple[EmailRow, EmailPart] | None:
        """Store what became of one of our e-mails that was sent, and return it; None if it is not one."""
        email_id = _email_id(message_id, self._deps.sender.domain)
        tenant_id = await repository.tenant_of_email(uow.session, email_id) if email_id else None
        row = await repository.email(uow.session, tenant_id, email_id) if tenant_id is not None else None
        part = self._open(row) if row is not None else None
        if row is None or part is None:
            return None
        outcome = Outcome(state, row.status, reply)
        items = [(row.subject_id, row.id, part_after(part, row.kind, outcome))]
        [sealed] = repository.EMAIL_CODEC.seal(self._deps.keys, row.tenant_id, items)
        await repository.store_outcome(uow.session, row, outcome, self._database.clock.now(), sealed)
        return row, part

    def _open(self, row: EmailRow) -> EmailPart | None:
        """Return the content of an e-mail; None if its recipient was erased or it is damaged."""
        sealed = [(row.subject_id, row.id, row.sealed)]
        try:
            [part] = repository.EMAIL_CODEC.open(self._deps.keys, row.tenant_id, sealed)
        except UnsealError:
            log.error("email_not_opened", email=row.id)
            return None
        return part if isinstance(part, EmailPart) else None

    def _record(self, row: EmailRow) -> EmailRecord:
        part = self._open(row)
        waits = row.state == "waiting"
        return EmailRecord(
            id=row.id,
            kind=row.kind,  # pyright: ignore[reportArgumentType]
            state="deferred" if waits and row.tries else row.state,  # pyright: ignore[reportArgumentType]
            queued=queued_at(row),
            attempts=row.tries,
            next_try=row.due if waits and self._deps.transport is not None else None,
            ended=row.ended,
            status=row.status,
            address=part.address if part is not None else "",
            name=part.name if part is not None else "",
            reply=(part.reply or "") if part is not None else "",
        )


_LEFT = frozenset({"sent", "bounced", "complained", "unknown", "sending"})
"""States of e-mails whose text is not stored any more, or about to be sent."""


def _plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def _email_id(message_id: str, domain: str) -> str:
    """Return the id of our e-mail, "" if the Message-ID is not one of ours."""
    local, _, host = message_id.strip("<>").partition("@")
    try:
        return str(UUID(local.partition(".")[0])) if host.lower() == domain.lower() else ""
    except ValueError:
        return ""
