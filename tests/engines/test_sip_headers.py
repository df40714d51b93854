"""Header values: parsing, formatting, rejection; parsing takes linear time for any input."""

import contextlib
import re
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sip import digest, fields, grammar, headers, message, uri
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.grammar import split_commas
from unificx.sip.headers import Address, CSeq, RAck, SessionExpires, Via, parse_address, parse_addresses, parse_auth
from unificx.sip.uri import Uri


@pytest.mark.parametrize(
    ("text", "display", "uri", "params"),
    [
        ("sip:a@h", "", "sip:a@h", ()),
        ("sip:a@h;tag=1", "", "sip:a@h", (("tag", "1"),)),
        ("sip:a@h ; tag = 1", "", "sip:a@h", (("tag", "1"),)),
        ("<sip:a@h;lr>", "", "sip:a@h;lr", ()),
        ("Alice <sip:a@h>;tag=1", "Alice", "sip:a@h", (("tag", "1"),)),
        ("A. G. Bell <sip:a@h>", "A. G. Bell", "sip:a@h", ()),
        ('"Bell, Alexander" <sip:a@h>', "Bell, Alexander", "sip:a@h", ()),
        (r'"a \"b\" \\ c"<sip:a@h>', r'a "b" \ c', "sip:a@h", ()),
        ('"<sip:x@y>" <sip:a@h>', "<sip:x@y>", "sip:a@h", ()),
        ('"" <sip:a@h>', "", "sip:a@h", ()),
        ("Jürgen <sip:a@h>", "Jürgen", "sip:a@h", ()),
        (
            '<sip:a@h>;+sip.instance="<urn:uuid:1>";q=0.5',
            "",
            "sip:a@h",
            (("+sip.instance", '"<urn:uuid:1>"'), ("q", "0.5")),
        ),
        ("<tel:+4930123>", "", "tel:+4930123", ()),
        ("<sip:a@h?Replaces=x%3By>;method=INVITE", "", "sip:a@h?Replaces=x%3By", (("method", "INVITE"),)),
    ],
)
def test_addresses(text: str, display: str, uri: str, params: tuple[tuple[str, str], ...]) -> None:
    assert parse_address(text) == Address(display, Uri.parse(uri), params)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Alice",
        '"Alice <sip:a@h>',
        '"Alice" sip:a@h',
        "Alice <sip:a@h",
        "Alice sip:a@h>",
        "<sip:a@h>tag=1",
        "<sip:a@h>;",
        "<sip:a@h>;;tag=1",
        "<sip:a@h>;tag=1;Tag=2",
        '<sip:a@h>;x="',
        "<sip:a@h>, <sip:b@h>",
        "<<sip:a@h>>",
        "Bell, A <sip:a@h>",
        "a\\b <sip:a@h>",
        "sip:a@h?x=y",
        "sip:a,b@h",
        "< sip:a@h>",
        "<sip:a@h>\r\nX: y",
        '"a\r\nb" <sip:a@h',
    ],
)
def test_invalid_addresses(text: str) -> None:
    with pytest.raises(RemoteProtocolError) as refused:
        parse_address(text)
    assert refused.value.status == 400


def test_tag_q_and_expires_of_an_address() -> None:
    plain = parse_address("<sip:a@h>")
    assert (plain.tag, plain.q, plain.expires, plain.param("x")) == ("", 1.0, None, None)
    full = parse_address('<sip:a@h>;TAG=t;Q=0.25;Expires=60;x="a b"')
    assert (full.tag, full.q, full.expires, full.param("x")) == ("t", 0.25, 60, "a b")


@pytest.mark.parametrize("value", ["", "x", "-1", "1.5", "4294967296", "9" * 5000, "٣"])
def test_malformed_expires_counts_as_the_default(value: str) -> None:
    assert parse_address(f"<sip:a@h>;expires={value}").expires == 3600


@pytest.mark.parametrize("value", ["2", "-0.1", "0.1234", "1.001", ".5", "nan", "1e0"])
def test_invalid_q_value_is_rejected(value: str) -> None:
    with pytest.raises(RemoteProtocolError):
        _ = parse_address(f"<sip:a@h>;q={value}").q


def test_parameter_of_an_address_is_replaced() -> None:
    assert str(parse_address("<sip:a@h>;tag=1;x").with_params(("tag", "2"))) == "<sip:a@h>;x;tag=2"


def test_display_name_cannot_end_the_line() -> None:
    assert str(Address("a\r\nX: y\0", Uri.parse("sip:a@h"))) == '"a  X: y " <sip:a@h>'


