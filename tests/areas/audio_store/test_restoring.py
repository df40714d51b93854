"""Archived items that are restored while retention erases them stay; erased ones are not restored."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from lock_waits import begin_within
from recording_setup import ANNA, TENANT, RecordingSetup
from sweeping import sweep
from test_recording_archive import record
from test_voicemail_service import leave_message

from unificx.core.errors import Expired
from unificx.db import UnitOfWork
from unificx.privacy import Expiry, lock_holds


@dataclass
class Archived:
    """An archived message or recording whose period has ended."""

    expiry: Expiry
    restore: Callable[[], Awaitable[None]]
    play: Callable[[], Awaitable[object]]


@pytest.fixture(params=["message", "recording"])
async def archived(room: RecordingSetup, request: pytest.FixtureRequest) -> Archived:
    if request.param == "message":
        message = await room.boxes.get(TENANT, await leave_message(room))
        await room.boxes.archive(message)
        made = Archived(room.boxes.expiries[0], lambda: room.boxes.restore(message), lambda: room.boxes.open(message))
    else:
        found = await record(room, callee=None)
        await room.archive.archive(found, [0])
        made = Archived(
            room.archive.expiries[0],
            lambda: room.archive.restore(found, [0]),
            lambda: room.audio.open(TENANT, found.audio_id),
        )
    room.clock.advance(timedelta(days=31).total_seconds())
    return made


@pytest.mark.promise("R2")
async def test_what_is_restored_before_it_is_erased_stays(room: RecordingSetup, archived: Archived) -> None:
    async def remove(tenant_id: str, ids: Sequence[str]) -> None:
        await archived.restore()
        await archived.expiry.remove(tenant_id, ids)

    await sweep(room.database, room.clock, [replace(archived.expiry, remove=remove)])
    await archived.play()
    listed = *await room.boxes.list(TENANT, [ANNA.id]), *(await room.archive.list(TENANT, [ANNA.id])).items
    assert len(listed) == 1


async def test_what_is_restored_once_its_key_is_destroyed_is_gone(room: RecordingSetup, archived: Archived) -> None:
    begun = list[asyncio.Future[None]]()

    async def restore(uow: UnitOfWork, tenant_id: str, ids: Sequence[str]) -> None:
        begun.append(await begin_within(uow.session, archived.restore()))

    room.audio.on_erase.insert(0, restore)
    await sweep(room.database, room.clock, [archived.expiry])
    with pytest.raises(Expired):
        await begun[0]
    with pytest.raises(Expired):
        await archived.play()


async def test_what_waits_for_an_erasure_of_many_goes_on_before_its_end(room: RecordingSetup) -> None:
    erased, waiting = list[str](), list[asyncio.Future[int]]()

    async def count_erased() -> int:
        async with room.database.begin() as uow:
            await lock_holds(uow.session, TENANT)
            return len(erased)

    async def note(uow: UnitOfWork, tenant_id: str, ids: Sequence[str]) -> None:
        erased.extend(ids)
        if not waiting:
            waiting.append(await begin_within(uow.session, count_erased()))

    room.audio.on_erase.insert(0, note)
    await room.audio.erase(TENANT, [room.clock.new_id() for _ in range(100)])
    assert await waiting[0] <= 10
    assert len(erased) == 100
