"""ng requests to rtpengine and parsing of its replies."""

import re
from typing import Any

import pytest

from unificx.media import MediaUnavailable
from unificx.rtpengine import bencode, ng
from unificx.rtpengine.ng import PartyReport, Profile, Reply, Sides, profile_of

SDP = b"v=0\r\no=alice 1 2 IN IP4 198.51.100.1\r\ns=Alice\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\ni=her phone\r\na=x:s=y\r\n"
NOW = 1_700_000_010.0


def sent(message: ng.Message | bytes) -> Reply:
    """Return the message as rtpengine parses it."""
    return bencode.decode(bencode.encode(message))


@pytest.mark.parametrize(
    ("profile", "proto", "ice"),
    [
        (Profile.PLAIN, "RTP/AVP", "remove"),
        (Profile.SRTP, "RTP/SAVP", "remove"),
        (Profile.DTLS, "UDP/TLS/RTP/SAVP", "remove"),
        (Profile.WEBRTC, "UDP/TLS/RTP/SAVPF", "force"),
        (Profile.WEBRTC_ANEW, "UDP/TLS/RTP/SAVPF", "force"),
    ],
)
def test_offer_and_answer_use_the_recipients_profile(profile: Profile, proto: str, ice: str) -> None:
    """RFC 3264 section 6: an answer has the transport of its offer, or DTLS phones over UDP have no sound."""
    offer = sent(ng.offer("anchor", "a", SDP, Sides(profile)))
    answer = sent(ng.answer("anchor", "a", "b", SDP, profile))
    assert offer["transport-protocol"] == proto
    assert "transport-protocol" not in answer, "RFC 3264 section 6: the answer has that of the offer"
    for message in (offer, answer):
        assert message["ICE"] == ice
        assert message["call-id"] == "anchor"
        assert message["from-tag"] == "a"
    assert offer["command"] == "offer"
    assert (answer["command"], answer["to-tag"]) == ("answer", "b")


def test_every_offer_makes_rtpengine_passive_in_dtls() -> None:
    for profile in Profile:
        assert sent(ng.offer("anchor", "a", SDP, Sides(profile)))["DTLS-reverse"] == "passive"


def test_codecs_are_added_and_never_removed() -> None:
    for profile in set(Profile) - {Profile.ENGINE, *ng.WITHOUT_EVENTS.values()}:
        assert sent(ng.offer("anchor", "a", SDP, Sides(profile)))["codec"] == {"transcode": ["PCMU", "PCMA"]}
    for profile in Profile:
        assert "codec" not in sent(ng.answer("anchor", "a", "b", SDP, profile))


def test_no_codec_is_added_to_an_offer_that_cannot_be_transcoded() -> None:
    """A phone that answered with PCMU to a caller that has iLBC only would ring for nothing."""
    offer = ng.offer("anchor", "a", SDP, Sides(Profile.PLAIN), added=())
    assert sent(offer)["codec"] == {"transcode": []}


def test_tones_are_not_converted_to_telephone_events_for_apps() -> None:
    """For that, rtpengine would pass the audio through its codecs; our media engine detects tones itself."""
    events = SDP + b"a=rtpmap:101 Telephone-Event/8000\r\n"
    fallback = {"transcode": ["PCMU", "PCMA"]}
    for sdp in (SDP, events):
        assert sent(ng.offer("anchor", "a", sdp, Sides(Profile.ENGINE)))["codec"] == fallback
        assert sent(ng.offer("anchor", "a", sdp, Sides(Profile.PLAIN, Profile.ENGINE)))["codec"] == fallback


def test_side_without_telephone_events_is_offered_none() -> None:
    for profile, tones in ng.WITHOUT_EVENTS.items():
        plain, masked = [sent(ng.offer("anchor", "a", SDP, Sides(one))) for one in (profile, tones)]
        events = ["telephone-event"]  # also accepted, so that the other side may send them
        assert masked.pop("codec") == {**plain.pop("codec"), "mask": events, "accept": events}
        assert masked == plain
        assert ng.answer("anchor", "a", "b", SDP, profile) == ng.answer("anchor", "a", "b", SDP, tones)


def test_the_recipient_gets_addresses_of_its_own_family() -> None:
    """Without a request, of the family of the sender: a phone on IPv4 got an IPv6 address of a caller on IPv6."""
    for ipv6, family in ((False, "IP4"), (True, "IP6")):
        assert sent(ng.offer("anchor", "a", SDP, Sides(Profile.PLAIN, ipv6=ipv6)))["address family"] == family
    assert "address family" not in sent(ng.answer("anchor", "a", "b", SDP, Profile.PLAIN))


def test_strict_source_is_set_only_without_ice() -> None:
    browser = SDP + b"a=ice-ufrag:x\r\n"
    for profile in Profile:
        assert b"strict-source" in bencode.encode(ng.offer("anchor", "a", SDP, Sides(profile)))
        assert b"strict-source" not in bencode.encode(ng.offer("anchor", "a", browser, Sides(profile)))


