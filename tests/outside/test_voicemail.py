"""Voicemail end to end: a caller leaves a message, which is stored sealed and played back."""

import asyncio
import io
import os
import signal
import wave
from array import array
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from app_phone import SAMPLES_PER_SECOND, app_phone
from recording_helpers import signed_in, wait_until_received, wait_until_stored
from server import Household, Server, create_household, set_voicemail, wait_until
from shared_servers import SharedServers
from voicemail_messages import BEEP, TONE, leave_message

from unificx.cli.softphone import SoftPhoneError
from unificx.media import tones


@pytest.fixture
def server(shared_servers: SharedServers) -> Iterator[Server]:
    """A tenant for each test."""
    with shared_servers.tenant() as server:
        yield server


def with_voicemail(server: Server) -> Household:
    household = create_household(server)
    set_voicemail(server, on=True)
    return household


@pytest.fixture
def household(server: Server) -> Household:
    return with_voicemail(server)


@pytest.fixture
def client(server: Server, household: Household) -> Iterator[httpx.Client]:
    """Anna's user, signed in."""
    with closing(signed_in(server, household.anna)) as client:
        yield client


def files(server: Server) -> set[Path]:
    return {path for path in (server.home / "audio").rglob("*") if path.is_file()}


def messages(client: httpx.Client) -> list[dict[str, Any]]:
    return client.get("/api/v1/voicemail").json()["items"]


def sound_of(client: httpx.Client, message: str) -> "array[int]":
    answer = client.get(f"/api/v1/voicemail/{message}/audio", params={"format": "wav"})
    assert answer.status_code == 200, answer.text
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert sound.getframerate() == SAMPLES_PER_SECOND
        return array("h", sound.readframes(sound.getnframes()))


