"""Dialogs by RFC 3261 section 12: who the ends are, where requests go, which numbers are right."""

from dataclasses import replace

import pytest

from unificx.sip.dialog import Dialog, dialog_of_request, dialog_of_response
from unificx.sip.errors import BadPeer
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


def served(*headers: tuple[str, str]) -> Dialog:
    return dialog_of_request(invite(*headers), "ours", FLOW)


def answer(*headers: tuple[str, str], status: int = 200) -> Response:
    return respond(invite(), status, to_tag="theirs", headers=headers)


def asked() -> Dialog:
    """The dialog a client has before the answer."""
    return Dialog(
        "id", "<sip:bob@b.example>;tag=ours", "ours", "<sip:alice@a.example>", "", 1, -1, "sip:a@a.example", (), FLOW
    )


def test_a_servers_dialog_12_1_1() -> None:
    dialog = served(
        ("Record-Route", "<sip:p1.example;lr>, <sip:p2.example;lr>"), ("Record-Route", "<sip:p3.example;lr>")
    )
    assert (dialog.local_tag, dialog.remote_tag, dialog.call_id) == ("ours", "9fxced", "3848276298220188511")
    assert dialog.local == "Alice <sip:alice@atlanta.example>;tag=ours"
    assert dialog.remote == '"Bob" <sip:bob@biloxi.example>;tag=9fxced'
    assert dialog.target == "sip:bob@192.0.2.4;x=1"
    assert dialog.routes == ("<sip:p1.example;lr>", "<sip:p2.example;lr>", "<sip:p3.example;lr>")
    assert (dialog.local_seq, dialog.remote_seq) == (0, 314159)


@pytest.mark.parametrize("contact", ["*", "<sip:a@a.example>, <sip:b@b.example>", "<sip:a@a.example"])
def test_a_request_that_makes_a_dialog_names_one_contact(contact: str) -> None:
    with pytest.raises(BadPeer) as fault:
        dialog_of_request(invite(("Contact", contact)), "ours", FLOW)
    assert fault.value.status == 400


def test_a_clients_dialog_12_1_2() -> None:
    response = answer(
        ("Record-Route", "<sip:p1.example;lr>, <sip:p2.example;lr>"), ("Contact", "<sip:alice@192.0.2.9>")
    )
    dialog = dialog_of_response(asked(), response, ELSEWHERE)
    assert (dialog.remote_tag, dialog.target, dialog.flow) == ("theirs", "sip:alice@192.0.2.9", ELSEWHERE)
    assert dialog.routes == ("<sip:p2.example;lr>", "<sip:p1.example;lr>")


def test_an_answer_without_a_contact_is_reached_where_the_request_went() -> None:
    assert dialog_of_response(asked(), answer(), FLOW).target == "sip:a@a.example"


def test_requests_go_by_loose_routes_to_the_target_12_2_1_1() -> None:
    dialog = served(("Record-Route", "<sip:p1.example;lr>, <sip:p2.example;lr>"))
    following, bye = dialog.request("BYE", [("Reason", "SIP;cause=200")], hops=5)
    assert (bye.method, bye.uri, bye.cseq.number) == ("BYE", dialog.target, 1)
    assert bye.all("route") == ["<sip:p1.example;lr>", "<sip:p2.example;lr>"]
    assert (bye.first("from"), bye.first("to")) == (dialog.local, dialog.remote)
    assert (bye.max_forwards, bye.first("reason")) == (5, "SIP;cause=200")
    assert following.request("INFO")[1].cseq.number == 2


def test_a_strict_router_gets_the_request_and_the_target_comes_last() -> None:
    dialog = served(("Record-Route", "<sip:p1.example>, <sip:p2.example;lr>"))
    _, request = dialog.request("INVITE")
    assert request.uri == "sip:p1.example"
    assert request.all("route") == ["<sip:p2.example;lr>", f"<{dialog.target}>"]


def test_an_ack_has_the_number_of_its_invite_13_2_2_4() -> None:
    dialog = replace(served(), local_seq=7)
    assert str(dialog.ack(3, body=b"v=0").cseq.number) == "3"
    assert dialog.ack(3).method == "ACK"


def test_the_peers_numbers_may_not_run_backwards_12_2_2() -> None:
    dialog = served()
    later = dialog.heard(invite(number=314162, method="INFO"), ELSEWHERE)
    assert (later.remote_seq, later.flow, later.target) == (314162, ELSEWHERE, dialog.target)
    with pytest.raises(BadPeer) as fault:
        later.heard(invite(number=314161, method="BYE"), FLOW)
    assert fault.value.status == 500


@pytest.mark.parametrize(("method", "moves"), [("INVITE", True), ("UPDATE", True), ("INFO", False), ("BYE", False)])
def test_a_target_refresh_moves_the_target_and_nothing_else_does(method: str, moves: bool) -> None:
    moved = served().heard(invite(("Contact", "<sip:bob@192.0.2.77>"), number=314160, method=method), FLOW)
    assert (moved.target == "sip:bob@192.0.2.77") is moves


def test_our_own_refresh_moves_the_target_when_it_is_accepted() -> None:
    contact = ("Contact", "<sip:alice@192.0.2.88>")
    assert served().answered(answer(contact)).target == "sip:alice@192.0.2.88"
    assert served().answered(answer(contact, status=491)).target == served().target


@pytest.mark.parametrize("routes", ["<sip:p1.example;lr", "<nothing>", ", ".join(["<sip:p.example;lr>"] * 21)])
def test_routes_that_could_not_be_gone_are_refused_at_once(routes: str) -> None:
    with pytest.raises(BadPeer) as fault:
        served(("Record-Route", routes))
    assert fault.value.status in (400, 416)
    with pytest.raises(BadPeer):
        dialog_of_response(asked(), answer(("Record-Route", routes)), FLOW)
