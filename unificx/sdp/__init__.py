"""Session descriptions: reading, writing and the rules of offer and answer."""

from unificx.sdp.session import (
    STATIC_CODECS,
    BadDescription,
    Codec,
    Connection,
    Direction,
    Media,
    Origin,
    Session,
    audio,
    audio_only,
    codecs,
    direction,
    is_hold,
    parse,
    with_direction,
    with_origin,
)

__all__ = [
    "STATIC_CODECS",
    "BadDescription",
    "Codec",
    "Connection",
    "Direction",
    "Media",
    "Origin",
    "Session",
    "audio",
    "audio_only",
    "codecs",
    "direction",
    "is_hold",
    "parse",
    "with_direction",
    "with_origin",
]
