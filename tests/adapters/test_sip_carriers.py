"""Calls of carriers at the SIP server: admitted without credentials, while others from elsewhere are challenged."""

from datetime import UTC, datetime

from sip_harness import Phone, SipHarness

from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response
from unificx.trunks import Trunk

CARRIER_FLOW, OTHER_FLOW = Flow("udp", "198.51.100.7", 5060), Flow("udp", "198.51.100.8", 5060)
TRUNK = Trunk("t1", "acme", "carrier", datetime(2026, 1, 1, tzinfo=UTC), "198.51.100.7", 0, "udp", "c.example", False)


class FakeCarriers:
    def candidates(self, flow: Flow, request: Request) -> tuple[Trunk, ...]:
        del request
        return (TRUNK,) if flow.host == CARRIER_FLOW.host else ()


def carrier_at(flow: Flow) -> tuple[SipHarness, Phone]:
    harness = SipHarness(carriers=FakeCarriers())
    return harness, Phone(harness, number="+491710000001", domain="c.example", flow=flow)


def call(carrier: Phone, number: str = "+49301234500") -> Response:
    """Call a number and return the first response."""
    return carrier.request_once("INVITE", f"sip:{number}@pbx.example", f"<sip:{number}@pbx.example>")


def test_carrier_calls_without_a_challenge() -> None:
    flow = Flow("tcp", CARRIER_FLOW.host, 5060, 1)
    harness, carrier = carrier_at(flow)
    assert call(carrier).status == 180
    assert harness.calls.calls_from_carriers == [(TRUNK,)]
    assert harness.authenticated == [flow]
    assert not harness.calls.incoming_calls


def test_same_call_from_another_address_is_challenged() -> None:
    harness, carrier = carrier_at(OTHER_FLOW)
    refused = call(carrier)
    assert refused.status == 407
    unknown = call(carrier, "+49309999999")
    assert (unknown.status, unknown.all("server")) == (407, refused.all("server"))
    assert not harness.calls.calls_from_carriers


def test_carrier_registers_no_device() -> None:
    harness, carrier = carrier_at(CARRIER_FLOW)
    assert carrier.request_once("REGISTER", "sip:pbx.example", "<sip:1001@pbx.example>").status == 401
    assert not harness.calls.calls_from_carriers


def test_many_calls_of_a_carrier_are_not_limited_like_those_of_others() -> None:
    harness, carrier = carrier_at(CARRIER_FLOW)
    for number in range(1_000):
        carrier.call_id = f"call-{number}"
        assert call(carrier).status == 180
    assert len(harness.calls.calls_from_carriers) == 1_000
