"""Questions about SDP without a parse, changes and the address filter; and caller identity headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.calls.machine.identity import (
    WITHHELD,
    AssertedIdentity,
    caller_headers,
    connected_headers,
    requests_privacy,
)
from unificx.sdp import (
    audio_transport,
    direction,
    fingerprint,
    first_audio,
    has_srtp_keys,
    has_video,
    is_hold,
    is_on_ipv6,
    is_receiving,
    is_sending,
    parse,
    sanitize,
    sends_telephone_events,
    uses_ice,
    with_fingerprint,
    with_origin,
    without_ice,
)
from unificx.sdp.address_filter import MAX_MEDIA_SECTIONS
from unificx.sip.headers import parse_address

SDP = b"v=0\r\no=alice 5 6 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"


@pytest.mark.parametrize(
    ("sdp", "speaks", "listens"),
    [
        (SDP, True, True),
        (SDP + b"a=sendrecv\r\n", True, True),
        (SDP + b"a=sendonly\r\n", True, False),
        (SDP + b"a=recvonly\r\n", False, True),
        (SDP + b"a=inactive\r\n", False, False),
        (SDP.replace(b"4000", b"0"), False, False),
        (SDP.replace(b"c=IN IP4 192.0.2.1", b"c=IN IP4 0.0.0.0"), False, False),
        (b"", True, True),
        (b"m=audio", True, True),
    ],
)
def test_direction(sdp: bytes, speaks: bool, listens: bool) -> None:
    assert (is_sending(sdp), is_receiving(sdp)) == (speaks, listens)


@pytest.mark.parametrize(
    "video", [b"m=video 0 RTP/AVP 96\r\na=inactive\r\n", b"m=video 9 RTP/AVP 96\r\na=sendonly\r\n"]
)
def test_direction_of_the_audio_section(video: bytes) -> None:
    assert is_sending(SDP + video)
    assert is_receiving(SDP + video)


def directions(sdp: bytes) -> tuple[bool, bool]:
    """Return whether the author sends audio, and whether it receives audio."""
    return is_sending(sdp), is_receiving(sdp)


def test_trickle_ice_offer_is_not_on_hold() -> None:
    assert is_receiving(SDP.replace(b"c=IN IP4 192.0.2.1", b"c=IN IP4 0.0.0.0").replace(b"4000", b"9"))


@pytest.mark.parametrize("address", [b"IP4 0.0.0.0", b"IP6 ::"])
def test_hold_by_address_rfc_2543(address: bytes) -> None:
    held = SDP.replace(b"c=IN IP4 192.0.2.1", b"c=IN " + address)
    assert directions(held) == (False, False)
    assert directions(held + b"c=IN IP4 192.0.2.1\r\n") == (True, True)
    assert directions(SDP.replace(b"c=IN IP4 192.0.2.1", b"c=IN IP6 ::1")) == (True, True)


def test_family_of_the_addresses() -> None:
    assert not is_on_ipv6(SDP)
    assert is_on_ipv6(SDP.replace(b"c=IN IP4 192.0.2.1", b"c=IN IP6 2001:db8::1"))


def test_direction_of_the_audio_section_in_use() -> None:
    """A phone that offers SRTP and RTP gets an answer with one of the two sections rejected."""
    rejected = SDP.replace(b"4000 RTP/AVP", b"0 RTP/SAVP")
    assert directions(rejected + b"a=inactive\r\nm=audio 4000 RTP/AVP 0\r\na=recvonly\r\n") == (False, True)


LINES = st.sampled_from(
    [
        *("a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive", "c=IN IP4 0.0.0.0", "c=IN IP6 ::", "c=IN IP6 ::1"),
        *("c=IN IP4 198.51.100.7", "a=rtpmap:101 telephone-event/8000", "a=rtpmap:0 PCMU/8000", "a=ice-ufrag:x"),
        *("a=sendonlyx", "a=x:a=inactive", "a=rtpmap:101 TELEPHONE-EVENT/8000", "b=AS:64"),
    ]
)
SECTIONS = st.tuples(
    st.sampled_from(["audio", "video", "audio2"]),
    st.sampled_from([0, 9, 90, 4000]),
    st.sampled_from(["RTP/AVP", "RTP/SAVP", "UDP/TLS/RTP/SAVPF"]),
    st.lists(LINES, max_size=4),
)


@given(st.lists(LINES, max_size=3), st.lists(SECTIONS, max_size=3), st.sampled_from(["\r\n", "\n"]))
def test_answers_are_those_of_the_parser(
    head: list[str], sections: list[tuple[str, int, str, list[str]]], end: str
) -> None:
    lines = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "t=0 0", *head]
    for kind, port, proto, more in sections:
        lines += [f"m={kind} {port} {proto} 0 101", *more]
    written = "".join(line + end for line in lines).encode()
    session = parse(written)
    every = [attribute for part in (session, *session.media) for attribute in part.attributes]
    assert uses_ice(written) == any(name == "ice-ufrag" for name, _ in every)
    assert has_video(written) == any(media.kind == "video" and media.active for media in session.media)
    events = [value or "" for name, value in every if name == "rtpmap"]
    assert sends_telephone_events(written) == any("telephone-event/" in value.lower() for value in events)
    transports = [media.proto for media in session.media if media.kind == "audio"]
    assert audio_transport(written).decode() == (transports[0] if transports else "")
    if first_audio(session) is not None:
        assert is_receiving(written) is not is_hold(session)
        if not is_hold(session):
            assert directions(written) == (direction(session).sends, direction(session).receives)


@pytest.mark.promise("T3")
@pytest.mark.parametrize("here", ["127.0.0.1", "127.9.9.9", "0.0.0.1", "224.0.0.1", "169.254.1.1", "localhost"])
def test_loopback_and_other_forbidden_addresses_are_rejected(here: str) -> None:
    """The engine's control port is on the loopback address: media sent there would be commands."""
    named = here.encode()
    candidate = b"a=candidate:1 1 UDP 1 " + named + b" 5000 typ host\r\n"
    for sdp in (SDP.replace(b"c=IN IP4 192.0.2.1", b"c=IN IP4 " + named), SDP + candidate):
        assert not sanitize(sdp, "192.0.2.1")
        assert sanitize(sdp, "127.0.0.1")  # local peers can reach loopback anyway
    assert not sanitize(SDP + b"a=rtcp:53 IN IP4 " + named + b"\r\n", "2001:db8::1")
    assert not sanitize(SDP.replace(b"c=IN IP4 192.0.2.1", b"c=IN IP6 ::ffff:127.0.0.1"), "192.0.2.1")


