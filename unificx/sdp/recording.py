"""SDP attributes for recording (RFC 7866): the preference of the sender, and the recording indication.

Works on bytes, because nearly no SDP has these attributes, but every SDP of a call is processed here.
"""

import re
from typing import Literal, cast

from unificx.sdp.inspection import has_recording_attributes
from unificx.sdp.sections import section_kind, split_sections

RecordIndication = Literal["", "on", "paused", "off"]
"""The recording state indicated to a phone; "": no indication."""
RecordingPreference = Literal["", "on", "off", "pause", "nopreference"]
"""The recording preference of the sender; "": none given, and possibly not supported."""

_PREFERENCE = re.compile(rb"^a=recordpref:(on|off|pause|nopreference)[ \t\r]*$", re.M)
_INDICATION = re.compile(rb"^a=record:(on|paused|off)[ \t\r]*$", re.M)
_ANY_ATTRIBUTE = re.compile(rb"^a=record(?:pref)?:[^\n]*\n?", re.M)


def recording_preference(sdp: bytes) -> RecordingPreference:
    """Return the preference for audio, the only media recorded: media level before session level."""
    if not has_recording_attributes(sdp):
        return ""
    session, *sections = split_sections(sdp)
    audio = next((each for each in sections if section_kind(each) == b"audio"), b"")
    match = _PREFERENCE.search(audio) or _PREFERENCE.search(session)
    return cast(RecordingPreference, match[1].decode()) if match is not None else ""


def recording_indication(sdp: bytes) -> RecordIndication:
    """Return the session-level indication of a local SDP."""
    match = _INDICATION.search(sdp) if has_recording_attributes(sdp) else None
    return cast(RecordIndication, match[1].decode()) if match is not None else ""


def with_recording_indication(sdp: bytes, indication: RecordIndication) -> bytes:
    """Return the SDP with a session-level indication. Recording attributes of the other side are removed: a preference
    is not for third parties, and only this server knows what it records."""
    if has_recording_attributes(sdp):
        sdp = _ANY_ATTRIBUTE.sub(b"", sdp)
    if not indication or not sdp:
        return sdp
    session, mark, media = sdp.partition(b"\nm=")
    end = b"\r" if session.endswith(b"\r") else b""
    return b"%s\na=record:%s%s%s%s" % (session, indication.encode(), end, mark, media)
