"""A queue through rtpengine and the media engine: music while the agent is paused, then the agent."""

from typing import Any

import httpx
from app_phone import app_phone
from server import Household, Server, eventually

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
        eventually(lambda: live()["agents"][0]["state"] == "available", what="the agent is available again")
        [visit] = eventually(
            lambda: rest.get("/api/v1/queues/6510/history", params=tenant).json()["items"], what="the visit is stored"
        )
        assert (visit["outcome"], visit["agent"]) == ("answered", number)
