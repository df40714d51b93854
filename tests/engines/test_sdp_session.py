"""Session descriptions: RFC 8866 reading and writing, RFC 3264 rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.sdp import (
    BadDescription,
    Codec,
    Connection,
    Direction,
    Origin,
    Session,
    audio,
    codecs,
    direction,
    is_hold,
    parse,
)

PHONE = b"""v=0\r
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


def session(*lines: str, head: str = "c=IN IP4 198.51.100.1") -> Session:
    text = ["v=0", "o=- 1 1 IN IP4 198.51.100.1", "s=-", head, "t=0 0", *lines]
    return parse("\r\n".join(text).encode())


def test_what_is_read_is_written_back_byte_for_byte() -> None:
    assert bytes(parse(PHONE)) == PHONE
    assert str(parse(PHONE)).encode() == PHONE


def test_bytes_that_are_no_text_survive() -> None:
    strange = PHONE.replace(b"A call", b"\xff\xfe caf\xc3\xa9")
    assert bytes(parse(strange)) == strange


def test_lines_may_end_in_line_feed_alone_and_the_last_in_nothing() -> None:
    assert bytes(parse(PHONE.replace(b"\r\n", b"\n").rstrip())) == PHONE


def test_the_parts() -> None:
    read = parse(PHONE)
    assert [media.kind for media in read.media] == ["audio", "video", "image"]
    sound, video, fax = read.media
    assert (sound.port, sound.proto, sound.formats) == (49170, "RTP/AVP", ("9", "0", "97", "101"))
    assert read.origin == Origin("alice", 2890844526, 2890844527, "IP4", "198.51.100.1")
    assert read.connection(sound) == Connection("IP4", "198.51.100.1")
    assert read.connection(video) == Connection("IP6", "2001:db8::2")
    assert (sound.active, fax.active) == (True, False)
    assert read.attribute("tool") == "a phone"
    assert sound.attribute("fmtp") == "101 0-15"
    assert video.attribute("sendonly") == ""
    assert video.attribute("recvonly") is None
    assert audio(read) is sound


def test_codecs_by_rtpmap_and_by_static_type_in_order_of_preference() -> None:
    sound, video, fax = parse(PHONE).media
    assert codecs(sound) == (
        Codec(9, "G722", 8000),
        Codec(0, "PCMU", 8000),
        Codec(97, "opus", 48000, 2),
        Codec(101, "telephone-event", 8000),
    )
    assert codecs(video) == (Codec(99, "H264", 90000),)
    assert codecs(fax) == ()


def test_a_dynamic_type_without_rtpmap_is_no_codec_and_a_static_one_can_be_renamed() -> None:
    media = session("m=audio 4000 RTP/AVP 96 0 8", "a=rtpmap:8 G7291/16000", "a=rtpmap:0 nonsense").media[0]
    assert codecs(media) == (Codec(0, "PCMU", 8000), Codec(8, "G7291", 16000))


@pytest.mark.parametrize("said", list(Direction))
def test_direction_of_the_media_section_of_the_session_and_by_default(said: Direction) -> None:
    assert direction(session("m=audio 4000 RTP/AVP 0", f"a={said}")) is said
    assert direction(session(f"a={said}", "m=audio 4000 RTP/AVP 0")) is said
    assert direction(session("a=inactive", "m=audio 4000 RTP/AVP 0", f"a={said}")) is said
    assert direction(session("m=audio 4000 RTP/AVP 0")) is Direction.SENDRECV
    assert direction(session("m=video 4000 RTP/AVP 99", f"a={said}")) is Direction.INACTIVE


def test_an_answer_mirrors_the_offer_rfc_3264_6_1() -> None:
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


def test_multicast_addresses_lose_their_ttl_and_port_counts_are_kept() -> None:
    read = session("m=audio 4000/2 RTP/AVP 0", "c=IN IP4 224.2.36.42/127/3")
    assert read.connection(read.media[0]) == Connection("IP4", "224.2.36.42")
    assert read.media[0].count == 2
    assert "m=audio 4000/2 RTP/AVP 0\r\n" in str(read)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"v=0",
        b"v=0\r\ns=-\r\n",
        b"v=1\r\no=- 1 1 IN IP4 198.51.100.1\r\n",
        PHONE.replace(b"t=0 0", b"t 0 0"),
        PHONE.replace(b"t=0 0", b"t=0\x000"),
        PHONE.replace(b"t=0 0", b"t=0\r0"),
        PHONE.replace(b"t=0 0", b""),
        PHONE.replace(b"a=tool:a phone", b"a=" + b"x" * 5000),
        PHONE.replace(b"m=audio 49170", b"m=audio 70000"),
        PHONE.replace(b"m=audio 49170", b"m=audio -1"),
        PHONE.replace(b"m=audio 49170 RTP/AVP 9 0 97 101", b"m=audio 49170"),
        PHONE.replace(b"m=audio", b"m=au dio"),
        PHONE.replace(b"2890844527 IN", b"many IN"),
        PHONE.replace(b"2890844527 IN", b"9" * 40 + b" IN"),
        PHONE.replace(b"2890844527 IN", b"2890844527 ATM"),
        PHONE.replace(b"o=alice", b"o="),
        PHONE.replace(b"c=IN IP4 198.51.100.1", b"c=IN IP5 198.51.100.1"),
        PHONE.replace(b"c=IN IP6 2001:db8::2", b"c=IN IP6"),
        PHONE + b"m=audio 4000 RTP/AVP 0\r\n" * 30,
        PHONE + b"a=x\r\n" * 1000,
        PHONE + b"a=" + b"x" * 40000,
    ],
)
def test_what_would_confuse_a_reader_is_refused(bad: bytes) -> None:
    with pytest.raises(BadDescription) as refused:
        parse(bad)
    assert "198.51.100.1" not in str(refused.value)


@given(st.lists(st.sampled_from(PHONE.decode().splitlines()), min_size=1, max_size=40))
def test_any_order_of_lines_is_either_refused_or_written_back(lines: list[str]) -> None:
    text = ("v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\n" + "\r\n".join(lines) + "\r\n").encode()
    try:
        read = parse(text)
    except BadDescription:
        return
    assert bytes(read) == text
