"""Conference calls: admission and mixing, measured in the audio received by phones."""

import asyncio
import os
import random
import signal
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
from app_phone import AppPhone, TonePhone, app_phone
from recording_helpers import wait_until_received
from server import Household, Server, eventually, wait_until
from test_hold_music import hears_music

GOLOMB = (0, 1, 6, 10, 23, 26, 34, 41, 53, 55)
"""Golomb ruler: all differences are distinct, so that intermodulation from clipping never matches another tone."""


def create_room(server: Server, number: str, *options: str) -> dict[str, Any]:
    return server.cli("room", "create", "--tenant", server.tenant, "--number", number, *options)


@pytest.fixture(scope="module", autouse=True)
def room_8000(server: Server) -> None:
    with server.rest() as rest:
        made = rest.post(
            "/api/v1/rooms", params={"tenant": server.tenant}, json={"number": "8000", "name": "Meeting room"}
        )
    assert made.status_code == 201, made.text


def update_room(server: Server, number: str, *options: str) -> None:
    server.cli("room", "update", number, "--tenant", server.tenant, *options)


def participants(server: Server, number: str) -> dict[str, dict[str, Any]]:
    """Return the participants of a room by number."""
    found = server.participants(number)
    return {one["number"]: one for one in found}


def is_locked(server: Server, number: str) -> bool:
    with server.rest() as rest:
        room = rest.get(f"/api/v1/rooms/{number}", params={"tenant": server.ready["tenant"]}).json()
    return bool(room["meeting"]["locked"])


async def wait_until_joined(server: Server, number: str, *phones: AppPhone, within: float = 20) -> None:
    """Wait until these phones have joined the room."""
    wanted = {phone.account.number for phone in phones}
    async with asyncio.timeout(within):
        while not wanted <= {one for one, who in participants(server, number).items() if who["state"] == "in"}:
            await asyncio.sleep(0.2)


async def wait_for_tones(phone: AppPhone, hertz: list[int]) -> None:
    """Wait until a phone has received all tones for a second."""
    while min(phone.tone_level(tone, 1) for tone in hertz) < 1000:
        await asyncio.sleep(0.05)


async def wait_for_silence(phone: AppPhone, hertz: float, *, most: float = 400, within: float = 10) -> None:
    """Wait until a phone no longer receives a tone."""
    async with asyncio.timeout(within):
        while phone.tone_level(hertz) > most:
            await asyncio.sleep(0.05)


async def wait_for_hangup(phone: AppPhone, within: float = 30) -> None:
    """Wait until the remote side has ended the call."""
    async with asyncio.timeout(within):
        while phone.in_call.is_set():
            await asyncio.sleep(0.1)


def degrade_network(phone: AppPhone, rng: random.Random) -> None:
    """Drop 5 % of the packets sent by a phone and delay the others by up to 100 ms."""
    send, loop = phone.audio._media.send, asyncio.get_running_loop()

    def later(data: bytes, host: str, port: int) -> None:
        if rng.random() >= 0.05:
            loop.call_later(rng.random() * 0.1, send, data, host, port)

    phone.audio._media.send = later  # type: ignore[method-assign]


async def test_two_callers_hear_each_other_and_not_themselves(server: Server, household: Household) -> None:
    async with app_phone(server, household.anna, 700) as anna, app_phone(server, household.berta, 900) as berta:
        await anna.call("8000")
        await berta.call("8000")
        await anna.wait_for_tone(900, within=15)
        await berta.wait_for_tone(700, within=15)
        assert anna.tone_level(700) < 300
        assert berta.tone_level(900) < 300
        anna.hang_up()
        berta.hang_up()
        rows = await wait_until(
            lambda: len(server.history()) == 2 and server.history(), what="each call is in the history"
        )
        assert [(row["callee"], row["outcome"]) for row in rows] == [("8000", "answered")] * 2
        await wait_until(lambda: not server.live_calls(), what="no live call is left")


