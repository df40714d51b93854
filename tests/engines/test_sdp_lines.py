"""SDP that the filter of media addresses passes has no forbidden address in the lines that rtpengine reads: its
daemon/sdp.c ends lines at LF only, and lib/socket.c addresses at NUL or after an IPv6 address in brackets."""

from itertools import product

import pytest

from unificx.rtpengine import bencode, ng
from unificx.rtpengine.ng import Profile, Sides
from unificx.sdp import sanitize, video_only, without_identity
from unificx.sdp.address_filter import MAX_MEDIA_SECTIONS

PHONE = "192.0.2.1"
SDP = b"v=0\r\no=- 5 6 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
ICE = b"a=ice-ufrag:a\r\na=ice-pwd:b\r\n"
BROWSER = SDP.replace(b"audio 4000 RTP/AVP 0", b"video 4000 UDP/TLS/RTP/SAVPF 96") + ICE
LOOPBACK = (b"127.0.0.1", b"::1")
WITH_ADDRESS = (b"c=", b"a=rtcp:", b"a=candidate:")
LINES = (
    b"c=IN IP4 127.0.0.1",
    b"c=in IP4 127.0.0.1",
    b"c=IN IP6 ::1",
    b"c=IN IP6 [::1].local",
    b"c=IN IP4 127.0.0.1\0.local",
    b"a=rtcp:53 IN IP4 127.0.0.1",
    b"a=rtcp:53\x0b IN IP4 127.0.0.1",
    b"a=rtcp:\x0c53 IN IP4 127.0.0.1",
    b"a=rtcp:53\r IN IP4 127.0.0.1",
    b"a=candidate:1 1 UDP 1 127.0.0.1 5000 typ host",
    b"a=candidate:1 1 UDP 1 [::1].local 5000 typ host",
    b"a=candidate:1 1 UDP 1 127.0.0.1\0.local 5000 typ host",
    b"m=audio 9 RTP/AVP 0\r\nc=IN IP4 127.0.0.1",
)
BEFORE = (b"", b"i=", b"i=x", b"u=x", b"e=x", b"p=x", b"s=x", b"o=x", b"k=x", b"a=x")
BREAKS = (b"", *b"\n \r \r\r \r\n \n\r \0 \x0b \x0c \x1c \x85 \xc2\x85 \xe2\x80\xa8 \xe2\n".split(b" "))
ENDS = (b"", b"\r", b"\n", b"\r\n")


def passed(sdp: bytes) -> bytes:
    """Return what rtpengine gets of a phone's SDP."""
    offer = bencode.decode(ng.offer("anchor", "a", sanitize(sdp, PHONE), Sides(Profile.PLAIN)))
    return str(offer["sdp"]).encode()


def names_loopback(sdp: bytes) -> bool:
    lines = [line for line in sdp.split(b"\n") if line.startswith(WITH_ADDRESS)]
    return any(each in line for line in lines for each in LOOPBACK)


@pytest.mark.promise("T3")
@pytest.mark.parametrize("line", LINES)
def test_no_spelling_of_a_line_passes_a_forbidden_address(line: bytes) -> None:
    for before, between, end, ice in product(BEFORE, BREAKS, ENDS, (b"", ICE)):
        smuggled = before + between + line + end
        assert not names_loopback(passed(SDP + ice + smuggled)), smuggled
        assert not names_loopback(video_only(BROWSER + smuggled, PHONE)), smuggled


@pytest.mark.parametrize("between", BREAKS)
def test_no_spelling_of_a_line_passes_more_media_sections(between: bytes) -> None:
    for before in BEFORE:
        hidden = (before + between + b"m=audio 4000 RTP/AVP 0\r\n") * MAX_MEDIA_SECTIONS
        assert passed(SDP + hidden).count(b"\nm=") <= MAX_MEDIA_SECTIONS


@pytest.mark.parametrize("kind", [b"i", b"u", b"e", b"p"])
@pytest.mark.parametrize("rest", [b"", b"x", b"\r", b"x\rc=IN IP4 127.0.0.1", b"\x0bm=audio 1 RTP/AVP 0"])
def test_personal_lines_are_removed_up_to_their_lf(kind: bytes, rest: bytes) -> None:
    for end in ENDS[2:]:
        assert without_identity(SDP + kind + b"=" + rest + end + b"a=sendrecv\r\n") == SDP + b"a=sendrecv\r\n"
    assert without_identity(SDP + kind + b"=" + rest) == SDP


@pytest.mark.parametrize("line", [b"a=x\ry\r\n", b"a=x\r\r\n", b"\ra=x\r\n", b"a=x\0\r\n", b"\0\0"])
@pytest.mark.parametrize("source", [PHONE, "127.0.0.1"])
def test_bytes_that_others_take_for_an_end_are_refused(line: bytes, source: str) -> None:
    assert sanitize(SDP + line, source) == b""


@pytest.mark.parametrize(
    "sdp", [SDP.replace(b"\r", b""), SDP + b"a=x\n", SDP[:-1], SDP[:-2], SDP + b"a=x\r", b"", b"\r"]
)
def test_the_usual_line_ends_are_accepted(sdp: bytes) -> None:
    assert sanitize(sdp, PHONE) == sdp


@pytest.mark.parametrize("sdp", [SDP, SDP.replace(b"\r", b""), SDP[:-2], SDP + ICE])
def test_a_nul_at_the_end_is_removed(sdp: bytes) -> None:
    assert sanitize(sdp + b"\0", PHONE) == sdp
