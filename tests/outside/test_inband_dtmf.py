"""Phones without RFC 4733: in-band DTMF is detected, each digit exactly once."""

import asyncio
from contextlib import closing

import pytest
from app_phone import TonePhone, app_phone
from recording_helpers import (
    MATCH_THRESHOLD,
    call_id,
    correlation,
    one_recording,
    prompt,
    set_extension_policy,
    set_tenant_policy,
    signed_in,
    state,
    wait_until_received,
)
from server import Household, Server, set_voicemail, wait_until

PIN = "9918"
LOUD = 1500
"""Amplitude that a tone has and the speech of a prompt has not."""


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
            await asyncio.gather(_wait_for_end_of_question(anna, 1500), _wait_for_end_of_question(berta, 600))
            await asyncio.gather(anna.dial("1"), berta.dial("1"))
            await wait_until(lambda: state(server, call) == "recording", what="both have consented")
            await asyncio.sleep(1)
        assert [party["key"] for party in one_recording(client)["parties"]] == ["1", "1"]


async def _wait_for_end_of_question(phone: TonePhone, tone: float) -> None:
    """Wait until the other party's tone is heard again after a question, also if it had gaps before. rtpengine detects no
    keys of a party while the other one hears a prompt."""
    asked = False
    while not asked:
        await phone.wait_for_beep(tone)
        await wait_until(lambda: phone.tone_level(tone, 0.2) < LOUD, what="a prompt replaces the tone")
        await phone.wait_for_beep(tone)
        asked = correlation(phone.audio.received, prompt("recording/ask")) > MATCH_THRESHOLD
