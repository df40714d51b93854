"""Places and releases holds. Held objects are neither deleted nor erased; those that should have gone go on release."""

from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.events import DomainEvent
from unificx.core.phrases import Phrase
from unificx.db import Database, UnitOfWork
from unificx.privacy.holds import repository
from unificx.privacy.holds.events import HoldReleased
from unificx.privacy.holds.schemas import HeldKind, Hold, HoldKind, HoldTarget, NewHold
from unificx.privacy.keys import KeyStore

log = structlog.get_logger()
_MAX_TEXT = 1000


class Holds:
    """Holds of all tenants. `targets` are the objects of areas that can be under a hold."""

    def __init__(self, database: Database, keys: KeyStore, clock: Clock, targets: Sequence[HoldTarget]) -> None:
        self.overdue = 0
        """Number of holds in force whose review date has passed, as this node has last counted them."""
        self._targets = targets
        self._database = database
        self._keys = keys
        self._clock = clock

    async def place(self, tenant_id: str, new: NewHold) -> str:
        """Place a hold on one object, or on all objects in which a subject takes part now; return its id. Raise
        Invalid, NotFound, Conflict while an erasure begins, or ends, that knows nothing of it."""
        for name in ("authority", "reason"):
            if not 0 < len(getattr(new, name).strip()) <= _MAX_TEXT:
                raise Invalid(Phrase("Use 1 to {} characters.", _MAX_TEXT), hint="State it briefly.", field=name)
        now = self._clock.now()
        if new.review <= now.date():
            raise Invalid("The review date must be in the future.", hint="Write it as YYYY-MM-DD.", field="review")
        hold_id, total = self._clock.new_id(), 0
        async with self._database.begin() as uow:
            await repository.lock_holds(uow.session, tenant_id)
            if await self._is_any_leaving(uow.session, tenant_id):  # it could be that of an object held now
                raise Conflict("A person is being erased.", hint="Try again in a moment.")
            for target in self._targets:
                if new.subject:
                    ids = target.of_subject(tenant_id, new.subject)
                elif target.kind == new.kind:
                    found = target.found(tenant_id)
                    ids = found.where(found.selected_columns[0] == new.object_id)
                else:
                    continue
                total += await repository.add_objects(uow.session, tenant_id, hold_id, target.kind, ids)
            if not total:
                raise NotFound("There is nothing to hold.", hint="Name a call, a recording, a message or a person.")
            repository.add(uow.session, self._keys, tenant_id, (hold_id, self._clock.new_id(), now), new)
        return hold_id

    async def _is_any_leaving(self, session: AsyncSession, tenant_id: str) -> bool:
        """Whether the key of a subject is about to be destroyed: its erasure has begun, or nothing that is held needs
        it any more."""
        for subject in await repository.subjects_leaving(session, tenant_id):
            if not self._keys.is_destroyed(tenant_id, subject):
                return True
        for tenant, subject in self._keys.withdrawn.all():
            if tenant == tenant_id and not await repository.of_subject(session, self._targets, tenant_id, subject):
                return True
        return False

    async def list(self, tenant_id: str) -> list[Hold]:
        """Return the holds of a tenant, the latest first."""
        async with self._database.read() as session:
            return await repository.load(session, self._keys, tenant_id, self._clock.now().date())

    async def get(self, tenant_id: str, hold_id: str) -> Hold:
        """Return a hold. Raise NotFound."""
        async with self._database.read() as session:
            found = await repository.load(session, self._keys, tenant_id, self._clock.now().date(), hold_id)
        if not found:
            raise _not_found()
        return found[0]

    async def objects(self, tenant_id: str, hold_id: str) -> Sequence[tuple[HoldKind, str]]:
        """Return kind and id of the objects under a hold. Raise NotFound."""
        async with self._database.read() as session:
            if await repository.find(session, tenant_id, hold_id) is None:
                raise _not_found()
            return await repository.objects_of(session, tenant_id, hold_id)

    async def release(self, tenant_id: str, hold_id: str, by: str) -> None:
        """Release a hold. Objects deleted meanwhile go with the next sweep after its period, and an erasure that it
        delayed ends at once. Idempotent. Raise NotFound."""
        async with self._database.begin() as uow:
            await repository.lock_holds(uow.session, tenant_id)
            row = await repository.find(uow.session, tenant_id, hold_id)
            if row is None:
                raise _not_found()
            if row.released is None:
                await repository.release(uow.session, tenant_id, hold_id, self._clock.now(), by)
                uow.publish(HoldReleased(self._clock.new_id(), tenant_id, row.subject_id))

    async def of_subject(self, tenant_id: str, subject: str) -> Sequence[HeldKind]:
        """Return the held objects in which a subject takes part."""
        async with self._database.read() as session:
            return await repository.of_subject(session, self._targets, tenant_id, subject)

    async def check_reviews(self) -> None:
        """Count the holds whose review date has passed. Called periodically."""
        async with self._database.read() as session:
            self.overdue = await repository.count_overdue(session, self._clock.now().date())
        if self.overdue:
            log.error("hold_review_overdue", holds=self.overdue)

    async def on_released(self, event: HoldReleased, uow: UnitOfWork) -> None:
        """Destroy the key of a released hold, whose authority and reason are then unreadable in backups too. Outbox
        handler."""
        del uow
        if event.subject:
            self._keys.destroy(event.tenant, event.subject)

    async def on_tenant_deleted(self, event: DomainEvent, uow: UnitOfWork) -> None:
        """Delete the holds of a deleted tenant. Outbox handler."""
        await repository.delete_of_tenant(uow.session, event.tenant)


def _not_found() -> NotFound:
    return NotFound("There is no such hold.", hint="See `unificx privacy holds list`.")
