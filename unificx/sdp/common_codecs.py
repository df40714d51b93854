"""Codecs in common of two SDPs, or of an SDP and this server."""

import re
from collections.abc import Set

from unificx.sdp.session import SdpError, codecs, first_audio, parse

_audio_line = re.compile(rb"^m=audio [1-9][0-9]*+(?:/[0-9]++)? \S++((?: [0-9]++)++)", re.MULTILINE).search
_STATIC_AUDIO = frozenset((b"0", b"3", b"4", b"8", b"9", b"18"))
_G711 = frozenset((b"0", b"8"))
_NO_SPEECH = frozenset(("telephone-event", "cn"))


def shares_audio_codec(one: bytes, other: bytes) -> bool:
    """Whether two SDPs of the same stream have an audio codec in common, or either of them has no audio."""
    lines = _audio_line(one), _audio_line(other)
    if lines[0] is None or lines[1] is None:
        return True
    formats = [set(line[1].split()) & _STATIC_AUDIO for line in lines if line is not None]
    if not formats[0].isdisjoint(formats[1]):  # the usual case
        return True
    try:
        return not _audio_codecs(one).isdisjoint(_audio_codecs(other))
    except SdpError:
        return True


def offers_codec(sdp: bytes, names: Set[str]) -> bool:
    """Whether an SDP has an audio codec of these names, in lower case, which include G.711; or has no audio."""
    line = _audio_line(sdp)
    if line is None or not _G711.isdisjoint(line[1].split()):  # the usual case
        return True
    try:
        return any(name in names for name, _ in _audio_codecs(sdp))
    except SdpError:
        return True


def _audio_codecs(sdp: bytes) -> set[tuple[str, int]]:
    """Return the names, in lower case, and clock rates of the audio codecs, without telephone events and comfort
    noise."""
    media = first_audio(parse(sdp))
    found = codecs(media) if media is not None else ()
    return {(codec.name.lower(), codec.rate) for codec in found if codec.name.lower() not in _NO_SPEECH}
