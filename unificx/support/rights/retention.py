"""Deletion of requests about personal data: after their retention period, after an erasure, with a tenant."""

from datetime import timedelta

from unificx.db import UnitOfWork, log_and_continue
from unificx.identity.events import TenantDeleted
from unificx.support.rights import repository
from unificx.support.rights.dependencies import RightsDependencies
from unificx.support.rights.queues import queues_of

RETENTION = timedelta(days=3 * 365 + 1)
"""After the answer, as evidence that it was given in time."""
UNPROVED = timedelta(days=30)
"""After which a request whose identity was not proved is deleted."""


class RequestRetention:
    """Deletes requests of all tenants."""

    def __init__(self, deps: RightsDependencies) -> None:
        self._directory = deps.identity.directory
        self._database, self._keys = deps.database, deps.keys

    def queues_of(self, tenant_id: str) -> tuple[str, ...]:
        """Return the tenants in whose queues requests of people of a tenant are."""
        return queues_of(self._directory, tenant_id)

    async def delete_expired(self) -> None:
        """Delete requests past their retention period, and unproved ones. To be called periodically."""
        now = self._database.clock.now()
        async with self._database.read() as session:
            old = await repository.closed_before(session, now - RETENTION)
            unproved = await repository.unproved(session, now - UNPROVED)
        for tenant_id, request_id, sealing in old:
            with log_and_continue("request_not_deleted", tenant=tenant_id, request=request_id):
                self._keys.destroy(tenant_id, sealing)
                async with self._database.begin() as uow:
                    await repository.delete_request(uow.session, tenant_id, request_id)
        for tenant_id, request_id in unproved:
            with log_and_continue("request_not_deleted", tenant=tenant_id, request=request_id):
                async with self._database.begin() as uow:
                    await repository.delete_unproved(uow.session, tenant_id, request_id, now - UNPROVED)

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the texts of requests about an erased subject, with their keys, except open ones about personal data.
        Idempotent."""
        for queue_id in self.queues_of(tenant_id):
            async with self._database.read() as session:
                closed = await repository.about(session, queue_id, subject, closed=True)
            for request_id, sealing in closed:
                self._keys.destroy(queue_id, sealing)
                async with self._database.begin() as uow:
                    await repository.delete_texts(uow.session, queue_id, request_id, self._database.clock.now())

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the requests of a deleted tenant, also those to the operator. Outbox handler."""
        await repository.delete_of_tenant(uow.session, event.tenant)
        for queue_id in self.queues_of(event.tenant)[1:]:
            for request_id, sealing in await repository.sent_to(uow.session, queue_id, event.tenant):
                self._keys.destroy(queue_id, sealing)
                await repository.delete_request(uow.session, queue_id, request_id)
