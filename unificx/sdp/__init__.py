"""SDP: parsing, formatting and helpers for offer/answer."""

from unificx.sdp.recording import Indication, Wish, indicated, indication, wish
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
    codecs,
    direction,
    is_hold,
    parse,
)

__all__ = [
    "STATIC_CODECS",
    "BadDescription",
    "Codec",
    "Connection",
    "Direction",
    "Indication",
    "Media",
    "Origin",
    "Session",
    "Wish",
    "audio",
    "codecs",
    "direction",
    "indicated",
    "indication",
    "is_hold",
    "parse",
    "wish",
]
