"""Call apps through rtpengine and the media engine."""

from pathlib import Path

from app_phone import app_phone
from server import Household, Server, create_household, wait_until


async def test_apps_are_heard_on_a_different_media_address(tmp_path: Path) -> None:
    """The media engine listens on 127.0.0.1 only; rtpengine relays to it from there."""
    with Server(tmp_path / "home", settings={"UNIFICX_MEDIA": "127.0.0.2"}) as server:
        async with app_phone(server, create_household(server).anna, 700) as anna:
            await anna.call("*43")
            await anna.wait_for_tone(700, within=8)
        assert not server.log_violations()


async def test_echo_test_returns_the_audio(server: Server, household: Household) -> None:
    async with app_phone(server, household.anna, 700) as anna:
        await anna.call("*43")
        await anna.wait_for_tone(700, within=8)
        anna.hang_up()
        [row] = await wait_until(server.history, what="the call is in the history")
        assert row["outcome"] == "answered"
        await wait_until(lambda: not server.live_calls(), what="nothing is left of it")