@pytest.mark.promise("T3")
@pytest.mark.parametrize(
    "line",
    [
        b"c=in IP4 127.0.0.1",
        b"c=IN  IP4 127.0.0.1",
        b"c=IN IP4  127.0.0.1",
        b"a=rtcp:53 in IP4 127.0.0.1",
        b"a=rtcp:053x IN IP4 127.0.0.1",
        b"a=candidate:1 1x UDP 1 127.0.0.1 5000 typ host",
        b"a=candidate:1 1 UDP +1 127.0.0.1 5000 typ host",
    ],
)
def test_an_address_in_another_spelling_is_not_overlooked(line: bytes) -> None:
    """rtpengine accepts some of these, among them a network type in lower case."""
    assert not sanitize(SDP + line + b"\r\n", "192.0.2.1")
    with_ice = SDP + b"a=ice-ufrag:a\r\n"
    assert sanitize(with_ice + line + b"\r\n", "192.0.2.1") == (with_ice if b"candidate" in line else b"")


@pytest.mark.parametrize("line", [b"a=rtcp:4001", b"a=rtcp:4001 ", b"a=rtcp-mux", b"c=IN IP4 198.51.100.1/127"])
def test_lines_without_a_forbidden_address_are_accepted(line: bytes) -> None:
    assert sanitize(SDP + line + b"\r\na=sendrecv\r\n", "192.0.2.1")


def test_sdp_size_limits() -> None:
    assert sanitize(SDP, "192.0.2.1")
    assert sanitize(SDP.replace(b"c=IN IP4 192.0.2.1", b"c=IN IP4 0.0.0.0"), "192.0.2.1")
    assert sanitize(SDP + b"a=candidate:1 1 UDP 1 9a8b.local 5000 typ host\r\n", "192.0.2.1")
    assert not sanitize(SDP + b"m=audio 4000 RTP/AVP 0\r\n" * MAX_MEDIA_SECTIONS, "192.0.2.1")
    assert not sanitize(SDP + b"a=x:" + b"y" * 20_000, "192.0.2.1")


def test_forbidden_ice_candidates_are_removed() -> None:
    candidates = [b"127.0.0.1 5000", b"fe80::1 5000", b"192.0.2.1 5000", b"9a8b.local 5000"]
    lines = [b"a=candidate:%d 1 udp 1 %s typ host\r\n" % each for each in enumerate(candidates)]
    here = SDP.replace(b"c=IN IP4 192.0.2.1", b"c=IN IP4 127.0.0.1").replace(b"c=IN IP4 127.0.0.1\r\nt=0 0", b"t=0 0")
    sdp = here + b"c=IN IP4 127.0.0.1\r\na=ice-ufrag:a\r\n" + b"".join(lines)
    clean = here.replace(b"audio 4000", b"audio 9") + b"c=IN IP4 0.0.0.0\r\na=ice-ufrag:a\r\n" + b"".join(lines[2:])
    assert sanitize(sdp, "192.0.2.1") == clean
    assert sanitize(sdp, "127.0.0.1") == sdp
    assert not sanitize(sdp.replace(b"a=ice-ufrag:a\r\n", b""), "192.0.2.1")


