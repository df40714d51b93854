"""Filter of the media addresses in SDP of other parties, on its bytes."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from unificx.sdp.editing import ADDRESS_LINE, with_address
from unificx.sdp.inspection import is_fax_only, uses_ice
from unificx.sdp.sections import join_sections, split_sections

MAX_SDP_BYTES = 16 * 1024
MAX_MEDIA_SECTIONS = 8
"""Media sections; each one uses ports of the shared pool."""
_UNSPECIFIED = "0.0.0.0"
"""Unspecified address: hold as in RFC 2543, or an offer with trickled candidates (RFC 8840)."""
_CANDIDATES = re.compile(rb"^a=candidate:(?:\S+ \d+ \S+ \d+ (\S+))?[^\n]*\n", re.M)
_WITH_ADDRESS = re.compile(rb"^(?:c=|a=rtcp:[^\n]*[ \t]\S|a=candidate:|a=remote-candidates:)[^\n]*", re.M)
"""Lines from which rtpengine may read an address. It accepts more than `_ADDRESS`, such as `c=in IP4`."""
_MDNS_NAME = re.compile(rb"[\w.-]+\.local")
_ADDRESS = re.compile(
    rb"(?:c=IN IP[46] |a=rtcp:\d+ IN IP[46] |a=candidate:\S+ \d+ \S+ \d+ |a=remote-candidates:\d+ )([^\s/]+)"
)


def sanitize(sdp: bytes, source: str) -> bytes:
    """Return the SDP as it may be passed to the media engine: of limited size, read by all in the same lines, and
    without forbidden media addresses; b"" if it is unacceptable.

    `source` is the address it was received from. Remote SDP with a loopback address of this machine would turn the
    relay into an access path to local services, including the engine's control port (SSRF). With ICE, only such
    candidates are removed; without ICE, the SDP is rejected. A single NUL at the end, which ends the text in the memory
    of a phone, is removed: rtpengine ignores it.
    """
    sdp = sdp.removesuffix(b"\0")
    if len(sdp) > MAX_SDP_BYTES or sdp.count(b"\nm=") > MAX_MEDIA_SECTIONS or _is_ambiguous(sdp):
        return b""
    source_ip = _parse_ip(source)
    if source_ip is not None and source_ip.is_loopback:
        return sdp
    if uses_ice(sdp):
        sdp = _CANDIDATES.sub(lambda line: line[0] if _is_allowed_address(line[1] or b"") else b"", sdp)
        sdp = join_sections(_without_unreachable_address(each) for each in split_sections(sdp))
    found = map(_ADDRESS.match, _WITH_ADDRESS.findall(sdp))
    return sdp if all(each is not None and _is_allowed_address(each[1]) for each in found) else b""


def _is_ambiguous(sdp: bytes) -> bool:
    """Whether other programs may read other lines or addresses from it: for rtpengine only LF ends a line, and NUL ends
    an address."""
    return b"\0" in sdp or sdp.count(b"\r") != sdp.count(b"\r\n") + sdp.endswith(b"\r")


def rejection_warning(sdp: bytes) -> tuple[int, str] | None:
    """Return why an offer is rejected, as a warning of RFC 3261 section 20.43; None for other reasons than these two.

    RFC 8866 allows the name of a host as media address, but rtpengine takes addresses only, and a call does not wait
    for the answer of a name server.
    """
    if any(_parse_ip(address.decode("ascii", "replace")) is None for address in ADDRESS_LINE.findall(sdp)):
        return 301, "A media address is the name of a host"
    return (304, "No media type in common") if is_fax_only(sdp) else None


def _without_unreachable_address(section: bytes) -> bytes:
    """Replace an unreachable address of a section, leaving only its candidates (RFC 8840 section 4.1.1)."""
    reached = all(_is_allowed_address(address) for address in ADDRESS_LINE.findall(section))
    return section if reached else with_address(section, _UNSPECIFIED.encode())


def _is_allowed_address(address: bytes) -> bool:
    """Whether media may be sent to an address. mDNS names (RFC 8828) only resolve in the author's network.

    rtpengine reads an IPv6 address in brackets, with anything after them.
    """
    return _MDNS_NAME.fullmatch(address) is not None or _is_reachable(address.decode("ascii", "replace"))


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
