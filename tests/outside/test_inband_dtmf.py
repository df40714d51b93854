"""Phones without RFC 4733: in-band DTMF is detected, each digit exactly once."""

import asyncio
from contextlib import closing

import pytest
from app_phone import TonePhone, app_phone
from recording_helpers import (
    call_id,
    one_recording,
    set_extension_policy,
    set_tenant_policy,
    signed_in,
    state,
    wait_until_received,
)
from server import Household, Server, set_voicemail

PIN = "9918"


@pytest.mark.promise("C9")
async def test_mailbox_is_opened_by_inband_dtmf(server: Server, household: Household) -> None:
    """A missed or repeated digit would change the mailbox number or PIN."""
    set_voicemail(server, on=True)
    with closing(signed_in(server, household.berta)) as berta:
        assert berta.patch(f"/api/v1/extensions/{household.berta.number}/voicemail", json={"pin": PIN}).is_success
    async with app_phone(server, household.anna, kind=TonePhone) as anna:
        await anna.call("*98")
        await wait_until_received(anna, "voicemail/enter-mailbox")
        await anna.dial(f"{household.berta.number}#")
        await wait_until_received(anna, "voicemail/enter-pin")
        await anna.dial(f"{PIN}#")
        await wait_until_received(anna, "voicemail/welcome")
    set_voicemail(server, on=False)


@pytest.mark.promise("C8")
async def test_both_parties_consent_by_inband_dtmf(server: Server, household: Household) -> None:
    set_tenant_policy(server, mode="opt_in", beep_seconds=0)
    set_extension_policy(server, household.anna, when="always")
    with closing(signed_in(server, household.anna)) as client:
        async with (
            app_phone(server, household.anna, 600, TonePhone) as anna,
            app_phone(server, household.berta, 1500, TonePhone) as berta,
        ):
            await anna.call(household.berta.number)
            call = call_id(server)
            asks = "recording/ask", "recording/ask-again"
            await asyncio.gather(wait_until_received(anna, *asks), wait_until_received(berta, *asks))
            # Before both hear each other again, prompts to the other party interfere with the tones.
            await asyncio.gather(anna.wait_for_tone(1500, within=15), berta.wait_for_tone(600, within=15))
            await anna.dial("1")
            await asyncio.sleep(1)
            assert state(server, call) == "announced"
            async with asyncio.timeout(60):
                while state(server, call) != "recording":  # a busy machine sends the tone of a key with gaps
                    await asyncio.gather(anna.dial("1"), berta.dial("1"))
                    await asyncio.sleep(2)
            await asyncio.sleep(1)
        assert [party["key"] for party in one_recording(client)["parties"]] == ["1", "1"]
