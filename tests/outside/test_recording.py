"""Call recording with consent, verified by the audio each party hears and by the stored audio."""

import asyncio
import os
import signal
from array import array
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from app_phone import AppPhone, app_phone
from recording_helpers import (
    BEEP,
    CALLEE,
    CALLER,
    MATCH_THRESHOLD,
    call_id,
    channels,
    connected_call,
    correlation,
    levels,
    list_recordings,
    one_recording,
    prompt,
    set_extension_policy,
    set_state,
    set_tenant_policy,
    signed_in,
    state,
    stored_seconds,
    two_recordings,
    wait_until_received,
    wait_until_stored,
)
from server import Household, Server, create_household, files_in, wait_until

from unificx.media import tones
from unificx.recording.machine.consent import DTMF_PAUSE_SECONDS

SECRET = 1900.0
"""Frequency sent only while it must not be recorded."""


@pytest.fixture(scope="module")
def server(module_server: Server) -> Server:
    return module_server


@pytest.fixture(scope="module")
def household(server: Server) -> Household:
    with server.rest() as rest:  # uncompressed, so that the recorded audio itself is measured
        where = {"tenant": server.ready["tenant"]}
        assert rest.patch("/api/v1/voicemail/settings", params=where, json={"keep_wav": True}).is_success
    return create_household(server)


@pytest.fixture
def anna(server: Server, household: Household) -> Iterator[httpx.Client]:
    client = signed_in(server, household.anna)
    yield client
    with server.rest() as operator:
        tenant = {"tenant": server.ready["tenant"]}
        for each in operator.get("/api/v1/recordings", params=tenant).json()["items"]:
            erased = operator.post(f"/api/v1/recordings/{each['id']}/erase", params=tenant)
            assert erased.status_code == 204, erased.text
    client.close()
    for login in (household.anna, household.berta):
        set_extension_policy(server, login, when="on_demand", mode="announce")
    set_tenant_policy(server, mode="off", pause_on_keys=True)


def files(server: Server) -> list[Path]:
    return [path for path in (server.home / "audio").rglob("*") if path.is_file()]


async def wait_for_state(server: Server, call: str, wanted: str, within: float = 25) -> None:
    async with asyncio.timeout(within):
        while state(server, call) != wanted:
            await asyncio.sleep(0.1)


def seconds_since(moment: str, until: datetime) -> float:
    return (until - datetime.fromisoformat(moment)).total_seconds()


