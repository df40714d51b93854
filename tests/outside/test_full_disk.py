"""A disk that fills up while the server is running: no new calls, and the current call is still recorded in the
history."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import scenarios as s
from recording_helpers import (
    CALLEE,
    CALLER,
    call_id,
    channels,
    connected_call,
    levels,
    one_recording,
    set_extension_policy,
    set_tenant_policy,
    signed_in,
    state,
    wait_until_received,
    wait_until_stored,
)
from server import Server, create_household, eventually
from sipp_phones import SippPhones
from small_disks import fill, mounted_disk

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="a small file system takes root to mount")
TALK = (*s.authenticated_invite(s.sdp()), *s.answered(), s.in_dialog("ACK", 2))
ANSWER = (s.called(), s.ringing(), *s.answers(s.sdp()))


@pytest.fixture
def small_home(tmp_path: Path) -> Iterator[Path]:
    with mounted_disk(tmp_path / "small", "160m") as home:
        yield home


def test_a_full_disk_blocks_new_calls_and_keeps_records_of_ending_ones(small_home: Path, tmp_path: Path) -> None:
    with Server(small_home) as server:
        household, desk = create_household(server), SippPhones(tmp_path, server)
        callee = desk.callee(household.berta, *ANSWER, *s.is_hung_up())
        caller = desk.caller(household.anna, household.berta.number, *TALK, s.pause(8000), *s.hang_up(3))
        with_phones = [callee.start(), caller.start()]
        eventually(lambda: [call["state"] for call in server.live_calls()] == ["talking"])
        assert ready(server) == {}
        anna = signed_in(server, household.anna)
        assert anna.post("/api/v1/me/sip-access").is_success
        greedy = fill(small_home)
        assert "nearly full" in eventually(lambda: ready(server).get("disk"), what="/readyz says so")
        refused = desk.caller(
            household.anna, household.berta.number, *s.authenticated_invite(s.sdp()), *s.is_refused(503)
        )
        assert "Retry-After: 60" in desk.calls(refused).trace
        with server.rest() as rest:
            new = {"number": "740074", "name": "Dorothea Example"}
            answer = rest.post("/api/v1/extensions", params={"tenant": server.ready["tenant"]}, json=new)
        assert (answer.status_code, answer.json()["type"]) == (507, "urn:unificx:problem:no-room")
        with closing(anna):
            assert anna.post("/api/v1/me/sip-access").is_success  # the browser stays registered
        for phone in with_phones:
            outcome = phone.wait()
            assert outcome.ok, outcome.errors
        server.kill()
        assert "call_record_lost" not in server.log()
        greedy.unlink()
        server.start()
        assert ready(server) == {}
        [row] = [row for row in server.history() if row["outcome"] == "answered"]
        assert row["talk_seconds"] >= 7
    assert not server.log_violations(), "\n".join(server.log_violations()[:20])


@pytest.mark.promise("C8", "T2")
async def test_a_full_disk_stops_a_recording_with_notice_and_the_call_continues(small_home: Path) -> None:
    with Server(small_home) as server:
        household = create_household(server)
        set_tenant_policy(server, mode="announce", beep_seconds=0)
        set_extension_policy(server, household.anna, when="always")
        async with connected_call(server, household) as phones:
            call = call_id(server)
            async with asyncio.timeout(25):
                while state(server, call) != "recording":
                    await asyncio.sleep(0.1)
            await wait_until_stored(server, 2)
            greedy = fill(small_home)
            async with asyncio.timeout(10):
                while state(server, call) != "ended":
                    await asyncio.sleep(0.1)
            await asyncio.gather(*(wait_until_received(phone, "recording/failed", within=10) for phone in phones))
            for phone, other in zip(phones, (CALLEE, CALLER), strict=True):
                await phone.wait_for_tone(other)
        greedy.unlink()
        server.kill()  # records that failed on the full disk are written once there is space
        server.start()
        with closing(signed_in(server, household.anna)) as client:
            recording = one_recording(client)
            left, right, rate = channels(client, recording)
        assert recording["ended"] in ("full", "cut_off")
        assert recording["seconds"] > 1.5
        for side, tone in ((left, CALLER), (right, CALLEE)):
            assert max(levels(side[rate // 2 : rate], tone, rate)) > 4000
    assert not server.log_violations(), "\n".join(server.log_violations()[:20])


def ready(server: Server) -> dict[str, Any]:
    """Return the components that are not ready."""
    answer = httpx.get(server.ready["http"] + "/readyz", timeout=10)
    parts = {part["name"]: part["why"] for part in answer.json()["parts"] if not part["ok"]}
    assert (answer.status_code == 503) is bool(parts)
    return parts
