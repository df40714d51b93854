"""URIs: parsing, formatting, comparison (RFC 3261 section 19.1.4; tel: RFC 3966; IPv6: RFC 5118)."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sip.errors import RemoteProtocolError
from unificx.sip.uri import Uri


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sip:example.com", Uri("sip", "", "example.com")),
        ("sip:alice@atlanta.example", Uri("sip", "alice", "atlanta.example")),
        ("sip:alice:secret@atlanta.example:5070", Uri("sip", "alice", "atlanta.example", 5070, password="secret")),
        ("SIPS:1212@gateway.example", Uri("sips", "1212", "gateway.example")),
        ("sip:*21#@pbx.example", Uri("sip", "*21#", "pbx.example")),
        ("sip:a;day=tuesday@atlanta.example", Uri("sip", "a;day=tuesday", "atlanta.example")),
        ("sip:x@h;transport=tcp;lr", Uri("sip", "x", "h", params=(("transport", "tcp"), ("lr", None)))),
        ("sip:x@[2001:db8::10]:5070", Uri("sip", "x", "[2001:db8::10]", 5070)),
        ("sip:[::ffff:192.0.2.2];maddr=[::1]", Uri("sip", "", "[::ffff:192.0.2.2]", params=(("maddr", "[::1]"),))),
        ("sip:[2001:db8::10:5070]", Uri("sip", "", "[2001:db8::10:5070]")),
        (
            "sip:x@h?Replaces=a%40b%3Bto-tag%3D1&subject=",
            Uri("sip", "x", "h", headers=(("Replaces", "a%40b%3Bto-tag%3D1"), ("subject", ""))),
        ),
        ("sip:x@h?Replaces=a@b", Uri("sip", "x", "h", headers=(("Replaces", "a@b"),))),
        ("tel:+49-30-123456", Uri("tel", "+49-30-123456", "")),
        ("tel:7042;phone-context=example.com", Uri("tel", "7042", "", params=(("phone-context", "example.com"),))),
    ],
)
def test_parsed_uri(text: str, expected: Uri) -> None:
    assert Uri.parse(text) == expected
    assert str(Uri.parse(text)) == (text if text.islower() or text[0] == "s" else text.replace("SIPS", "sips"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip",
        "sip:",
        "sip:@example.com",
        "sip:alice@",
        "sip:alice@@example.com",
        "sip:alice@exa mple.com",
        " sip:alice@example.com",
        "sip:alice@example.com\r\n",
        "sip:alice@example.com\n",
        "sip:alice@example.com:",
        "sip:alice@example.com:65536",
        "sip:alice@example.com:123456",
        "sip:alice@example.com;",
        "sip:alice@example.com;;lr",
        "sip:alice@example.com;=x",
        "sip:alice@example.com;lr;LR",
        "sip:alice@example.com?",
        "sip:alice@example.com?=x",
        "sip:alice@example.com?x",
        "sip:alice@example.com?x=1&",
        "sip:al%ice@example.com",
        "sip:alice%4@example.com",
        "sip:alice@example.com;a=%zz",
        "sip:al<ice@example.com",
        'sip:al"ice@example.com',
        "sip:jürgen@example.com",
        "sip:alice@exämple.com",
        "sip:2001:db8::10",
        "sip:[2001:db8:::10]",
        "sip:[]",
        "sip:[::1",
        "sip:[12345::]",
        "tel:",
        "tel:alice",
        "tel:+",
        "tel:+4930;x=%z",
        "<sip:alice@example.com>",
        "alice@example.com",
        "%:x",
    ],
)
def test_invalid_uris(text: str) -> None:
    with pytest.raises(RemoteProtocolError) as refused:
        Uri.parse(text)
    assert refused.value.status == 400


@pytest.mark.parametrize("text", ["http://example.com", "urn:service:sos", "isbn:123", "soap.beep://h", "x:\n"])
def test_unsupported_schemes(text: str) -> None:
    with pytest.raises(RemoteProtocolError) as refused:
        Uri.parse(text)
    assert refused.value.status == 416


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sip:%61lice@atlanta.example;transport=TCP", "sip:alice@AtLanTa.Example;Transport=tcp"),
        ("sip:carol@chicago.example", "sip:carol@chicago.example;newparam=5"),
        ("sip:carol@chicago.example;security=on", "sip:carol@chicago.example;newparam=5"),
        ("sip:alice@h?subject=project%20x&priority=urgent", "sip:alice@h?priority=urgent&subject=project%20x"),
        ("tel:+49-30-12", "tel:+49(30)12"),
    ],
)
def test_equal(one: str, other: str) -> None:
    assert Uri.parse(one).equals(Uri.parse(other))
    assert Uri.parse(other).equals(Uri.parse(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SIP:ALICE@AtLanTa.Example;Transport=udp", "sip:alice@AtLanTa.Example;Transport=UDP"),
        ("sip:bob@biloxi.example", "sip:bob@biloxi.example:5060"),
        ("sip:bob@biloxi.example", "sip:bob@biloxi.example;transport=udp"),
        ("sip:bob@biloxi.example:6000", "sip:bob@biloxi.example"),
        ("sip:carol@chicago.example;newparam=6", "sip:carol@chicago.example;newparam=5"),
        ("sip:carol@chicago.example", "sip:carol@chicago.example?Subject=next%20meeting"),
        ("sip:bob@phone21.example", "sip:bob@192.0.2.4"),
        ("sip:bob@h", "sips:bob@h"),
        ("sip:bob:a@h", "sip:bob:b@h"),
        ("tel:+4930", "tel:4930"),
        ("tel:30;phone-context=+49", "tel:30;phone-context=+48"),
    ],
)
def test_not_equal(one: str, other: str) -> None:
    assert not Uri.parse(one).equals(Uri.parse(other))
    assert not Uri.parse(other).equals(Uri.parse(one))


@pytest.mark.parametrize(
    ("text", "number", "context"),
    [
        ("tel:12345;phone-context=+49-30", "12345", "+49-30"),
        ("sip:12345;phone-context=%2B4930;cpc=ordinary@pbx.example;user=phone", "12345", "+4930"),
        ("sip:12345@pbx.example;user=phone;Phone-Context=+4930", "12345", "+4930"),
        ("tel:1001;phone-context=pbx.example", "1001", "pbx.example"),
        ("sip:1001;npdi@pbx.example", "1001", ""),
    ],
)
def test_a_local_number_has_a_context_and_no_prefix(text: str, number: str, context: str) -> None:
    uri = Uri.parse(text)
    assert (uri.number, uri.phone_context) == (number, context)


def test_parameter_lookup_is_case_insensitive() -> None:
    uri = Uri.parse("sip:x@h;Transport=TCP;LR")
    assert (uri.param("transport"), uri.param("lr"), uri.param("ob")) == ("TCP", "", None)
    assert uri.has("lr")
    assert not uri.has("ob")


def test_parameters_are_replaced_and_added() -> None:
    uri = Uri.parse("sip:x@h;Transport=TCP;lr")
    assert str(uri.with_params(("transport", "tls"), ("ob", None))) == "sip:x@h;lr;transport=tls;ob"


def test_header_of_a_uri() -> None:
    uri = Uri.parse("sip:x@h?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2")
    assert uri.header("replaces") == "a@b;to-tag=1;from-tag=2"
    assert uri.header("subject") is None


VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
ESCAPE = st.integers(0, 255).map("%{:02x}".format)


def of(alphabet: str, least: int = 0) -> st.SearchStrategy[str]:
    pieces = st.sampled_from([c for c in alphabet if c != "%"]) | ESCAPE
    return st.lists(pieces, min_size=least, max_size=12).map("".join)


def without(characters: str) -> str:
    return "".join(c for c in VISIBLE if c not in characters)


NAME = of(without(':;<=>?@"&'), 1)
PARAMS = st.lists(st.tuples(NAME, st.none() | of(without(';<>?"'))), max_size=3, unique_by=lambda p: p[0].lower())
USER = of(without(':<>@"'))
URIS = st.builds(
    lambda user, password, host, port, params, headers: Uri(
        "sip", user, host, port, tuple(params), tuple(headers), password if user else ""
    ),
    USER,
    of(without(':<>@"')),
    st.sampled_from(["example.com", "192.0.2.1", "[2001:db8::1]", "a_b.example"]),
    st.none() | st.integers(0, 65_535),
    PARAMS,
    st.lists(st.tuples(of(without('&=<>?"'), 1), of(without('&<>"'))), max_size=3),
).filter(lambda uri: bool(uri.user) or "@" not in str(uri))  # an @ would end a user


@given(URIS)
def test_format_and_parse_round_trip(uri: Uri) -> None:
    assert Uri.parse(str(uri)) == uri
    assert uri.equals(uri)


@given(st.text(max_size=60) | st.text(VISIBLE, max_size=40).map("sip:".__add__))
def test_any_text_is_a_uri_or_rejected(text: str) -> None:
    with contextlib.suppress(RemoteProtocolError):
        uri = Uri.parse(text)
        assert Uri.parse(str(uri)) == uri
