"""A third-party phone that displays the recording state (RFC 7866), or refuses recording: SIPp with real media."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import scenarios as s
from app_phone import app_phone
from recording_helpers import (
    CALLER,
    call_id,
    list_recordings,
    set_extension_policy,
    set_state,
    set_tenant_policy,
    signed_in,
    tenant,
)
from server import Household, Login, Server, wait_until
from sipp import Sipp
from sipp_phones import SippPhones

AWARE = "Supported: timer, record-aware\n"


@pytest.fixture
def recorded(server: Server, household: Household) -> Iterator[Login]:
    """An extension with automatic recording; its recordings are deleted after the test."""
    anna = household.anna
    set_tenant_policy(server, mode="announce", beep_seconds=0)
    set_extension_policy(server, anna, when="always")
    yield anna
    set_extension_policy(server, anna, when="on_demand")
    set_tenant_policy(server, mode="off", beep_seconds=15)
    with server.rest() as rest:
        for one in rest.get("/api/v1/recordings", params=tenant(server)).json()["items"]:
            rest.post(f"/api/v1/recordings/{one['id']}/erase", params=tenant(server))


@contextmanager
def stopping(phone: Sipp) -> Iterator[None]:
    try:
        yield
    finally:
        phone.stop()


def files(server: Server) -> set[Path]:
    return {path for path in (server.home / "audio").rglob("*") if path.is_file()}


@pytest.mark.promise("C8")
async def test_recording_state_is_signaled_to_the_phone(
    desk: SippPhones, server: Server, household: Household, recorded: Login
) -> None:
    def reported(indication: str, version: int) -> tuple[str, ...]:
        answer = s.reply("200 OK", s.sdp(version=version), extra=AWARE, attributes='retrans="500"')
        return (s.recv("INVITE", action=s.expect(f"a=record:{indication}")), answer, s.recv("ACK"))

    phone = desk.callee(
        household.berta,
        *(s.called(), s.ringing(), *s.answers(s.sdp(), extra=AWARE)),
        *(*reported("on", 2), *reported("paused", 3), *reported("on", 4), *reported("off", 5), *s.is_hung_up()),
        timeout=60,
    ).start()
    set_extension_policy(server, recorded, when="on_demand")
    asked = (("recording", "on", 1), ("paused", "paused", 1), ("recording", "on", 2), ("stopped", "off", 1))
    with closing(signed_in(server, recorded)) as client, stopping(phone):
        async with app_phone(server, recorded, CALLER) as anna:
            await anna.call(household.berta.number)
            call = call_id(server)
            for wanted, indication, times in asked:
                assert set_state(client, call, wanted).is_success
                async with asyncio.timeout(20):
                    while phone.trace_so_far().count(f"a=record:{indication}") < times:
                        await asyncio.sleep(0.1)
                await asyncio.sleep(1.2)  # audio is sent
            await anna.wait_for_tone(CALLER)  # and its audio is still echoed
        outcome = await asyncio.to_thread(phone.wait)
        assert outcome.ok, f"{outcome.errors}\n{outcome.trace[-6000:]}"
        [recording] = await wait_until(lambda: list_recordings(client), what="what was recorded is kept")
    assert [mark["kind"] for mark in recording["marks"]] == ["paused", "resumed"]


@pytest.mark.promise("C8", "R1")
async def test_refusing_phone_is_not_recorded(
    desk: SippPhones, server: Server, household: Household, recorded: Login
) -> None:
    refusing = s.sdp() + "a=recordpref:off\n"
    phone = desk.callee(household.berta, s.called(), s.ringing(), *s.answers(refusing), *s.is_hung_up()).start()
    before = files(server)
    with closing(signed_in(server, recorded)) as client, stopping(phone):
        async with app_phone(server, recorded, CALLER) as anna:
            await anna.call(household.berta.number)
            call = call_id(server)
            assert client.get(f"/api/v1/calls/{call}/recording").json()["end"] == "refused"
            assert set_state(client, call, "recording").status_code == 409
            await anna.wait_for_tone(CALLER)
        outcome = await asyncio.to_thread(phone.wait)
        assert outcome.ok, f"{outcome.errors}\n{outcome.trace[-6000:]}"
        assert list_recordings(client) == []
    assert files(server) == before
