"""SIPp as two carriers: calls to both directions, over the second carrier when the first has failed."""

from pathlib import Path

import pytest
import scenarios as s
from server import Household, Server, eventually
from sipp import Sipp, User, free_port
from sipp_phones import SippPhones

OWN, CALLED, CALLER = "+49301234500", "+493098765432", "+491711111111"
FAILS = s.scenario(s.called(), *s.refuses("503 Service Unavailable"))
CONNECTS = s.scenario(
    s.recv("INVITE", attributes='rrs="true"', action=s.expect(f"sip:.{OWN[1:]}@carrier.example", header="From")),
    s.ringing(),
    *s.answers(s.sdp()),
    *s.is_hung_up(),
)


@pytest.mark.promise("U1", "S2")
def test_calls_to_and_from_carriers(server: Server, household: Household, desk: SippPhones, tmp_path: Path) -> None:
    server.canaries |= {OWN, CALLED, CALLER}
    first, second = free_port(), free_port()
    with server.rest() as rest:

        def create(path: str, new: dict[str, object]) -> None:
            made = rest.post(f"/api/v1/{path}", params={"tenant": server.tenant}, json=new)
            assert made.status_code == 201, made.text

        for name, port in (("carrier", first), ("second", second)):
            address = {"server": f"127.0.0.1:{port}", "domain": "carrier.example"}
            create("trunks", {"name": name, **address, "registers": False, "check_seconds": 0})
        to = f"extension:{household.berta.number}"
        create("numbers", {"number": OWN, "trunk": "carrier", "destination": to})
        create("routes", {"name": "outside", "pattern": "+.", "trunks": ["carrier", "second"], "caller_id": OWN})

    carriers = [
        Sipp(tmp_path, scenario, port=port, options=("-rtp_echo",))
        for scenario, port in ((FAILS, first), (CONNECTS, second))
    ]
    talk = (*s.authenticated_invite(s.sdp(audio=True)), *s.answered(), s.in_dialog("ACK", 2))
    desk.calls(desk.caller(household.anna, CALLED, *talk, s.play(), s.pause(3200), *s.hang_up(3)), *carriers)
    sent = "".join(each.trace_so_far() for each in carriers)
    assert household.anna.name not in sent
    assert household.anna.domain not in sent
    record = desk.record(household.anna, outcome="answered")
    assert record["direction"] == "outbound"

    comes = (s.invite(1, s.sdp()), s.recv(100, optional=True), *s.answered(), s.in_dialog("ACK", 1), *s.hang_up(2))
    caller = Sipp(
        tmp_path,
        s.scenario(*comes),
        users=[User(CALLER, dials=OWN)],
        domain="carrier.example",
        remote=server.sip("udp"),
    )
    answers = (s.called(), s.ringing(), *s.answers(s.sdp()), *s.is_hung_up())
    desk.calls(caller, desk.callee(household.berta, *answers))
    rows = eventually(lambda: [row for row in server.history() if row["direction"] == "inbound"], what="recorded")
    [record] = rows
    assert (record["outcome"], CALLER in str(record["caller"])) == ("answered", True)
