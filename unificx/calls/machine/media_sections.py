"""Selection and order of media sections: video is relayed only between parties that use it.

SDP within a dialog keeps the sections of earlier SDP in their order; an unused one has port 0 (RFC 3264 sections 6 and
8). Browsers end a call that violates this.
"""

import re

_MID = re.compile(rb"^a=mid:[^\r\n]*", re.M)
_SECTION = re.compile(rb"\A(\S+) \d+(?:/\d+)? (\S+) (\S+)")


def audio_only(sdp: bytes) -> bytes:
    """Return the SDP with its audio sections only."""
    session, *sections = _split_sections(sdp)
    return b"\nm=".join([session, *(section for section in sections if _kind(section) == b"audio")])


def has_video(sdp: bytes) -> bool:
    """Whether the SDP has an accepted video section."""
    return any(_kind(section) == b"video" and not _is_rejected(section) for section in _split_sections(sdp)[1:])


def align_sections(sdp: bytes, peer_sdp: bytes) -> bytes:
    """Align `sdp` with the peer's latest SDP: same section order and mid values (RFC 5888). Missing sections are
    rejected, new ones appended."""
    session, *sections = _split_sections(sdp)
    aligned: list[bytes] = []
    for previous in _split_sections(peer_sdp)[1:]:
        kind = _kind(previous)
        section = next((each for each in sections if _kind(each) == kind), None)
        if section is None:
            aligned.append(_rejected(previous))
        else:
            sections.remove(section)
            aligned.append(_with_mid_of(section, previous))
    terminated = [each if each.endswith(b"\r") else each.rstrip(b"\r\n") + b"\r" for each in (*aligned, *sections)]
    return b"\nm=".join([session, *terminated]) + b"\n" if terminated else sdp


def _split_sections(sdp: bytes) -> list[bytes]:
    return sdp.split(b"\nm=")


def _kind(section: bytes) -> bytes:
    return section.partition(b" ")[0]


def _is_rejected(section: bytes) -> bool:
    return section.split(b" ", 2)[1:2] == [b"0"]


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
