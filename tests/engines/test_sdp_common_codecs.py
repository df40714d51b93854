"""Codecs in common of two SDPs."""

import pytest

from unificx.sdp import offers_codec, shares_audio_codec

OPUS, ILBC = b"a=rtpmap:96 opus/48000/2\r\n", b"a=rtpmap:97 iLBC/8000\r\n"
EVENTS = b"a=rtpmap:101 telephone-event/8000\r\n"


def sdp(formats: str, *lines: bytes, port: int = 4000) -> bytes:
    return (
        f"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio {port} RTP/AVP {formats}\r\n".encode()
        + b"".join(lines)
    )


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (sdp("0 8"), sdp("8"), True),
        (sdp("0"), sdp("8"), False),
        (sdp("0"), sdp("96", b"a=rtpmap:96 pcmu/8000\r\n"), True),
        (sdp("96", OPUS), sdp("111", OPUS.replace(b"96", b"111")), True),
        (sdp("97 101", ILBC, EVENTS), sdp("0 101", EVENTS), False),
        (sdp("0 13"), sdp("8 13"), False),
        (sdp("0"), sdp("8", port=0), True),
        (b"", sdp("8"), True),
        (sdp("0"), b"nonsense m=audio", True),
    ],
)
def test_shared_codec(one: bytes, other: bytes, shared: bool) -> None:
    assert shares_audio_codec(one, other) is shared
    assert shares_audio_codec(other, one) is shared


@pytest.mark.parametrize(
    ("offer", "offered"),
    [
        (sdp("0"), True),
        (sdp("97 8", ILBC), True),
        (sdp("18"), True),
        (sdp("96", OPUS), True),
        (sdp("97", ILBC), False),
        (sdp("97 101 13", ILBC, EVENTS), False),
        (sdp("97", ILBC, port=0), True),
        (b"", True),
        (b"nonsense m=audio", True),
    ],
)
def test_codec_of_the_offer(offer: bytes, offered: bool) -> None:
    assert offers_codec(offer, {"pcmu", "pcma", "g729", "opus"}) is offered
