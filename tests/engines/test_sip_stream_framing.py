"""Framing of messages on a stream by Content-Length, for any segmentation, within size limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.transport.framing import MAX_HEAD, MAX_MESSAGE, Framer, FramingError


def message(body: bytes = b"", length: str = "Content-Length: %d") -> bytes:
    return b"OPTIONS sip:a SIP/2.0\r\nVia: x\r\n" + (length % len(body)).encode() + b"\r\n\r\n" + body


def test_two_messages_in_one_read() -> None:
    assert Framer().feed(message(b"one") + message(b"two")) == [message(b"one"), message(b"two")]


@pytest.mark.parametrize(
    "length", ["Content-Length: %d", "l:%d", "L : %d", "content-length  :   %d  ", "Content-Length:\r\n %d"]
)
def test_content_length_in_every_spelling(length: str) -> None:
    assert Framer().feed(message(b"\r\n\r\nINVITE", length)) == [message(b"\r\n\r\nINVITE", length)]


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=5), st.lists(st.integers(1, 30), max_size=60))
def test_framing_does_not_depend_on_segmentation(bodies: list[bytes], sizes: list[int]) -> None:
    stream = b"\r\n\r\n".join(message(body) for body in bodies)
    framer, cut = Framer(), []
    for size in sizes:
        cut += framer.feed(stream[:size])
        stream = stream[size:]
    cut += framer.feed(stream)
    assert cut == [message(body) for body in bodies]
    assert framer.pings == len(bodies) - 1
    assert not framer.has_partial


def test_double_crlf_is_a_ping() -> None:
    """RFC 5626 section 4.4.1: a single CRLF is the response to our own ping and needs no response."""
    framer = Framer()
    framer.feed(b"\r\n")
    assert framer.pings == 0
    framer.feed(b"\r\n")
    assert framer.pings == 1
    framer.feed(b"\r\n" + message())
    framer.feed(b"\r\n" + message())
    assert framer.pings == 1


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nContent-Length: \r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 1\r\nl: 1\r\n\r\nx",
        b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 1\r\nl: nonsense\r\n\r\nx",
        b"OPTIONS sip:a SIP/2.0\r\nContent-Length: %d\r\n\r\n" % MAX_MESSAGE,
        b"x" * (MAX_HEAD + 1),
        b"OPTIONS sip:a SIP/2.0\r\nX: " + b"x" * MAX_HEAD + b"\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_unframeable_data_raises(data: bytes) -> None:
    with pytest.raises(FramingError):
        Framer().feed(data)


@pytest.mark.parametrize(
    "head",
    [
        b"OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n",
        b"OPTIONS sip:a SIP/2.0\r\nContent-Length: %d\r\n\r\n" % MAX_MESSAGE,
    ],
)
def test_complete_messages_before_unframeable_data_are_kept(head: bytes) -> None:
    """RFC 3261 section 18.3: the message that cannot be framed is rejected with 400, those before it are served."""
    with pytest.raises(FramingError) as error:
        Framer().feed(message(b"one") + message(b"two") + head + b"rest")
    assert error.value.messages == [message(b"one"), message(b"two")]
    assert error.value.head == head


def test_the_beginning_of_a_head_that_is_too_large_is_kept() -> None:
    """Enough of it that it is known to be too large: the request is rejected with 513."""
    start = b"OPTIONS sip:a SIP/2.0\r\nX: " + b"x" * MAX_HEAD
    for head in (start + b"x" * 1_000, start + b"\r\nContent-Length: 0\r\n\r\n"):
        with pytest.raises(FramingError) as error:
            Framer().feed(message(b"one") + head)
        assert error.value.messages == [message(b"one")]
        assert error.value.head == head[: MAX_HEAD + 1]


@given(st.binary(max_size=300))
def test_any_bytes_are_framed_or_refused(data: bytes) -> None:
    framer = Framer()
    try:
        for byte in data:
            framer.feed(bytes((byte,)))
    except FramingError:
        return
