"""Any bytes are valid SDP or raise SdpError; parsing and formatting round-trip."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from unificx import sdp
from unificx.rtpengine import ng
from unificx.rtpengine.ng import Profile, Sides, profile_of

SEED = (
    b"v=0\r\no=- 1 2 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
    b"m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=mid:0\r\na=sendonly\r\n"
    b"m=video 4002/2 RTP/AVP 99\r\nc=IN IP6 2001:db8::1\r\na=rtpmap:99 H264/90000\r\na=mid:1\r\n"
)


def check(data: bytes) -> None:
    profile_of(data)
    sdp.with_origin(sdp.sanitize(data, "192.0.2.1"), 1, 2)
    sdp.align_sections(sdp.audio_only(sdp.without_ice(sdp.as_sendrecv(data))), data)
    sdp.with_recording_indication(data, "on")
    sdp.is_sending(data)
    ng.offer("anchor", "a", data, Sides(Profile.PLAIN))
    try:
        session = sdp.parse(data)
    except sdp.SdpError:
        return
    assert sdp.parse(bytes(session)) == session
    sdp.is_hold(session)
    for media in session.media:
        sdp.codecs(media)
        sdp.direction(session, media)
        session.connection(media)


@given(st.binary(max_size=600))
@example(SEED)
@settings(max_examples=300, deadline=None)
def test_any_bytes(data: bytes) -> None:
    check(data)


@given(st.data())
@settings(max_examples=600, deadline=None)
def test_valid_sdp_with_a_few_bytes_changed(data: st.DataObject) -> None:
    mangled = bytearray(SEED)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(mangled) - 1))
        mangled[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    check(bytes(mangled))


@pytest.mark.parametrize("size", range(len(SEED)))
def test_valid_sdp_truncated_anywhere(size: int) -> None:
    check(SEED[:size])


def test_special_bytes_at_many_positions() -> None:
    for place in range(0, len(SEED), 3):
        for byte in (0, 9, 10, 13, 32, 45, 47, 58, 61, 127, 255):
            check(SEED[:place] + bytes((byte,)) + SEED[place + 1 :])
