"""RFC 4475 and RFC 5118: every message has the expected result, and the valid ones the expected values."""

from operator import attrgetter

import pytest
from sip_torture import Case, case, cases, ipv6_cases

from unificx.sip.errors import RemoteProtocolError
from unificx.sip.headers import parse_auth
from unificx.sip.message import Request, Response, parse, respond
from unificx.sip.uri import Uri


def read(name: str) -> Request:
    message = parse(case(name).data)
    assert isinstance(message, Request)
    return message


def look(data: bytes, property_name: str) -> None:
    message = parse(data)
    if property_name:
        attrgetter(property_name)(message)


@pytest.mark.parametrize("torture", cases() + ipv6_cases(), ids=lambda torture: torture.name)
def test_result_required_by_the_rfc(torture: Case) -> None:
    expected, _, property_name = torture.expected.partition(" ")
    if expected == "parsed":
        message = parse(torture.data)
        again = parse(message.encode())
        assert again.without("content-length").headers == message.without("content-length").headers
        assert (again.start_line, again.body) == (message.start_line, message.body)
        return
    with pytest.raises(RemoteProtocolError) as refused:
        look(torture.data, property_name)
    if expected == "dropped":
        assert refused.value.request is None
        return
    assert refused.value.status == int(expected)
    assert refused.value.request is not None
    answer = respond(refused.value.request, refused.value.status, refused.value.reason, to_tag="t")
    assert answer.encode().startswith(b"SIP/2.0 " + expected.encode())
    assert answer.via.protocol.startswith("SIP/")


def test_all_messages_of_the_rfc_are_present() -> None:
    assert len({torture.name.partition("-")[0] for torture in cases()}) == 49
    assert len(ipv6_cases()) == 12


def test_three_colons_in_an_ipv6_address_are_tolerated() -> None:
    """RFC 5118 section 4.10; three colons elsewhere and four remain invalid."""
    assert Uri.parse("sip:user@[2001:db8:::192.0.2.1]").host == "[2001:db8:::192.0.2.1]"
    for host in ("[2001:db8:::1]", "[2001::db8:::192.0.2.1]", "[2001:db8::::192.0.2.1]"):
        with pytest.raises(RemoteProtocolError, match="Bad Host"):
            Uri.parse(f"sip:user@{host}")


def test_wsinv() -> None:
    message = read("wsinv")
    assert str(message.to.uri) == "sip:vera@gate.example.com"
    assert message.to.tag == "1918181833n"
    assert message.from_.display == 'J Ro \\"'
    assert message.from_.tag == "98asjd8"
    assert message.max_forwards == 68
    assert message.cseq.number == 9
    assert message.first("subject") == ""
    assert [(via.transport, via.sent_by, via.branch) for via in message.vias] == [
        ("UDP", "192.0.2.2", "390skdjuw"),
        ("TCP", "spindle.example.com", "z9hG4bK9ikj8"),
        ("UDP", "192.168.255.111", "z9hG4bK30239"),
    ]
    (contact,) = message.contacts
    assert contact.display == 'Quoted string ""'
    assert contact.q == 0.33
    assert contact.param("newparam") == "newvalue"
    (route,) = message.routes
    assert route.uri.params == (("lr", None), ("unknownwith", "value"), ("unknown-no-value", None))


def test_intmeth() -> None:
    message = read("intmeth")
    assert message.method == message.cseq.method == "!interesting-Method0123456789_*+`.%indeed'~"
    assert message.target.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    assert message.target.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
    assert message.target.host == "example.com"
    assert message.to.display == "BEL:\x07 NUL:\x00 DEL:\x7f"
    assert message.from_.display == "token1~` token2'+_ token3*%!.-"
    assert message.from_.param("fromparam''~+*_!.-%") == "работающий"
    assert message.from_.tag == "_token~1'+`*%!-."
    assert message.via.branch == "z9hG4bK-.!%66*_+`'~"
    assert message.max_forwards == 255


def test_esc01() -> None:
    message = read("esc01")
    assert message.target.decoded_user == "sips:user@example.com"
    assert message.target.host == "example.net"
    assert message.to.uri.decoded_user == "user"
    assert message.from_.uri.decoded_user == "I have spaces"
    assert message.contacts[0].uri.params == (("%6C%72", None), ("n%61me", "v%61lue%25%34%31"))


def test_escnull() -> None:
    message = read("escnull")
    assert message.to.uri.decoded_user == "null-\0-null"
    assert [contact.uri.user for contact in message.contacts] == ["%00", "%00%00"]
    assert not message.contacts[0].uri.equals(message.contacts[1].uri)


def test_esc02() -> None:
    message = read("esc02")
    assert message.method == "RE%47IST%45R"
    assert message.to.display == "%Z%45"
    assert len(message.contacts) == 2, "C%6Fntact is another header"


def test_lwsdisp() -> None:
    assert read("lwsdisp").from_.display == "caller"


def test_longreq() -> None:
    message = read("longreq")
    assert len(message.vias) == 9
    assert message.to.uri.port == 6000
    assert message.from_.tag == "12" + "982" * 50 + "424"


def test_dblreq() -> None:
    message = read("dblreq")
    assert (message.method, message.body) == ("REGISTER", b"")


def test_semiuri() -> None:
    target = read("semiuri").target
    assert (target.user, target.host, target.params) == ("user;par=u%40example.net", "example.com", ())
    assert target.decoded_user == "user;par=u@example.net"


def test_transports() -> None:
    assert [via.transport for via in read("transports").vias] == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]


def test_mpart01() -> None:
    message = read("mpart01")
    assert message.content_type == "multipart/mixed"
    assert b"\xff\r\n\r\n\x80" in message.body


def test_unreason_and_noreason() -> None:
    unreason, noreason = (parse(case(name).data) for name in ("unreason", "noreason"))
    assert isinstance(unreason, Response)
    assert unreason.reason == "= 2**3 * 5**2 но сто девяносто девять - простое"
    assert isinstance(noreason, Response)
    assert (noreason.status, noreason.reason) == (100, "")


def test_bext01() -> None:
    message = read("bext01")
    assert message.option_tags("require") == {"nothingsupportsthis", "nothingsupportsthiseither"}
    assert message.option_tags("proxy-require") == {"noproxiessupportthis", "nordoanyproxiessupportthis"}


def test_regaut01() -> None:
    credentials = parse_auth(read("regaut01").required("authorization"))
    assert (credentials.scheme, credentials.params) == ("nooneknowsthisscheme", {})


def test_cparam() -> None:
    (headers_own,), (uris_own,) = read("cparam01").contacts, read("cparam02").contacts
    assert (headers_own.param("unknownparam"), headers_own.uri.param("unknownparam")) == ("", None)
    assert (uris_own.param("unknownparam"), uris_own.uri.param("unknownparam")) == (None, "")


def test_regescrt() -> None:
    (contact,) = read("regescrt").contacts
    assert str(contact.uri) == "sip:user@example.com?Route=%3Csip:sip.example.com%3E"
    assert contact.uri.header("route") == "<sip:sip.example.com>"


def test_zeromf() -> None:
    assert read("zeromf").max_forwards == 0


def test_inv2543() -> None:
    message = read("inv2543")
    assert (message.via.branch, message.from_.tag, message.max_forwards) == ("", "", None)
    assert message.to.param("user") == "phone"
    assert message.body.startswith(b"v=0\r\n")