@pytest.mark.parametrize("eol", [b"\r\n", b"\n"])
def test_identifying_sdp_lines_are_removed(eol: bytes) -> None:
    described = SDP.replace(b"t=0 0\r\n", b"u=http://alice\r\ne=alice@example.com\r\np=+1 617\r\nt=0 0\r\n")
    passed = sent(ng.answer("anchor", "a", "b", described.replace(b"\r\n", eol), Profile.PLAIN))["sdp"]
    expected = "v=0\r\no=- 1 2 IN IP4 198.51.100.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=x:s=y\r\n"
    assert passed == expected.replace("\r\n", eol.decode())


def test_only_invalid_utf8_bytes_are_replaced() -> None:
    passed = sent(
        ng.offer("anchor", "a", SDP.replace(b"Alice", b"\xe4") + b"a=y:\xe4\xc3\xa4\r\n", Sides(Profile.PLAIN))
    )["sdp"]
    assert isinstance(passed, str)
    assert passed.endswith("a=y:\ufffd\xe4\r\n")
    assert passed.count("\ufffd") == 1


@pytest.mark.parametrize(
    ("proto", "extra", "profile"),
    [
        (b"RTP/AVP", b"", Profile.PLAIN),
        (b"RTP/AVPF", b"", Profile.PLAIN),
        (b"RTP/SAVP", b"", Profile.SRTP),
        (b"RTP/SAVPF", b"", Profile.SRTP),
        (b"UDP/TLS/RTP/SAVPF", b"", Profile.DTLS),
        (b"UDP/TLS/RTP/SAVP", b"", Profile.DTLS),
        (b"UDP/TLS/RTP/SAVPF", b"a=ice-ufrag:x\r\n", Profile.WEBRTC),
        (b"RTP/SAVPF", b"a=ice-ufrag:x\r\n", Profile.WEBRTC),
    ],
)
def test_profile_of_sdp(proto: bytes, extra: bytes, profile: Profile) -> None:
    assert profile_of(SDP.replace(b"RTP/AVP", proto) + extra) is profile
    assert profile_of(b"v=0\r\n") is Profile.PLAIN


def test_delete_releases_ports_at_once() -> None:
    assert sent(ng.delete("anchor")) == {"command": "delete", "call-id": "anchor", "delete delay": 0}
    assert sent(ng.query("anchor")) == {"command": "query", "call-id": "anchor"}
    assert sent(ng.ping()) == {"command": "ping"}


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        ({"result": "error", "error-reason": "Unknown call-id"}, "unknown"),
        ({"result": "error", "error-reason": "Ran out of ports"}, "full"),
        ({"result": "error", "error-reason": "Parallel session limit reached"}, "full"),
        ({"result": "error", "error-reason": "Error rewriting SDP"}, "invalid_sdp"),
        ({"result": "error", "error-reason": "Something new at 198.51.100.1"}, "refused"),
        ({"result": "error", "error-reason": 7}, "refused"),
        ({"result": "load limit"}, "refused"),
        ({}, "refused"),
        ({"result": "ok"}, "refused"),
    ],
)
def test_error_replies_map_to_causes(reply: Reply, cause: str) -> None:
    with pytest.raises(MediaUnavailable) as refusal:
        ng.parse_sdp(reply)
    assert refusal.value.cause == cause
    assert "198.51.100.1" not in str(refusal.value)


def test_sdp_of_a_successful_reply() -> None:
    assert ng.parse_sdp({"result": "ok", "sdp": "v=0é"}) == "v=0é".encode()
    assert ng.check_reply({"result": "pong"}) == {"result": "pong"}


def stream(kind: str, packets: int, last: int, *ssrcs: int) -> Reply:
    return {
        "flags": [kind, "filled"],
        "stats": {"packets": packets, "bytes": packets * 172},
        "last packet": last,
        "ingress SSRCs": [{"SSRC": ssrc} for ssrc in ssrcs],
    }


def test_report_has_sent_packets_and_reception_quality_of_each_party() -> None:
    reply: Reply = {
        "result": "ok",
        "tags": {
            "a": {"tag": "a", "medias": [{"streams": [stream("RTP", 100, 1_700_000_008, 7), stream("RTCP", 4, 0)]}]},
            "b": {"tag": "b", "medias": [{"streams": [stream("RTP", 90, 1_700_000_010, 8, 9, 10)]}]},
            "<untagged 1>": {"tag": "", "medias": [{"streams": [stream("RTP", 5, 1_700_000_000)]}]},
            "c": {"tag": "c", "medias": []},
        },
        "SSRC": {
            "8": {
                "cumulative loss": 3,
                "average MOS": {"MOS": 40, "jitter": 10, "round-trip time": 2000, "samples": 3},
            },
            "9": {
                "cumulative loss": 1,
                "average MOS": {"MOS": 44, "jitter": 2, "round-trip time": 6000, "samples": 1},
            },
            "10": {"cumulative loss": 0, "average MOS": {"MOS": 0, "samples": 0}},
        },
    }
    report = ng.parse_report(reply, NOW)
    assert report is not None
    assert report.parties == (
        PartyReport("a", 100, 17200, 2.0, lost=4, jitter_ms=8.0, mos=4.1, round_trip_ms=3.0),
        PartyReport("b", 90, 15480, 0.0),
    )
    assert report.party("b") is report.parties[1]
    assert report.party("z") is None


