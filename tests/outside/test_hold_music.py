"""Music on hold as heard by the held party."""

import asyncio
from contextlib import closing

import numpy as np
import pytest
from app_phone import SAMPLES_PER_SECOND, AppPhone, app_phone
from recording_helpers import (
    MATCH_THRESHOLD,
    call_id,
    list_recordings,
    prompt,
    set_state,
    set_tenant_policy,
    signed_in,
    state,
)
from recording_helpers import correlation as like_a_prompt
from server import Household, Server, wait_until

from unificx.prompts import Prompts

ANNA, BERTA = 600.0, 1500.0


def correlation(phone: AppPhone) -> float:
    """The best correlation of the last second heard with any second of the music."""
    received = np.array(phone.audio.received[-SAMPLES_PER_SECOND:], float)
    music = Prompts().sound("music/hold", "")
    whole = np.frombuffer(music.pcm, "<i2").astype(float)[:: music.rate // SAMPLES_PER_SECOND]
    size = len(whole) + len(received)
    found = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(received, size)), size)[: len(whole)]
    power = np.convolve(whole**2, np.ones(len(received)), "valid")
    loud = np.sqrt(np.maximum(power, 1) * max(float((received**2).sum()), 1.0))
    return float((np.abs(found[: len(loud)]) / loud).max())


async def hears_music(phone: AppPhone) -> None:
    async with asyncio.timeout(15):
        while len(phone.audio.received) < SAMPLES_PER_SECOND or correlation(phone) < 0.8:
            await asyncio.sleep(0.2)


@pytest.mark.promise("C9")
async def test_held_party_hears_music_and_then_the_caller_again(server: Server, household: Household) -> None:
    async with app_phone(server, household.berta, BERTA) as berta, app_phone(server, household.anna, ANNA) as anna:
        await anna.call(household.berta.number)
        await berta.wait_for_tone(ANNA)
        await anna.wait_for_tone(BERTA)
        await berta.wait_for_audio(1.2)  # until the analyzed second contains only the tone
        assert correlation(berta) < 0.5
        anna.hold()
        await hears_music(berta)
        assert berta.tone_level(ANNA) < 500
        anna.hold()  # again, like a session refresh
        await berta.wait_for_audio(2)
        await hears_music(berta)
        anna.hold(yes=False)
        await berta.wait_for_tone(ANNA, seconds=0.5)
        await anna.wait_for_tone(BERTA, seconds=0.5)
        await berta.wait_for_audio(1.2)  # until the analyzed second contains no earlier audio
        assert correlation(berta) < 0.5
        berta.hold()
        await hears_music(anna)


@pytest.mark.promise("C8", "C9")
async def test_held_party_hears_the_recording_notice_and_music_again(server: Server, household: Household) -> None:
    set_tenant_policy(server, mode="announce", beep_seconds=0)
    with closing(signed_in(server, household.anna)) as client:
        async with app_phone(server, household.berta, BERTA) as berta, app_phone(server, household.anna, ANNA) as anna:
            await anna.call(household.berta.number)
            call = call_id(server)
            assert set_state(client, call, "recording").is_success
            async with asyncio.timeout(20):
                while state(server, call) != "recording":
                    await asyncio.sleep(0.1)
            anna.hold()
            await hears_music(berta)
            assert set_state(client, call, "paused").is_success
            async with asyncio.timeout(15):
                while like_a_prompt(berta.audio.received, prompt("recording/paused")) < MATCH_THRESHOLD:
                    await asyncio.sleep(0.2)
            await hears_music(berta)
        for one in await wait_until(lambda: list_recordings(client), what="what was recorded is kept"):
            assert client.post(f"/api/v1/recordings/{one['id']}/erase").is_success
    set_tenant_policy(server, mode="off", beep_seconds=15)
