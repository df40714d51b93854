"""Media sections: audio only, and the same sections in the same order within a dialog (RFC 3264 section 8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sdp import align_sections, audio_only, has_video

SESSION = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"
SOUND = b"m=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n"
VIDEO = b"m=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"
REFUSED = b"m=video 0 RTP/AVP 96\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n"


def sections(sdp: bytes) -> list[bytes]:
    return [b" ".join(each.split()[:2]) for each in sdp.split(b"\nm=")[1:]]


@pytest.mark.parametrize(
    ("sdp", "shown"),
    [(SESSION + SOUND, False), (SESSION + SOUND + VIDEO, True), (SESSION + SOUND + REFUSED, False), (b"", False)],
)
def test_has_video(sdp: bytes, shown: bool) -> None:
    assert has_video(sdp) is shown


def test_audio_only() -> None:
    assert audio_only(SESSION + VIDEO + SOUND) == SESSION + SOUND
    assert audio_only(SESSION + SOUND) == SESSION + SOUND
    assert audio_only(b"") == b""


def test_missing_section_is_rejected_in_place() -> None:
    assert align_sections(SESSION + SOUND, SESSION + SOUND + VIDEO) == SESSION + SOUND + REFUSED
    assert sections(align_sections(SESSION + SOUND, SESSION + VIDEO + SOUND)) == [b"video 0", b"audio 4000"]


def test_new_section_is_appended() -> None:
    assert align_sections(SESSION + VIDEO + SOUND, SESSION + SOUND) == SESSION + SOUND + VIDEO
    for sdp in (SESSION + SOUND, SESSION + SOUND + VIDEO):
        assert align_sections(sdp, b"") == align_sections(sdp, sdp) == sdp


def test_section_keeps_its_mid() -> None:
    known = SESSION + SOUND + b"a=mid:0\r\n" + VIDEO + b"a=mid:pic\\1\r\n"
    theirs = SESSION + b"a=group:BUNDLE 7\r\n" + SOUND + b"a=mid:7\r\n" + VIDEO + b"a=mid:8\r\n"
    worded = align_sections(theirs, known)
    assert worded == theirs.replace(b"mid:7", b"mid:0").replace(b"mid:8", b"mid:pic\\1")
    assert align_sections(SESSION + SOUND, known).endswith(b"a=inactive\r\na=mid:pic\\1\r\n")
    assert b"a=mid" not in align_sections(SESSION + SOUND, SESSION + SOUND + b"a=mid:0\r\n")


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_arbitrary_bytes_do_not_raise(sdp: bytes, known: bytes) -> None:
    has_video(sdp)
    audio_only(sdp)
    assert align_sections(sdp, b"").startswith(sdp[:1])
    align_sections(b"v=0\nm=" + sdp, b"v=0\nm=" + known)