@pytest.mark.promise("C10", "U1")
def test_ten_soft_phones_hear_each_other_and_not_themselves(server: Server, household: Household) -> None:
    """They belong to the extensions of the household."""
    assert household.anna.number
    trial = server.cli("room", "try", "8000", "--phones", "10", "--tenant", server.tenant)
    assert trial["ok"], trial
    assert len(trial["there"]) == 10
    assert {one["state"] for one in trial["there"]} == {"in"}
    for own, row in enumerate(trial["heard"]):
        weakest = min(level for at, level in enumerate(row) if at != own)
        assert row[own] < weakest / 5
    eventually(lambda: not server.live_calls(), what="no live call is left")


@pytest.mark.promise("C10")
async def test_ten_callers_hear_each_other_over_a_bad_network(server: Server, household: Household) -> None:
    hertz, chance = [400 + 50 * mark for mark in GOLOMB], random.Random(7)
    create_room(server, "8013")
    with server.rest() as rest:
        body = {"extension": household.anna.number, "name": "Rough", "kind": "softphone"}
        made = [rest.post("/api/v1/devices", params={"tenant": server.tenant}, json=body).json()["sip"] for _ in hertz]
    async with AsyncExitStack() as stack:
        phones: list[AppPhone] = []
        for sip, tone in zip(made, hertz, strict=True):
            login = replace(household.anna, username=sip["username"], password=sip["password"])
            phones.append(await stack.enter_async_context(app_phone(server, login, tone)))
            degrade_network(phones[-1], chance)
            await phones[-1].call("8013")
        async with asyncio.timeout(30):
            while len(server.participants("8013")) < len(phones):
                await asyncio.sleep(0.5)
        async with asyncio.timeout(5):
            for phone, own in zip(phones, hertz, strict=True):
                await wait_for_tones(phone, [tone for tone in hertz if tone != own])
                assert phone.tone_level(own, 1) < 500


async def test_three_wrong_pins_end_the_call(server: Server, household: Household) -> None:
    create_room(server, "8010", "--pin", "4711", "--host-pin", "8362")
    async with app_phone(server, household.anna, 700) as anna, app_phone(server, household.berta, 900) as berta:
        await anna.call("8010")
        await anna.wait_for_sound()
        anna.send_dtmf("8362#")
        await berta.call("8010")
        await berta.wait_for_sound()
        berta.send_dtmf("4711#")
        await wait_until_joined(server, "8010", anna, berta)
        assert {number: one["host"] for number, one in participants(server, "8010").items()} == {
            household.anna.number: True,
            household.berta.number: False,
        }
        await anna.wait_for_tone(900)
    async with app_phone(server, household.clara, 900) as clara:
        await clara.call("8010")
        for prompt in ("enter-pin", "wrong-pin", "wrong-pin"):
            await wait_until_received(clara, f"conference/{prompt}")
            clara.audio.received = clara.audio.received[:0]
            clara.send_dtmf("9999#")
        await wait_for_hangup(clara)
        assert not participants(server, "8010")


async def test_guests_hear_music_until_a_host_joins(server: Server, household: Household) -> None:
    create_room(server, "8011", "--host", household.anna.number)
    update_room(server, "8011", "--wait-for-host")
    async with app_phone(server, household.anna, 700) as anna, app_phone(server, household.berta, 900) as berta:
        await berta.call("8011")
        await wait_until(lambda: participants(server, "8011"), what="the guest is waiting")
        assert participants(server, "8011")[household.berta.number]["state"] == "waiting"
        await hears_music(berta)
        await anna.call("8011")
        await wait_until_joined(server, "8011", anna, berta)
        await anna.wait_for_tone(900)
        await berta.wait_for_tone(700)


