"""Messages: parsing, encoding, copies; malformed messages hold the request to answer."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sip.errors import LocalProtocolError, RemoteProtocolError
from unificx.sip.grammar import canonical_name
from unificx.sip.headers import Address, CSeq, RAck, SessionExpires, Via
from unificx.sip.limits import Limits
from unificx.sip.message import Request, Response, parse, respond
from unificx.sip.uri import Uri

INVITE = b"""INVITE sip:1002@demo.example SIP/2.0
Via: SIP/2.0/TCP proxy.example;branch=z9hG4bKp, SIP/2.0/UDP 192.0.2.17:5060;branch=z9hG4bKa;rport
v: SIP/2.0/UDP 192.0.2.18;branch=z9hG4bKb
Record-Route: <sip:proxy.example;lr>
Max-Forwards: 70
f: "Reception" <sip:1001@demo.example>;tag=5f3a
T: <sip:1002@demo.example>
i: 84931YTg3
CSeq: 7 INVITE
m: <sip:1001@192.0.2.17:5060>
Supported: replaces, timer,, 100rel
k: Path
Route: <sip:edge.example;lr>,<sip:core.example;lr>
Expires: 120
x: 1800;refresher=uac
Timestamp: 54.2
X-Odd: \xff\xfe not UTF-8
c: Application/SDP; charset=x
Content-Length: 5

