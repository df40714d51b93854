"""Reads a mailbox: each e-mail becomes a request or a message to one, exactly once.

Nothing is ever sent in answer to an e-mail by itself, so two programs cannot answer each other without end.
"""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import structlog
from sqlalchemy.exc import SQLAlchemyError

from unificx.cluster import Count, CounterKind
from unificx.core.errors import DomainError, Invalid
from unificx.core.faults import describe_fault
from unificx.core.rate_limit import SlidingWindow
from unificx.db import UnitOfWork
from unificx.identity import DirectoryCache, email_key
from unificx.support.mail_in import repository
from unificx.support.mail_in.parsing import ReceivedEmail, parse_received
from unificx.support.mail_in.ports import (
    Batch,
    BounceReceiver,
    FetchedEmail,
    MailboxUnreachable,
    MailSource,
    Position,
)
from unificx.support.rights import PROOF_LENGTH, NewRequest, RequestMessages, RightsRequest, RightsRequests

POLL_SECONDS, MAX_DELAY = 60.0, 900.0
REMEMBERED = timedelta(days=90)
"""How long handled e-mails are known by their Message-ID, for a server that numbers them anew."""
_PROOF = re.compile(rf"(?<![a-z2-7])([a-z2-7]{{{PROOF_LENGTH}}})(?![a-z2-7])")
_RECEIVED = CounterKind("received e-mails", 10_000)
_PER_SENDER, _IN_ALL = SlidingWindow(20, 86_400.0), SlidingWindow(500, 86_400.0)
Outcome = Literal["request", "message", "bounce", "automatic", "refused"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class MailInDependencies:
    """Dependencies. `tenant`: short name of the organisation for e-mails whose recipient is of no tenant's domain."""

    source: MailSource
    requests: RightsRequests
    bounces: BounceReceiver
    directory: DirectoryCache
    tenant: str


class MailIn:
    """Reads one mailbox."""

    def __init__(self, deps: MailInDependencies) -> None:
        self._deps, self._requests = deps, deps.requests
        self._messages = RequestMessages(deps.requests)
        self._database, self._counters = deps.requests.deps.database, deps.requests.deps.counters
        self._mailbox = hashlib.sha256(deps.source.name.encode()).hexdigest()

    async def run(self) -> None:
        """Read the mailbox every minute, and less often while it cannot be read, until cancelled."""
        delay = POLL_SECONDS
        while True:
            try:
                while await self.read():
                    pass
                delay = POLL_SECONDS
            except MailboxUnreachable as fault:
                delay = min(2 * delay, MAX_DELAY)
                log.warning("mailbox_not_read", reason=str(fault), retry_in=delay)
            except Exception as fault:
                delay = min(2 * delay, MAX_DELAY)
                log.error("mailbox_not_read", retry_in=delay, **describe_fault(fault))
            await asyncio.sleep(delay)

    async def read(self) -> bool:
        """Handle the next e-mails; return whether there were some. Raises MailboxUnreachable."""
        async with self._database.read() as session:
            before = await repository.position(session, self._mailbox)
        batch = await self._deps.source.fetch(before)
        if before is None:
            await self._begin(batch)
        for email in batch.emails:
            await self._handle(email, Position(batch.validity, email.uid))
        if not batch.emails:
            await self._forget()
        return bool(batch.emails)

    async def _begin(self, batch: Batch) -> None:
        """Start behind the e-mails that were in the mailbox before it was configured."""
        async with self._database.begin() as uow:
            await repository.set_position(uow.session, self._mailbox, Position(batch.validity, batch.start))

    async def _forget(self) -> None:
        async with self._database.begin() as uow:
            await repository.delete_handled(uow.session, self._database.clock.now() - REMEMBERED)

    async def _handle(self, email: FetchedEmail, reached: Position) -> None:
        """Handle an e-mail: its outcome and the position are stored together, once."""
        parsed = await asyncio.to_thread(_parsed, email.raw)
        digest = parsed.digest if parsed is not None else f"{reached.validity} {reached.uid}"
        if parsed is not None and parsed.is_report and email.raw is not None:
            await self._report(email.raw)
        async with self._database.begin() as uow:
            await repository.set_position(uow.session, self._mailbox, reached)
            if await repository.is_handled(uow.session, self._mailbox, digest):
                return
            outcome = await self._take(uow, parsed)
            row_id, now = self._database.clock.new_id(), self._database.clock.now()
            repository.add_handled(uow.session, row_id, self._mailbox, digest, at=now, outcome=outcome)
        if outcome == "refused":
            log.warning("email_not_taken", uid=reached.uid, reason=self._reason(parsed))

    async def _report(self, raw: bytes) -> None:
        """Pass a report on before its position is stored: to take it twice changes nothing, but after a crash in
        between it would be lost. One that cannot be taken does not stop the mailbox, unless the database fails."""
        try:
            await self._deps.bounces.bounce(raw)
        except SQLAlchemyError:
            raise
        except Exception as fault:
            log.error("report_not_taken", **describe_fault(fault))

    async def _take(self, uow: UnitOfWork, email: ReceivedEmail | None) -> Outcome:
        if email is None:
            return "refused"
        if email.is_report:
            return "bounce"
        if email.automatic:
            return "automatic"
        if not email.address or not await self._allowed(email.address):
            return "refused"
        if await self._answered(uow, email) is not None:
            return "message"
        await self._enter(uow, email)
        return "request"

    def _reason(self, email: ReceivedEmail | None) -> str:
        if email is None:
            return "too large, or malformed"
        return "too many from this sender" if email.address else "no sender"

    async def _answered(self, uow: UnitOfWork, email: ReceivedEmail) -> RightsRequest | None:
        """Add an e-mail to the request that it answers; None if there is none that takes it."""
        for proof in self._proofs(email):
            try:
                return await self._messages.receive(uow, proof, email.body, email.address)
            except DomainError:  # deleted, or closed too long ago: a new request
                continue
        return None

    def _proofs(self, email: ReceivedEmail) -> Sequence[str]:
        """Return the proofs in recipients and in references to our e-mails, without repetition."""
        given = " ".join((*email.recipients, *email.references)).lower()
        return [*dict.fromkeys(_PROOF.findall(given))][:20]

    async def _enter(self, uow: UnitOfWork, email: ReceivedEmail) -> RightsRequest:
        new = NewRequest("inquiry", email.body, email.topic, name=email.name, email=email.address)
        return await self._requests.enter_received(uow, self._tenant(email), new)

    def _tenant(self, email: ReceivedEmail) -> str:
        """Return the tenant whose domain a recipient has, or else the configured one. Raises Invalid."""
        directory = self._deps.directory
        for address in email.recipients:
            tenant = directory.tenant_by_domain(address.rpartition("@")[2])
            if tenant is not None and tenant.active:
                return tenant.id
        configured = directory.tenant_by_slug(self._deps.tenant)
        if configured is None:
            raise Invalid("The mailbox is for an organisation that does not exist.")
        return configured.id

    async def _allowed(self, address: str) -> bool:
        def count(before: Sequence[Count], now: float) -> tuple[Sequence[Count], bool]:
            sender, sender_allowed = _PER_SENDER.add(before[0], now)
            every, every_allowed = _IN_ALL.add(before[1], now)
            return ([sender, every], True) if sender_allowed and every_allowed else (before, False)

        return await self._counters.update(_RECEIVED, [f"sender {email_key(address)}", "all"], count)


def _parsed(raw: bytes | None) -> ReceivedEmail | None:
    """Return the relevant parts of an e-mail; None for one that is too large, or too malformed."""
    try:
        return parse_received(raw) if raw is not None else None
    except Invalid:
        return None
    except Exception as fault:  # the parser of the standard library has failed on malformed e-mails before
        log.error("email_not_parsed", **describe_fault(fault))
        return None
