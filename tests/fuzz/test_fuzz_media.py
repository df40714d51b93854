"""Fuzzing of ng replies and RTP: any bytes are parsed or raise the documented error."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from unificx.media import MediaUnavailable, rtp
from unificx.rtpengine import ng
from unificx.rtpengine.ng import Value

SEED = ng.encode(
    {
        "result": "ok",
        "sdp": "v=0",
        "tags": {
            "a": {
                "tag": "a",
                "medias": [
                    {
                        "streams": [
                            {
                                "flags": ["RTP"],
                                "stats": {"packets": 1},
                                "last packet": 5,
                                "ingress SSRCs": [{"SSRC": 7}],
                            }
                        ]
                    }
                ],
            }
        },
        "SSRC": {"7": {"cumulative loss": 1, "average MOS": {"MOS": 41, "samples": 2}}},
    }
)


def check(data: bytes) -> None:
    try:
        reply = ng.decode(data)
    except ng.InvalidReply:
        return
    with contextlib.suppress(MediaUnavailable):
        ng.parse_report(reply, 10.0)
    with contextlib.suppress(MediaUnavailable):
        ng.parse_sdp(reply)


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes(data: bytes) -> None:
    check(data)


@given(st.text('{}[]:,"0123456789.-e\\udtrue', max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_json_like_text(text: str) -> None:
    check(text.encode())
    check(b'{"result":"ok","sdp":"%b"}' % text.encode())


def test_deep_nesting_and_huge_numbers() -> None:
    for data in (b"[" * 100_000, b'{"a":' * 100_000, b'{"a":' + b"9" * 10_000 + b"}"):
        check(data)


def test_valid_reply_with_each_byte_changed_and_truncated_anywhere() -> None:
    for place in range(len(SEED)):
        check(SEED[:place])
        for byte in b'{}[]:,"0-.eu\\\x00\xff':
            check(SEED[:place] + bytes((byte,)) + SEED[place + 1 :])


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
shapes: st.SearchStrategy[Value] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["tag", "medias", "streams", "flags", "stats", "packets", "ingress SSRCs", "SSRC", "average MOS",
                         "samples", "MOS", "cumulative loss", "last packet"]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(shapes, shapes)
@settings(max_examples=300, deadline=None)
def test_a_reply_of_any_shape(tags: Value, sources: Value) -> None:
    with contextlib.suppress(MediaUnavailable):
        ng.parse_report({"result": "ok", "tags": tags, "SSRC": sources}, 10.0)


@given(st.binary(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_rtp_or_refused(data: bytes) -> None:
    with contextlib.suppress(rtp.InvalidPacket):
        rtp.parse(data)
    with contextlib.suppress(rtp.InvalidPacket):
        rtp.parse_reports(b"\x81\xc8" + data)
