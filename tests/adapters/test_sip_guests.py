"""Guests of a meeting over SIP: their token opens a call to one room, and every other request is refused alike."""

from typing import Any

import pytest
from sip_harness import DOMAIN, OTHER, PHONE_FLOW, Phone, SipHarness

from unificx.calls import InboundCall
from unificx.registrar import Caller
from unificx.routing import CallApp, Plan, Step
from unificx.sip.flow import Flow
from unificx.sip_server import GUEST_SUBJECT

pytestmark = pytest.mark.promise("C10")

WS = Flow("wss", "192.0.2.7", 40_001, 7)
ROOM = "812345"


class Guests:
    """One guest, until the visit is over."""

    def __init__(self) -> None:
        caller = Caller("t1", "", "g-1", "s-1", number="", name="Wanda", is_guest=True)
        self.call: InboundCall | None = InboundCall(
            caller, ROOM, Plan((Step(CallApp("conference", ("room", "guest"))),))
        )

    def call_of(self, guest_id: str) -> InboundCall | None:
        return self.call if guest_id == "g-1" else None


@pytest.fixture
def guests() -> Guests:
    return Guests()


@pytest.fixture
def harness(guests: Guests) -> SipHarness:
    return SipHarness(guests=guests)


def send(
    harness: SipHarness,
    method: str = "INVITE",
    number: str = ROOM,
    *headers: str,
    domain: str = DOMAIN,
    guest: str = "g-1",
    flow: Flow = WS,
) -> int:
    token = harness.bearers.issue(f"{GUEST_SUBJECT}{guest}", harness.now)
    web = Phone(harness, number="guest", username="guest", flow=flow, contact="sip:abc@xyz.invalid;transport=ws")
    to = f"sip:{number}@{domain}"
    return web.request_once(method, to, f"<{to}>", [f"Authorization: Bearer {token}", *headers]).status


def test_a_guest_calls_the_room_with_the_name_of_the_visit(harness: SipHarness) -> None:
    assert send(harness) == 180
    (call,) = harness.calls.calls_from_guests
    assert (call.caller.name, call.caller.is_outside, call.caller.extension_id) == ("Wanda", True, "")
    assert not harness.calls.incoming_calls
    assert harness.authenticated == [WS]


@pytest.mark.parametrize("number", ["1001", "1002", "112", "*97", "+4930123456", "812346"])
def test_a_guest_calls_nothing_else(harness: SipHarness, number: str) -> None:
    assert send(harness, "INVITE", number) == 403
    assert not harness.calls.calls_from_guests
    assert not harness.calls.incoming_calls


def test_a_guest_neither_registers_nor_subscribes_nor_writes_nor_takes_over_calls(harness: SipHarness) -> None:
    contact = "Contact: <sip:abc@xyz.invalid;transport=ws>;expires=600"
    assert send(harness, "REGISTER", ROOM, contact) == 403
    assert send(harness, "REGISTER", "1001", contact) == 403
    assert send(harness, "SUBSCRIBE", "1001", "Event: dialog") == 403
    assert send(harness, "SUBSCRIBE", ROOM, "Event: message-summary") == 403
    assert send(harness, "MESSAGE", "1001", "Content-Type: text/plain") == 403
    assert send(harness, "INVITE", ROOM, "Replaces: a@b;to-tag=1;from-tag=2") == 403
    assert not harness.location.contacts("e-t1-1001", harness.now)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"domain": OTHER}, 403),
        ({"domain": "pbx.example"}, 403),
        ({"guest": "g-2"}, 403),
        ({"flow": PHONE_FLOW}, 407),
    ],
)
def test_a_guest_is_refused_in_other_domains_without_websocket_and_without_a_visit(
    harness: SipHarness, more: dict[str, Any], status: int
) -> None:
    assert send(harness, **more) == status
    assert not harness.calls.calls_from_guests
