"""Dispatching of calls: authenticated callers, requests in dialogs, internal errors."""

import pytest
import structlog.testing
from sip_harness import DOMAIN, Phone, SipHarness

from unificx.registrar import Caller
from unificx.sip.flow import Flow
from unificx.sip.message import Response
from unificx.sip.transactions.events import AckReceived, CancelReceived


@pytest.fixture
def harness() -> SipHarness:
    return SipHarness()


def test_an_authenticated_invite_is_passed_on(harness: SipHarness) -> None:
    phone = Phone(harness)
    assert phone.invite("1002", "Privacy: id").status == 180
    ((caller, request),) = harness.calls.incoming_calls
    assert caller == Caller("t1", "e-t1-1001", "d-t1-1001a", "s-t1-1001", "1001", "Extension 1001")
    assert request.first("privacy") == "id"
    assert "1001" not in repr(caller).replace("e-t1-1001", "").replace("d-t1-1001a", "").replace("s-t1-1001", "")


def test_the_caller_is_the_authenticated_device_not_the_from_header(harness: SipHarness) -> None:
    phone = Phone(harness, number="1002")
    phone.invite("1002")
    ((caller, _),) = harness.calls.incoming_calls
    assert caller.number == "1001"


def test_requests_in_a_dialog_are_passed_on(harness: SipHarness) -> None:
    phone = Phone(harness)
    phone.invite("1002")
    uri = f"sip:1002@{DOMAIN}"
    assert phone.request_once("BYE", uri, f"<{uri}>;tag=ours").status == 200
    harness.send(phone.build("ACK", uri, f"<{uri}>;tag=ours"))
    assert isinstance(harness.calls.events[-1], AckReceived)


def test_a_cancel_is_passed_on(harness: SipHarness) -> None:
    phone = Phone(harness)
    phone.register()
    uri = f"sip:1002@{DOMAIN}"
    (challenge,) = harness.send(phone.build("INVITE", uri, f"<{uri}>"))
    assert isinstance(challenge, Response)
    phone.store_challenge(challenge)
    invite = phone.build("INVITE", uri, f"<{uri}>", auth=phone.credentials("INVITE", uri))
    harness.send(invite)
    harness.send(invite.replace(b"INVITE sip", b"CANCEL sip").replace(b" INVITE\r\n", b" CANCEL\r\n"))
    assert harness.calls.events[-1] == CancelReceived(harness.calls.keys[0])


def test_an_internal_error_is_500_without_details(harness: SipHarness) -> None:
    def broken(*given: object) -> None:
        raise ValueError("no route for sip:1002 of Alice")

    harness.calls.incoming = broken  # pyright: ignore[reportAttributeAccessIssue]
    with structlog.testing.capture_logs() as logs:
        assert Phone(harness).invite("1002").status == 500
    (entry,) = logs
    assert entry["event"] == "sip_request_failed"
    assert entry["fault"] == "ValueError"
    assert entry["place"].startswith("unificx.sip_server.request_handler:")
    assert "Alice" not in str(entry)


def test_the_calls_timer_runs_when_due(harness: SipHarness) -> None:
    harness.advance(0.01)
    harness.calls.due = harness.now + 3
    harness.advance(5)
    assert len(harness.calls.timer_calls) == 1


def test_websocket_requests_are_identified_by_their_connection(harness: SipHarness) -> None:
    flow = Flow("wss", "198.51.100.20", 50123, 12, 0)
    phone = Phone(harness, flow=flow, contact="sip:x8kd@n5.invalid;transport=ws")
    assert phone.register().status == 200
    (binding,) = harness.location.contacts("e-t1-1001", harness.now)
    assert binding.flow == flow
