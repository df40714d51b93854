"""The sections of an SDP, on its bytes: the session, then one for each media section, without its leading `m=`."""

from collections.abc import Iterable

_SEPARATOR = b"\nm="


def split_sections(sdp: bytes) -> list[bytes]:
    """Return the session level and the media sections. They end where the line break of their last line begins."""
    return sdp.split(_SEPARATOR)


def join_sections(sections: Iterable[bytes]) -> bytes:
    """Return the SDP of what `split_sections` has returned."""
    return _SEPARATOR.join(sections)


def section_kind(section: bytes) -> bytes:
    """Return the media type of a media section, such as b"audio"."""
    return section.partition(b" ")[0]


def is_rejected(section: bytes) -> bool:
    """Whether a media section has port 0 (RFC 3264 section 6)."""
    return section.split(b" ", 2)[1:2] == [b"0"]


def first_audio_section(media: bytes) -> bytes:
    """Return the first audio section in use, else the first one, else all, of media sections after the first `m=`."""
    if _SEPARATOR not in media:
        return media
    audio = [each for each in media.split(_SEPARATOR) if each.startswith(b"audio ")]
    return next((each for each in audio if not is_rejected(each)), audio[0] if audio else media)
