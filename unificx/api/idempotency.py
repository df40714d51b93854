"""Idempotency keys: a POST with an Idempotency-Key is executed once; repeated within a day it gets the stored response.

The same key with another request is rejected (422), and so is one still in progress (409). Only successful responses
are stored: after an error nothing has changed, so the key may be used again. The principal is part of the lookup: a
response is never returned to another user. (After draft-ietf-httpapi-idempotency-key-header.)
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from unificx.api import repository
from unificx.api.models import AnswerPart, StoredAnswerRow
from unificx.core.clock import Clock, random_id
from unificx.core.errors import Conflict, Invalid
from unificx.db import Database, UnitOfWork, lock_scope
from unificx.db.sealed import Erased
from unificx.identity import Principal, Role
from unificx.identity.events import PersonClosed, TenantDeleted
from unificx.privacy import KeyStore

HEADER = "Idempotency-Key"
RETENTION = timedelta(hours=24)
ABANDONED_AFTER = timedelta(minutes=5)
"""An unfinished request is treated as lost with its process after this time; its key may be used again."""
SWEEP_BATCH = 200


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The stored response."""

    status: int
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request in progress under a key; `started` distinguishes this attempt from a later one."""

    id: str
    tenant_id: str
    subject: str
    started: datetime
    by_operator: bool
    request_digest: str = field(repr=False)


class IdempotencyStore:
    """Stores responses by user and key."""

    def __init__(self, database: Database, keys: KeyStore, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    async def begin(self, principal: Principal, key: str, request_digest: str) -> StoredResponse | PendingRequest:
        """Return the stored response, or a ticket to execute the request now.

        Raise Conflict while the first request is in progress, Invalid if the key was used for another request.
        """
        # An API key never gets a response to a request that its scopes would not allow.
        owner = [principal.person_id, *([principal.key_id] if principal.key_id else [])]
        answer_id, tenant_id = digest(principal.tenant_id, *owner, key), principal.tenant_id
        now, subject = self._clock.now(), random_id(self._clock)
        try:
            async with self._database.begin() as uow:
                await lock_scope(uow.session, "idempotency", answer_id)
                row = await repository.get_response(uow.session, tenant_id, answer_id)
                if row is not None:
                    stored = self._open(row)
                    if stored is not None and _is_valid(row, now):
                        return _replay(row, stored, request_digest)
                    subject = subject if stored is None else row.subject_id
                pending = PendingRequest(
                    answer_id, tenant_id, subject, now, principal.role is Role.OPERATOR, request_digest
                )
                await uow.session.merge(self._row(pending))
        except IntegrityError:
            raise _in_progress() from None
        return pending

    async def finish(self, pending: PendingRequest, response: StoredResponse) -> None:
        """Store the response."""
        async with self._database.begin() as uow:
            row = await repository.get_response(uow.session, pending.tenant_id, pending.id)
            if row is not None and row.started == pending.started:
                row.status = response.status
                row.sealed = self._seal(pending, response.body)

    async def abandon(self, pending: PendingRequest) -> None:
        """Release the key of a request that failed: it may be used again at once."""
        async with self._database.begin() as uow:
            row = await repository.get_response(uow.session, pending.tenant_id, pending.id)
            if row is not None and row.started == pending.started:
                row.started -= ABANDONED_AFTER
                row.expires = self._clock.now()

    async def sweep(self) -> int:
        """Delete expired responses with their keys; return their number. Run every few minutes."""
        removed = 0
        while True:
            async with self._database.begin() as uow:
                deleted = await repository.delete_expired(uow.session, self._clock.now(), SWEEP_BATCH)
                self._destroy_keys(deleted)
            removed += len(deleted)
            if len(deleted) < SWEEP_BATCH:
                return removed

    async def delete_affected(self, event: PersonClosed | TenantDeleted, uow: UnitOfWork) -> None:
        """Delete all responses that may contain data of a closed person or deleted tenant, with their keys. Outbox
        handler."""
        self._destroy_keys(await repository.delete_about_tenant(uow.session, event.tenant))

    def _destroy_keys(self, deleted: list[tuple[str, str]]) -> None:
        # Before the commit: if the key store fails, the rows stay and the deletion is retried.
        for tenant_id, subject in deleted:
            self._keys.destroy(tenant_id, subject)

    def _row(self, pending: PendingRequest) -> StoredAnswerRow:
        return StoredAnswerRow(
            id=pending.id,
            tenant_id=pending.tenant_id,
            subject_id=pending.subject,
            by_operator=pending.by_operator,
            status=None,
            started=pending.started,
            expires=pending.started + RETENTION,
            sealed=self._seal(pending, ""),
        )

    def _seal(self, pending: PendingRequest, body: str) -> bytes:
        part = AnswerPart(asked=pending.request_digest, answer=body)
        return repository.ANSWER.seal(self._keys, pending.tenant_id, [(pending.subject, pending.id, part)])[0]

    def _open(self, row: StoredAnswerRow) -> AnswerPart | None:
        sealed = [(row.subject_id, row.id, row.sealed)]
        part = repository.ANSWER.open(self._keys, row.tenant_id, sealed)[0]
        return None if isinstance(part, Erased) else part


def _is_valid(row: StoredAnswerRow, now: datetime) -> bool:
    return now < (row.started + ABANDONED_AFTER if row.status is None else row.expires)


def _replay(row: StoredAnswerRow, part: AnswerPart, request_digest: str) -> StoredResponse:
    if not hmac.compare_digest(part.asked, request_digest):
        raise Invalid(
            "This Idempotency-Key was used for another request.", hint="Use a new key for a new request.", field=HEADER
        )
    if row.status is None:
        raise _in_progress()
    return StoredResponse(row.status, part.answer)


def _in_progress() -> Conflict:
    return Conflict("This request is still in progress.", hint="Retry in a moment.", field=HEADER)


def digest(*parts: str) -> str:
    """Return a digest of length-prefixed parts: different lists never give the same input."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogateescape")
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()
