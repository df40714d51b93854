"""Phones register and unregister over every transport; rejections disclose nothing."""

import re
from datetime import UTC, datetime

import pytest
import scenarios as s
from free_ports import free_port
from sipp import Sipp


@pytest.mark.promise("T1", "S2")
@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_a_phone_registers(desk, household, transport):
    port = free_port()
    outcome = desk.register(household.anna, port, transport=transport)
    assert outcome.ok, outcome.errors or outcome.trace
    assert "algorithm=SHA-256" in outcome.trace  # SIPp answers the first challenge; RFC 8760 puts the strongest first
    desk.register(household.anna, port, expires=0, transport=transport)


def test_administrators_see_which_devices_are_registered(desk, household, server):
    port = free_port()
    desk.register(household.anna, port)
    assert server.device_of(household.anna)["registered"]
    shown = server.cli("extension", "show", household.anna.number, "--tenant", server.ready["tenant"])
    assert (shown["devices"], shown["reachable"]) == (1, 1)
    desk.register(household.anna, port, expires=0)
    left = server.device_of(household.anna)
    assert not left["registered"]
    assert left["last_used"] == datetime.now(UTC).date().isoformat()


def test_the_response_contains_the_binding_and_its_expiry(desk, household):
    port = free_port()
    outcome = desk.register(household.anna, port, expires=600)
    answer = outcome.trace.rsplit("SIP/2.0 200", 1)[1]
    assert re.search(rf"Contact: .*127.0.0.1:{port}.*;expires=(600|599)", answer)
    assert "Contact:" not in desk.register(household.anna, port, expires=0).trace.rsplit("SIP/2.0 200", 1)[1]


@pytest.mark.promise("T3")
def test_a_wrong_password_and_an_unknown_name_get_the_same_response(desk, household, server):
    source = "127.0.0.9"
    refused = []
    for username, password in ((household.anna.username, "wrong"), ("nobody-here", "wrong")):
        phone: Sipp = desk.unauthenticated(username, password, *s.registers(), s.recv(403), host=source)
        outcome = phone.run()
        assert outcome.ok, outcome.errors or outcome.trace
        refused.append(shape(outcome.trace.rsplit("SIP/2.0 403", 1)[1]))
    assert refused[0] == refused[1]


def shape(answer: str) -> list[str]:
    """Return the header names of a response, in order, and the values that are not specific to one exchange."""
    lines = [line for line in answer.split("-----", maxsplit=1)[0].splitlines() if ":" in line]
    varying = ("Via", "From", "To", "Call-ID", "CSeq", "Date")
    return [line.split(":")[0] if line.startswith(varying) else line for line in lines]


def test_an_unregistered_phone_does_not_ring(desk, household):
    phone = desk.callee(household.berta, s.called())
    desk.register(household.berta, phone.port, expires=0)
    ladder = (*s.authenticated_invite(s.sdp()), *s.is_refused(480))
    desk.calls(desk.caller(household.anna, household.berta.number, *ladder))
    desk.record(household.anna, outcome="unreachable")