@pytest.mark.promise("C10")
async def test_a_host_mutes_and_removes_participants(server: Server, household: Household) -> None:
    create_room(server, "8012", "--host", household.anna.number)
    async with (
        app_phone(server, household.anna, 700) as anna,
        app_phone(server, household.berta, 900) as berta,
        app_phone(server, household.clara, 1100) as clara,
    ):
        for phone in (anna, berta, clara):
            await phone.call("8012")
        await wait_until_joined(server, "8012", anna, berta, clara)
        await clara.wait_for_tone(900)
        server.cli("room", "mute", "8012", household.berta.number, "--tenant", server.tenant)
        await wait_for_silence(clara, 900)
        await wait_for_silence(anna, 900)
        await berta.wait_for_tone(700)
        berta.audio.received = berta.audio.received[:0]
        berta.send_dtmf("*6")
        await wait_until_received(berta, "conference/muted-by-host")
        assert clara.tone_level(900) < 400
        clara.send_dtmf("*5")
        await wait_until(
            lambda: participants(server, "8012")[household.clara.number]["hand"], what="the hand is raised"
        )
        clara.send_dtmf("*8")
        await asyncio.sleep(1)
        await anna.wait_for_tone(1100)
        anna.send_dtmf("*8")
        await wait_for_silence(anna, 1100)
        anna.send_dtmf("*8")
        await anna.wait_for_tone(1100)
        server.cli("room", "remove", "8012", household.clara.number, "--tenant", server.tenant)
        await wait_for_silence(anna, 1100)
        await wait_until(
            lambda: household.clara.number not in participants(server, "8012"), what="the participant was removed"
        )
        anna.send_dtmf("*7")
        await wait_until(lambda: is_locked(server, "8012"), what="the room is locked")
        await clara.call("8012")
        await wait_for_hangup(clara)
        anna.send_dtmf("*9")
        await wait_until(lambda: not server.live_calls(), what="all calls have ended")


async def test_audio_resumes_after_the_media_engine_was_killed(own_server: Server) -> None:
    server = own_server
    first, second = server.extension("710071", "Annarosa Quellmalz"), server.extension("720072", "Bertalina Oxenfurt")
    async with app_phone(server, first, 700) as anna, app_phone(server, second, 900) as berta:
        await anna.call("8000")
        await berta.call("8000")
        await wait_until_joined(server, "8000", anna, berta)
        await anna.wait_for_tone(900)
        berta.send_dtmf("*6")
        await wait_for_silence(anna, 900)
        berta.send_dtmf("*6")
        await anna.wait_for_tone(900)
        killed = server.media_worker_pid
        os.kill(killed, signal.SIGKILL)
        await wait_until(lambda: set(server.media_worker_pids) - {killed}, what="another media worker")
        for phone in (anna, berta):
            phone.audio.received = phone.audio.received[:0]
        await anna.wait_for_tone(900, within=20)
        await berta.wait_for_tone(700, within=20)
        assert set(participants(server, "8000")) == {first.number, second.number}


@pytest.mark.parametrize("kind", [AppPhone, TonePhone])
async def test_an_invited_extension_joins_after_confirming(
    server: Server, household: Household, kind: type[AppPhone]
) -> None:
    """Also by the tones of a phone without telephone events (RFC 4733)."""
    number = "8014" if kind is AppPhone else "8015"
    create_room(server, number, "--host", household.anna.number, "--pin", "4711")
    async with app_phone(server, household.anna, 700) as anna, app_phone(server, household.berta, 900, kind) as berta:
        await anna.call(number)
        await wait_until_joined(server, number, anna)
        server.cli("room", "invite", number, household.berta.number, "--tenant", server.tenant)
        async with asyncio.timeout(10):
            await berta.in_call.wait()
        await berta.wait_for_sound()
        assert household.berta.number not in participants(server, number)
        if isinstance(berta, TonePhone):
            await berta.dial("1")
        else:
            berta.send_dtmf("1")
        await wait_until_joined(server, number, anna, berta)
        await anna.wait_for_tone(900)
        await berta.wait_for_tone(700)
        berta.hang_up()
        [row] = await wait_until(
            lambda: [one for one in server.history() if one["caller"] == number], what="the call is in the history"
        )
        assert (row["callee"], row["outcome"]) == (household.berta.number, "answered")
