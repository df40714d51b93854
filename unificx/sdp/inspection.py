"""Questions about SDP, answered on its bytes without a parse: every SDP of a call is asked several of them.

For SDP that `session.parse` accepts, the answers are the same as on its result. For any other bytes no function raises.
"""

import re

from unificx.sdp.sections import first_audio_section, is_rejected, section_kind, split_sections
from unificx.sdp.session import Direction

DIRECTION_LINE = re.compile(rb"^a=(sendrecv|sendonly|recvonly|inactive)(?=\s*$)", re.M)
_DIRECTIONS = {each.encode(): each for each in Direction}
_ADDRESS = re.compile(rb"^c=IN IP[46] ([^\s/]+)", re.M)
_AUDIO_TRANSPORT = re.compile(rb"^m=audio \d+(?:/\d+)? (\S+)", re.M)
_ENCRYPTING_SUITE = re.compile(rb"^a=crypto:\d+ (?:AES_(?:CM_128|(?:192|256)_CM)_|AEAD_AES_|F8_128_)", re.M)
"""The suites of rtpengine, without those that only authenticate."""
_TELEPHONE_EVENTS = re.compile(rb"^a=rtpmap:\d+ telephone-event/", re.M | re.I)
_DISCARD_PORT = b"9"
"""Port of an offer whose candidates follow (RFC 8840 section 4.1)."""


def has_recording_attributes(sdp: bytes) -> bool:
    """Whether it has a preference or an indication of recording (RFC 7866), which nearly none has."""
    return b"\na=record" in sdp


def is_sending(sdp: bytes) -> bool:
    """Whether the author sends audio: sendrecv or sendonly (RFC 3264 section 5.1)."""
    return _audio_direction(sdp).sends


def is_receiving(sdp: bytes) -> bool:
    """Whether the author receives audio: sendrecv or recvonly."""
    return _audio_direction(sdp).receives


def _audio_direction(sdp: bytes) -> Direction:
    """Return the direction of the audio section, else of the session, else sendrecv; inactive if the section is
    rejected, or on hold by its address (RFC 2543)."""
    session, _, media = sdp.partition(b"\nm=")
    audio = first_audio_section(media)
    port = audio.split(maxsplit=2)[1:2]
    if port == [b"0"] or (port != [_DISCARD_PORT] and _is_without_address(session, audio)):
        return Direction.INACTIVE
    attribute = DIRECTION_LINE.search(audio) or DIRECTION_LINE.search(session)
    return _DIRECTIONS[attribute[1]] if attribute is not None else Direction.SENDRECV


def _is_without_address(session: bytes, audio: bytes) -> bool:
    if b" 0.0.0.0" not in session + audio and b" ::" not in session + audio:
        return False  # nearly always; the search of a pattern costs more
    address = _ADDRESS.search(audio) or _ADDRESS.search(session)
    return address is not None and address[1] in (b"0.0.0.0", b"::")


def is_on_ipv6(sdp: bytes) -> bool:
    """Whether the author receives media at IPv6 addresses, in any section."""
    return b"\nc=IN IP6 " in sdp


def audio_transport(sdp: bytes) -> bytes:
    """Return the transport protocol of the first audio section, such as b"RTP/SAVP"; b"" without one."""
    match = _AUDIO_TRANSPORT.search(sdp)
    return match[1] if match is not None else b""


def is_plain_rtp(sdp: bytes) -> bool:
    """Whether the audio of an offer is not encrypted."""
    return bool(sdp) and b"SAVP" not in audio_transport(sdp).upper()


def has_srtp_keys(sdp: bytes) -> bool:
    """Whether audio over SRTP can be keyed: by the fingerprint of a certificate (RFC 5763) or by a suite that encrypts
    (RFC 4568, 6188, 7714). True for plain RTP and for rejected audio."""
    if b"/SAVP" not in sdp:  # asked of each SDP
        return True
    transport, audio = audio_transport(sdp), first_audio_section(sdp.partition(b"\nm=")[2])
    if b"/SAVP" not in transport or is_rejected(audio) or b"\na=fingerprint:" in sdp:
        return True
    return not transport.startswith(b"UDP/TLS/") and _ENCRYPTING_SUITE.search(audio) is not None


def uses_ice(sdp: bytes) -> bool:
    """Whether the SDP uses ICE (RFC 8839)."""
    return b"\na=ice-ufrag:" in sdp


def sends_telephone_events(sdp: bytes) -> bool:
    """Whether the author sends DTMF as telephone events (RFC 4733). Phones without them send in-band tones."""
    return _TELEPHONE_EVENTS.search(sdp) is not None


def has_video(sdp: bytes) -> bool:
    """Whether the SDP has an accepted video section."""
    return any(section_kind(each) == b"video" and not is_rejected(each) for each in split_sections(sdp)[1:])


def is_audio_only(sdp: bytes) -> bool:
    """Whether all media sections are of audio."""
    return sdp.count(b"\nm=") == sdp.count(b"\nm=audio ")


def is_fax_only(sdp: bytes) -> bool:
    """Whether the SDP offers a fax session over T.38 in place of audio (ITU-T T.38 annex D)."""
    if b"\nm=image" not in sdp:
        return False
    offered = {section_kind(each) for each in split_sections(sdp)[1:] if not is_rejected(each)}
    return b"image" in offered and b"audio" not in offered
