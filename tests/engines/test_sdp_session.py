"""SDP: RFC 8866 parsing and formatting, RFC 3264 rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sdp import Codec, Direction, SdpError, SessionDescription, codecs, direction, first_audio, is_hold, parse
from unificx.sdp.session import Connection, Origin

PHONE_SDP = b"""v=0\r
o=alice 2890844526 2890844527 IN IP4 198.51.100.1\r
s=A call\r
c=IN IP4 198.51.100.1\r
t=0 0\r
a=tool:a phone\r
m=audio 49170 RTP/AVP 9 0 97 101\r
a=rtpmap:97 opus/48000/2\r
a=rtpmap:101 telephone-event/8000\r
a=fmtp:101 0-15\r
a=x-something:kept as it is\r
m=video 51372 RTP/AVP 99\r
c=IN IP6 2001:db8::2\r
a=rtpmap:99 H264/90000\r
a=sendonly\r
m=image 0 udptl t38\r
"""


def session(*lines: str, head: str = "c=IN IP4 198.51.100.1") -> SessionDescription:
    text = ["v=0", "o=- 1 1 IN IP4 198.51.100.1", "s=-", head, "t=0 0", *lines]
    return parse("\r\n".join(text).encode())


def test_parse_and_format_round_trip() -> None:
    assert bytes(parse(PHONE_SDP)) == PHONE_SDP
    assert str(parse(PHONE_SDP)).encode() == PHONE_SDP


def test_non_utf_8_bytes_are_preserved() -> None:
    strange = PHONE_SDP.replace(b"A call", b"\xff\xfe caf\xc3\xa9")
    assert bytes(parse(strange)) == strange


def test_lines_may_end_in_line_feed_and_the_last_without() -> None:
    assert bytes(parse(PHONE_SDP.replace(b"\r\n", b"\n").rstrip())) == PHONE_SDP


def test_parsed_fields() -> None:
    parsed = parse(PHONE_SDP)
    assert [media.kind for media in parsed.media] == ["audio", "video", "image"]
    audio_media, video, fax = parsed.media
    assert (audio_media.port, audio_media.proto, audio_media.formats) == (49170, "RTP/AVP", ("9", "0", "97", "101"))
    assert parsed.origin == Origin("alice", 2890844526, 2890844527, "IP4", "198.51.100.1")
    assert parsed.connection(audio_media) == Connection("IP4", "198.51.100.1")
    assert parsed.connection(video) == Connection("IP6", "2001:db8::2")
    assert (audio_media.active, fax.active) == (True, False)
    assert parsed.attribute("tool") == "a phone"
    assert audio_media.attribute("fmtp") == "101 0-15"
    assert video.attribute("sendonly") == ""
    assert video.attribute("recvonly") is None
    assert first_audio(parsed) is audio_media


def test_codecs_by_rtpmap_and_by_static_type_in_order_of_preference() -> None:
    audio_media, video, fax = parse(PHONE_SDP).media
    assert codecs(audio_media) == (
        Codec(9, "G722", 8000),
        Codec(0, "PCMU", 8000),
        Codec(97, "opus", 48000, 2),
        Codec(101, "telephone-event", 8000),
    )
    assert codecs(video) == (Codec(99, "H264", 90000),)
    assert codecs(fax) == ()


def test_dynamic_type_without_rtpmap_is_ignored_and_rtpmap_overrides_static_types() -> None:
    media = session("m=audio 4000 RTP/AVP 96 0 8", "a=rtpmap:8 G7291/16000", "a=rtpmap:0 nonsense").media[0]
    assert codecs(media) == (Codec(0, "PCMU", 8000), Codec(8, "G7291", 16000))


@pytest.mark.parametrize("expected", list(Direction))
def test_direction_at_media_level_session_level_and_by_default(expected: Direction) -> None:
    assert direction(session("m=audio 4000 RTP/AVP 0", f"a={expected}")) is expected
    assert direction(session(f"a={expected}", "m=audio 4000 RTP/AVP 0")) is expected
    assert direction(session("a=inactive", "m=audio 4000 RTP/AVP 0", f"a={expected}")) is expected
    assert direction(session("m=audio 4000 RTP/AVP 0")) is Direction.SENDRECV
    assert direction(session("m=video 4000 RTP/AVP 99", f"a={expected}")) is Direction.INACTIVE


def test_reversed_direction_rfc_3264_6_1() -> None:
    assert Direction.SENDONLY.reversed is Direction.RECVONLY
    assert Direction.RECVONLY.reversed is Direction.SENDONLY
    assert Direction.SENDRECV.reversed is Direction.SENDRECV
    assert Direction.INACTIVE.reversed is Direction.INACTIVE
    assert [each for each in Direction if each.sends] == [Direction.SENDRECV, Direction.SENDONLY]
    assert [each for each in Direction if each.receives] == [Direction.SENDRECV, Direction.RECVONLY]


@pytest.mark.parametrize(
    ("held", "lines"),
    [
        (True, ("m=audio 4000 RTP/AVP 0", "a=sendonly")),
        (True, ("m=audio 4000 RTP/AVP 0", "a=inactive")),
        (True, ("a=sendonly", "m=audio 4000 RTP/AVP 0")),
        (True, ("m=audio 4000 RTP/AVP 0", "c=IN IP4 0.0.0.0")),
        (True, ("m=audio 4000 RTP/AVP 0", "c=IN IP6 ::")),
        (False, ("m=audio 9 UDP/TLS/RTP/SAVPF 0", "c=IN IP4 0.0.0.0")),
        (False, ("m=audio 4000 RTP/AVP 0",)),
        (False, ("m=audio 4000 RTP/AVP 0", "a=recvonly")),
        (False, ("m=video 4000 RTP/AVP 99", "a=sendonly", "m=audio 4002 RTP/AVP 0")),
        (False, ("m=video 4000 RTP/AVP 99", "a=sendonly")),
        (False, ("m=audio 0 RTP/AVP 0", "a=sendonly")),
    ],
)
def test_hold(held: bool, lines: tuple[str, ...]) -> None:
    assert is_hold(session(*lines)) is held


def test_multicast_address_is_without_ttl_and_port_count_is_kept() -> None:
    parsed = session("m=audio 4000/2 RTP/AVP 0", "c=IN IP4 224.2.36.42/127/3")
    assert parsed.connection(parsed.media[0]) == Connection("IP4", "224.2.36.42")
    assert parsed.media[0].port_count == 2
    assert "m=audio 4000/2 RTP/AVP 0\r\n" in str(parsed)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"v=0",
        b"v=0\r\ns=-\r\n",
        b"v=1\r\no=- 1 1 IN IP4 198.51.100.1\r\n",
        PHONE_SDP.replace(b"t=0 0", b"t 0 0"),
        PHONE_SDP.replace(b"t=0 0", b"t=0\x000"),
        PHONE_SDP.replace(b"t=0 0", b"t=0\r0"),
        PHONE_SDP.replace(b"t=0 0", b""),
        PHONE_SDP.replace(b"a=tool:a phone", b"a=" + b"x" * 5000),
        PHONE_SDP.replace(b"m=audio 49170", b"m=audio 70000"),
        PHONE_SDP.replace(b"m=audio 49170", b"m=audio -1"),
        PHONE_SDP.replace(b"m=audio 49170", "m=audio \N{FULLWIDTH DIGIT FOUR}".encode()),
        PHONE_SDP.replace(b"m=audio 49170 RTP/AVP 9 0 97 101", b"m=audio 49170"),
        PHONE_SDP.replace(b"m=audio", b"m=au dio"),
        PHONE_SDP.replace(b"2890844527 IN", b"many IN"),
        PHONE_SDP.replace(b"2890844527 IN", b"9" * 40 + b" IN"),
        PHONE_SDP.replace(b"2890844527 IN", b"2890844527 ATM"),
        PHONE_SDP.replace(b"o=alice", b"o="),
        PHONE_SDP.replace(b"c=IN IP4 198.51.100.1", b"c=IN IP5 198.51.100.1"),
        PHONE_SDP.replace(b"c=IN IP6 2001:db8::2", b"c=IN IP6"),
        PHONE_SDP + b"m=audio 4000 RTP/AVP 0\r\n" * 30,
        PHONE_SDP + b"a=x\r\n" * 1000,
        PHONE_SDP + b"a=" + b"x" * 40000,
    ],
)
def test_ambiguous_sdp_is_rejected(bad: bytes) -> None:
    with pytest.raises(SdpError) as refused:
        parse(bad)
    assert "198.51.100.1" not in str(refused.value)


@given(st.lists(st.sampled_from(PHONE_SDP.decode().splitlines()), min_size=1, max_size=40))
def test_any_order_of_lines_is_rejected_or_round_trips(lines: list[str]) -> None:
    text = ("v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\n" + "\r\n".join(lines) + "\r\n").encode()
    try:
        parsed = parse(text)
    except SdpError:
        return
    assert bytes(parsed) == text
