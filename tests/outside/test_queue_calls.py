"""A queue through rtpengine and the media engine: music while the agent is paused, then the agent; and its recording."""

import asyncio
from contextlib import closing
from typing import Any

import httpx
import pytest
from app_phone import app_phone
from recording_helpers import (
    MATCH_THRESHOLD,
    channels,
    correlation,
    levels,
    one_recording,
    prompt,
    set_tenant_policy,
    signed_in,
    state,
)
from server import Household, Server, wait_until

AGENT_TONE, CALLER_TONE = 900, 500


async def test_caller_hears_music_and_then_the_agent(server: Server, household: Household) -> None:
    with server.rest() as rest:
        await _hear_music_and_then_the_agent(rest, server, household)


async def _hear_music_and_then_the_agent(rest: httpx.Client, server: Server, household: Household) -> None:
    tenant, number = {"tenant": server.tenant}, household.berta.number

    def live() -> dict[str, Any]:
        return rest.get("/api/v1/queues/6510/live", params=tenant).json()

    def pause(*, on: bool) -> None:
        rest.patch(f"/api/v1/queues/6510/agents/{number}", params=tenant, json={"paused": on}).raise_for_status()

    new = {"number": "6510", "name": "Help", "agents": [number]}
    rest.post("/api/v1/queues", params=tenant, json=new).raise_for_status()
    pause(on=True)
    async with (
        app_phone(server, household.anna, CALLER_TONE) as caller,
        app_phone(server, household.berta, AGENT_TONE) as agent,
    ):
        await caller.call("6510")
        await caller.wait_for_sound(within=8)
        assert [one["number"] for one in live()["waiting"]] == [household.anna.number]
        assert [one["state"] for one in live()["agents"]] == ["paused"]
        pause(on=False)
        await caller.wait_for_tone(AGENT_TONE)
        await agent.wait_for_tone(CALLER_TONE)
        assert (live()["agents"][0]["state"], live()["waiting"]) == ("in_call", [])
        caller.hang_up()
        await wait_until(lambda: live()["agents"][0]["state"] == "available", what="the agent is available again")
        [visit] = await wait_until(
            lambda: rest.get("/api/v1/queues/6510/history", params=tenant).json()["items"], what="the visit is stored"
        )
        assert (visit["outcome"], visit["agent"]) == ("answered", number)


@pytest.mark.promise("C8")
async def test_a_recorded_queue_informs_both_parties_and_records_both(server: Server, household: Household) -> None:
    tenant, number = {"tenant": server.tenant}, household.berta.number
    set_tenant_policy(server, mode="announce")
    with server.rest() as rest:
        new = {"number": "6511", "name": "Orders", "agents": [number], "recorded": True}
        rest.post("/api/v1/queues", params=tenant, json=new).raise_for_status()
    async with (
        app_phone(server, household.anna, CALLER_TONE) as caller,
        app_phone(server, household.berta, AGENT_TONE) as agent,
    ):
        await caller.call("6511")
        await agent.wait_for_tone(CALLER_TONE)
        await caller.wait_for_tone(AGENT_TONE)
        call = next(each["id"] for each in server.live_calls() if each["caller"] == household.anna.number)
        await wait_until(lambda: state(server, call) == "recording", what="the call is recorded")
        await asyncio.sleep(3)
        caller.hang_up()
        notice = prompt("recording/notice-hang-up")
        assert min(correlation(each.audio.received, notice) for each in (caller, agent)) > MATCH_THRESHOLD
    with closing(signed_in(server, household.berta)) as berta:
        recording = one_recording(berta)
        for party in recording["parties"]:
            assert party["told"] < party["consented"] < recording["created"]
        left, right, rate = channels(berta, recording)
    for side, own, other in ((left, CALLER_TONE, AGENT_TONE), (right, AGENT_TONE, CALLER_TONE)):
        later = side[len(side) // 2 :]
        assert max(levels(later, own, rate)) > 4000
        assert max(levels(later, other, rate)) < 300
