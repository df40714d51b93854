"""Ring groups with a mobile as a member, over SIPp as the carrier: its user is asked, and takes the call by a key."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import scenarios as s
from app_phone import AppPhone, RingingPhone, app_phone
from free_ports import free_port
from recording_helpers import MATCH_THRESHOLD, correlation, prompt, wait_until_received
from rtp_endpoint import DECODE, RtpEndpoint
from server import Household, Server, set_voicemail, wait_until
from sipp import Sipp

from unificx.media import tones

CALLER_TONE, MOBILE_TONE, COLLEAGUE_TONE = 600, 900, 1300
RING_SECONDS = 10
ONE_PACKET = 250
"""Level below that of a single packet of a tone in half a second; speech reaches 100."""


class Mobile:
    """A mobile: SIPp signals for it as its carrier, and its audio is an endpoint of its own."""

    def __init__(self, directory: Path, port: int, audio: RtpEndpoint) -> None:
        body = audio.describe().decode().replace("\r\n", "\n")
        ladder = s.scenario(s.called(), s.ringing(), *s.answers(body), *s.is_hung_up())
        self._audio = audio
        self._carrier = Sipp(directory, ladder, port=port, timeout=60)

    def start(self) -> None:
        self._carrier.start()

    def stop(self) -> None:
        self._carrier.stop()

    async def speak(self) -> None:
        """Play its tone for as long as the call lasts."""
        offer = None
        while offer is None:
            await asyncio.sleep(0.1)
            offer = re.search(r"^v=0\n(?:[a-z]=.*\n)+", self._carrier.trace_so_far().replace("\r", ""), re.MULTILINE)
        self._audio.set_target(offer[0].replace("\n", "\r\n").encode())
        self._audio.payload_type = 0
        await self._audio.send_tone(60)

    async def is_asked(self) -> None:
        """Wait until its user has heard the request."""
        async with asyncio.timeout(20):
            while await asyncio.to_thread(correlation, self._received(), prompt("group/confirm")) < MATCH_THRESHOLD:
                await asyncio.sleep(0.2)

    async def hears(self, hertz: float) -> None:
        async with asyncio.timeout(10):
            while self._audio.typical_level(hertz) < 1500:
                await asyncio.sleep(0.1)

    async def press(self, digit: int) -> None:
        await self._audio.send_dtmf(digit)

    async def is_hung_up(self) -> None:
        """Wait for the BYE."""
        outcome = await asyncio.to_thread(self._carrier.wait)
        assert outcome.ok, f"{outcome.errors}\n{outcome.trace[-6000:]}"

    def _received(self) -> list[int]:
        return [each for packet in self._audio.received for each in DECODE[packet.payload_type](packet.payload)]


@asynccontextmanager
async def group_with_mobile(
    server: Server, directory: Path, number: str, member: str, others: str = "", otherwise: str = "hangup"
) -> AsyncIterator[Mobile]:
    """A trunk to SIPp, and a group that rings a mobile over it, together with or before `others`."""
    shown = f"+4930123{number}"
    server.canaries |= {shown, member}
    port, scope = free_port(), {"tenant": server.tenant}

    def create(path: str, **new: object) -> None:
        with server.rest() as rest:
            made = rest.post(f"/api/v1/{path}", params=scope, json=new)
        assert made.status_code == 201, made.text

    trunk = f"carrier-{number}"
    address = {"server": f"127.0.0.1:{port}", "domain": "carrier.example"}
    create("trunks", name=trunk, **address, registers=False, check_seconds=0)
    create("numbers", number=shown, trunk=trunk, destination="hangup")
    create("routes", name=trunk, pattern=member, trunks=[trunk], caller_id=shown)
    members = [each.replace("mobile", member) for each in others.split() or ["mobile"]]
    settings = {"strategy": "in_turn", "ring_seconds": RING_SECONDS, "otherwise": otherwise}
    create("groups", number=number, members=members, **settings)
    async with RtpEndpoint(MOBILE_TONE, codecs=(0, 101)) as audio:
        mobile = Mobile(directory, port, audio)
        mobile.start()
        speaking = asyncio.create_task(mobile.speak())
        try:
            yield mobile
        finally:
            speaking.cancel()
            mobile.stop()


@pytest.fixture(autouse=True)
def _patient_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The phones wait while a group rings."""
    monkeypatch.setattr("unificx.cli.softphone.RESPONSE_TIMEOUT", 40)


def level_of_mobile(caller: AppPhone) -> float:
    """The strongest level of its tone in any half second that the caller has heard."""
    received = caller.audio.received
    levels = [tones.level(received[at : at + 4000], MOBILE_TONE) for at in range(0, len(received), 4000)]
    return max(levels, default=0.0)


async def test_the_user_of_a_mobile_hears_the_request_and_takes_the_call(
    server: Server, household: Household, tmp_path: Path
) -> None:
    anna, berta = household.anna, household.berta
    group = group_with_mobile(server, tmp_path, "6301", "+491725550001", f"{berta.number}+mobile")
    async with (
        group as mobile,
        app_phone(server, berta, kind=RingingPhone),
        app_phone(server, anna, CALLER_TONE) as caller,
    ):
        calling = asyncio.create_task(caller.call("6301"))
        await mobile.is_asked()
        assert not calling.done()
        assert level_of_mobile(caller) < ONE_PACKET
        await mobile.press(1)
        await calling
        await caller.wait_for_tone(MOBILE_TONE)
        await mobile.hears(CALLER_TONE)
        caller.hang_up()
        await mobile.is_hung_up()
    [row] = await wait_until(lambda: server.history(), what="the call is recorded")
    assert (row["direction"], row["outcome"]) == ("outbound", "answered")


async def test_a_mailbox_of_the_mobile_leaves_the_call_to_the_next_member(
    server: Server, household: Household, tmp_path: Path
) -> None:
    anna, berta = household.anna, household.berta
    group = group_with_mobile(server, tmp_path, "6302", "+491725550002", f"mobile {berta.number}")
    async with (
        group as mobile,
        app_phone(server, berta, COLLEAGUE_TONE) as colleague,
        app_phone(server, anna, CALLER_TONE) as caller,
    ):
        calling = asyncio.create_task(caller.call("6302"))
        await mobile.is_asked()
        assert colleague.leg is None
        await mobile.is_hung_up()
        await calling
        await caller.wait_for_tone(COLLEAGUE_TONE)
        assert level_of_mobile(caller) < ONE_PACKET


async def test_a_mailbox_of_the_mobile_leaves_the_call_to_that_of_the_group(
    server: Server, household: Household, tmp_path: Path
) -> None:
    anna, berta = household.anna, household.berta
    set_voicemail(server, on=True)
    otherwise = f"mailbox:{berta.number}"
    group = group_with_mobile(server, tmp_path, "6303", "+491725550003", otherwise=otherwise)
    async with group as mobile, app_phone(server, anna, CALLER_TONE) as caller:
        calling = asyncio.create_task(caller.call("6303"))
        await mobile.is_asked()
        await mobile.is_hung_up()
        await calling
        await wait_until_received(caller, "voicemail/notice")
        assert level_of_mobile(caller) < ONE_PACKET
