"""Addresses of users that do not work: campaigns skip them, and administrators see them."""

from dataclasses import dataclass, field
from datetime import datetime

from unificx.core.errors import NotFound
from unificx.db import Database, Erased, Keys, UnitOfWork
from unificx.identity import DirectoryCache, email_key
from unificx.notifications import repository
from unificx.notifications.models import UndeliverablePart, UndeliverableRow
from unificx.notifications.unsubscription import Unsubscription


@dataclass(frozen=True, slots=True)
class UndeliverableAddress:
    """An address that was rejected permanently. `status`: an enhanced status code (RFC 3463), or a reply code."""

    id: str
    address: str = field(repr=False)
    at: datetime
    status: str


class UndeliverableAddresses:
    """The marks of all tenants. An address is identified by its keyed hash, so that a mark ends with a change of the
    address; the address itself is sealed. `secret`: see `Unsubscription`."""

    def __init__(self, database: Database, keys: Keys, directory: DirectoryCache, secret: bytes) -> None:
        self._database, self._keys, self._directory = database, keys, directory
        self._links = Unsubscription(secret)

    async def mark(self, uow: UnitOfWork, owner: tuple[str, str], address: str, status: str) -> None:
        """Mark the address of a user, given by tenant and subject; nothing for people without an account."""
        tenant_id, subject = owner
        if subject not in self._directory.person_subjects:
            return
        row_id = self._links.hash_of(tenant_id, email_key(address))
        part = UndeliverablePart(address)
        [sealed] = repository.UNDELIVERABLE_CODEC.seal(self._keys, tenant_id, [(subject, row_id, part)])
        row = UndeliverableRow(
            id=row_id,
            tenant_id=tenant_id,
            subject_id=subject,
            at=self._database.clock.now(),
            status=status,
            sealed=sealed,
        )
        await repository.mark_undeliverable(uow.session, row)

    async def of_tenant(self, tenant_id: str) -> list[UndeliverableAddress]:
        """Return the addresses of a tenant that do not work, newest first."""
        async with self._database.read() as session:
            rows = await repository.undeliverable(session, tenant_id)
        sealed = [(row.subject_id, row.id, row.sealed) for row in rows]
        parts = repository.UNDELIVERABLE_CODEC.open(self._keys, tenant_id, sealed)
        return [
            UndeliverableAddress(row.id, part.address, row.at, row.status)
            for row, part in zip(rows, parts, strict=True)
            if not isinstance(part, Erased)
        ]

    async def clear(self, tenant_id: str, address_id: str) -> None:
        """Remove a mark, because the address works again. Raises NotFound."""
        async with self._database.begin() as uow:
            if not await repository.clear_undeliverable(uow.session, tenant_id, address_id):
                raise NotFound("This address is not marked.")

    async def delete_orphans(self) -> None:
        """Delete the marks of users whose account is closed."""
        async with self._database.read() as session:
            marked = await repository.marked_subjects(session)
        for tenant_id, subject in marked:
            if subject not in self._directory.person_subjects:
                async with self._database.begin() as uow:
                    await repository.delete_marks(uow.session, tenant_id, subject)
