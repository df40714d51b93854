"""Changes of SDP on its bytes, for offers and answers that are passed on.

SDP within a dialog keeps the sections of earlier SDP in their order; an unused one has port 0 (RFC 3264 sections 6 and
8). Browsers end a call that violates this.
"""

import re

from unificx.sdp.inspection import DIRECTION_LINE, uses_ice
from unificx.sdp.sections import join_sections, section_kind, split_sections

ADDRESS_LINE = re.compile(rb"^(?:c=IN IP[46] |a=rtcp:\d+ IN IP[46] )([^\s/]+)", re.M)
MINIMAL_OFFER = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
"""An offer of audio that receives nothing: its port is that of discard."""
_TEST_NET = b"192.0.2.1"
_ICE_ATTRIBUTES = re.compile(rb"^a=(?:ice-|candidate:|remote-candidates:|end-of-candidates)[^\n]*\n", re.M)
_FINGERPRINT = re.compile(rb"^(a=fingerprint:)([^\r\n]*)", re.M)
_PORT = re.compile(rb"\A(\S+ )[1-9]\d*")
_MID = re.compile(rb"^a=mid:[^\r\n]*", re.M)
_NAMES = re.compile(rb"^(?:(o=)[^\s]+|(s=)[^\r\n]*)", re.M)
_PERSONAL_LINES = re.compile(rb"^[iuep]=[^\n]*\n?", re.M)
_SECTION = re.compile(rb"\A(\S+) \d+(?:/\d+)? (\S+) (\S+)")


def with_origin(sdp: bytes, identity: int, version: int) -> bytes:
    """Replace the origin line: in one dialog the identity is constant and the version increments (RFC 3264 section
    8)."""
    line = _line(sdp, b"o=")
    fields = line.split()
    if len(fields) != 6:
        return sdp
    origin = b"- %d %d %s" % (identity, version, b" ".join(fields[3:]))
    return sdp.replace(b"o=" + line, b"o=" + origin, 1)


def without_identity(sdp: bytes) -> bytes:
    """Remove what identifies the author: o= user name, s=, i=, u=, e= and p= lines (RFC 8866 section 5).

    They are also the only free-text lines, in any character set.
    """
    return _NAMES.sub(rb"\1\2-", _PERSONAL_LINES.sub(b"", sdp))


def without_ice(sdp: bytes) -> bytes:
    """Remove ICE parameters and candidates from an SDP that uses ICE; return any other unchanged.

    The fingerprint remains: without it, rtpengine has no DTLS role towards this party when it next makes an offer to
    it, takes the active one as soon as ICE has a path, and its ClientHello meets that of the party (RFC 8842 section
    5.3). The address becomes one of TEST-NET-1 (RFC 5737), since 0.0.0.0 without ICE means hold.
    """
    if not uses_ice(sdp):
        return sdp
    return join_sections(with_address(each, _TEST_NET) for each in split_sections(_ICE_ATTRIBUTES.sub(b"", sdp)))


def fingerprint(sdp: bytes) -> bytes:
    """Return the first fingerprint of a certificate with its hash function, such as b"sha-256 4A:AD:...", or b""
    (RFC 8122 section 5)."""
    match = _FINGERPRINT.search(sdp)
    return match[2] if match is not None else b""


def with_fingerprint(sdp: bytes, value: bytes) -> bytes:
    """Replace all fingerprints, which are of one certificate."""
    return _FINGERPRINT.sub(lambda match: match[1] + value, sdp)


def as_sendrecv(sdp: bytes) -> bytes:
    """Set the direction to sendrecv, for a held party that is connected to a new peer (RFC 3264 section 5.1)."""
    return DIRECTION_LINE.sub(b"a=sendrecv", sdp)


def with_address(section: bytes, address: bytes) -> bytes:
    """Set the section's address to an IPv4 address and its port to 9 (discard)."""
    moved = ADDRESS_LINE.sub(lambda line: line[0].replace(line[1], address).replace(b"IN IP6", b"IN IP4"), section)
    return _PORT.sub(rb"\g<1>9", moved)


def audio_only(sdp: bytes) -> bytes:
    """Return the SDP with its audio sections only."""
    session, *sections = split_sections(sdp)
    return join_sections([session, *(each for each in sections if section_kind(each) == b"audio")])


def align_sections(sdp: bytes, peer_sdp: bytes) -> bytes:
    """Align `sdp` with the peer's latest SDP: same section order and mid values (RFC 5888). Missing sections are
    rejected, new ones appended."""
    session, *sections = split_sections(sdp)
    aligned: list[bytes] = []
    for previous in split_sections(peer_sdp)[1:]:
        kind = section_kind(previous)
        section = next((each for each in sections if section_kind(each) == kind), None)
        if section is None:
            aligned.append(_rejected(previous))
        else:
            sections.remove(section)
            aligned.append(_with_mid_of(section, previous))
    terminated = [each if each.endswith(b"\r") else each.rstrip(b"\r\n") + b"\r" for each in (*aligned, *sections)]
    return join_sections([session, *terminated]) + b"\n" if terminated else sdp


def _rejected(previous: bytes) -> bytes:
    """Return a minimal rejected section (port 0)."""
    match = _SECTION.match(previous)
    first = b"%s 0 %s %s" % match.groups() if match is not None else b"audio 0 RTP/AVP 0"
    mid = _MID.search(previous)
    lines = [first, b"c=IN IP4 0.0.0.0", b"a=inactive", *([mid[0]] if mid is not None else [])]
    return b"\r\n".join(lines)


def _with_mid_of(section: bytes, previous: bytes) -> bytes:
    """Set the mid of the section to the earlier one, if there was one."""
    mid = _MID.search(previous)
    return _MID.sub(mid[0].replace(b"\\", b"\\\\"), section, count=1) if mid is not None else section


def _line(sdp: bytes, mark: bytes) -> bytes:
    start = 0 if sdp.startswith(mark) else sdp.find(b"\n" + mark) + 1
    if start == 0 and not sdp.startswith(mark):
        return b""
    end = sdp.find(b"\n", start)
    return sdp[start + len(mark) : end if end >= 0 else len(sdp)].rstrip(b"\r")