def test_without_ice_removes_addresses_and_credentials() -> None:
    candidates = (
        b"a=ice-ufrag:a\r\na=ice-pwd:b\r\na=ice-options:trickle\r\na=candidate:1 1 udp 1 192.0.2.1 5 typ host\r\n"
    )
    dtls = b"a=fingerprint:sha-256 AB:CD\r\na=setup:active\r\n"
    assert without_ice(SDP) == SDP
    there = SDP.replace(b"IP4 192.0.2.1\r\nt=", b"IP6 2001:db8::1\r\nt=") + candidates + dtls
    bare = SDP.replace(b"audio 4000", b"audio 9")
    assert without_ice(there) == bare + dtls
    assert uses_ice(there)
    assert not uses_ice(bare)


def test_fingerprints_of_all_sections_are_replaced() -> None:
    section = b"m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=fingerprint:sha-256 AB:CD\r\na=mid:1\r\n"
    given = SDP + b"a=fingerprint:sha-256 AB:CD\r\n" + section
    assert fingerprint(given) == b"sha-256 AB:CD"
    assert fingerprint(SDP) == b""
    assert with_fingerprint(given, rb"sha-384 \1") == given.replace(b"sha-256 AB:CD", rb"sha-384 \1")
    assert with_fingerprint(SDP, b"sha-384 EF") == SDP


def test_origin_line_is_replaced() -> None:
    worded = with_origin(SDP, 77, 3)
    assert worded == SDP.replace(b"o=alice 5 6 IN IP4 192.0.2.1", b"o=- 77 3 IN IP4 192.0.2.1")
    assert with_origin(SDP.replace(b"o=alice 5 6 IN", b"o=IN"), 77, 3) == SDP.replace(b"o=alice 5 6 IN", b"o=IN")
    assert with_origin(b"v=0\r\n", 1, 1) == b"v=0\r\n"


@given(st.binary(max_size=200))
def test_arbitrary_bytes_do_not_raise(sdp: bytes) -> None:
    is_sending(sdp)
    is_receiving(sdp)
    audio_transport(sdp)
    sends_telephone_events(sdp)
    has_video(sdp)
    sanitize(sdp, "192.0.2.1")
    without_ice(sdp)
    with_origin(sdp, 1, 1)


@given(st.text(max_size=40))
def test_display_name_round_trip(name: str) -> None:
    address = AssertedIdentity("1001", name, "acme.example").address
    assert "\r" not in address
    assert "\n" not in address
    read = parse_address(address)
    assert str(read.uri) == "sip:1001@acme.example"
    assert read.display == "".join(char for char in name if char.isprintable())


@pytest.mark.parametrize(
    ("values", "hidden"),
    [([], False), (["none"], False), (["id"], True), (["header;user"], True), (["critical", " ID "], True)],
)
def test_privacy_values(values: list[str], hidden: bool) -> None:
    assert requests_privacy(values, "acme.example") is hidden
    assert requests_privacy(values, "Anonymous.invalid")


def test_withheld_identity_is_not_in_any_header() -> None:
    assert caller_headers(WITHHELD) == (("Privacy", "id"),)
    assert connected_headers(WITHHELD) == (("P-Asserted-Identity", WITHHELD.address), ("Privacy", "id"))
    named = AssertedIdentity("1001", "", "acme.example")
    assert named.address == "<sip:1001@acme.example>"
    assert caller_headers(named) == connected_headers(named) == (("P-Asserted-Identity", named.address),)


@pytest.mark.parametrize(
    ("transport", "lines", "keyed"),
    [
        (b"RTP/AVP", b"", True),
        (b"RTP/SAVP", b"", False),
        (b"RTP/SAVP", b"a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:AAAA\r\n", True),
        (b"RTP/SAVP", b"a=crypto:1 FOO inline:AAAA\r\na=crypto:12 AEAD_AES_256_GCM inline:AAAA\r\n", True),
        (b"RTP/SAVPF", b"a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:AAAA\r\n", True),
        (b"RTP/SAVP", b"a=crypto:1 FOO_SUITE inline:AAAA\r\n", False),
        (b"RTP/SAVP", b"a=crypto:1 NULL_HMAC_SHA1_80 inline:AAAA\r\n", False),
        (b"RTP/SAVP", b"a=fingerprint:sha-256 AB:CD\r\n", True),
        (b"UDP/TLS/RTP/SAVPF", b"a=fingerprint:sha-256 AB:CD\r\n", True),
        (b"UDP/TLS/RTP/SAVP", b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA\r\n", False),
        (b"RTP/SAVP", b"m=video 9 RTP/SAVP 96\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA\r\n", False),
    ],
)
def test_srtp_needs_a_key(transport: bytes, lines: bytes, keyed: bool) -> None:
    assert has_srtp_keys(SDP.replace(b"RTP/AVP", transport) + lines) is keyed
    assert has_srtp_keys(SDP.replace(b"4000 RTP/AVP", b"0 " + transport) + lines)
