"""Fuzzing of ng replies and RTP: any bytes are parsed or raise the documented error."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unificx.media import MediaUnavailable, rtp
from unificx.rtpengine import bencode, ng
from unificx.rtpengine.bencode import Value

SEED = bencode.encode(
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
                                "endpoint": {"family": "IPv4", "address": "192.0.2.1", "port": 9},
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


leaves = st.integers(-(2**63), 2**64 - 1) | st.text(max_size=6)
shapes: st.SearchStrategy[Value] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["tag", "medias", "streams", "flags", "stats", "packets", "ingress SSRCs", "SSRC", "average MOS",
                         "samples", "MOS", "cumulative loss", "last packet", "endpoint", "stats_out", "errors"]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


def check(data: bytes) -> None:
    try:
        reply = bencode.decode(data)
    except bencode.InvalidReply:
        return
    with contextlib.suppress(MediaUnavailable):
        report = ng.parse_report(reply, 10.0)
        assert ng.parse_report(bencode.decode(data, ng.STATISTICS), 10.0) == report
    with contextlib.suppress(MediaUnavailable):
        ng.parse_sdp(reply)


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes(data: bytes) -> None:
    check(data)


@given(st.text("dlie:0123456789-_ +stagr", max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_bencode_like_text(text: str) -> None:
    check(text.encode())
    check(b"d6:result2:ok3:sdp%be" % text.encode())
    check(b"d6:result2:ok4:tagsd%bee" % text.encode())


def test_deep_nesting_huge_numbers_and_wrong_lengths() -> None:
    nines = b"9" * 10_000
    for data in (b"l" * 100_000, b"d1:a" * 100_000, b"d1:ai%bee" % nines, b"d%b:ae" % nines, b"d1:a%b:ae" % nines):
        check(data)
    for data in (b"d-3:ae", b"d1:a-4:ae", b"d1:al-4:aee", b"d1:a9:ae", b"d1:ai%bee" % nines[:400], b"", b"de1:a"):
        with pytest.raises(bencode.InvalidReply):
            bencode.decode(data)


@given(st.dictionaries(st.sampled_from(["SSRC", "tags", "result", "endpoint", "sdp"]), shapes, max_size=4))
@settings(max_examples=300, deadline=None)
def test_the_report_does_not_depend_on_unused_entries(message: dict[str, Any]) -> None:
    check(bencode.encode({**message, "result": "ok"}))


@given(st.dictionaries(st.text(max_size=6), shapes, max_size=4))
@settings(max_examples=300, deadline=None)
def test_an_encoded_message_is_decoded_unchanged(message: dict[str, Any]) -> None:
    assert bencode.decode(bencode.encode(message)) == message


def test_valid_reply_with_each_byte_changed_and_truncated_anywhere() -> None:
    for place in range(len(SEED)):
        check(SEED[:place])
        for byte in b"dlie:0-9 \x00\xff":
            check(SEED[:place] + bytes((byte,)) + SEED[place + 1 :])


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
