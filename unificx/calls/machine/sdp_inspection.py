"""Inspection of SDP for call control, on the bytes without a full parse."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

MAX_SDP_BYTES = 16 * 1024
MAX_MEDIA_SECTIONS = 8
"""Media sections; each one uses ports of the shared pool."""
_UNSPECIFIED = "0.0.0.0"
"""Unspecified address: hold as in RFC 2543, or an offer with trickled candidates (RFC 8840)."""
_TEST_NET = b"192.0.2.1"
_ADDRESS = re.compile(rb"^(?:c=IN IP[46] |a=rtcp:\d+ IN IP[46] )([^\s/]+)", re.M)
_CANDIDATE = re.compile(rb"^a=(?:candidate:\S+ \d+ \S+ \d+ |remote-candidates:\d+ )(\S+)", re.M)
_CANDIDATES = re.compile(rb"^a=candidate:\S+ \d+ \S+ \d+ (\S+)[^\n]*\n", re.M)
_ICE_ATTRIBUTES = re.compile(rb"^a=(?:ice-|candidate:|remote-candidates:|end-of-candidates|fingerprint:)[^\n]*\n", re.M)
_PORT = re.compile(rb"\A(\S+ )[1-9]\d*")
_DIRECTION = re.compile(rb"^a=(sendrecv|sendonly|recvonly|inactive)(?=\s*$)", re.M)


def sanitize(sdp: bytes, source: str) -> bytes:
    """Return the SDP as it may be passed to the media engine: of limited size and without forbidden media addresses;
    b"" if it is unacceptable.

    `source` is the address it was received from. Remote SDP with a loopback address of this machine would turn the
    relay into an access path to local services, including the engine's control port (SSRF). With ICE, only such
    candidates are removed; without ICE, the SDP is rejected.
    """
    if len(sdp) > MAX_SDP_BYTES or sdp.count(b"\nm=") > MAX_MEDIA_SECTIONS:
        return b""
    source_ip = _parse_ip(source)
    if source_ip is not None and source_ip.is_loopback:
        return sdp
    if uses_ice(sdp):
        sdp = _CANDIDATES.sub(lambda line: line[0] if _is_allowed_address(line[1]) else b"", sdp)
        sdp = b"\nm=".join(_without_unreachable_address(section) for section in sdp.split(b"\nm="))
    addresses = [*_ADDRESS.findall(sdp), *_CANDIDATE.findall(sdp)]
    return sdp if all(_is_allowed_address(address) for address in addresses) else b""


def is_sending(sdp: bytes) -> bool:
    """Whether the author sends audio: sendrecv or sendonly (RFC 3264 section 5.1)."""
    return _direction(sdp) in (b"sendrecv", b"sendonly")


def is_receiving(sdp: bytes) -> bool:
    """Whether the author receives audio: sendrecv or recvonly."""
    return _direction(sdp) in (b"sendrecv", b"recvonly")


def with_origin(sdp: bytes, identity: int, version: int) -> bytes:
    """Replace the origin line: in one dialog the identity is constant and the version increments (RFC 3264 section
    8)."""
    line = _line(sdp, b"o=")
    fields = line.split()
    if len(fields) != 6:
        return sdp
    origin = b"- %d %d %s" % (identity, version, b" ".join(fields[3:]))
    return sdp.replace(b"o=" + line, b"o=" + origin, 1)


def _direction(sdp: bytes) -> bytes:
    """Direction of the audio section, else of the session, else sendrecv; inactive if rejected or RFC 2543 hold."""
    session, _, media = sdp.partition(b"\nm=")
    audio = next((part for part in media.split(b"\nm=") if part.startswith(b"audio ")), media)
    fields = audio.split(maxsplit=2)
    attribute = _DIRECTION.search(audio) or _DIRECTION.search(session)
    on_hold = b"c=IN IP4 0.0.0.0" in (audio if b"\nc=" in audio else session) and fields[1:2] != [b"9"]
    if fields[1:2] == [b"0"] or on_hold:
        return b"inactive"
    return attribute[1] if attribute is not None else b"sendrecv"


def uses_ice(sdp: bytes) -> bool:
    """Whether the SDP uses ICE (RFC 8839)."""
    return b"\na=ice-ufrag:" in sdp


def without_ice(sdp: bytes) -> bytes:
    """Remove ICE parameters, candidates and fingerprints from an SDP that uses ICE; return any other unchanged.

    Without a fingerprint, the media engine does not mirror the peer's hash function. The address becomes one of
    TEST-NET-1 (RFC 5737), since 0.0.0.0 without ICE means hold.
    """
    if not uses_ice(sdp):
        return sdp
    return b"\nm=".join(_with_address(section, _TEST_NET) for section in _ICE_ATTRIBUTES.sub(b"", sdp).split(b"\nm="))


def as_sendrecv(sdp: bytes) -> bytes:
    """Set the direction to sendrecv, for a held party that is connected to a new peer (RFC 3264 section 5.1)."""
    return _DIRECTION.sub(b"a=sendrecv", sdp)


def _without_unreachable_address(section: bytes) -> bytes:
    """Replace an unreachable address of a section, leaving only its candidates (RFC 8840 section 4.1.1)."""
    reached = all(_is_allowed_address(address) for address in _ADDRESS.findall(section))
    return section if reached else _with_address(section, _UNSPECIFIED.encode())


def _with_address(section: bytes, address: bytes) -> bytes:
    """Set the section's address to an IPv4 address and its port to 9 (discard)."""
    moved = _ADDRESS.sub(lambda line: line[0].replace(line[1], address).replace(b"IN IP6", b"IN IP4"), section)
    return _PORT.sub(rb"\g<1>9", moved)


def _is_allowed_address(address: bytes) -> bool:
    """Whether media may be sent to an address. mDNS names (RFC 8828) only resolve in the author's network."""
    return address.endswith(b".local") or _is_reachable(address.decode("ascii", "replace"))


def _is_reachable(text: str) -> bool:
    address = _parse_ip(text)
    if address is None:
        return False
    return text == _UNSPECIFIED or not (
        address.is_loopback
        or address.is_unspecified
        or address.is_multicast
        or address.is_link_local
        or _is_this_network(address)
    )


def _is_this_network(address: IPv4Address | IPv6Address) -> bool:
    """0.0.0.0/8, "this host" (RFC 1122 section 3.2.1.3)."""
    return isinstance(address, IPv4Address) and address.packed[0] == 0


@lru_cache(maxsize=1024)  # phones reuse their addresses
def _parse_ip(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _line(sdp: bytes, mark: bytes) -> bytes:
    start = 0 if sdp.startswith(mark) else sdp.find(b"\n" + mark) + 1
    if start == 0 and not sdp.startswith(mark):
        return b""
    end = sdp.find(b"\n", start)
    return sdp[start + len(mark) : end if end >= 0 else len(sdp)].rstrip(b"\r")