def test_rtcp_counts_as_a_sign_of_life_of_a_muted_phone() -> None:
    """A muted phone sends reports and no sound."""
    streams = [stream("RTP", 100, 1_700_000_001, 7), stream("RTCP", 4, 1_700_000_009)]
    reply: Reply = {"result": "ok", "tags": {"a": {"tag": "a", "medias": [{"streams": streams}]}}}
    report = ng.parse_report(reply, NOW)
    assert report is not None
    assert report.parties == (PartyReport("a", 100, 17200, 1.0),)


def test_streams_with_one_source_are_read_as_records() -> None:
    """As rtpengine words them: with entries that are not read, such as what was sent, and an endpoint of IPv6."""
    endpoint: Reply = {"family": "IPv6", "address": "2001:db8:1111:2222:3333:4444:5555:6666", "port": 9}
    unread: Reply = {"local port": 30000, "endpoint": endpoint, "last kernel packet": 0}
    unread["egress SSRCs"] = [{"SSRC": 5, "packets": 9, "bytes": 90}]
    one, several = ({**unread, **stream("RTP", 100, 1_700_000_008, *ssrcs)} for ssrcs in ((7,), (7, 8)))
    other: Reply = {**unread, **stream("RTCP", 4, 1_700_000_009)}
    media: Reply = {"codec": "PCMU", "flags": ["initialized", "send"], "streams": [one, other, several]}
    data = bencode.encode({"result": "ok", "tags": {"a": {"tag": "a", "medias": [media]}}})
    reply: Any = bencode.decode(data, ng.STATISTICS)
    streams = reply["tags"]["a"]["medias"][0]["streams"]
    assert [type(each) for each in streams] == [re.Match, re.Match, dict]
    assert reply["tags"]["a"]["medias"][0].keys() == {"streams"}
    assert ng.parse_report(reply, NOW) == ng.parse_report(bencode.decode(data), NOW)


def test_unknown_anchor_has_no_report() -> None:
    assert ng.parse_report({"result": "error", "error-reason": "Unknown call-id"}, NOW) is None
    assert ng.parse_report({"result": "ok", "warning": "Call-ID not found or tags didn't match"}, NOW) is None
    with pytest.raises(MediaUnavailable):
        ng.parse_report({"result": "error", "error-reason": "other"}, NOW)


def test_reply_of_unexpected_shape_gives_an_empty_report() -> None:
    report = ng.parse_report({"result": "ok", "tags": {"a": [], "b": {"tag": "b", "medias": [1, {"streams": 5}]}}}, NOW)
    assert report is not None
    assert report.parties == ()


@pytest.mark.parametrize(
    "skipped",
    [b"1:ai-5e", b"2:bci5e", b"1:al2:xyd1:xi1eee", b"1:ad1:xd1:ylee1:z0:e", b"1:a0:2:bc13:\xc3\xa9e:1:a1:e1:z"],
)
def test_skipped_entries_are_left_out_of_any_dictionary(skipped: bytes) -> None:
    unused = bencode.select(("a", "bc"))
    for data in (b"d%b1:ci7ee" % skipped, b"d1:ci7e%be" % skipped, b"d%b1:ci7e%be" % (skipped, skipped)):
        assert bencode.decode(data, unused) == {"c": 7}
    assert bencode.decode(b"d1:dld%beee" % skipped, unused) == {"d": [{}]}


def test_lists_are_left_out_by_their_first_string() -> None:
    unused = bencode.select(("a",), lists={"f": "on"})
    for value, found in ((["on"], {}), (["on", "x"], {}), (["x", "on"], None), ([], None), (["on", 1], None)):
        data: dict[str, Any] = {"f": value, "c": 7}
        assert bencode.decode(bencode.encode(data), unused) == (data if found is None else {"c": 7})


def test_large_values_of_skipped_entries_are_decoded() -> None:
    unused = bencode.select(("a",))
    for value in ("x" * 64, [[[["x"]]]], {"b": {"c": {"d": {"e": 1}}}}):
        assert bencode.decode(bencode.encode({"a": value, "c": 7}), unused) == {"a": value, "c": 7}
    with pytest.raises(bencode.InvalidReply):
        bencode.decode(b"d1:a9:xe", unused)
