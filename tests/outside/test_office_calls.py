"""The demo organisation as an office: calls over its carrier, which SIPp plays, by the commands of the README."""

import asyncio
import os
import signal
import subprocess
from dataclasses import replace

import pytest
from app_phone import app_phone
from server import ROOT, Login, Server, eventually

NUMBER = "+49301234500"


@pytest.fixture
def demo(server: Server) -> Server:
    """The demo tenant of the shared server, which no other test uses."""
    with server.rest() as rest:
        tenants = rest.get("/api/v1/tenants").json()["items"]
    domain = next(one["domain"] for one in tenants if one["slug"] == "demo")
    return replace(server, ready={**server.ready, "tenant": "demo", "domain": domain})


async def test_the_demo_office_calls_and_is_called_over_its_carrier(demo: Server) -> None:
    """The commands of the README."""
    script = [str(ROOT / "script" / "carrier"), "--home", str(demo.home)]
    with demo.rest() as rest:
        where = {"tenant": "demo"}
        device = rest.post("/api/v1/devices", params=where, json={"extension": "1001", "name": "Desk"}).json()
        rest.patch("/api/v1/hours/office", params=where, json={"switch": "open"}).raise_for_status()
    sip = device["sip"]
    login = Login("1001", "", sip["username"], sip["password"], demo.domain, "")
    with subprocess.Popen(script, stdout=subprocess.PIPE, process_group=0) as carrier:
        try:
            assert carrier.stdout is not None
            await asyncio.to_thread(carrier.stdout.readline)
            async with app_phone(demo, login) as phone:
                await phone.call("0301112222")
                await phone.wait_for_sound()
                phone.hang_up()
            async with app_phone(demo, login) as phone:
                words = ["call", NUMBER, "from", "+49301112222", "press", "2"]
                calls = await asyncio.create_subprocess_exec(*script, *words, stdout=subprocess.DEVNULL)
                await phone.wait_for_sound(within=20)
                phone.hang_up()
                assert await calls.wait() == 0
        finally:
            os.killpg(carrier.pid, signal.SIGTERM)
    eventually(lambda: len(demo.history()) == 2, what="both calls are recorded")
    rows = demo.history()
    assert [(row["direction"], row["outcome"]) for row in rows] == [("inbound", "answered"), ("outbound", "answered")]
    assert [step["kind"] for step in rows[0]["steps"]] == ["hours", "menu", "queue", "extension"]
