"""A customer who waits in a queue asks to be called back, over SIPp as the carrier."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import scenarios as s
from app_phone import app_phone
from free_ports import free_port
from server import Household, Server, wait_until
from sipp import Sipp, User

MAIN, OF_QUEUE, CUSTOMER = "+49301234500", "+49301234565", "+491711111111"
QUEUE, AGENT_TONE = "6520", 900


def presses_1(cseq: int) -> tuple[str, str]:
    """INFO with the key 1."""
    sent = s.in_dialog("INFO", cseq, extra="Content-Type: application/dtmf-relay\n")
    body = "Content-Length: [len]\n\nSignal=1\nDuration=160\n"
    return sent.replace("Content-Length: 0\n\n", body), s.recv(200)


WAITS = s.scenario(
    s.invite(1, s.sdp()),
    s.recv(100, optional=True),
    *s.answered(),
    s.in_dialog("ACK", 1),
    s.pause(13_000),  # the offer begins after ten seconds and takes eight; a key that is pressed before does not count
    *presses_1(2),
    *s.is_hung_up(),
)
SHOWN = f"sip:.{OF_QUEUE[1:]}@carrier.example"
BOTH_SHOW_IT = s.expect(SHOWN, header="From") + s.expect(SHOWN, header="P-Asserted-Identity")
IS_CALLED_BACK = s.scenario(
    s.recv("INVITE", attributes='rrs="true"', action=BOTH_SHOW_IT.replace("</action><action>", "")),
    s.ringing(),
    *s.answers(s.sdp()),
    *presses_1(1),
    s.recv("INVITE"),
    s.reply("200 OK", s.sdp(version=2), attributes='retrans="500"'),
    s.recv("ACK"),
    *s.is_hung_up(),
)


class Office:
    """A tenant with a queue that a number over a carrier leads to, and a number that is shown for it."""

    def __init__(self, server: Server, agent: str, port: int) -> None:
        self._rest, self._scope = server.rest, {"tenant": server.tenant}
        self.agent, number = agent, {"trunk": "carrier", "destination": f"queue:{QUEUE}"}
        self.create("queues", number=QUEUE, agents=[agent], callback_after=1, announce_every=15)
        carrier = {"server": f"127.0.0.1:{port}", "domain": "carrier.example", "caller_id_header": "p_asserted"}
        self.create("trunks", name="carrier", **carrier, registers=False, check_seconds=0)
        self.create("numbers", **number, number=MAIN)
        self.create("numbers", **number | {"destination": "hangup"}, number=OF_QUEUE, shown_for=[f"queue:{QUEUE}"])
        self.create("routes", name="outside", pattern="+.", trunks=["carrier"], caller_id=MAIN)

    def create(self, path: str, **new: Any) -> None:
        with self._rest() as rest:
            made = rest.post(f"/api/v1/{path}", params=self._scope, json=new)
        assert made.status_code == 201, made.text

    def pause(self, *, on: bool) -> None:
        with self._rest() as rest:
            path = f"/api/v1/queues/{QUEUE}/agents/{self.agent}"
            rest.patch(path, params=self._scope, json={"paused": on}).raise_for_status()

    def of_queue(self, part: str) -> Mapping[str, Any]:
        with self._rest() as rest:
            return rest.get(f"/api/v1/queues/{QUEUE}/{part}", params=self._scope).raise_for_status().json()

    def waiting(self) -> list[tuple[str, bool]]:
        return [(one["number"], one["callback"]) for one in self.of_queue("live")["waiting"]]


@pytest.mark.promise("U1")
async def test_a_customer_who_hangs_up_is_called_back_and_connected(
    server: Server, household: Household, tmp_path: Path
) -> None:
    server.canaries |= {MAIN, OF_QUEUE, CUSTOMER}
    port = free_port()
    office = Office(server, household.berta.number, port)
    office.pause(on=True)
    async with app_phone(server, household.berta, AGENT_TONE) as agent:
        users = [User(CUSTOMER, dials=MAIN)]
        customer = Sipp(tmp_path, WAITS, users=users, domain="carrier.example", remote=server.sip("udp")).start()
        assert (outcome := await asyncio.to_thread(customer.wait)).ok, f"{outcome.errors}\n{outcome.trace[-6000:]}"
        assert office.waiting() == [(CUSTOMER, True)]
        # The carrier echoes the audio of the agent once the customer is connected.
        carrier = Sipp(tmp_path, IS_CALLED_BACK, port=port, options=("-rtp_echo",), timeout=60).start()
        try:
            office.pause(on=False)
            await agent.wait_for_tone(AGENT_TONE, within=40)
            agent.hang_up()
            assert (outcome := await asyncio.to_thread(carrier.wait)).ok, f"{outcome.errors}\n{outcome.trace[-6000:]}"
        finally:
            carrier.stop()
    [visit] = await wait_until(lambda: office.of_queue("history")["items"], what="the visit is stored")
    assert (visit["outcome"], visit["agent"]) == ("answered", household.berta.number)
    rows = await wait_until(lambda: len(found := server.history()) == 2 and found, what="both calls are recorded")
    assert {row["direction"] for row in rows} == {"inbound", "outbound"}
