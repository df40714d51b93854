"""SDP: parsing, questions, changes and the address filter. All code that reads SDP is here."""

from unificx.sdp.address_filter import MAX_MEDIA_SECTIONS, sanitize
from unificx.sdp.common_codecs import shares_audio_codec
from unificx.sdp.editing import align_sections, as_sendrecv, audio_only, with_origin, without_ice, without_identity
from unificx.sdp.inspection import (
    audio_direction,
    audio_transport,
    has_video,
    is_fax_only,
    is_receiving,
    is_sending,
    sends_telephone_events,
    uses_ice,
)
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
from unificx.sdp.video import video_only, with_extensions_of

__all__ = [
    "MAX_MEDIA_SECTIONS",
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
    "align_sections",
    "as_sendrecv",
    "audio_direction",
    "audio_only",
    "audio_transport",
    "codecs",
    "direction",
    "first_audio",
    "has_video",
    "is_fax_only",
    "is_hold",
    "is_receiving",
    "is_sending",
    "parse",
    "recording_indication",
    "recording_preference",
    "sanitize",
    "sends_telephone_events",
    "shares_audio_codec",
    "uses_ice",
    "video_only",
    "with_extensions_of",
    "with_origin",
    "with_recording_indication",
    "without_ice",
    "without_identity",
]
