"""Erasure removes all data of a subject in every area, also after failures and crashes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from unificx.core.clock import SystemClock
from unificx.identity import Extension, NewExtension, NewPerson, NewTenant
from unificx.media.sounds import Sound
from unificx.recording import ConsentEvidence, NewCallRecording, NewRecordedParty, PartyIdentity
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.paths import InstallationPaths, database_url
from unificx.voicemail import NewMessage

SPOKEN = b"\x10\x27\xf0\xd8" * 8000
LEAVE = "voicemail/leave"


@asynccontextmanager
async def installation(home: Path) -> AsyncIterator[Container]:
    site = InstallationPaths(home)
    async with open_installation(site, database_url(site, {}), {}, SystemClock()) as rooms:
        yield rooms


async def create_user_with_data(rooms: Container) -> Extension:
    """Create a user with a voicemail message, a custom sound and a call recording."""
    tenant = await rooms.identity.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
    await rooms.identity.users.create(tenant.id, NewPerson("Anna", "anna@acme.example", password="long enough for her"))
    found = await rooms.identity.extensions.create(tenant.id, NewExtension("1001", "Anna", "anna@acme.example"))
    mine = found.extension
    draft = await rooms.mailboxes.begin(
        NewMessage(tenant.id, mine.id, mine.subject, "call-1", None, "+4930111", "Carl")
    )
    await draft.write(SPOKEN, 8000)
    assert await draft.store()
    await rooms.custom_sounds.put((tenant.id, "en", LEAVE), Sound(SPOKEN), mine.subject)
    now = rooms.clock.now()
    reported = ConsentEvidence("digest", now - timedelta(seconds=2), now - timedelta(seconds=1), "")
    parties = (
        NewRecordedParty(mine.subject, mine.id, PartyIdentity("1001", "Anna"), reported),
        NewRecordedParty("s-bert", "e-bert", PartyIdentity("1002", "Bert"), reported),
    )
    made = await rooms.archive.begin(NewCallRecording(tenant.id, "call-2", "announce", "automatic", parties))
    await made.write(SPOKEN * 2, 8000)
    await made.finish("over")
    return mine


async def remaining_data(rooms: Container, mine: Extension) -> list[str]:
    """Return the remaining data of the user."""
    tenant = mine.tenant_id
    messages = await rooms.mailboxes.list(tenant, [mine.id])
    recordings = (await rooms.archive.list(tenant, None)).items
    sounds = rooms.custom_sounds.all(tenant)
    files = [path for path in rooms.paths.audio.rglob("*") if path.is_file()]
    return [
        *("message" for _ in messages),
        *("recording" for _ in recordings),
        *("sound" for _ in sounds),
        *map(str, files),
    ]


async def wait_until_deleted(rooms: Container, mine: Extension) -> None:
    async with asyncio.timeout(30):
        while await remaining_data(rooms, mine) or mine.subject in [one.subject for one in rooms.erasure.unfinished()]:
            await asyncio.sleep(0.02)


def fails(*args: object) -> None:
    raise OSError(str(args))


@pytest.mark.promise("D3", "R4")
async def test_erasure_deletes_message_sound_and_recording(tmp_path: Path) -> None:
    async with installation(tmp_path) as rooms:
        mine = await create_user_with_data(rooms)
        assert {"message", "recording", "sound"} <= set(await remaining_data(rooms, mine))
        assert await rooms.custom_sounds.load(mine.tenant_id, "en", LEAVE) is not None
        rooms.erasure.erase_subject(mine.tenant_id, mine.subject)
        await wait_until_deleted(rooms, mine)
        assert await rooms.custom_sounds.load(mine.tenant_id, "en", LEAVE) is None


@pytest.mark.promise("D3")
@pytest.mark.parametrize(
    "broken",
    [
        lambda rooms: (rooms.history, "erase"),
        lambda rooms: (rooms.identity.users, "erase"),
        lambda rooms: (rooms.audio, "erase_subject"),
    ],
)
async def test_failed_deletions_are_repeated_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Callable[[Container], tuple[object, str]]
) -> None:
    async with installation(tmp_path) as rooms:
        mine = await create_user_with_data(rooms)
        with monkeypatch.context() as patched:
            patched.setattr(*broken(rooms), fails)
            rooms.erasure.erase_subject(mine.tenant_id, mine.subject)
    async with installation(tmp_path) as rooms:
        await wait_until_deleted(rooms, mine)


@pytest.mark.promise("D3")
async def test_crash_after_key_destruction_is_completed_at_the_next_start(tmp_path: Path) -> None:
    async with installation(tmp_path) as rooms:
        mine = await create_user_with_data(rooms)
        [recording] = (await rooms.archive.list(mine.tenant_id, None)).items
        rooms.erasure.erase_subject(mine.tenant_id, f"audio-{recording.audio_id}")
        assert "recording" in await remaining_data(rooms, mine)
    async with installation(tmp_path) as rooms:
        async with asyncio.timeout(30):
            while "recording" in (found := await remaining_data(rooms, mine)):
                await asyncio.sleep(0.02)
        assert {"message", "sound"} <= set(found)


async def test_deleting_a_recording_does_not_erase_a_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with installation(tmp_path) as rooms:
        mine = await create_user_with_data(rooms)
        asked: list[object] = []
        monkeypatch.setattr(type(rooms.history), "erase", lambda *args: asked.append(args))
        [recording] = (await rooms.archive.list(mine.tenant_id, None)).items
        await rooms.archive.erase(recording)
        assert "recording" not in await remaining_data(rooms, mine)
        assert asked == []
