"""Cleanup: reactions of the areas to events of others, and periodic maintenance."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from typing import Any

import structlog

from unificx.audio_store import audio_id_of
from unificx.conferencing.events import RoomDeleted
from unificx.core.background import BackgroundTasks
from unificx.db import UnitOfWork
from unificx.identity.events import (
    DeviceRevoked,
    ExtensionDeleted,
    PersonClosed,
    PersonSuspended,
    SessionEnded,
    TenantDeleted,
    TenantSuspended,
)
from unificx.privacy.events import SubjectErased
from unificx.registrar.events import DeviceRegistered
from unificx.server.container import Rooms
from unificx.server.voicemail_email import tell_of_message
from unificx.sip.uri import clear_uri_cache
from unificx.voicemail.events import MessageLeft

log = structlog.get_logger()
TIDY_EVERY = 300.0


class Housekeeping:
    """Subscribes to bus and outbox; `run` does maintenance until cancelled, `close` finishes pending work."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._errands = BackgroundTasks()
        self._remains: dict[str, SubjectErased] = {}
        """Erased subjects by erasure id, of whom the database may still contain data."""
        bus, registrar, now = rooms.bus, rooms.registrar, rooms.clock.monotonic
        bus.subscribe(DeviceRegistered, lambda fact: rooms.people.mark_device_used(fact.device_id))
        bus.subscribe(DeviceRevoked, lambda fact: registrar.remove_device(fact.device_id, now()))
        bus.subscribe(ExtensionDeleted, lambda fact: registrar.remove_extension(fact.extension_id, now()))
        for kind in (PersonClosed, PersonSuspended, TenantSuspended, TenantDeleted):
            # The directory changes right after the bus handlers have run: check then.
            bus.subscribe(kind, lambda fact: self._errand(self._review()))
        bus.subscribe(SubjectErased, self._erased)
        bus.subscribe(SessionEnded, lambda fact: rooms.push.session_ended(fact.session_id))
        for kind in (PersonClosed, PersonSuspended):
            bus.subscribe(kind, lambda fact: rooms.push.person_ended(fact.person_id))
        bus.subscribe(TenantDeleted, lambda fact: rooms.push.tenant_ended(fact.tenant))
        bus.subscribe(RoomDeleted, lambda fact: rooms.meetings.room_gone(fact.room_id))
        bus.subscribe(MessageLeft, lambda _: rooms.transcribing.wake())
        rooms.outbox.subscribe(MessageLeft, self._message_left)
        rooms.outbox.subscribe(TenantDeleted, rooms.history.forget_tenant)
        rooms.outbox.subscribe(TenantDeleted, self._tenant_deleted)
        rooms.outbox.subscribe(TenantDeleted, rooms.answers.forget)
        rooms.outbox.subscribe(PersonClosed, rooms.answers.forget)
        rooms.outbox.subscribe(ExtensionDeleted, rooms.mailboxes.on_extension_deleted)
        rooms.outbox.subscribe(TenantDeleted, rooms.mailboxes.on_tenant_deleted)
        rooms.outbox.subscribe(TenantDeleted, rooms.own_sounds.on_tenant_deleted)
        rooms.outbox.subscribe(ExtensionDeleted, rooms.archive.on_extension_deleted)
        rooms.outbox.subscribe(TenantDeleted, rooms.archive.on_tenant_deleted)
        rooms.outbox.subscribe(ExtensionDeleted, rooms.meeting_rooms.forget_extension)
        rooms.outbox.subscribe(TenantDeleted, rooms.meeting_rooms.forget_tenant)
        rooms.outbox.subscribe(PersonClosed, rooms.desk.forget_person)
        rooms.outbox.subscribe(TenantDeleted, rooms.desk.forget_tenant)

    async def start(self) -> None:
        """Complete erasures that are unfinished after a restart or a restored backup."""
        sounds: defaultdict[str, list[str]] = defaultdict(list)
        for erased in self._rooms.erasure.unfinished():
            sound = audio_id_of(erased.subject)
            if sound is not None:
                sounds[erased.tenant].append(sound)
            else:
                self._remains[erased.id] = erased
                self._errand(self._forget(erased))
        for tenant_id, audio_ids in sounds.items():
            self._errand(self._rooms.audio.complete_erasure(tenant_id, audio_ids))

    async def run(self) -> None:
        """Run periodic maintenance."""
        while True:
            await asyncio.sleep(TIDY_EVERY)
            for work in (
                self._rooms.people.clean_up(),
                self._rooms.desk.tidy(),
                self._rooms.mailboxes.purge_archived(),
                self._rooms.archive.purge_archived(),
                self._rooms.push.start(),
                self._sweep_answers(),
                *map(self._forget, list(self._remains.values())),
            ):
                await self._done_safely(work)

    async def close(self) -> None:
        """Finish pending work."""
        await self._errands.join()
        await self._rooms.people.join_background_tasks()
        await self._rooms.people.clean_up()

    async def _sweep_answers(self) -> None:
        await self._rooms.answers.sweep()

    def _erased(self, fact: SubjectErased) -> None:
        """Erase in-memory copies at once, and the remaining rows. The key is destroyed already. For a single recording
        the caller of the erasure does the rest."""
        if audio_id_of(fact.subject) is not None:
            return
        self._rooms.people.directory.evict_subject(fact.subject)
        self._rooms.meetings.forget(fact.tenant, fact.subject)
        clear_uri_cache()
        self._remains[fact.id] = fact
        self._errand(self._forget(fact))

    async def _forget(self, erased: SubjectErased) -> None:
        """Erase a subject in all areas, independently of each other; repeated periodically and after a restart until
        all have succeeded."""
        rooms = self._rooms
        done = True
        for erase in (
            rooms.people.erase,
            rooms.history.erase,
            rooms.audio.erase_subject,
            rooms.archive.erase_listener,
            rooms.desk.erase,
            rooms.push.erase,
        ):
            done &= await self._succeeds(erase(erased.tenant, erased.subject))
        await self._review()
        if done:
            rooms.erasure.mark_finished(erased)
            self._remains.pop(erased.id, None)

    async def _review(self) -> None:
        self._rooms.registrar.remove_disallowed(self._rooms.clock.monotonic())

    async def _message_left(self, fact: MessageLeft, uow: UnitOfWork) -> None:
        await tell_of_message(self._rooms, fact, uow)

    async def _tenant_deleted(self, fact: TenantDeleted, uow: UnitOfWork) -> None:
        """Record it in the erasure journal too, so that a restored backup cannot bring back the tenant's keys."""
        del uow
        self._rooms.erasure.erase_tenant(fact.tenant)

    def _errand(self, work: Coroutine[Any, Any, None]) -> None:
        self._errands.spawn(self._done_safely(work))

    async def _done_safely(self, work: Coroutine[Any, Any, None]) -> None:
        await self._succeeds(work)

    @staticmethod
    async def _succeeds(work: Coroutine[Any, Any, None]) -> bool:
        try:
            await work
        except Exception as fault:
            log.error("errand_failed", fault=type(fault).__name__)
            return False
        return True
