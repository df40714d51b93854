"""What is read off a session description without a parser, and whom the callee is told is calling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.calls.rules.descriptions import as_origin, hears, sends
from unificx.calls.rules.identity import Identity, caller_headers, withheld
from unificx.sip.headers import parse_address

SDP = b"v=0\r\no=alice 5 6 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"


@pytest.mark.parametrize(
    ("sdp", "speaks", "listens"),
    [
        (SDP, True, True),
        (SDP + b"a=sendrecv\r\n", True, True),
        (SDP + b"a=sendonly\r\n", True, False),
        (SDP + b"a=recvonly\r\n", False, True),
        (SDP + b"a=inactive\r\n", False, False),
        (SDP.replace(b"4000", b"0"), False, False),
        (SDP.replace(b"c=IN IP4 192.0.2.1", b"c=IN IP4 0.0.0.0"), False, False),
        (b"", True, True),
        (b"m=audio", True, True),
    ],
)
def test_who_speaks_and_who_listens(sdp: bytes, speaks: bool, listens: bool) -> None:
    assert (sends(sdp), hears(sdp)) == (speaks, listens)


def test_our_origin_stands_in_the_place_of_theirs() -> None:
    worded = as_origin(SDP, 77, 3)
    assert worded == SDP.replace(b"o=alice 5 6 IN IP4 192.0.2.1", b"o=- 77 3 IN IP4 192.0.2.1")
    assert as_origin(SDP.replace(b"o=alice 5 6 IN", b"o=IN"), 77, 3) == SDP.replace(b"o=alice 5 6 IN", b"o=IN")
    assert as_origin(b"v=0\r\n", 1, 1) == b"v=0\r\n"


@given(st.binary(max_size=200))
def test_no_bytes_upset_them(sdp: bytes) -> None:
    sends(sdp)
    hears(sdp)
    as_origin(sdp, 1, 1)


@given(st.text(max_size=40))
def test_any_name_makes_an_address_that_reads_back(name: str) -> None:
    address = Identity("1001", name, "acme.example").address
    assert "\r" not in address
    assert "\n" not in address
    read = parse_address(address)
    assert str(read.uri) == "sip:1001@acme.example"
    assert read.display == "".join(char for char in name if char.isprintable())


@pytest.mark.parametrize(
    ("values", "hidden"),
    [([], False), (["none"], False), (["id"], True), (["header;user"], True), (["critical", " ID "], True)],
)
def test_when_an_identity_is_withheld(values: list[str], hidden: bool) -> None:
    assert withheld(values) is hidden


def test_a_withheld_identity_is_in_no_header() -> None:
    value, headers = caller_headers(Identity("1001", "Alice", "acme.example"), hidden=True)
    assert "1001" not in value + str(headers)
    value, headers = caller_headers(Identity("1001", "", "acme.example"), hidden=False)
    assert value == "<sip:1001@acme.example>"
    assert headers == (("P-Asserted-Identity", value),)
