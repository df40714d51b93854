"""Recorded meetings: all participants are notified first, measured in the audio received by phones and in the stored
recordings."""

import asyncio
import io
import os
import signal
import wave
from array import array
from contextlib import closing
from typing import Any

import httpx
import pytest
from app_phone import AppPhone, app_phone
from recording_helpers import (
    MATCH_THRESHOLD,
    correlation,
    list_recordings,
    prompt,
    set_tenant_policy,
    signed_in,
    wait_until_received,
)
from server import Household, Login, Server, eventually, wait_until

from unificx.media import tones

ANNA, BERTA, CLARA, SECRET = 700.0, 1150.0, 1900.0, 2600.0
SECOND = 8000
WINDOW = 2000


@pytest.fixture(scope="module")
def server(module_server: Server) -> Server:
    return module_server


def create_room(server: Server, number: str, host: Login) -> None:
    server.cli("room", "create", "--tenant", server.tenant, "--number", number, "--host", host.number)
    server.cli("room", "update", number, "--tenant", server.tenant, "--may-record")


def consents(server: Server, number: str) -> dict[str, str | None]:
    found = server.participants(number)
    return {one["number"]: one["consent"] for one in found}


async def wait_for_consents(server: Server, number: str, wanted: dict[str, str | None], within: float = 25) -> None:
    async with asyncio.timeout(within):
        while consents(server, number) != wanted:
            await asyncio.sleep(0.2)


async def start_recording(server: Server, number: str, anna: AppPhone, berta: AppPhone, *, key: str = "") -> None:
    """Let both join, start recording with Anna's phone, and wait for both consents."""
    for phone in (anna, berta):
        await phone.call(number)
    await wait_for_consents(server, number, {anna.account.number: None, berta.account.number: None})
    await asyncio.sleep(3)
    anna.send_dtmf("*2")
    await asyncio.sleep(1)
    berta.send_dtmf(key)
    await wait_for_consents(server, number, {anna.account.number: "consented", berta.account.number: "consented"})


def recorded_audio(client: httpx.Client, recording: dict[str, Any]) -> "array[int]":
    """Return the audio of a recording, in one channel."""
    answer = client.get(f"/api/v1/recordings/{recording['id']}/audio", params={"format": "wav"})
    assert answer.status_code == 200, answer.text
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (1, 8000)
        return array("h", sound.readframes(sound.getnframes()))


def peak_level(samples: "array[int]", hertz: float) -> float:
    """Return the peak level of a tone."""
    starts = range(0, max(len(samples) - WINDOW, 1), WINDOW)
    return max(tones.level(samples[at : at + WINDOW], hertz) for at in starts)


def restart_engine(server: Server) -> None:
    """Kill the media engine and wait for its successor."""
    gone = server.media_worker_pid
    os.kill(gone, signal.SIGKILL)
    eventually(lambda: server.media_worker_pids not in ([], [gone]), what="a new media engine runs")


def numbers(recording: dict[str, Any]) -> set[str]:
    return {party["number"] for party in recording["parties"]}


