"""A call through a whole office, with SIPp as its carrier: in a tenant beside one with equal numbers, and in the demo."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import scenarios as s
from app_phone import AppPhone, RingingPhone, app_phone
from free_ports import free_port
from server import ROOT, Login, Server, wait_until
from sipp import Sipp, User

from unificx.core.clock import SystemClock

NUMBER, CALLER = "+49301234500", "+491711111111"
TONE = 900
AGENTS = ("1001", "1002", "1003", "1004")
TRANSFERRED_TO = "1005"


def info(cseq: int, key: str) -> tuple[str, str]:
    body = f"Signal={key}\nDuration=160\n"
    sent = s.in_dialog("INFO", cseq, extra="Content-Type: application/dtmf-relay\n").replace(
        "Content-Length: 0\n\n", f"Content-Length: [len]\n\n{body}"
    )
    return sent, s.recv(200)


CHANGES = (s.recv("INVITE"), s.reply("200 OK", s.sdp(audio=True), attributes='retrans="500"'), s.recv("ACK"))
CALL_STEPS = (
    s.invite(1, s.sdp(audio=True)),
    s.recv(100, optional=True),
    *s.answered(),
    s.in_dialog("ACK", 1),
    s.play(),
    *info(2, "2"),
    *CHANGES,  # the queue
    *CHANGES,  # the agent
    *CHANGES,  # the ringback tone during the transfer
    *CHANGES,  # the mailbox
    *s.hang_up(3),
)


class Office:
    """A tenant with a number, opening hours, a menu, a queue of four agents and a mailbox."""

    def __init__(self, server: Server, host: str) -> None:
        self.server, self.host, self.logins = server, host, dict[str, Login]()
        for number in (*AGENTS, TRANSFERRED_TO):
            sip = self.create("extensions", number=number, name=f"Desk {number}", ring_seconds=5)["sip"]
            self.logins[number] = Login(number, "", sip["username"], sip["password"], sip["domain"], sip["uri"])
        self.create("queues", number="6500", agents=[{"extension": one} for one in AGENTS], strategy="linear")
        self.create("menus", number="7000", sound="menu/welcome", keys={"2": "queue:6500"}, otherwise="hangup")
        self.create("hours", name="office", open=["mon-sun 00:00-24:00"], then="menu:7000")
        address = f"{host}:{free_port(host)}"
        self.create("trunks", name="carrier", server=address, registers=False, check_seconds=0)
        self.create("numbers", number=NUMBER, trunk="carrier", destination="hours:office")

    def create(self, path: str, **new: Any) -> dict[str, Any]:
        with self.server.rest() as rest:
            made = rest.post(f"/api/v1/{path}", params={"tenant": self.server.tenant}, json=new)
        assert made.status_code == 201, made.text
        return made.json()

    def called_from_outside(self, directory: Path) -> Sipp:
        """Start the call of a subscriber of the carrier."""
        return Sipp(
            directory, s.scenario(*CALL_STEPS), users=[User(CALLER, dials=NUMBER)], domain=self.host, host=self.host,
            remote=self.server.sip("udp"),
        ).start()  # fmt: skip


@pytest.fixture
def offices(server: Server) -> Iterator[Sequence[Office]]:
    """The same office twice, with equal numbers, each with a carrier of its own."""
    server.canaries |= {NUMBER, CALLER}
    other = server.with_tenant(f"{server.tenant}-twin")
    yield [Office(server, "127.0.0.3"), Office(other, "127.0.0.4")]
    other.delete_tenant()


def transfer(phone: AppPhone, login: Login) -> None:
    """Transfer the other party without asking."""
    assert phone.leg is not None
    headers = [("Refer-To", f"<{login.uri}>"), ("Contact", f"<{login.uri}>")]
    phone.leg._request("REFER", headers, b"", SystemClock().monotonic())
    phone._flush()


async def test_one_row_tells_the_way_of_a_call_through_the_office(offices: Sequence[Office], tmp_path: Path) -> None:
    office, twin = offices
    async with AsyncExitStack() as stack:
        desks = [await stack.enter_async_context(app_phone(office.server, office.logins[one])) for one in AGENTS]
        agent = await stack.enter_async_context(app_phone(twin.server, twin.logins["1001"], TONE))
        caller = await stack.enter_async_context(app_phone(twin.server, twin.logins["1002"]))
        # A mailbox that answers at once may come before the ringback tone.
        await stack.enter_async_context(app_phone(office.server, office.logins[TRANSFERRED_TO], kind=RingingPhone))
        carrier = office.called_from_outside(tmp_path)
        stack.callback(carrier.stop)
        await desks[0].wait_for_sound()
        assert agent.leg is None
        await caller.call("6500")
        await caller.wait_for_tone(TONE)
        caller.hang_up()
        transfer(desks[0], office.logins[TRANSFERRED_TO])
        outcome = await asyncio.to_thread(carrier.wait)
        assert outcome.successful == 1, f"{outcome.errors}\n{outcome.trace[-6000:]}"  # its audio does not come back
    [row] = await wait_until(lambda: office.server.history(), what="the call is recorded")
    assert (row["direction"], row["caller"], row["outcome"]) == ("inbound", CALLER, "answered")
    way = [(step["kind"], step["number"] or step["name"], step["reason"], step["outcome"]) for step in row["steps"]]
    assert way == [
        ("hours", "office", "dialled", "continued"),
        ("menu", "7000", "routed", "continued"),
        ("queue", "6500", "routed", "continued"),
        ("extension", "1001", "routed", "answered"),
        ("extension", "1005", "transferred", "missed"),
        ("mailbox", "1005", "routed", "answered"),
    ]
    [row] = await wait_until(lambda: twin.server.history(), what="the call of the other tenant is recorded")
    assert (row["direction"], row["caller"], row["outcome"]) == ("internal", "1002", "answered")


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
    await wait_until(lambda: len(demo.history()) == 2, what="both calls are recorded")
    rows = demo.history()
    assert [(row["direction"], row["outcome"]) for row in rows] == [("inbound", "answered"), ("outbound", "answered")]
    assert [step["kind"] for step in rows[0]["steps"]] == ["hours", "menu", "queue", "extension"]