v=0
""".replace(b"\n", b"\r\n")


def request(data: bytes = INVITE) -> Request:
    message = parse(data)
    assert isinstance(message, Request)
    return message


def without(data: bytes, name: bytes) -> bytes:
    return b"\r\n".join(line for line in data.split(b"\r\n") if not line.startswith(name + b":"))


def parse_error(data: bytes) -> RemoteProtocolError:
    with pytest.raises(RemoteProtocolError) as refused:
        parse(data)
    return refused.value


def test_parsed_request() -> None:
    message = request()
    assert (message.method, message.uri, message.body) == ("INVITE", "sip:1002@demo.example", b"v=0\r\n")
    assert message.target == Uri("sip", "1002", "demo.example")
    assert message.via == Via("TCP", "proxy.example", None, (("branch", "z9hG4bKp"),))
    assert [via.branch for via in message.vias] == ["z9hG4bKp", "z9hG4bKa", "z9hG4bKb"]
    assert message.from_ == Address("Reception", Uri("sip", "1001", "demo.example"), (("tag", "5f3a"),))
    assert message.to.tag == ""
    assert (message.call_id, message.cseq, message.max_forwards) == ("84931YTg3", CSeq(7, "INVITE"), 70)
    assert [str(contact) for contact in message.contacts] == ["<sip:1001@192.0.2.17:5060>"]
    assert [str(route.uri) for route in message.routes] == ["sip:edge.example;lr", "sip:core.example;lr"]
    assert [str(route.uri) for route in message.record_routes] == ["sip:proxy.example;lr"]
    assert (message.expires, message.session_expires) == (120, SessionExpires(1800, "uac"))
    assert message.content_type == "application/sdp"
    assert message.option_tags("supported") == {"replaces", "timer", "100rel", "path"}
    assert message.values("supported") == ["replaces", "timer", "100rel", "Path"]
    assert message.all("supported") == ["replaces, timer,, 100rel", "Path"]
    assert message.first("subject") is None
    assert message.all("subject") == message.values("subject") == []
    assert repr(message) == "<Request INVITE>"


def test_absent_headers() -> None:
    message = Request("OPTIONS", "sip:h")
    assert (message.max_forwards, message.expires, message.session_expires) == (None, None, None)
    assert (message.content_type, message.contacts, message.routes, message.vias) == ("", [], [], [])
    with pytest.raises(RemoteProtocolError, match="400 Missing RAck") as refused:
        _ = message.rack
    assert refused.value.request is None, "without a Via no response can be routed"


def test_parsed_response() -> None:
    message = parse(b"sip/2.0 183 Session  Progress\r\n" + INVITE.partition(b"\r\n")[2])
    assert isinstance(message, Response)
    assert (message.status, message.reason, message.cseq.method) == (183, "Session  Progress", "INVITE")
    assert repr(message) == "<Response 183>"


def test_encoding_returns_the_original_bytes() -> None:
    assert request().encode() == INVITE
    assert request(INVITE + b"trailing").encode() == INVITE


@pytest.mark.parametrize("start", [b"\r\n", b"\r\n\r\n\r\n"])
def test_empty_lines_before_the_start_line_are_skipped(start: bytes) -> None:
    assert request(start + INVITE).headers == request().headers


def test_content_length_is_corrected() -> None:
    assert b"\r\nContent-Length: 2\r\n" in request().replace(body=b"ab").encode()
    assert Request("OPTIONS", "sip:h").encode() == b"OPTIONS sip:h SIP/2.0\r\nContent-Length: 0\r\n\r\n"
    twice = Request("OPTIONS", "sip:h", [("l", "7"), ("X", "y")], b"abc")
    assert twice.encode() == b"OPTIONS sip:h SIP/2.0\r\nContent-Length: 3\r\nX: y\r\n\r\nabc"


@pytest.mark.parametrize(
    "message",
    [
        Request("OPTIONS", "sip:h", [("X", "a\r\nY: b")]),
        Request("OPTIONS", "sip:h", [("X", "a\nb")]),
        Request("OPTIONS", "sip:h", [("X", "a\r")]),
        Request("OPTIONS", "sip:h\r\n", []),
        Response(200, "O\nK"),
        Request("OPTIONS", "sip:h", [("X Y", "a")]),
        Request("OPTIONS", "sip:h", [("", "a")]),
        Request("OPTIONS", "sip:h", [("X", "\ud800")]),
    ],
)
def test_invalid_local_values_are_rejected_on_encoding(message: Request | Response) -> None:
    with pytest.raises(LocalProtocolError):
        message.encode()


def test_headers_are_added_and_removed() -> None:
    message = Request("BYE", "sip:h", [("v", "a"), ("Odd", "1"), ("Via", "b"), ("odd", "2"), ("Y", "3")])
    assert message.without("via", "identity").headers == (("Odd", "1"), ("odd", "2"))
    assert message.with_prepended(("Via", "c"), ("Z", "4")).headers[:3] == (("Via", "c"), ("Z", "4"), ("v", "a"))
    assert message.headers[0] == ("v", "a"), "the message itself is unchanged"


def test_only_the_top_via_is_replaced() -> None:
    message = request()
    updated = message.with_top_via(message.via.with_received("192.0.2.9", 5060))
    assert updated.all("via") == [
        "SIP/2.0/TCP proxy.example;branch=z9hG4bKp;received=192.0.2.9, "
        "SIP/2.0/UDP 192.0.2.17:5060;branch=z9hG4bKa;rport",
        "SIP/2.0/UDP 192.0.2.18;branch=z9hG4bKb",
    ]
    assert [via.branch for via in message.with_top_via(None).vias] == ["z9hG4bKa", "z9hG4bKb"]
    assert message.with_top_via(None).with_top_via(None).all("via") == ["SIP/2.0/UDP 192.0.2.18;branch=z9hG4bKb"]
    with pytest.raises(LocalProtocolError):
        Request("BYE", "sip:h").with_top_via(None)


def test_replace() -> None:
    changed = request().replace(method="BYE", uri="sip:x", headers=[], body=b"b")
    assert (changed.method, changed.uri, changed.headers, changed.body) == ("BYE", "sip:x", (), b"b")
    assert request().replace().encode() == request().encode()
    response = Response(200, "OK", [("Odd", "1")], b"b")
    assert response.replace().encode() == response.encode()
    other = response.replace(status=180, reason="R", headers=(), body=b"")
    assert (other.status, other.reason, other.headers, other.body) == (180, "R", (), b"")
    assert response.without("odd").headers == ()


def test_response_copies_the_required_headers() -> None:
    answer = respond(request(), 180, to_tag="b7", headers=[("Contact", "<sip:h>")], body=b"x")
    assert answer.headers == (
        ("Via", "SIP/2.0/TCP proxy.example;branch=z9hG4bKp, SIP/2.0/UDP 192.0.2.17:5060;branch=z9hG4bKa;rport"),
        ("v", "SIP/2.0/UDP 192.0.2.18;branch=z9hG4bKb"),
        ("f", '"Reception" <sip:1001@demo.example>;tag=5f3a'),
        ("T", "<sip:1002@demo.example>;tag=b7"),
        ("i", "84931YTg3"),
        ("CSeq", "7 INVITE"),
        ("Contact", "<sip:h>"),
    )
    assert (answer.reason, answer.body, answer.to.tag) == ("Ringing", b"x", "b7")
    assert respond(request(), 299).reason == ""
    assert respond(request(), 299, "So").reason == "So"


def test_each_response_to_a_request_has_its_own_tag_and_headers() -> None:
    invite = request()
    wanted = [respond(request(), *each).encode() for each in ((100,), (180,), (200,))]
    found = [respond(invite, *each).encode() for each in ((100,), (180,), (200,))]
    assert found == wanted
    tags = [
        respond(invite, status, to_tag=tag).to.tag for status, tag in ((180, "a"), (100, "a"), (200, "b"), (200, ""))
    ]
    assert tags == ["a", "", "b", ""]
    for answer in (
        respond(invite, 200, to_tag="a", headers=[("l", "9"), ("X", "y")], body=b"abc"),
        respond(invite, 100),
    ):
        assert answer.encode() == Response(answer.status, answer.reason, answer.headers, answer.body).encode()
    other = respond(invite, 200).replace(headers=[("X", "y")])
    assert other.encode() == b"SIP/2.0 200 OK\r\nX: y\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("value", ["a\r\nY: b", "\ud800", "a\n"])
def test_copied_and_added_lines_of_a_response_are_checked(value: str) -> None:
    local = Request("BYE", "sip:h", [("Via", value)])
    with pytest.raises(LocalProtocolError):
        respond(local, 200).encode()
    with pytest.raises(LocalProtocolError):
        respond(request(), 200, headers=[("X", value)]).encode()
    with pytest.raises(LocalProtocolError):
        respond(request(), 200, to_tag=value).encode()


def test_existing_to_tag_is_kept() -> None:
    tagged = request().without("to").with_prepended(("To", "sip:1002@demo.example;tag=old"))
    assert respond(tagged, 200, to_tag="new").to.tag == "old"


def test_100_has_the_timestamp_and_no_local_tag() -> None:
    trying = respond(request(), 100, to_tag="b7")
    assert (trying.to.tag, trying.first("timestamp")) == ("", "54.2")
    assert respond(request(), 200, to_tag="b7").first("timestamp") is None


@pytest.mark.parametrize("name", [b"f", b"T", b"i", b"CSeq"])
def test_request_with_a_missing_header_is_answered_without_it(name: bytes) -> None:
    bad = parse_error(without(INVITE, name))
    assert bad.status == 400
    assert bad.reason.startswith("Missing ")
    assert bad.request is not None
    answer = respond(bad.request, bad.status, bad.reason, to_tag="x")
    assert len(answer.headers) == 5
    assert answer.encode().startswith(b"SIP/2.0 400 Missing ")


def test_malformed_to_is_copied_unchanged() -> None:
    bad = parse_error(INVITE.replace(b"T: <", b"T: <<"))
    assert bad.request is not None
    assert respond(bad.request, 400, to_tag="x").first("to") == "<<sip:1002@demo.example>"


def test_malformed_via_is_answered_with_its_valid_part() -> None:
    bad = parse_error(INVITE.replace(b"branch=z9hG4bKp,", b";branch,"))
    assert bad.request is not None
    assert bad.request.all("via") == ["SIP/2.0/TCP proxy.example;rport"]
    assert bad.request.via.sent_by == "proxy.example"


@pytest.mark.parametrize(
    "data",
    [
        without(without(INVITE, b"Via"), b"v"),
        INVITE.replace(b"SIP/2.0/TCP proxy", b"1.1 proxy"),
        INVITE.replace(b"INVITE", b"ACK").replace(b"i: ", b"i: x "),
        INVITE.replace(b"INVITE sip:1002@demo.example SIP/2.0", b"SIP/2.0 200 OK").replace(b"CSeq: 7", b"CSeq: x"),
        INVITE.replace(b"INVITE sip:1002@demo.example SIP/2.0", b"SIP/2.0 99 OK"),
        INVITE.replace(b"INVITE sip:1002@demo.example SIP/2.0", b"SIP/3.0 200 OK"),
        INVITE.replace(b"INVITE sip:1002@demo.example SIP/2.0", b"SIP/2.0 200OK"),
        INVITE.replace(b"demo.example", b"demo.\nexample"),
        INVITE.replace(b"demo.example", b"demo.\rexample"),
        INVITE.replace(b"\r\n", b"\n"),
        INVITE.partition(b"\r\n\r\n")[0],
        b"GET / HTTP/1.1\r\nHost: demo.example\r\n\r\n",
        b"",
        b"\r\n",
        b"\r\n\r\n",
        b"\r\n" * 2000,
        b"\0" * 2000,
    ],
)
def test_unanswerable_messages(data: bytes) -> None:
    assert parse_error(data).request is None


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (b"INVITE sip", b"INV(ITE sip", 400),
        (b"INVITE sip:1002@demo.example SIP/2.0", b"INVITE", 400),
        (b"INVITE sip:1002@demo.example SIP/2.0", b"INVITE sip:x", 400),
        (b"SIP/2.0\r\nVia", b"HTTP/1.1\r\nVia", 400),
        (b"SIP/2.0\r\nVia", b"SIP/2.1\r\nVia", 505),
        (b"sip:1002@demo.example SIP", b"urn:x SIP", 416),
        (b"Max-Forwards: 70", b"Max-Forwards: 256", 400),
        (b"Max-Forwards: 70", b"Max-Forwards: x", 400),
        (b"Max-Forwards: 70", b"no colon", 400),
        (b"Max-Forwards: 70", b": no name", 400),
        (b"Max-Forwards: 70", b"no name: x", 400),
        (b"Max-Forwards: 70", b"t: sip:x@h", 400),
        (b"SIP/2.0/TCP", b"SIP/3.0/TCP", 400),
        (b"tag=5f3a", b"tag", 400),
        (b"demo.example>\r\ni:", b"demo.example>;Tag=\r\ni:", 400),
        (b"i: 84931YTg3", b"i: ", 400),
        (b"i: 84931YTg3", b"i: a b", 400),
        (b"i: 84931YTg3", b"i: \xff", 400),
        (b"CSeq: 7 INVITE", b"CSeq: 7 invite", 400),
        (b"Content-Length: 5", b"Content-Length: 6", 400),
        (b"Content-Length: 5", b"Content-Length: +5", 400),
        (b"Content-Length: 5", b"Content-Length: " + b"9" * 5000, 513),
        (b"Content-Length: 5", b"Content-Length: \xd9\xa3", 400),
    ],
)
def test_malformed_requests_and_their_status(old: bytes, new: bytes, status: int) -> None:
    bad = parse_error(INVITE.replace(old, new, 1))
    assert (bad.status, bad.request is not None) == (status, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("contacts", "m: <sip:1001@h"),
        ("contacts", "m: <sip:1001@h>, *"),
        ("contact_star", "m: *\r\nm: *"),
        ("session_expires", "x: soon"),
        ("routes", "Route: x"),
        ("record_routes", "Record-Route: x"),
        ("rack", "RAck: x"),
        ("vias", "Via: x"),
    ],
)
def test_malformed_optional_header_is_reported_on_access(name: str, value: str) -> None:
    lines = b"\r\n" + value.encode() + b"\r\nMax-"
    message = request(without(without(INVITE, b"m"), b"x").replace(b"\r\nMax-", lines))
    with pytest.raises(RemoteProtocolError) as refused:
        getattr(message, name)
    assert refused.value.request is message


def test_contact_star() -> None:
    message = request(INVITE.replace(b"m: <sip:1001@192.0.2.17:5060>", b"Contact: *"))
    assert message.contact_star
    assert message.contacts == []
    assert not request().contact_star


def test_rack() -> None:
    assert Request("PRACK", "sip:h", [("RAck", "1 7 INVITE")]).rack == RAck(1, 7, "INVITE")


def test_limits_are_enforced() -> None:
    request(INVITE + b" " * (65_536 - len(INVITE)))
    assert parse_error(INVITE + b" " * (65_537 - len(INVITE))).status == 513
    lines = INVITE.count(b"\r\n") - 3
    many = INVITE.replace(b"\r\n\r\n", b"\r\nX: y" * (100 - lines) + b"\r\n\r\n", 1)
    assert len(request(many).headers) == 100
    assert parse_error(many.replace(b"\r\nX: y", b"\r\nX: y\r\nX: y", 1)).status == 513
    request(INVITE.replace(b"54.2", b"5" * 8_000))
    assert parse_error(INVITE.replace(b"54.2", b"5" * 8_192)).status == 513
    folded = INVITE.replace(b"54.2", b"5" * 5_000 + b"\r\n " + b"5" * 5_000)
    assert parse_error(folded).status == 513
    long = b"\r\nX: " + b"y" * 8_100
    request(INVITE.replace(b"\r\n\r\n", long * 3 + b"\r\n\r\n", 1))
    assert parse_error(INVITE.replace(b"\r\n\r\n", long * 4 + b"\r\n\r\n", 1)).status == 513
    assert parse_error(INVITE[:-5]).status == 400
    with pytest.raises(RemoteProtocolError):
        parse(INVITE, Limits(max_message_bytes=100))


@pytest.mark.parametrize("piece", [b"\r\n ", b"\r\n", b" ", b":", b"a:\r\n", b"\r", b"\n", b",", b"\t\r\n\t", b"\xc3"])
def test_parser_runs_in_linear_time(piece: bytes) -> None:
    """Anything worse than linear time would not finish within a minute."""
    wide = Limits(max_message_bytes=2**24, max_headers=2**24, max_line_length=2**24)
    for prefix in (b"", b"INVITE sip:h SIP/2.0\r\n", INVITE[:-11], INVITE.replace(b"5\r\n\r\nv=0\r\n", b"5\r\nX:")):
        with contextlib.suppress(RemoteProtocolError):
            parse(prefix + piece * (500_000 // len(piece)), wide)


NAMES = st.text("abcXYZ-.!%*_+`'~019", min_size=1, max_size=12)
VALUES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=30)
OTHERS = NAMES.filter(lambda name: canonical_name(name) not in request().by_name)
LINES = st.lists(st.tuples(OTHERS, VALUES.map(lambda value: value.strip(" \t"))), max_size=8)


@given(LINES, st.binary(max_size=50))
def test_encode_and_parse_round_trip(lines: list[tuple[str, str]], body: bytes) -> None:
    original = request().replace(headers=[*request().headers, *lines], body=body)
    again = parse(original.encode())
    assert again.without("content-length").headers == original.without("content-length").headers
    assert again.body == body
    assert again.encode() == original.encode()


@given(st.sets(st.integers(0, 16)), st.sampled_from([b"\r\n ", b"\r\n\t \t", b" \t "]))
def test_folded_white_space(places: set[int], fold: bytes) -> None:
    lines = INVITE.split(b"\r\n")
    for place in places:
        name, _, value = lines[place + 1].partition(b": ")
        if name not in (b"i", b"X-Odd", b"Supported", b"Timestamp"):
            lines[place + 1] = name + b" :" + fold + value
    message = request(b"\r\n".join(lines))
    assert message.without("timestamp").headers == request().without("timestamp").headers