def test_several_addresses_on_several_lines() -> None:
    found = parse_addresses(['"a, b" <sip:a@h>;q=1, sip:b@h;x', "<sip:c,d@h>"])
    assert [str(address.uri) for address in found] == ["sip:a@h", "sip:b@h", "sip:c,d@h"]
    with pytest.raises(RemoteProtocolError):
        parse_addresses(["<sip:a@h>,,<sip:b@h>"])


def test_via() -> None:
    via = Via.parse("SIP/2.0/UDP 192.0.2.1:5061 ;branch=z9hG4bKx;rport ; ttl = 1")
    assert (via.transport, via.host, via.port, via.branch, via.rport) == ("UDP", "192.0.2.1", 5061, "z9hG4bKx", "")
    assert (via.received, via.param("ttl"), via.sent_by) == ("", "1", "192.0.2.1:5061")
    assert str(via) == "SIP/2.0/UDP 192.0.2.1:5061;branch=z9hG4bKx;rport;ttl=1"
    assert Via.parse("sip / 2.0 / tcp  h : 5060").sent_by == "h:5060"
    assert Via.parse("SIP/2.0/TLS [2001:db8::1]").sent_by == "[2001:db8::1]"
    assert Via.parse("SIP/3.0/TLS h").protocol == "SIP/3.0"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0/UDP ",
        "SIP/2.0 h",
        "HTTP/1.1 h",
        "1.1 proxy",
        "SIP/2.0/UDP h:",
        "SIP/2.0/UDP h:70000",
        "SIP/2.0/UDP h;",
        "SIP/2.0/UDP h;a;A",
        "SIP/2.0/UDP h x",
        "SIP/2.0/UDP h\n;x",
    ],
)
def test_invalid_vias(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        Via.parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SIP/2.0/UDP 192.0.2.1;branch=b", "SIP/2.0/UDP 192.0.2.1;branch=b"),
        ("SIP/2.0/UDP 192.0.2.9;branch=b", "SIP/2.0/UDP 192.0.2.9;branch=b;received=192.0.2.1"),
        ("SIP/2.0/UDP h;branch=b", "SIP/2.0/UDP h;branch=b;received=192.0.2.1"),
        ("SIP/2.0/UDP h;rport;branch=b", "SIP/2.0/UDP h;branch=b;received=192.0.2.1;rport=40000"),
        ("SIP/2.0/UDP 192.0.2.1;rport;branch=b", "SIP/2.0/UDP 192.0.2.1;branch=b;received=192.0.2.1;rport=40000"),
        ("SIP/2.0/UDP h;received=203.0.113.5;branch=b", "SIP/2.0/UDP h;branch=b;received=192.0.2.1"),
        ("SIP/2.0/UDP 192.0.2.1;received=203.0.113.5", "SIP/2.0/UDP 192.0.2.1"),
    ],
)
def test_received_and_rport_of_a_via(text: str, expected: str) -> None:
    assert str(Via.parse(text).with_received("192.0.2.1", 40000)) == expected


def test_ipv6_sent_by_is_recognized() -> None:
    assert str(Via.parse("SIP/2.0/UDP [2001:DB8::1]").with_received("2001:db8::1", 1)) == "SIP/2.0/UDP [2001:DB8::1]"


def test_simple_values() -> None:
    assert CSeq.parse("0009 \t INVITE") == CSeq(9, "INVITE")
    assert str(CSeq(1, "BYE")) == "1 BYE"
    assert RAck.parse("776656 1 INVITE") == RAck(776656, 1, "INVITE")
    assert str(RAck(1, 2, "INVITE")) == "1 2 INVITE"
    assert SessionExpires.parse("1800 ;Refresher=UAS") == SessionExpires(1800, "uas")
    assert SessionExpires.parse("90") == SessionExpires(90)
    assert (str(SessionExpires(90)), str(SessionExpires(90, "uac"))) == ("90", "90;refresher=uac")


