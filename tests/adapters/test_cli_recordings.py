"""Recording commands."""

import asyncio

from cli_home import Home
from http_world import open_rooms


def test_recording_commands(home: Home) -> None:
    for number in ("1001", "1002"):
        home.told("extension", "create", "--number", number, "--name", f"Person {number}")
    assert home.told("recording", "settings")["mode"] == "off"
    changed = home.told("recording", "settings", "--mode", "opt_in", "--beep-seconds", "0")
    assert (changed["mode"], changed["beep_seconds"]) == ("opt_in", 0)
    assert home.told("extension", "update", "1001", "--recording", "always")["number"] == "1001"
    named = home.told("extension", "update", "1001", "--name", "Front desk", "--recording-consent", "announce")
    assert named["name"] == "Front desk"
    assert home.told("recording", "list") == []

    async def record() -> str:
        async with open_rooms(home.folder, home.template, home.clock) as world:
            tenant = world.people.directory.tenant_by_slug("demo")
            assert tenant is not None
            return await world.recorded(tenant, "1001", "1002")

    recording = asyncio.run(record())
    [one] = home.told("recording", "list", "--extension", "1001")
    assert one["id"] == recording
    assert len(home.told("recording", "show", recording)["parties"]) == 2
    assert home.told("recording", "listens", recording) == []
    erased = home.run("recording", "erase", recording, "--home", str(home.folder))
    assert (erased.exit_code, "The recording was erased." in erased.stdout) == (0, True)
    assert home.told("recording", "list") == []