@pytest.mark.promise("T2", "R1", "R2")
@pytest.mark.promise("C9", whole=True)
@pytest.mark.promise("U1")
async def test_message_is_left_played_and_erased(server: Server, household: Household, client: httpx.Client) -> None:
    """C9 as a whole: a message has the number of its caller and is sealed; once its owner has switched the mailbox off, a
    call is not answered by it. The tenant's switch: `test_voicemail_is_disabled_by_owner_and_by_tenant`; the caller's
    name: `test_message_is_stored_with_its_caller`."""
    before = files(server)
    await leave_message(server, household.clara, household.anna.number, 3)
    left = datetime.now(UTC)
    [message] = await wait_until(lambda: messages(client), what="the message is there")
    assert files(server) - before
    assert (message["caller"], message["heard"]) == (household.clara.number, None)
    assert 2.5 < message["seconds"] <= (left - datetime.fromisoformat(message["created"])).total_seconds()
    received = sound_of(client, message["id"])
    middle = received[len(received) // 2 - 4000 : len(received) // 2 + 4000]
    assert tones.level(middle, TONE) > 5000
    assert tones.level(middle, BEEP) < 300  # the tone before the recording is not part of it

    raw = received.tobytes()
    needles = [raw[at : at + 64] for at in range(0, len(raw) - 64, 4000) if len(set(raw[at : at + 64])) > 20]
    on_disk = {path: path.read_bytes() for path in server.home.rglob("*") if path.is_file()}
    assert needles
    assert [path for path, data in on_disk.items() for needle in needles if needle in data] == []

    [row] = await wait_until(server.history, what="the call is in the history")
    assert row["outcome"] == "unreachable"
    assert row["id"] == message["call_id"]
    assert client.post(f"/api/v1/voicemail/{message['id']}/erase").status_code == 204
    assert client.get(f"/api/v1/voicemail/{message['id']}/audio").status_code == 410
    assert not files(server) - before

    settings = f"/api/v1/extensions/{household.anna.number}/voicemail"
    assert client.patch(settings, json={"enabled": False}).json()["takes_messages"] is False
    async with app_phone(server, household.clara) as clara:
        with pytest.raises(SoftPhoneError, match="answered with 4"):
            await clara.call(household.anna.number)


async def test_message_is_played_by_phone_and_archived_and_erased_with_the_mailbox(
    server: Server, household: Household, client: httpx.Client
) -> None:
    before = files(server)
    await leave_message(server, household.clara, household.anna.number, 3, finish="#")
    [message] = await wait_until(lambda: messages(client), what="the message is there")
    async with app_phone(server, household.anna) as anna:
        await anna.call("*97")
        await anna.wait_for_sound()
        anna.send_dtmf("#")
        await anna.wait_for_tone(TONE, within=25, least=3000)
        anna.send_dtmf("7")
        await wait_until(lambda: not messages(client), what="it is put away")
    [hidden] = client.get("/api/v1/voicemail", params={"hidden": True}).json()["items"]
    assert (hidden["id"], hidden["heard"] is not None) == (message["id"], True)
    assert files(server) - before
    settings = f"/api/v1/extensions/{household.anna.number}/voicemail"
    assert client.patch(settings, json={"enabled": False, "old_messages": "erase"}).is_success
    assert client.get(f"/api/v1/voicemail/{message['id']}/audio").status_code == 410
    await wait_until(lambda: not files(server) - before, what="its audio is erased")


async def test_message_is_played_from_any_phone_with_pin(
    server: Server, household: Household, client: httpx.Client
) -> None:
    assert client.patch(f"/api/v1/extensions/{household.anna.number}/voicemail", json={"pin": "8264"}).is_success
    await leave_message(server, household.clara, household.anna.number, 3)
    await wait_until(lambda: messages(client), what="the message is there")
    async with app_phone(server, household.berta) as berta:
        await berta.call("*98")
        await wait_until_received(berta, "voicemail/enter-mailbox")
        berta.send_dtmf(household.anna.number + "#")
        await wait_until_received(berta, "voicemail/enter-pin")
        berta.send_dtmf("1111#")
        await wait_until_received(berta, "voicemail/wrong-pin")
        assert messages(client)[0]["heard"] is None
        berta.audio.received = berta.audio.received[:0]
        await wait_until_received(berta, "voicemail/enter-pin")
        berta.send_dtmf("8264#")
        await wait_until_received(berta, "voicemail/welcome")
        berta.send_dtmf("#")
        await berta.wait_for_tone(TONE, within=25, least=3000)
    assert messages(client)[0]["heard"] is not None


async def test_killed_server_keeps_the_recorded_message(own_server: Server) -> None:
    household = with_voicemail(own_server)
    async with app_phone(own_server, household.clara) as clara:
        await clara.call(household.anna.number)
        await clara.wait_for_sound()
        clara.send_dtmf("#")
        await clara.wait_for_beep(BEEP)
        await asyncio.sleep(0.6)
        clara.play_tone(TONE)
        await wait_until_stored(own_server, 3.5, channels=1)
        own_server.kill()
        killed = datetime.now(UTC)
        clara.leg = None
        own_server.start()
    with closing(signed_in(own_server, household.anna)) as client:
        [message] = await wait_until(lambda: messages(client), what="the message is there")
        received = sound_of(client, message["id"])
    assert 3 < message["seconds"] <= (killed - datetime.fromisoformat(message["created"])).total_seconds()
    assert tones.level(received[-8000:], TONE) > 5000


async def test_media_engine_crash_loses_no_recorded_audio(own_server: Server) -> None:
    household = with_voicemail(own_server)
    async with app_phone(own_server, household.clara) as clara:
        await clara.call(household.anna.number)
        await clara.wait_for_sound()
        clara.send_dtmf("#")
        await clara.wait_for_beep(BEEP)
        await asyncio.sleep(0.6)
        clara.play_tone(TONE)
        await wait_until_stored(own_server, 2.5, channels=1)
        os.kill(own_server.media_worker_pid, signal.SIGKILL)
        with closing(signed_in(own_server, household.anna)) as client:
            [message] = await wait_until(lambda: messages(client), what="the message is there")
    assert message["seconds"] > 2
