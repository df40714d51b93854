"""RFC 4475 and RFC 5118: what the server answers to the torture test messages of an unauthenticated peer."""

from datetime import UTC, datetime

import pytest
from leg_wire import Side
from sip_harness import SipHarness, create_directory
from sip_torture import Case, case, cases, ipv6_cases

from unificx.identity import Tenant
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.flow import Flow
from unificx.sip.transactions.events import RequestReceived

SOURCE = Flow("udp", "203.0.113.66", 5060, 0, 1)
ANSWERS = {
    "REGISTER": "SIP/2.0 401 Unauthorized",
    "INVITE": "SIP/2.0 407 Proxy Authentication Required",
    "OPTIONS": "SIP/2.0 200 OK",
    "MESSAGE": "SIP/2.0 407 Proxy Authentication Required",
    "BYE": "SIP/2.0 481 Call/Transaction Does Not Exist",
}
"""Answers to valid requests of an unauthenticated peer."""
EXCEPTIONS = {
    "bext01": "SIP/2.0 420 Bad Extension",
    "esc02": "SIP/2.0 501 Not Implemented",
    "intmeth": "SIP/2.0 501 Not Implemented",
    "wsinv": "SIP/2.0 481 Call/Transaction Does Not Exist",
}
"""Answers to valid requests that require something, have an unknown method or are for another dialog."""


def answers(torture: Case) -> list[str]:
    """Return the start lines of what a server of the domain example.com sends."""
    directory = create_directory()
    since = datetime(2026, 1, 1, tzinfo=UTC)
    directory.put_tenant(Tenant("t3", "example", "example.com", "example.com", "active", since))
    sent = SipHarness(directory=directory).send_raw(torture.data, SOURCE)
    return [data.partition(b"\r\n")[0].decode() for data in sent]


@pytest.mark.parametrize("torture", cases() + ipv6_cases(), ids=lambda torture: torture.name)
def test_answer_to_a_torture_message(torture: Case) -> None:
    received = answers(torture)
    if torture.data.startswith((b"ACK", b"SIP/")):
        assert received == []
    elif torture.expected.isdigit():
        assert [line[:12] for line in received] == [f"SIP/2.0 {torture.expected} "]
    else:
        method = torture.data.partition(b" ")[0].decode()
        assert received == [EXCEPTIONS.get(torture.name) or ANSWERS[method]]


@pytest.mark.parametrize(("name", "status"), [("invut", 415), ("sdp01", 406), ("badinv01-contact", 400)])
def test_answer_to_a_torture_invite_of_a_known_phone(name: str, status: int) -> None:
    side = Side("b", 5062)
    side.endpoint.receive(case(name).data, SOURCE, 0.0)
    event = side.endpoint.events.popleft()
    assert isinstance(event, RequestReceived)
    with pytest.raises(RemoteProtocolError) as fault:
        side.legs.incoming(event.key, event.request, event.flow, 0.0)
    assert fault.value.status == status
