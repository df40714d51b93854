"""Completion of erasures: what an area has written meanwhile, or a restored backup has brought back, is deleted too."""

from collections import defaultdict

from unificx.audio_store import audio_id_of
from unificx.cdr import CallErasure, call_id_of
from unificx.db import UnitOfWork
from unificx.identity.events import TenantDeleted
from unificx.privacy import DataSubject, ErasureSchedules
from unificx.privacy.events import SubjectErased
from unificx.server.closed_tenants import ClosedTenants
from unificx.server.container import Container
from unificx.server.errands import Errands
from unificx.sip.uri import clear_uri_cache


class ErasureCompletion:
    """Erases subjects in all areas, again and again until all have succeeded."""

    def __init__(self, container: Container, errands: Errands) -> None:
        self._container = container
        self._errands = errands
        # Owner: the erasure journal; a copy of the node that holds the lease of the cleanup.
        self._incomplete: dict[str, SubjectErased] = {}
        """Erased subjects by erasure id; the database may still contain data about them."""

    async def complete(self) -> None:
        """Complete the erasures of an earlier process or of a restored backup; write missing receipts."""
        container, run = self._container, self._errands.run
        sounds: defaultdict[str, list[str]] = defaultdict(list)
        calls: defaultdict[str, list[str]] = defaultdict(list)
        for erased in container.erasure.unfinished():
            sound, call = audio_id_of(erased.subject), call_id_of(erased.subject)
            if sound is not None:
                sounds[erased.tenant].append(sound)
            elif call is not None:
                calls[erased.tenant].append(call)
            elif erased.subject:
                self._incomplete[erased.id] = erased
            else:
                await run(self._delete_tenant(erased.tenant))
        await self.repeat()
        for tenant_id, audio_ids in sounds.items():
            await run(container.audio.complete_erasure(tenant_id, audio_ids))
        call_erasure = CallErasure(container.database, container.erasure, container.bus.publish)
        for tenant_id, call_ids in calls.items():
            await run(call_erasure.complete(tenant_id, call_ids))
        await run(self.erase_due())
        await run(container.erasures.resume())
        await run(container.holds.check_reviews())
        await run(container.erasures.store_applied())

    async def repeat(self) -> None:
        """Erase again in all areas the subjects of which one has not succeeded yet."""
        for erased in list(self._incomplete.values()):
            await self._errands.run(self._erase_everywhere(erased))

    async def erase_due(self) -> None:
        """Erase people and tenants whose days have passed. Not while an operator has to check the clock."""
        if await self._container.retention.trusts_clock():
            await self._errands.run(ErasureSchedules(self._container.erasures).begin_due())
            await self._errands.run(ClosedTenants(self._container).erase_due())

    def on_erased(self, event: SubjectErased) -> None:
        """Erase in-memory copies at once, and the remaining rows. The key is destroyed already. For a single recording
        or call the caller of the erasure does the rest."""
        if audio_id_of(event.subject) is not None or call_id_of(event.subject) is not None:
            return
        self._container.identity.directory.evict_subject(event.subject)
        self._container.routing.presence.availability.drop_subject(event.subject)
        self._container.routing.speed_dials.drop_subject(event.subject)
        self._container.routing.locations.drop_subject(event.subject)
        self._container.consents.drop_subject(event.subject)
        self._container.notifications.preferences.drop_subject(event.subject)
        self._container.routing.contacts.drop_subject(event.subject)
        self._container.routing.queues.manager.anonymize(event.tenant, event.subject)
        clear_uri_cache()
        self._incomplete[event.id] = event
        self._errands.start(self._erase_everywhere(event))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Record it in the erasure journal too, so that a restored backup cannot bring back the tenant's keys."""
        del uow
        self._container.erasure.erase_tenant(event.tenant)
        # Its rows are deleted, or will be by the handlers of the same event.
        self._container.erasure.finish(event.tenant, "")

    async def _delete_tenant(self, tenant_id: str) -> None:
        """Delete a tenant that a restored database brought back."""
        if self._container.identity.directory.tenant(tenant_id) is not None:
            await self._container.identity.tenants.delete(tenant_id, despite_holds=True)
        self._container.erasure.finish(tenant_id, "")

    async def _erase_everywhere(self, erased: SubjectErased) -> None:
        """Erase a subject in all areas, independently of each other."""
        done = await self._container.erasures.erase_rows(DataSubject(erased.tenant, erased.subject))
        self._container.registrar.remove_disallowed(self._container.clock.monotonic())
        if done:
            self._container.erasure.finish(erased.tenant, erased.subject)
            self._incomplete.pop(erased.id, None)
            await self._container.erasures.store_applied()
