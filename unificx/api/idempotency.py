"""Idempotency keys: a POST with an Idempotency-Key is executed once; repeated within a day it gets the stored response.

The same key with another request is rejected (422), and so is one still in progress (409). Only successful responses
are stored: after an error nothing has changed, so the key may be used again. The principal is part of the lookup: a
response is never returned to another user. (After draft-ietf-httpapi-idempotency-key-header.)
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import IntegrityError

from unificx.api import repository
from unificx.api.models import AnswerPart, StoredAnswerRow
from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Invalid
from unificx.db.database import Database, UnitOfWork
from unificx.db.sealed import Gone, Keys
from unificx.identity import Principal, Role
from unificx.identity.events import PersonClosed, TenantDeleted

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
UNFINISHED = timedelta(minutes=5)
"""An unfinished request is treated as lost with its process after this time; its key may be used again."""
SWEEP_BATCH = 200


class AnswerKeys(Keys, Protocol):
    """Key store operations needed for stored responses."""

    def destroy(self, tenant: str, subject: str) -> object:
        """Make everything sealed under this subject permanently unreadable. May be repeated."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The stored response."""

    status: int
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request in progress under a key; `started` distinguishes this attempt from a later one."""

    id: str
    tenant_id: str
    subject: str
    started: datetime
    by_operator: bool
    asked: str = field(repr=False)


class StoredAnswers:
    """Stores responses by user and key."""

    def __init__(self, database: Database, keys: AnswerKeys, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    async def begin(self, principal: Principal, key: str, asked: str) -> Answer | Ticket:
        """Return the stored response, or a ticket to execute the request now.

        Raise Conflict while the first request is in progress, Invalid if the key was used for another request.
        """
        answer_id, tenant_id = digest(principal.tenant_id, principal.person_id, key), principal.tenant_id
        now, subject = self._clock.now(), self._clock.new_id()
        try:
            async with self._database.begin() as uow:
                row = await repository.answer(uow.session, tenant_id, answer_id)
                if row is not None:
                    known = self._open(row)
                    if known is not None and _counts(row, now):
                        return _recall(row, known, asked)
                    subject = subject if known is None else row.subject_id
                ticket = Ticket(answer_id, tenant_id, subject, now, principal.role is Role.OPERATOR, asked)
                await uow.session.merge(self._row(ticket))
        except IntegrityError:
            raise _being_done() from None
        return ticket

    async def finish(self, ticket: Ticket, answer: Answer) -> None:
        """Store the response."""
        async with self._database.begin() as uow:
            row = await repository.answer(uow.session, ticket.tenant_id, ticket.id)
            if row is not None and row.started == ticket.started:
                row.status = answer.status
                row.sealed = self._seal(ticket, answer.body)

    async def abandon(self, ticket: Ticket) -> None:
        """Release the key of a request that failed: it may be used again at once."""
        async with self._database.begin() as uow:
            row = await repository.answer(uow.session, ticket.tenant_id, ticket.id)
            if row is not None and row.started == ticket.started:
                row.started -= UNFINISHED
                row.expires = self._clock.now()

    async def sweep(self) -> int:
        """Delete expired responses with their keys; return their number. Run every few minutes."""
        removed = 0
        while True:
            async with self._database.begin() as uow:
                gone = await repository.remove_expired(uow.session, self._clock.now(), SWEEP_BATCH)
                self._destroy(gone)
            removed += len(gone)
            if len(gone) < SWEEP_BATCH:
                return removed

    async def forget(self, fact: PersonClosed | TenantDeleted, uow: UnitOfWork) -> None:
        """Delete all responses that may contain data of a closed person or deleted tenant, with their keys. Outbox
        handler."""
        self._destroy(await repository.remove_about(uow.session, fact.tenant))

    def _destroy(self, gone: list[tuple[str, str]]) -> None:
        # Before the commit: if the key store fails, the rows stay and the deletion is retried.
        for tenant_id, subject in gone:
            self._keys.destroy(tenant_id, subject)

    def _row(self, ticket: Ticket) -> StoredAnswerRow:
        return StoredAnswerRow(
            id=ticket.id,
            tenant_id=ticket.tenant_id,
            subject_id=ticket.subject,
            by_operator=ticket.by_operator,
            status=None,
            started=ticket.started,
            expires=ticket.started + KEPT,
            sealed=self._seal(ticket, ""),
        )

    def _seal(self, ticket: Ticket, body: str) -> bytes:
        part = AnswerPart(asked=ticket.asked, answer=body)
        return repository.ANSWER.seal(self._keys, ticket.tenant_id, [(ticket.subject, ticket.id, part)])[0]

    def _open(self, row: StoredAnswerRow) -> AnswerPart | None:
        sealed = [(row.subject_id, row.id, row.sealed)]
        part = repository.ANSWER.open(self._keys, row.tenant_id, "administration", sealed)[0]
        return None if isinstance(part, Gone) else part


def _counts(row: StoredAnswerRow, now: datetime) -> bool:
    return now < (row.started + UNFINISHED if row.status is None else row.expires)


def _recall(row: StoredAnswerRow, part: AnswerPart, asked: str) -> Answer:
    if not hmac.compare_digest(part.asked, asked):
        raise Invalid(
            "This Idempotency-Key was used for another request.", hint="Use a new key for a new request.", field=HEADER
        )
    if row.status is None:
        raise _being_done()
    return Answer(row.status, part.answer)


def _being_done() -> Conflict:
    return Conflict("This request is still in progress.", hint="Retry in a moment.", field=HEADER)


def digest(*parts: str) -> str:
    """Return a digest of length-prefixed parts: different lists never give the same input."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogateescape")
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()
