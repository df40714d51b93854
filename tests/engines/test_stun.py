"""STUN on the SIP port: RFC 5769 test vectors; only valid Binding requests are answered."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.transport import stun

TRANSACTION = bytes(range(1, 13))

RFC5769_REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff"
    "80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
"""Section 2.1: software, priority and ice-controlled, username, integrity, fingerprint."""
RFC5769_RESPONSE_ADDRESS = bytes.fromhex("00200008 0001a147 e112a643".replace(" ", ""))
"""Section 2.2: XOR-MAPPED-ADDRESS of 192.0.2.1:32853."""


def attribute(number: int, value: bytes) -> bytes:
    return struct.pack("!HH", number, len(value)) + value + b"\x00" * (-len(value) % 4)


def request(*attributes: bytes, kind: int = stun.BINDING_REQUEST) -> bytes:
    body = b"".join(attributes)
    return struct.pack("!HHI12s", kind, len(body), stun.MAGIC_COOKIE, TRANSACTION) + body


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 32853), ("2001:db8::7", 1), ("fe80::1%eth0", 65535)])
def test_response_contains_the_source_address(host: str, port: int) -> None:
    answer = stun.answer(stun.binding_request(TRANSACTION), host, port)
    assert answer is not None
    assert answer[:2] == b"\x01\x01"
    assert answer[8:20] == TRANSACTION
    assert stun.mapped_address(answer) == (host.partition("%")[0], port)


def test_address_is_encoded_as_in_rfc5769() -> None:
    answer = stun.answer(request(), "192.0.2.1", 32853)
    assert answer is not None
    assert answer[20:] == RFC5769_RESPONSE_ADDRESS


def test_fingerprint_is_verified_and_returned() -> None:
    """RFC 5769 section 2.1 contains PRIORITY, unknown to a plain Binding server (RFC 8489 section 6.3.1)."""
    answer = stun.answer(RFC5769_REQUEST, "192.0.2.1", 32853)
    assert answer is not None
    assert answer[:2] == b"\x01\x11"
    assert b"\x00\x09" in answer
    assert attribute(stun.UNKNOWN_ATTRIBUTES, b"\x00\x24") in answer
    assert answer[-8:-4] == b"\x80\x28\x00\x04"
    broken = RFC5769_REQUEST[:-1] + b"\xce"
    assert stun.answer(broken, "192.0.2.1", 32853) is None


def test_comprehension_optional_attributes_are_ignored() -> None:
    answer = stun.answer(request(attribute(0x8022, b"a phone")), "192.0.2.1", 5060)
    assert answer is not None
    assert stun.mapped_address(answer) == ("192.0.2.1", 5060)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        request()[:19],
        request(kind=0x0011),
        request(kind=stun.BINDING_SUCCESS),
        request() + b"\x00\x00\x00\x00",
        request(b"\x80\x22\x00\xff"),
        b"\x00\x01\x00\x00" + b"\x00" * 16,
        b"REGISTER sip:example.com SIP/2.0\r\n\r\n",
    ],
)
def test_other_datagrams_are_not_answered(data: bytes) -> None:
    assert stun.answer(data, "192.0.2.1", 5060) is None


@given(st.binary(max_size=200))
def test_any_bytes_after_the_cookie_are_tolerated(noise: bytes) -> None:
    head = struct.pack("!HHI12s", stun.BINDING_REQUEST, len(noise), stun.MAGIC_COOKIE, TRANSACTION)
    answer = stun.answer(head + noise, "192.0.2.1", 5060)
    assert answer is None or len(answer) <= 3 * len(head + noise)