def loudest(samples: "array[int]", hertz: float, rate: int) -> float:
    """The maximum level of a tone in any 0.2 seconds."""
    window = rate // 5
    return max(tones.level(samples[at : at + window], hertz, rate=rate) for at in range(0, len(samples), window // 2))


def pauses(phone: AppPhone, hertz: float, since: int) -> float:
    """The longest interruption of a tone in seconds."""
    window, longest, now = 160, 0, 0
    received = phone.audio.received[since:]
    for at in range(0, len(received) - window, window):
        silent = tones.level(received[at : at + window], hertz) < 2000
        now = now + 1 if silent else 0
        longest = max(longest, now)
    return longest * 0.02


@pytest.mark.promise("C8", "R1", "R2")
async def test_everyone_is_informed_and_has_a_channel(server: Server, household: Household, anna: httpx.Client) -> None:
    set_tenant_policy(server, mode="announce", beep_seconds=5)
    set_extension_policy(server, household.berta, when="always")
    async with connected_call(server, household) as phones:
        call = call_id(server)
        await wait_for_state(server, call, "recording")
        offsets = [len(phone.audio.received) for phone in phones]
        await asyncio.gather(*(phone.wait_for_audio(8) for phone in phones))
        await wait_until_stored(server, 7)
        raw = [array("h", phone.audio.received) for phone in phones]
        missed = [
            pauses(phone, tone, since) for phone, tone, since in zip(phones, (CALLEE, CALLER), offsets, strict=True)
        ]
    ended = datetime.now(UTC)
    notice = prompt("recording/notice-hang-up")
    for received, since in zip(raw, offsets, strict=True):
        assert correlation(received, notice) > MATCH_THRESHOLD
        assert loudest(received[since:], BEEP, 8000) > 2000
    assert max(missed) < 0.4  # a beep is shorter than a syllable
    recording = one_recording(anna)
    assert recording["call_id"] == call
    assert (recording["mode"], recording["begun"], recording["ended"]) == ("announce", "automatic", "over")
    for party in recording["parties"]:
        assert party["notice"] == notice.digest
        assert party["told"] < party["consented"] < recording["created"]
    left, right, rate = channels(anna, recording)
    middle = slice(len(left) // 2, len(left) // 2 + rate // 2)
    for side, own, other in ((left[middle], CALLER, CALLEE), (right[middle], CALLEE, CALLER)):
        assert max(levels(side, own, rate)) > 4000
        assert max(levels(side, other, rate)) < 300
    assert 6.5 < recording["seconds"] <= seconds_since(recording["created"], ended)
    row = await wait_until(
        lambda: next((row for row in server.history() if row["id"] == call), None), what="its record"
    )
    assert row["recorded"] is True


def test_webrtc_call_is_recorded(server: Server, household: Household, anna: httpx.Client) -> None:
    set_tenant_policy(server, mode="announce")
    set_extension_policy(server, household.anna, when="always")
    numbers = household.anna.number, household.berta.number
    assert server.cli("call", *numbers, "--tenant", server.tenant, "--seconds", "12")["ok"]
    assert one_recording(anna)["seconds"] > 2


@pytest.mark.promise("C8", "R1")
async def test_nothing_is_recorded_before_everyone_has_agreed(
    server: Server, household: Household, anna: httpx.Client
) -> None:
    set_tenant_policy(server, mode="opt_in", beep_seconds=0)
    set_extension_policy(server, household.anna, when="always")
    async with connected_call(server, household) as (caller, callee):
        call = call_id(server)
        caller.play_tone(SECRET)
        callee.play_tone(SECRET)
        await asyncio.gather(*(wait_until_received(phone, "recording/ask") for phone in (caller, callee)))
        caller.send_dtmf("1")
        await asyncio.sleep(2)
        caller.play_tone(CALLER)
        callee.play_tone(CALLEE)
        await asyncio.sleep(0.6)
        assert state(server, call) == "announced"
        early = files(server)
        callee.send_dtmf("1")
        await wait_for_state(server, call, "recording")
        await wait_until_stored(server, 2)
        received = [array("h", phone.audio.received) for phone in (caller, callee)]
    assert [correlation(each, prompt("recording/ask")) > MATCH_THRESHOLD for each in received] == [True, True]
    recording = one_recording(anna)
    assert [party["key"] for party in recording["parties"]] == ["1", "1"]
    left, right, rate = channels(anna, recording)
    assert loudest(left, CALLER, rate) > 4000
    assert max(loudest(left, SECRET, rate), loudest(right, SECRET, rate)) < 300
    assert early == []


@pytest.mark.promise("R1", "C8")
async def test_refusal_is_announced_and_nothing_is_recorded(
    server: Server, household: Household, anna: httpx.Client
) -> None:
    set_tenant_policy(server, mode="opt_in")
    set_extension_policy(server, household.anna, when="always")
    async with connected_call(server, household) as (caller, callee):
        call = call_id(server)
        await wait_until_received(caller, "recording/ask")
        caller.send_dtmf("1")
        await asyncio.sleep(1)
        callee.send_dtmf("2")
        await wait_for_state(server, call, "ended")
        assert anna.get(f"/api/v1/calls/{call}/recording").json()["end"] == "refused"
        assert set_state(anna, call, "recording").status_code == 409
        await asyncio.gather(*(phone.wait_for_audio(4) for phone in (caller, callee)))
        assert caller.tone_level(CALLEE) > 4000  # and the call continues
        await wait_until_received(caller, "recording/not-everybody")
        await wait_until_received(callee, "recording/refused")
    assert files(server) == []
    assert list_recordings(anna) == []
    await wait_until(lambda: [row for row in server.history() if row["id"] == call], what="the call is in the history")
    assert [row["recorded"] for row in server.history() if row["id"] == call] == [False]


@pytest.mark.promise("C8")
async def test_nothing_is_recorded_if_disabled_for_the_tenant(
    server: Server, household: Household, anna: httpx.Client
) -> None:
    set_extension_policy(server, household.anna, when="always")
    async with connected_call(server, household) as (caller, _):
        call = call_id(server)
        assert set_state(anna, call, "recording").status_code == 403
        caller.send_dtmf("*1")
        await asyncio.sleep(1.5)
        assert state(server, call) == "none"
    assert files(server) == []


@pytest.mark.promise("C8", "R1")
async def test_recording_on_demand_paused_for_a_card_and_stopped(
    server: Server, household: Household, anna: httpx.Client
) -> None:
    set_tenant_policy(server, mode="announce", beep_seconds=0, pause_on_keys=False)
    clara = signed_in(server, household.clara)
    async with connected_call(server, household) as (caller, callee):
        call = call_id(server)
        for outsider in ("recording", "stopped"):
            assert set_state(clara, call, outsider).status_code == 404
        assert clara.get(f"/api/v1/calls/{call}/recording").status_code == 404
        assert set_state(anna, call, "recording").json()["state"] == "announced"
        await wait_for_state(server, call, "recording")
        await wait_until_stored(server, 2)
        assert set_state(anna, call, "paused", for_card=True).json()["state"] == "paused"
        caller.play_tone(SECRET)
        caller.send_dtmf("4929")
        await wait_until_received(callee, "recording/paused-for-card")
        await callee.wait_for_tone(SECRET)
        caller.play_tone(CALLER)
        await callee.wait_for_tone(CALLER)
        await callee.wait_for_audio(1)  # what is in transit has arrived in the server too
        assert set_state(anna, call, "recording").json()["state"] == "recording"
        await wait_until_stored(server, 5.5)
        assert set_state(anna, call, "stopped").json()["state"] == "ended"
        ended, recording = datetime.now(UTC), one_recording(anna)
        await caller.wait_for_audio(2.5)
        assert caller.tone_level(CALLEE) > 4000
    clara.close()
    assert [mark["kind"] for mark in recording["marks"]] == ["paused_for_card", "resumed"]
    assert (recording["begun"], recording["ended"]) == ("demand", "stopped")
    left, right, rate = channels(anna, recording)
    paused, resumed = recording["marks"]
    without_pause = seconds_since(recording["created"], ended) - seconds_since(
        paused["moment"], datetime.fromisoformat(resumed["moment"])
    )
    assert 5 < recording["seconds"] <= without_pause
    assert loudest(left, CALLER, rate) > 4000
    assert max(loudest(left, SECRET, rate), loudest(right, SECRET, rate)) < 300


@pytest.mark.promise("C8", "R1")
async def test_recording_by_dtmf_and_paused_by_digits(server: Server, household: Household, anna: httpx.Client) -> None:
    set_tenant_policy(server, mode="announce", beep_seconds=0)
    async with connected_call(server, household) as (caller, _):
        call = call_id(server)
        caller.send_dtmf("*1")
        await wait_for_state(server, call, "recording")
        await asyncio.sleep(1.5)
        caller.send_dtmf("5")
        await wait_for_state(server, call, "paused", 2)
        caller.play_tone(SECRET)  # as the digit's in-band tone would be
        await asyncio.sleep(2)
        last_digit = datetime.now(UTC)
        caller.send_dtmf("5")
        caller.play_tone(CALLER)
        await wait_for_state(server, call, "recording", 8)
        await asyncio.sleep(1.5)
        caller.send_dtmf("*0")
        await wait_for_state(server, call, "paused", 2)
        caller.send_dtmf("*0")
        await wait_for_state(server, call, "recording", 2)
        caller.send_dtmf("*1")
        await wait_for_state(server, call, "ended", 2)
    recording = one_recording(anna)
    paused, resumed = recording["marks"][:2]
    assert (paused["kind"], resumed["kind"]) == ("paused_for_keys", "resumed")
    assert datetime.fromisoformat(resumed["moment"]) - last_digit >= timedelta(seconds=DTMF_PAUSE_SECONDS)
    left, _, rate = channels(anna, recording)
    assert loudest(left, CALLER, rate) > 4000
    assert loudest(left, SECRET, rate) < 300


@pytest.mark.promise("C8", "R1")
async def test_rfc4733_digits_start_pause_and_stop_recording(
    server: Server, household: Household, anna: httpx.Client
) -> None:
    set_tenant_policy(server, mode="announce", beep_seconds=0)
    async with connected_call(server, household) as (caller, _):
        call = call_id(server)
        await asyncio.sleep(0.5)
        await caller.send_digit(10)
        await caller.send_digit(1)
        await wait_for_state(server, call, "recording")
        await asyncio.sleep(1.5)
        await caller.send_digit(5)
        await wait_for_state(server, call, "paused", 3)
        await wait_for_state(server, call, "recording", 10)
        await asyncio.sleep(1)
        await caller.send_digit(10)
        await caller.send_digit(1)
        await wait_for_state(server, call, "ended", 3)
    recording = one_recording(anna)
    assert [mark["kind"] for mark in recording["marks"]] == ["paused_for_keys", "resumed"]


@pytest.mark.promise("C8")
async def test_blind_transfer_target_is_informed_before_being_recorded(
    server: Server, household: Household, anna: httpx.Client
) -> None:
    set_tenant_policy(server, mode="announce", beep_seconds=0)
    set_extension_policy(server, household.berta, when="always")
    async with connected_call(server, household) as (_, berta), app_phone(server, household.clara, SECRET) as clara:
        call = call_id(server)
        await wait_for_state(server, call, "recording")
        await wait_until_stored(server, 1)
        given = anna.post(f"/api/v1/calls/{call}/transfer", json={"to": household.clara.number})
        assert given.is_success, given.text
        await wait_for_state(server, call, "announced")
        await wait_for_state(server, call, "recording")
        clara.play_tone(CALLER)
        await asyncio.gather(*(phone.wait_for_audio(3) for phone in (berta, clara)))
        offsets = array("h", clara.audio.received)
        assert berta.tone_level(CALLER) > 4000
    assert correlation(offsets, prompt("recording/joined-recorded")) > MATCH_THRESHOLD
    with closing(signed_in(server, household.berta)) as client:
        second, first = two_recordings(client)
        assert (first["ended"], second["ended"]) == ("changed", "over")
        sides = channels(client, second)
    assert list_recordings(anna)[0]["id"] == first["id"]
    rate = sides[2]
    assert (
        min(max(tones.level(side[-rate:], tone, rate=rate) for side in sides[:2]) for tone in (CALLER, CALLEE)) > 3000
    )


@pytest.mark.promise("C8")
async def test_attended_transfer_target_is_informed_before_being_recorded(
    server: Server, household: Household, anna: httpx.Client
) -> None:
    set_tenant_policy(server, mode="announce", beep_seconds=0)
    set_extension_policy(server, household.berta, when="always")
    async with (
        connected_call(server, household) as (_, berta),
        app_phone(server, household.anna, CALLER) as requester,
        app_phone(server, household.clara, SECRET) as clara,
    ):
        call = call_id(server)
        await wait_for_state(server, call, "recording")
        await wait_until_stored(server, 1.5)  # the part before the transfer
        await requester.call(household.clara.number)
        await clara.wait_for_tone(CALLER)
        [asked] = [live["id"] for live in server.live_calls() if live["id"] != call]
        joined = anna.post(f"/api/v1/calls/{call}/transfer", json={"consultation": asked})
        assert joined.is_success, joined.text
        await wait_for_state(server, call, "announced")
        since = len(clara.audio.received)
        await wait_for_state(server, call, "recording")
        clara.play_tone(CALLER)
        await asyncio.gather(*(phone.wait_for_audio(3) for phone in (berta, clara)))
        offsets = array("h", clara.audio.received[max(0, since - 8000) :])
        assert berta.tone_level(CALLER) > 4000
    assert correlation(offsets, prompt("recording/joined-recorded")) > MATCH_THRESHOLD
    with closing(signed_in(server, household.berta)) as client:
        second, first = two_recordings(client)
        assert (first["ended"], second["ended"]) == ("changed", "over")
        assert first["seconds"] > 1
        left, right, rate = channels(client, second)
    assert max(tones.level(side, SECRET, rate=rate) for side in (left, right)) < 300
    for tone in (CALLER, CALLEE):
        assert max(tones.level(side[-rate:], tone, rate=rate) for side in (left, right)) > 3000


@pytest.mark.promise("C8")
async def test_retriever_of_a_parked_call_is_informed_before_being_recorded(
    server: Server, household: Household, anna: httpx.Client
) -> None:
    set_tenant_policy(server, mode="announce", beep_seconds=0)
    set_extension_policy(server, household.berta, when="always")
    async with connected_call(server, household) as (_, berta), app_phone(server, household.clara, SECRET) as clara:
        call = call_id(server)
        await wait_for_state(server, call, "recording")
        await wait_until_stored(server, 1)
        parked = anna.post(f"/api/v1/calls/{call}/transfer", json={"to": "*85"})
        assert parked.is_success, parked.text
        [held] = await wait_until(lambda: anna.get("/api/v1/parked").json()["items"], what="parked")
        await wait_until(lambda: berta.tone_level(CALLER) < 400, what="she hears music instead of her")
        await clara.call(f"*86{held['place']}")
        await wait_for_state(server, call, "announced")
        await wait_for_state(server, call, "recording")
        clara.play_tone(CALLER)
        await asyncio.gather(*(phone.wait_for_audio(3) for phone in (berta, clara)))
        offsets = array("h", clara.audio.received)
        assert berta.tone_level(CALLER) > 4000
    assert correlation(offsets, prompt("recording/joined-recorded")) > MATCH_THRESHOLD
    with closing(signed_in(server, household.berta)) as client:
        second, first = two_recordings(client)
        sides = channels(client, second)
    assert first["call_id"] == second["call_id"] == call
    rate = sides[2]
    for tone in (CALLER, CALLEE):
        assert max(tones.level(side[-rate:], tone, rate=rate) for side in sides[:2]) > 3000
    assert max(tones.level(side, SECRET, rate=rate) for side in sides[:2]) < 300


@pytest.mark.promise("T2", "S3", "D3")
async def test_recording_is_sealed_visible_to_its_parties_and_erasable(
    server: Server, household: Household, anna: httpx.Client
) -> None:
    set_tenant_policy(server, mode="announce")
    set_extension_policy(server, household.anna, when="always")
    async with connected_call(server, household):
        await wait_for_state(server, call_id(server), "recording")
        await wait_until_stored(server, 2)
        while_it_runs = files_in(server.home / "audio")
    recording = one_recording(anna)
    where = f"/api/v1/recordings/{recording['id']}"
    answer = anna.get(f"{where}/audio", params={"format": "wav"})
    raw = answer.content[44:]
    part = anna.get(f"{where}/audio", params={"format": "wav"}, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, answer.content[1000:2000])
    needles = [raw[at : at + 64] for at in range(0, len(raw) - 64, 4000) if len(set(raw[at : at + 64])) > 20]
    assert needles
    on_disk = while_it_runs | files_in(server.home)
    assert while_it_runs
    assert [path for path, data in on_disk.items() for needle in needles if needle in data] == []

    berta, clara = signed_in(server, household.berta), signed_in(server, household.clara)
    assert [one["id"] for one in list_recordings(berta)] == [recording["id"]]
    assert clara.get(where).status_code == 404
    assert list_recordings(clara) == []
    assert clara.post(f"{where}/erase").status_code == 404
    [listen] = anna.get(f"{where}/listens").json()["items"]
    assert (listen["purpose"], listen["who"]) == ("own", household.anna.name)
    assert berta.delete(where).status_code == 204
    assert (list_recordings(berta), len(list_recordings(anna))) == ([], 1)
    assert berta.post(f"{where}/restore").status_code == 204
    assert berta.post(f"{where}/erase").status_code == 204
    assert anna.get(f"{where}/audio").status_code == 410
    assert files(server) == []
    berta.close()
    clara.close()


@pytest.mark.promise("C8", "T2")
async def test_media_engine_is_killed_while_recording(server: Server, household: Household, anna: httpx.Client) -> None:
    set_tenant_policy(server, mode="announce", beep_seconds=0)
    set_extension_policy(server, household.anna, when="always")
    async with connected_call(server, household) as phones:
        call = call_id(server)
        await wait_for_state(server, call, "recording")
        await wait_until_stored(server, 3)
        os.kill(server.media_worker_pid, signal.SIGKILL)
        await wait_until_stored(server, stored_seconds(server) + 1)  # silence for what was missed comes at once
        await asyncio.gather(*(phone.wait_for_audio(4) for phone in phones))
        assert state(server, call) == "recording"
    ended, recording = datetime.now(UTC), one_recording(anna)
    assert [mark["kind"] for mark in recording["marks"]] == ["gap"]
    left, right, rate = channels(anna, recording)
    assert 7.5 < recording["seconds"] <= seconds_since(recording["created"], ended)
    for side, tone in ((left, CALLER), (right, CALLEE)):
        assert tones.level(side[rate : 2 * rate], tone, rate=rate) > 4000
        assert tones.level(side[-2 * rate : -rate], tone, rate=rate) > 4000


@pytest.mark.promise("C8", "T2")
async def test_server_is_killed_while_recording(server: Server, household: Household, anna: httpx.Client) -> None:
    set_tenant_policy(server, mode="announce", beep_seconds=0)
    set_extension_policy(server, household.anna, when="always")
    async with connected_call(server, household) as phones:
        call = call_id(server)
        await wait_for_state(server, call, "recording")
        await wait_until_stored(server, 2)
        server.kill()
        before = [len(phone.audio.received) for phone in phones]
        server.start()
        await wait_until(lambda: server.live_calls(), what="the call goes on")
        await wait_for_state(server, call, "recording", 40)
        received = [array("h", phone.audio.received[since:]) for phone, since in zip(phones, before, strict=True)]
        await asyncio.gather(*(phone.wait_for_audio(3) for phone in phones))
    assert [correlation(each, prompt("recording/notice-hang-up")) > MATCH_THRESHOLD for each in received] == [
        True,
        True,
    ]
    second, first = two_recordings(anna)
    assert (first["ended"], second["ended"]) == ("cut_off", "over")
    assert first["call_id"] == second["call_id"] == call
    levels: dict[str, float] = {}
    for part in (first, second):
        left, right, rate = channels(anna, part)
        assert part["seconds"] > 1.5
        levels |= {f"{part['ended']}, caller": loudest(left, CALLER, rate)}
        levels |= {f"{part['ended']}, callee": loudest(right, CALLEE, rate)}
    assert min(levels.values()) > 4000, levels