@pytest.mark.parametrize("text", ["", "1", "INVITE", "-1 INVITE", "2147483648 INVITE", "1 IN VITE", "1 IN@VITE", "٣ A"])
def test_invalid_cseqs(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        CSeq.parse(text)


@pytest.mark.parametrize("text", ["", "1 2", "1 INVITE", "4294967296 1 INVITE", "1 2147483648 INVITE", "1 2 a b"])
def test_invalid_racks(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        RAck.parse(text)


@pytest.mark.parametrize("text", ["", "x", "90;refresher=me", "90;;", "4294967296", "90 refresher"])
def test_invalid_session_expires(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        SessionExpires.parse(text)


def test_credentials_and_challenges() -> None:
    found = parse_auth('Digest  Realm = "a, \\"b\\"" ,nonce="n",ALGORITHM=MD5, qop="auth,auth-int", nc=00000001')
    assert found.scheme == "digest"
    assert (found.get("realm"), found.get("algorithm"), found.get("qop")) == ('a, "b"', "MD5", "auth,auth-int")
    assert (found.get("nc"), found.get("opaque")) == ("00000001", "")
    assert parse_auth("Basic abc==").params == {}


@pytest.mark.parametrize(
    "text", ["", " ", 'Digest realm="x', "Digest realm", "Digest a=1 b=2", "Digest a=1,A=2", "Digest a=1,,b=2"]
)
def test_invalid_challenges(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_auth(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [""]),
        ("a", ["a"]),
        (" a ,\tb", ["a", "b"]),
        ("a,,b,", ["a", "", "b", ""]),
        ('"a,b",c', ['"a,b"', "c"]),
        (r'"a\",b",c', [r'"a\",b"', "c"]),
        ("<a,b>,c", ["<a,b>", "c"]),
        ('"<" <a,b>;x="c,d" , e', ['"<" <a,b>;x="c,d"', "e"]),
        ('"Alice" <sip:a@x>, "Bob" <sip:b@x>', ['"Alice" <sip:a@x>', '"Bob" <sip:b@x>']),
    ],
)
def test_commas(text: str, expected: list[str]) -> None:
    assert split_commas(text) == expected


@pytest.mark.parametrize("text", ['"', '"a', "<a", 'a,"b', r'"a\"', 'a>"b'])
def test_unbalanced_text_is_rejected(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        split_commas(text)


TRICKY = st.text('a",<>\\ \t;=', max_size=40)


@given(
    st.lists(st.text("ab;=", min_size=1, max_size=5) | st.text('a,<>"\\', max_size=8).map(grammar.quote), min_size=1)
)
def test_join_and_split_round_trip(pieces: list[str]) -> None:
    assert split_commas(", ".join(pieces)) == pieces


@given(TRICKY)
def test_splitting_preserves_the_text(text: str) -> None:
    try:
        pieces = split_commas(text)
    except RemoteProtocolError:
        return
    assert [piece.strip() for piece in ",".join(pieces).split(",")] == [piece.strip() for piece in text.split(",")]


@given(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cc", "Cs"]), max_size=40))
def test_quote_and_unquote_round_trip(text: str) -> None:
    assert grammar.unquote(grammar.quote(text)) == text
    assert parse_address(str(Address(text, Uri.parse("sip:a@h")))).display == text


PIECES = [
    '"<',
    '"',
    "<",
    "\\",
    '"\\',
    ";",
    "; ",
    ",",
    ", ",
    "a ",
    " ",
    ";a",
    ';a="',
    "=",
    "%",
    "a=,",
    '""',
    "[",
    "1",
    "@",
]
PREFIXES = ["", "SIP/2.0/UDP h", "SIP/2.0/UDP h;x", '"a" <sip:a@h>', "Digest a=b, ", "sip:a@h", "1 "]
PARSERS = [split_commas, parse_address, Via.parse, Via.salvage, CSeq.parse, RAck.parse, SessionExpires.parse]


@pytest.mark.parametrize("piece", PIECES)
def test_parsers_run_in_linear_time(piece: str) -> None:
    """Anything worse than linear time would not finish a text of this size within a minute."""
    for prefix in PREFIXES:
        text = prefix + piece * (250_000 // len(piece))
        for read in (*PARSERS, parse_auth, Uri.parse):
            with contextlib.suppress(RemoteProtocolError):
                read(text)


@pytest.mark.parametrize("module", [digest, fields, grammar, headers, message, uri])
def test_patterns_have_only_possessive_repetitions(module: ModuleType) -> None:
    """All repetitions are possessive, so that no pattern backtracks."""
    for name, value in vars(module).items():
        pattern = getattr(value, "__self__", value)
        if isinstance(pattern, re.Pattern):
            bare = re.sub(r"\\.|\[(?:\\.|[^\]])*\]", "x", pattern.pattern)
            repeats = re.findall(r"([*+?]|\{\d+,\d*\})(\+?)", bare)
            assert not [kind for kind, possessive in repeats if kind != "?" and not possessive], name
