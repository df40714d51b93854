"""What the conductor has to know of a session description, found in the bytes without a full parse."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

MOST_BYTES = 16 * 1024
MOST_MEDIA = 8
"""Media sections; every one takes ports from everybody's stock."""
_HELD = "0.0.0.0"
"""Nowhere to send to: hold as in RFC 2543, or an offer whose candidates are still to come (RFC 8840)."""
_NOBODYS = b"192.0.2.1"
_ADDRESS = re.compile(rb"^(?:c=IN IP[46] |a=rtcp:\d+ IN IP[46] )([^\s/]+)", re.M)
_CANDIDATE = re.compile(rb"^a=(?:candidate:\S+ \d+ \S+ \d+ |remote-candidates:\d+ )(\S+)", re.M)
_CANDIDATES = re.compile(rb"^a=candidate:\S+ \d+ \S+ \d+ (\S+)[^\n]*\n", re.M)
_WAYS = re.compile(rb"^a=(?:ice-|candidate:|remote-candidates:|end-of-candidates|fingerprint:)[^\n]*\n", re.M)
_PORT = re.compile(rb"\A(\S+ )[1-9]\d*")
_DIRECTION = re.compile(rb"^a=(sendrecv|sendonly|recvonly|inactive)(?=\s*$)", re.M)


def usable(sdp: bytes, source: str) -> bytes:
    """The description as it may be given to the media engine: of a sane size, and sending media to nobody it must not
    reach; b"" if there is no such description.

    `source` is the address it came from. A description from elsewhere that names this machine's loopback would turn
    the relay into a way to what only this machine may talk to, the engine's own control port among it. With ICE such
    an address is one way of several, so it alone is left out; without, nothing would be left.
    """
    if len(sdp) > MOST_BYTES or sdp.count(b"\nm=") > MOST_MEDIA:
        return b""
    here = _numeric(source)
    if here is not None and here.is_loopback:
        return sdp
    if uses_ice(sdp):
        sdp = _CANDIDATES.sub(lambda line: line[0] if _may_be_tried(line[1]) else b"", sdp)
        sdp = b"\nm=".join(_without_place(section) for section in sdp.split(b"\nm="))
    named = [*_ADDRESS.findall(sdp), *_CANDIDATE.findall(sdp)]
    return sdp if all(_may_be_tried(address) for address in named) else b""


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


def uses_ice(sdp: bytes) -> bool:
    """Whether its author is reached by ICE (RFC 8839)."""
    return b"\na=ice-ufrag:" in sdp


def without_ways(sdp: bytes) -> bytes:
    """The description of one who goes by ICE without anything that says where he is and by which key he is known; any
    other as it is. The media engine hashes its own key as he did his, unless he did not yet.

    Its place is one that nobody has (RFC 5737), for 0.0.0.0 without ICE means hold.
    """
    if not uses_ice(sdp):
        return sdp
    return b"\nm=".join(_placed(section, _NOBODYS) for section in _WAYS.sub(b"", sdp).split(b"\nm="))


def both_ways(sdp: bytes) -> bytes:
    """The description as if nobody were on hold: what one says who is given to somebody else (RFC 3264 section 5.1)."""
    return _DIRECTION.sub(b"a=sendrecv", sdp)


def _without_place(section: bytes) -> bytes:
    """A section whose own address is none to reach, as if its candidates were all it has (RFC 8840 section 4.1.1)."""
    reached = all(_may_be_tried(address) for address in _ADDRESS.findall(section))
    return section if reached else _placed(section, _HELD.encode())


def _placed(section: bytes, place: bytes) -> bytes:
    """The section at another IPv4 address, and the port that is for nothing."""
    moved = _ADDRESS.sub(lambda line: line[0].replace(line[1], place).replace(b"IN IP6", b"IN IP4"), section)
    return _PORT.sub(rb"\g<1>9", moved)


def _may_be_tried(address: bytes) -> bool:
    """A name that only the author's own network knows (RFC 8828, mDNS) does no harm."""
    return address.endswith(b".local") or _is_reachable(address.decode("ascii", "replace"))


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


@lru_cache(maxsize=1024)  # phones offer from where they offered before
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
