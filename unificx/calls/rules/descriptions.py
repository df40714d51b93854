"""What the conductor has to know of a session description, found in the bytes without a full parse."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

MOST_BYTES = 16 * 1024
MOST_MEDIA = 8
"""Media sections; every one takes ports from everybody's stock."""
_HELD = "0.0.0.0"
"""Nowhere to send to: hold as in RFC 2543, or an offer whose candidates are still to come (RFC 8840)."""
_ADDRESS = re.compile(rb"^(?:c=IN IP[46] |a=rtcp:\d+ IN IP[46] )([^\s/]+)", re.M)
_CANDIDATE = re.compile(rb"^a=(?:candidate:\S+ \d+ \S+ \d+ |remote-candidates:\d+ )(\S+)", re.M)
_DIRECTION = re.compile(rb"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", re.M)


def is_usable(sdp: bytes, source: str) -> bool:
    """Whether it may be given to the media engine: of a sane size, and sending media to nobody it must not reach.

    `source` is the address it came from. A description from elsewhere that names this machine's loopback would turn
    the relay into a way to what only this machine may talk to, the engine's own control port among it.
    """
    if len(sdp) > MOST_BYTES or sdp.count(b"\nm=") > MOST_MEDIA:
        return False
    here = _numeric(source)
    if here is not None and here.is_loopback:
        return True
    named = [*_ADDRESS.findall(sdp), *(each for each in _CANDIDATE.findall(sdp) if not each.endswith(b".local"))]
    return all(_is_reachable(address.decode("ascii", "replace")) for address in named)


def sends(sdp: bytes) -> bool:
    """Whether the side that wrote it says it sends sound (RFC 3264 section 5.1): neither held nor listening only."""
    return _direction(sdp) in (b"sendrecv", b"sendonly")


def hears(sdp: bytes) -> bool:
    """Whether the side that wrote it wants to be sent sound."""
    return _direction(sdp) in (b"sendrecv", b"recvonly")


def as_origin(sdp: bytes, identity: int, version: int) -> bytes:
    """The same description under our own origin line: in one dialog the identity stays and the version counts up
    (RFC 3264 section 8)."""
    line = _line(sdp, b"o=")
    words = line.split()
    if len(words) != 6:
        return sdp
    ours = b"- %d %d %s" % (identity, version, b" ".join(words[3:]))
    return sdp.replace(b"o=" + line, b"o=" + ours, 1)


def _direction(sdp: bytes) -> bytes:
    """Of the audio section, else of the session, else both ways; a refused section or the old way to hold is none."""
    session, _, media = sdp.partition(b"\nm=")
    audio = next((part for part in media.split(b"\nm=") if part.startswith(b"audio ")), media)
    words = audio.split(maxsplit=2)
    said = _DIRECTION.search(audio) or _DIRECTION.search(session)
    held = b"c=IN IP4 0.0.0.0" in (audio if b"\nc=" in audio else session) and words[1:2] != [b"9"]
    if words[1:2] == [b"0"] or held:
        return b"inactive"
    return said[1] if said is not None else b"sendrecv"


def _is_reachable(text: str) -> bool:
    address = _numeric(text)
    if address is None:
        return False
    return text == _HELD or not (
        address.is_loopback
        or address.is_unspecified
        or address.is_multicast
        or address.is_link_local
        or _is_low(address)
    )


def _is_low(address: IPv4Address | IPv6Address) -> bool:
    """0.0.0.0/8, "this host" (RFC 1122 section 3.2.1.3)."""
    return isinstance(address, IPv4Address) and address.packed[0] == 0


def _numeric(text: str) -> IPv4Address | IPv6Address | None:
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
