"""Dialogs (RFC 3261 section 12): identity of both ends, routing of requests, sequence numbers."""

from dataclasses import replace

import pytest

from unificx.sip.dialog import Dialog, uac_dialog, uas_dialog
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, respond

FLOW = Flow("udp", "192.0.2.4", 5060)
ELSEWHERE = Flow("udp", "192.0.2.5", 5062)


def invite(*headers: tuple[str, str], number: int = 314159, method: str = "INVITE") -> Request:
    lines = [
        ("Via", "SIP/2.0/UDP 192.0.2.4;branch=z9hG4bK1"),
        ("From", '"Bob" <sip:bob@biloxi.example>;tag=9fxced'),
        ("To", "Alice <sip:alice@atlanta.example>"),
        ("Call-ID", "3848276298220188511"),
        ("CSeq", f"{number} {method}"),
        *headers,
    ]
    if not any(name in ("Contact", "m") for name, _ in headers):
        lines.append(("Contact", "<sip:bob@192.0.2.4;x=1>"))
    return Request(method, "sip:alice@atlanta.example", lines)


def uas(*headers: tuple[str, str]) -> Dialog:
    return uas_dialog(invite(*headers), "ours", FLOW)


def response_to_invite(*headers: tuple[str, str], status: int = 200) -> Response:
    return respond(invite(), status, to_tag="theirs", headers=headers)


def initial() -> Dialog:
    """Return the initial dialog of a UAC, before any response."""
    return Dialog(
        "id", "<sip:bob@b.example>;tag=ours", "ours", "<sip:alice@a.example>", "", 1, -1, "sip:a@a.example", (), FLOW
    )


def test_uas_dialog_12_1_1() -> None:
    dialog = uas(("Record-Route", "<sip:p1.example;lr>, <sip:p2.example;lr>"), ("Record-Route", "<sip:p3.example;lr>"))
    assert (dialog.local_tag, dialog.remote_tag, dialog.call_id) == ("ours", "9fxced", "3848276298220188511")
    assert dialog.local == "Alice <sip:alice@atlanta.example>;tag=ours"
    assert dialog.remote == '"Bob" <sip:bob@biloxi.example>;tag=9fxced'
    assert dialog.remote_target == "sip:bob@192.0.2.4;x=1"
    assert dialog.route_set == ("<sip:p1.example;lr>", "<sip:p2.example;lr>", "<sip:p3.example;lr>")
    assert (dialog.local_seq, dialog.remote_seq) == (0, 314159)


@pytest.mark.parametrize("contact", ["*", "<sip:a@a.example>, <sip:b@b.example>", "<sip:a@a.example"])
def test_dialog_creating_request_needs_exactly_one_contact(contact: str) -> None:
    with pytest.raises(RemoteProtocolError) as fault:
        uas_dialog(invite(("Contact", contact)), "ours", FLOW)
    assert fault.value.status == 400


def test_uac_dialog_12_1_2() -> None:
    response = response_to_invite(
        ("Record-Route", "<sip:p1.example;lr>, <sip:p2.example;lr>"), ("Contact", "<sip:alice@192.0.2.9>")
    )
    dialog = uac_dialog(initial(), response, ELSEWHERE)
    assert (dialog.remote_tag, dialog.remote_target, dialog.flow) == ("theirs", "sip:alice@192.0.2.9", ELSEWHERE)
    assert dialog.route_set == ("<sip:p2.example;lr>", "<sip:p1.example;lr>")


def test_response_without_a_contact_keeps_the_remote_target() -> None:
    assert uac_dialog(initial(), response_to_invite(), FLOW).remote_target == "sip:a@a.example"


def test_requests_follow_loose_routes_to_the_target_12_2_1_1() -> None:
    dialog = uas(("Record-Route", "<sip:p1.example;lr>, <sip:p2.example;lr>"))
    following, bye = dialog.request("BYE", [("Reason", "SIP;cause=200")], max_forwards=5)
    assert (bye.method, bye.uri, bye.cseq.number) == ("BYE", dialog.remote_target, 1)
    assert bye.all("route") == ["<sip:p1.example;lr>", "<sip:p2.example;lr>"]
    assert (bye.first("from"), bye.first("to")) == (dialog.local, dialog.remote)
    assert (bye.max_forwards, bye.first("reason")) == (5, "SIP;cause=200")
    assert following.request("INFO")[1].cseq.number == 2


def test_strict_router_is_the_request_uri_and_the_target_the_last_route() -> None:
    dialog = uas(("Record-Route", "<sip:p1.example>, <sip:p2.example;lr>"))
    _, request = dialog.request("INVITE")
    assert request.uri == "sip:p1.example"
    assert request.all("route") == ["<sip:p2.example;lr>", f"<{dialog.remote_target}>"]


def test_bracket_in_the_display_name_of_a_route() -> None:
    """A dialog whose requests cannot be built could not be ended."""
    dialog = uas(("Record-Route", '"a < \\" b" <sip:p1.example;lr>;x="<"'))
    assert dialog.request("BYE")[1].uri == dialog.remote_target


def test_ack_has_the_sequence_number_of_its_invite_13_2_2_4() -> None:
    dialog = replace(uas(), local_seq=7)
    assert str(dialog.ack(3, body=b"v=0").cseq.number) == "3"
    assert dialog.ack(3).method == "ACK"


def test_decreasing_remote_sequence_number_is_rejected_12_2_2() -> None:
    dialog = uas()
    next_dialog = dialog.receive_request(invite(number=314162, method="INFO"), ELSEWHERE)
    assert (next_dialog.remote_seq, next_dialog.flow, next_dialog.remote_target) == (
        314162,
        ELSEWHERE,
        dialog.remote_target,
    )
    with pytest.raises(RemoteProtocolError) as fault:
        next_dialog.receive_request(invite(number=314161, method="BYE"), FLOW)
    assert fault.value.status == 500


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "SUBSCRIBE", "INFO"])
def test_a_request_does_not_change_the_target_before_it_is_accepted(method: str) -> None:
    request = invite(("Contact", "<sip:bob@192.0.2.77>"), number=314160, method=method)
    dialog = uas().receive_request(request, FLOW)
    assert dialog.remote_target == uas().remote_target
    assert dialog.refreshed(request).remote_target == "sip:bob@192.0.2.77"


def test_the_target_of_a_request_is_read_when_it_is_received() -> None:
    with pytest.raises(RemoteProtocolError) as fault:
        uas().receive_request(invite(("Contact", "<sip:bob@"), number=314160, method="UPDATE"), FLOW)
    assert fault.value.status == 400


def test_accepted_local_refresh_changes_the_target() -> None:
    contact = ("Contact", "<sip:alice@192.0.2.88>")
    assert uas().refreshed(response_to_invite(contact)).remote_target == "sip:alice@192.0.2.88"


@pytest.mark.parametrize("routes", ["<sip:p1.example;lr", "<nothing>", ", ".join(["<sip:p.example;lr>"] * 21)])
def test_unusable_routes_are_rejected_immediately(routes: str) -> None:
    with pytest.raises(RemoteProtocolError) as fault:
        uas(("Record-Route", routes))
    assert fault.value.status in (400, 416)
    with pytest.raises(RemoteProtocolError):
        uac_dialog(initial(), response_to_invite(("Record-Route", routes)), FLOW)
