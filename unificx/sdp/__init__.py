"""SDP: parsing, formatting and helpers for offer/answer."""

from unificx.sdp.recording import (
    RecordIndication,
    RecordingPreference,
    recording_indication,
    recording_preference,
    with_recording_indication,
)
from unificx.sdp.session import (
    STATIC_CODECS,
    Codec,
    Connection,
    Direction,
    MediaDescription,
    Origin,
    SdpError,
    SessionDescription,
    codecs,
    direction,
    first_audio,
    is_hold,
    parse,
)

__all__ = [
    "STATIC_CODECS",
    "Codec",
    "Connection",
    "Direction",
    "MediaDescription",
    "Origin",
    "RecordIndication",
    "RecordingPreference",
    "SdpError",
    "SessionDescription",
    "codecs",
    "direction",
    "first_audio",
    "is_hold",
    "parse",
    "recording_indication",
    "recording_preference",
    "with_recording_indication",
]
