"""Recording commands."""

import asyncio

from cli_home import CliHome
from http_world import open_installation


def test_recording_commands(home: CliHome) -> None:
    for number in ("1001", "1002"):
        home.run_json("extension", "create", "--number", number, "--name", f"Person {number}")
    assert home.run_json("recording", "settings")["mode"] == "off"
    changed = home.run_json("recording", "settings", "--mode", "opt_in", "--beep-seconds", "0")
    assert (changed["mode"], changed["beep_seconds"]) == ("opt_in", 0)
    assert home.run_json("extension", "update", "1001", "--recording", "always")["number"] == "1001"
    named = home.run_json("extension", "update", "1001", "--name", "Front desk", "--recording-consent", "announce")
    assert named["name"] == "Front desk"
    assert home.run_json("recording", "list") == []

    async def record() -> str:
        async with open_installation(home.folder, home.template, home.clock) as world:
            tenant = world.identity.directory.tenant_by_slug("demo")
            assert tenant is not None
            return await world.make_recording(tenant, "1001", "1002")

    recording = asyncio.run(record())
    [one] = home.run_json("recording", "list", "--extension", "1001")
    assert one["id"] == recording
    assert len(home.run_json("recording", "show", recording)["parties"]) == 2
    assert home.run_json("recording", "listens", recording) == []
    erased = home.run("recording", "erase", recording, "--home", str(home.folder))
    assert (erased.exit_code, "The recording was erased." in erased.stdout) == (0, True)
    assert home.run_json("recording", "list") == []
