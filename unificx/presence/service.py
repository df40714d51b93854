"""Presence of extensions: state, note and forwarding, and the end of states at their time."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import structlog

from unificx.core.clock import Clock
from unificx.core.faults import describe_fault
from unificx.db import Database, UnitOfWork, is_unreachable, lock_scope
from unificx.identity import Extension
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.presence import repository
from unificx.presence.availability import Availability
from unificx.presence.events import PresenceChanged
from unificx.presence.ports import DestinationCheck, NoDestinationCheck
from unificx.presence.profiles import change_forwarding, change_state, destinations_of, end_state
from unificx.presence.schemas import ForwardingChange, Presence, PresenceChange
from unificx.privacy import KeyStore

log = structlog.get_logger()
NO_CHANGE = PresenceChange()
MAX_WAIT = 3600.0
"""Longest time in seconds between two checks for ended states: the wall clock may be set."""
RETRY_SECONDS = 30.0
"""Seconds until the next attempt after the database could not be written."""


class PresenceService:
    """Presence of all extensions. Call `start` first; look-ups go to `availability`."""

    def __init__(
        self,
        database: Database,
        keys: KeyStore,
        clock: Clock,
        publish: Callable[[PresenceChanged], object],
        *,
        destinations: DestinationCheck | None = None,
        is_in_call: Callable[[str], bool] = lambda extension_id: False,
    ) -> None:
        """`destinations` checks those of changes; `is_in_call`: see `Availability`."""
        self._database = database
        self._keys = keys
        self._clock = clock
        self._publish = publish
        self._destinations = destinations or NoDestinationCheck()
        self.availability = Availability(is_in_call)
        self._rescheduled = asyncio.Event()

    async def start(self) -> None:
        """Load the presence of all extensions and end the states that have reached their end meanwhile."""
        async with self._database.read() as session:
            for presence in await repository.all_presences(session, self._keys):
                self.availability.put(presence)
        await self.end_due()

    def get(self, extension: Extension) -> Presence:
        """Return the presence of an extension."""
        return self.availability.presence(extension.id) or _default(extension)

    def validate(self, extension: Extension, change: PresenceChange, forwarding: Sequence[ForwardingChange]) -> None:
        """Raise Invalid if `update` would refuse the change."""
        self._changed_from(self.get(extension), extension, change, forwarding)

    async def update(
        self, extension: Extension, change: PresenceChange = NO_CHANGE, forwarding: Sequence[ForwardingChange] = ()
    ) -> Presence:
        """Change state and forwarding of an extension together. Raise Invalid; nothing is changed then."""
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "presence", extension.id)
            stored = await repository.get(uow.session, self._keys, extension.tenant_id, extension.id)
            before = stored or _default(extension)
            after = self._changed_from(before, extension, change, forwarding)
            if after != before:
                await repository.save(uow.session, self._keys, after)
                uow.after_commit.append(partial(self._changed, after))
        return after

    def _changed_from(
        self, before: Presence, extension: Extension, change: PresenceChange, forwarding: Sequence[ForwardingChange]
    ) -> Presence:
        after = change_state(before, change, self._clock.now())
        for each in forwarding:
            after = change_forwarding(after, each)
        destinations = destinations_of(after)
        if not set(destinations) <= set(destinations_of(before)):
            self._destinations.check(extension.tenant_id, extension.number, destinations)
        return after

    # ---- end of states

    async def end_due(self) -> None:
        """Make the extensions available whose state has reached its end. Raise the first error at the end: one that
        cannot be stored does not block the others."""
        now = self._clock.now()
        faults: list[Exception] = []
        for each in self.availability.ended(now):
            try:
                await self._end(each, now)
            except Exception as fault:
                faults.append(fault)
                if is_unreachable(fault):
                    break
        if faults:
            raise faults[0]

    async def _end(self, ended: Presence, now: datetime) -> None:
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "presence", ended.extension_id)
            stored = await repository.get(uow.session, self._keys, ended.tenant_id, ended.extension_id)
            after = end_state(stored, now) if stored is not None else None
            if after is None:
                uow.after_commit.append(partial(self.availability.drop, [ended.extension_id]))
                return
            await repository.save(uow.session, self._keys, after)
            uow.after_commit.append(partial(self._changed, after))

    async def run(self) -> None:
        """End states at their time until cancelled: one timer for all extensions."""
        while True:
            self._rescheduled.clear()
            try:
                await self.end_due()
                seconds = self._seconds_until(self.availability.next_end())
            except Exception as fault:
                log.error("presence_not_ended", **describe_fault(fault))
                seconds = RETRY_SECONDS
            try:
                async with asyncio.timeout(seconds):
                    await self._rescheduled.wait()
            except TimeoutError:
                continue

    def _seconds_until(self, end: datetime | None) -> float:
        if end is None:
            return MAX_WAIT
        return min(max((end - self._clock.now()).total_seconds(), 0.0), MAX_WAIT)

    # ---- deletion

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the presence of an erased subject. Idempotent."""
        self.availability.drop_subject(subject)
        async with self._database.begin() as uow:
            await repository.delete_of_subject(uow.session, tenant_id, subject)

    async def on_extension_deleted(self, event: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Delete the presence of a deleted extension. Outbox handler."""
        await repository.delete_presences(uow.session, event.tenant, [event.extension_id])
        uow.after_commit.append(partial(self.availability.drop, [event.extension_id]))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the presence of a deleted tenant's extensions. Outbox handler."""
        await repository.delete_of_tenant(uow.session, event.tenant)
        gone = [each.extension_id for each in self.availability.of_tenant(event.tenant)]
        uow.after_commit.append(partial(self.availability.drop, gone))

    def _changed(self, presence: Presence) -> None:
        self.availability.put(presence)
        self._rescheduled.set()
        self._publish(PresenceChanged(presence.tenant_id, presence.extension_id))


def _default(extension: Extension) -> Presence:
    return Presence(extension.id, extension.tenant_id, extension.subject)
