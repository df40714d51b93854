"""Calls that end in the system itself: what is heard of them through rtpengine and the media engine."""

from app_phone import app_phone
from server import Household, Server, eventually


async def test_who_calls_the_echo_hears_himself(server: Server, household: Household) -> None:
    async with app_phone(server, household.anna, 700) as anna:
        await anna.call("*43")
        await anna.hears(700, within=8)
        anna.hang_up()
        [row] = eventually(server.history, what="the call is in the history")
        assert row["outcome"] == "answered"
        eventually(lambda: not server.live_calls(), what="nothing is left of it")
