"""STUN Binding responses on the SIP port (RFC 8489, RFC 5626 section 4.4.2): the keep-alive of phones behind NAT.

Pure: one datagram in, one datagram or None out. Only Binding requests are supported. Requests are not authenticated, so
a response is at most three times as large as the request and goes only to its source.
"""

import ipaddress
import struct
import zlib

MAGIC_COOKIE = 0x2112A442
BINDING_REQUEST = 0x0001
BINDING_SUCCESS = 0x0101
BINDING_ERROR = 0x0111

MAPPED_ADDRESS = 0x0001
USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
ERROR_CODE = 0x0009
UNKNOWN_ATTRIBUTES = 0x000A
MESSAGE_INTEGRITY_SHA256 = 0x001C
XOR_MAPPED_ADDRESS = 0x0020
FINGERPRINT = 0x8028
FINGERPRINT_XOR = 0x5354554E

_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_KNOWN = {MAPPED_ADDRESS, USERNAME, MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256, XOR_MAPPED_ADDRESS}
_MAX_UNKNOWN = 8
MAX_FIRST_BYTE = 3
"""Largest first byte of a STUN message (RFC 7983 section 7). A SIP method may begin with a byte as low as "!"."""


def is_stun(data: bytes) -> bool:
    """Whether a datagram is STUN and not SIP: its first byte (RFC 7983) and the magic cookie (RFC 8489)."""
    return len(data) >= 20 and data[0] <= MAX_FIRST_BYTE and data[4:8] == b"\x21\x12\xa4\x42"


def answer(data: bytes, host: str, port: int) -> bytes | None:
    """Return the response to a datagram from `host`:`port`, or None if it is not a valid Binding request."""
    if not is_stun(data):
        return None
    kind, length, _, transaction = _HEADER.unpack_from(data)
    if kind != BINDING_REQUEST or length % 4 or length != len(data) - _HEADER.size:
        return None
    found = parse_attributes(data)
    if found is None:
        return None
    fingerprint = False
    unknown: list[int] = []
    for number, value, start in found:
        if number == FINGERPRINT:
            if value != _fingerprint(data[:start]):
                return None
            fingerprint = True
        elif number < 0x8000 and number not in _KNOWN:
            unknown.append(number)
    if unknown:
        return _error_response(transaction, unknown[:_MAX_UNKNOWN], fingerprint)
    return _message(
        BINDING_SUCCESS,
        transaction,
        encode_attribute(XOR_MAPPED_ADDRESS, _encode_address(host, port, transaction)),
        fingerprint,
    )


def binding_request(transaction: bytes) -> bytes:
    """Return a Binding request without attributes; `transaction` is 12 random bytes."""
    return _HEADER.pack(BINDING_REQUEST, 0, MAGIC_COOKIE, transaction)


def mapped_address(data: bytes) -> tuple[str, int] | None:
    """Return the XOR-MAPPED-ADDRESS of a Binding success response as (host, port), or None."""
    if not is_stun(data):
        return None
    kind, length, _, transaction = _HEADER.unpack_from(data)
    found = parse_attributes(data) if length == len(data) - _HEADER.size else None
    if kind != BINDING_SUCCESS or found is None:
        return None
    for number, value, _ in found:
        if number == XOR_MAPPED_ADDRESS and len(value) in (8, 20):
            return decode_address(value, transaction)
    return None


def decode_address(value: bytes, transaction: bytes) -> tuple[str, int]:
    """Decode the value of an XOR- address attribute into (host, port) (RFC 8489 section 14.2)."""
    port = int.from_bytes(value[2:4], "big") ^ MAGIC_COOKIE >> 16
    return str(ipaddress.ip_address(_xor(value[4:], transaction))), port


def parse_attributes(data: bytes) -> list[tuple[int, bytes, int]] | None:
    """Return (number, value, offset) of each attribute; None if one exceeds the message."""
    found: list[tuple[int, bytes, int]] = []
    at = _HEADER.size
    while at < len(data):
        if at + _ATTRIBUTE.size > len(data):
            return None
        number, length = _ATTRIBUTE.unpack_from(data, at)
        value = data[at + _ATTRIBUTE.size : at + _ATTRIBUTE.size + length]
        if len(value) != length:
            return None
        found.append((number, value, at))
        at += _ATTRIBUTE.size + (length + 3 & ~3)
    return found


def _error_response(transaction: bytes, unknown: list[int], fingerprint: bool) -> bytes:
    reason = b"Unknown Attribute"
    error = encode_attribute(ERROR_CODE, struct.pack("!HBB", 0, 4, 20) + reason)
    numbers = encode_attribute(UNKNOWN_ATTRIBUTES, b"".join(number.to_bytes(2, "big") for number in unknown))
    return _message(BINDING_ERROR, transaction, error + numbers, fingerprint)


def _message(kind: int, transaction: bytes, body: bytes, fingerprint: bool) -> bytes:
    length = len(body) + (8 if fingerprint else 0)
    message = _HEADER.pack(kind, length, MAGIC_COOKIE, transaction) + body
    if fingerprint:
        message += encode_attribute(FINGERPRINT, _fingerprint(message))
    return message


def _fingerprint(before: bytes) -> bytes:
    """Return the FINGERPRINT of a message whose length field already includes the attribute (RFC 8489 section 14.7)."""
    return (zlib.crc32(before) ^ FINGERPRINT_XOR).to_bytes(4, "big")


def encode_attribute(number: int, value: bytes) -> bytes:
    """Encode an attribute with padding (RFC 8489 section 14)."""
    return _ATTRIBUTE.pack(number, len(value)) + value + b"\x00" * (-len(value) % 4)


def _encode_address(host: str, port: int, transaction: bytes) -> bytes:
    packed = ipaddress.ip_address(host.partition("%")[0]).packed
    family = 1 if len(packed) == 4 else 2
    return struct.pack("!BBH", 0, family, port ^ MAGIC_COOKIE >> 16) + _xor(packed, transaction)


def _xor(packed: bytes, transaction: bytes) -> bytes:
    """XOR an address with cookie and transaction id, so that NATs do not rewrite it (RFC 8489 section 14.2)."""
    mask = MAGIC_COOKIE.to_bytes(4, "big") + transaction
    return bytes(a ^ b for a, b in zip(packed, mask, strict=False))