@pytest.mark.promise("C8", "T2")
@pytest.mark.promise("C10", whole=True)
async def test_all_participants_are_notified_before_being_recorded(server: Server, household: Household) -> None:
    """C10 as a whole: everyone in a room hears the notice before being recorded, a late joiner before joining. In the client:
    `test_a_room_is_created_joined_and_hosted`, which also shows the participants. A participant who refuses is neither
    admitted nor recorded (`test_a_participant_who_refuses_is_not_admitted_or_recorded`), and a notice that fails prevents the recording
    (`test_failed_notice_prevents_recording`). A call that becomes a conference: `test_joining_is_announced_to_both_and_logged`."""
    set_tenant_policy(server, mode="announce", beep_seconds=0)
    create_room(server, "8020", household.anna)
    async with (
        app_phone(server, household.anna) as anna,
        app_phone(server, household.berta) as berta,
        app_phone(server, household.clara, CLARA) as clara,
    ):
        await start_recording(server, "8020", anna, berta)
        for phone in (anna, berta):
            assert correlation(phone.audio.received, prompt("recording/notice-hang-up")) > MATCH_THRESHOLD
        anna.play_tone(ANNA)
        berta.play_tone(BERTA)
        await asyncio.sleep(3)
        await clara.call("8020")
        await anna.wait_for_tone(CLARA, within=25)
        await clara.wait_for_tone(ANNA)
        await asyncio.sleep(1)
        starts = range(0, len(clara.audio.received) - WINDOW, WINDOW)
        first = next(at for at in starts if tones.level(clara.audio.received[at : at + WINDOW], ANNA) > 500)
        assert correlation(clara.audio.received[:first], prompt("recording/joined-recorded")) > MATCH_THRESHOLD
        await asyncio.sleep(3)
        calls = {str(one["id"]) for one in server.live_calls()}
        await asyncio.to_thread(restart_engine, server)
        await asyncio.sleep(2)  # so that only new audio is measured
        await clara.wait_for_tone(ANNA, within=20)
        await asyncio.sleep(3)
        anna.send_dtmf("*4")
        await asyncio.sleep(1)
        berta.play_tone(SECRET)
        await wait_until_received(berta, "recording/paused", within=10)
        anna.send_dtmf("*2")
        await wait_for_consents(server, "8020", dict.fromkeys(consents(server, "8020")))
    await wait_until(
        lambda: calls <= {row["id"] for row in server.history() if row["recorded"]}, what="it is in the history"
    )
    with closing(signed_in(server, household.anna)) as client:
        second, first_stored = await wait_until(
            lambda: len(list_recordings(client)) == 2 and list_recordings(client), what="both parts are stored"
        )
        assert numbers(first_stored) == {household.anna.number, household.berta.number}
        assert numbers(second) == numbers(first_stored) | {household.clara.number}
        sound = recorded_audio(client, first_stored)
        assert peak_level(sound, ANNA) > 1500
        assert peak_level(sound, BERTA) > 1500
        assert peak_level(sound, CLARA) < 300
        sound = recorded_audio(client, second)
        assert [mark["kind"] for mark in second["marks"]] == ["gap", "paused"]
        assert peak_level(sound[: SECOND * 4], CLARA) > 1500
        assert peak_level(sound[-SECOND:], CLARA) > 1500  # after the restart of the media engine
        assert peak_level(sound, SECRET) < 300
    with closing(signed_in(server, household.clara)) as client:
        assert [one["id"] for one in list_recordings(client)] == [second["id"]]


async def test_the_command_records_with_video(server: Server, household: Household) -> None:
    set_tenant_policy(server, mode="announce", beep_seconds=0)
    create_room(server, "8025", household.anna)
    async with app_phone(server, household.anna) as anna, app_phone(server, household.berta) as berta:
        for phone in (anna, berta):
            await phone.call("8025")
        await wait_for_consents(server, "8025", {anna.account.number: None, berta.account.number: None})
        await asyncio.to_thread(server.cli, "room", "record", "8025", "--video", "--tenant", server.tenant)
        await wait_until_received(berta, "recording/notice-video", within=25)
        [room] = [each for each in server.cli("room", "list", "--tenant", server.tenant) if each["number"] == "8025"]
        assert (room["meeting"]["recorded"], room["meeting"]["video_recorded"]) == (True, True)
        await asyncio.to_thread(server.cli, "room", "record", "8025", "--off", "--tenant", server.tenant)
        await wait_for_consents(server, "8025", {anna.account.number: None, berta.account.number: None})


@pytest.mark.promise("C8", "C10")
async def test_a_participant_who_refuses_is_not_admitted_or_recorded(server: Server, household: Household) -> None:
    set_tenant_policy(server, mode="opt_in", beep_seconds=0)
    create_room(server, "8021", household.berta)
    async with (
        app_phone(server, household.berta) as berta,
        app_phone(server, household.anna) as anna,
        app_phone(server, household.clara, CLARA) as clara,
    ):
        await start_recording(server, "8021", berta, anna, key="1")
        berta.play_tone(BERTA)
        await clara.call("8021")
        await wait_until_received(clara, "recording/ask", within=15)
        clara.send_dtmf("2")
        async with asyncio.timeout(20):
            while clara.in_call.is_set():
                await asyncio.sleep(0.1)
        assert clara.tone_level(BERTA, 20) < 100
        assert set(consents(server, "8021").values()) == {"consented"}
        await asyncio.sleep(1)
        berta.send_dtmf("*2")
        await wait_for_consents(server, "8021", dict.fromkeys(consents(server, "8021")))
    with closing(signed_in(server, household.berta)) as client:
        [recording] = [one for one in await wait_until(lambda: list_recordings(client)) if one["mode"] == "opt_in"]
        assert numbers(recording) == {household.anna.number, household.berta.number}
        sound = recorded_audio(client, recording)
        assert peak_level(sound, BERTA) > 1500
        assert peak_level(sound, CLARA) < 300
