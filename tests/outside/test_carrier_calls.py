"""SIPp as two carriers: calls to both directions, over the second carrier when the first has failed."""

from pathlib import Path

import pytest
import scenarios as s
from free_ports import free_port
from server import Household, Login, Server, eventually
from sipp import Sipp, User
from sipp_phones import SippPhones

OWN, CALLED, CALLER, UNKNOWN_CALLER = "+49301234500", "+493098765432", "+491711111111", "+491801111111"
FAILS = s.scenario(s.called(), *s.refuses("503 Service Unavailable"))
CONNECTS = s.scenario(
    s.recv("INVITE", attributes='rrs="true"', action=s.expect(f"sip:.{OWN[1:]}@carrier.example", header="From")),
    s.ringing(),
    *s.answers(s.sdp()),
    *s.is_hung_up(),
)


CALLS_OUTSIDE = s.authenticated_invite(s.sdp(audio=True))


def set_up(server: Server, to: str, *ports: int) -> None:
    """Create two trunks, a number that leads some callers to an extension, a route over both trunks, and 15.00 of
    prepaid credit."""
    scope = {"tenant": server.tenant}
    with server.rest() as rest:

        def create(path: str, new: dict[str, object]) -> None:
            made = rest.post(f"/api/v1/{path}", params=scope, json=new)
            assert made.status_code == 201, made.text

        for name, port in zip(("carrier", "second"), ports, strict=True):
            address = {"server": f"127.0.0.1:{port}", "domain": "carrier.example"}
            create("trunks", {"name": name, **address, "registers": False, "check_seconds": 0})
        rules = [
            {"pattern": "+49180.", "destination": "hangup:busy"},
            {"pattern": "+4917X1.", "destination": f"extension:{to}"},
        ]
        create("numbers", {"number": OWN, "trunk": "carrier", "destination": "hangup", "callers": rules})
        deck = rest.post("/api/v1/billing/rate-decks", params=scope, json={"name": "Carrier"}).json()["id"]
        rates = f"/api/v1/billing/rate-decks/{deck}"
        assert not rest.put(f"{rates}/rates", params=scope, content=b"prefix,price\n49,0.10\n").json()["faults"]
        started = rest.post(f"{rates}/start", params=scope, json={"in_force": "2026-01-01T00:00:00Z"})
        assert started.status_code == 200
        create("billing/payments", {"reference": "B-1", "amount": 150_000})
        assert rest.put("/api/v1/billing/credit", params=scope, json={"prepaid": True}).status_code == 200
        create("routes", {"name": "outside", "pattern": "+.", "trunks": ["carrier", "second"], "caller_id": OWN})


def assert_a_call_too_many_is_stopped(server: Server, desk: SippPhones, caller: Login) -> None:
    """A limit of calls an hour stops the extension until the stop is released."""
    scope, limits = {"tenant": server.tenant}, {"extension": caller.number, "calls_per_hour": 1}
    with server.rest() as rest:
        assert rest.patch("/api/v1/fraud/limits", params=scope, json=limits).status_code == 200
        desk.calls(desk.caller(caller, CALLED, *CALLS_OUTSIDE, *s.is_refused(403)))

        def stops() -> list[dict[str, str]]:
            return [one for one in rest.get("/api/v1/fraud", params=scope).json()["stops"] if one["active"]]

        [stop] = eventually(stops, what="the stop is shown")
        assert (stop["rule"], stop["name"]) == ("rate", caller.number)
        assert rest.post(f"/api/v1/fraud/stops/{stop['id']}/release", params=scope).status_code == 200
        limits["calls_per_hour"] = -1
        assert rest.patch("/api/v1/fraud/limits", params=scope, json=limits).status_code == 200


@pytest.mark.promise("U1", "U9", "S2")
def test_calls_to_and_from_carriers(server: Server, household: Household, desk: SippPhones, tmp_path: Path) -> None:
    server.canaries |= {OWN, CALLED, CALLER, UNKNOWN_CALLER}
    first, second = free_port(), free_port()
    set_up(server, household.berta.number, first, second)

    def carriers() -> list[Sipp]:
        ladders = ((FAILS, first), (CONNECTS, second))
        return [Sipp(tmp_path, ladder, port=port, options=("-rtp_echo",)) for ladder, port in ladders]

    talk = (*CALLS_OUTSIDE, *s.answered(), s.in_dialog("ACK", 2), s.play(), s.pause(3200), *s.hang_up(3))
    called = carriers()
    desk.calls(desk.caller(household.anna, CALLED, *talk), *called)
    sent = "".join(each.trace_so_far() for each in called)
    assert household.anna.name not in sent
    assert household.anna.domain not in sent
    record = desk.record(household.anna, outcome="answered")
    assert record["direction"] == "outbound"
    with server.rest() as rest:

        def available() -> int:
            return rest.get("/api/v1/billing/credit", params={"tenant": server.tenant}).json()["available"]

        eventually(lambda: available() == 50_000, what="the first minute is paid")
    assert_a_call_too_many_is_stopped(server, desk, household.anna)
    desk.calls(desk.caller(household.anna, CALLED, *CALLS_OUTSIDE, *s.is_refused(402)))

    comes = (s.invite(1, s.sdp()), s.recv(100, optional=True), *s.answered(), s.in_dialog("ACK", 1), *s.hang_up(2))

    def comes_in(number: str, *ladder: str) -> Sipp:
        users = [User(number, dials=OWN)]
        return Sipp(tmp_path, s.scenario(*ladder), users=users, domain="carrier.example", remote=server.sip("udp"))

    refused = (s.invite(1, s.sdp()), s.recv(100, optional=True))
    desk.calls(comes_in(UNKNOWN_CALLER, *refused, *s.is_refused(486, 1)))
    desk.calls(comes_in(CALLED, *refused, *s.is_refused(603, 1)))
    caller = comes_in(CALLER, *comes)
    answers = (s.called(), s.ringing(), *s.answers(s.sdp()), *s.is_hung_up())
    desk.calls(caller, desk.callee(household.berta, *answers))

    def came_in() -> list[tuple[str, str]]:
        return [(str(row["caller"]), row["outcome"]) for row in server.history() if row["direction"] == "inbound"]

    rows = eventually(lambda: len(found := came_in()) == 3 and found, what="recorded")
    assert rows == [(CALLER, "answered"), (CALLED, "declined"), (UNKNOWN_CALLER, "busy")]

    # No credit, a suspended account and a carrier that fails: an emergency call goes through all the same.
    with server.rest() as rest:
        suspension = {"reason": "payment", "text": "Unpaid"}
        assert rest.put(f"/api/v1/tenants/{server.tenant}/suspension", json=suspension).status_code == 200
    desk.calls(desk.caller(household.anna, CALLED, *CALLS_OUTSIDE, *s.is_refused(403)))
    desk.calls(desk.caller(household.anna, "112", *talk), *carriers())
    rows = eventually(lambda: [row for row in server.history() if row["callee"] == "112"], what="recorded")
    assert [row["outcome"] for row in rows] == ["answered"]
