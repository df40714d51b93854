"""DTLS: a browser that moves to another anchor does a new handshake, one that stays does not."""

from unificx.calls.dtls_associations import DtlsAssociations
from unificx.rtpengine import ng
from unificx.rtpengine.ng import Profile


def met(*anchors: str) -> tuple[DtlsAssociations, list[Profile]]:
    meetings, profiles = DtlsAssociations(), list[Profile]()
    for anchor in anchors:
        profiles.append(meetings.profile_for("a", anchor))
        meetings.mark_sent("a")
    return meetings, profiles


def test_another_anchor_uses_another_hash() -> None:
    first, second = Profile.WEBRTC, Profile.WEBRTC_ANEW
    assert met("one", "one", "two", "two", "three")[1] == [first, first, second, second, first]
    hashes = [ng.answer("one", "a", "b", b"v=0", each)["DTLS-fingerprint"] for each in (first, second)]
    assert hashes[0] != hashes[1]


def test_unsent_sdp_does_not_count() -> None:
    meetings, _ = met("one")
    assert meetings.profile_for("a", "two") is Profile.WEBRTC_ANEW
    assert meetings.profile_for("a", "three") is Profile.WEBRTC_ANEW


def test_released_anchor_is_a_new_one() -> None:
    meetings, _ = met("one", "two")
    meetings.anchor_released("two")
    assert meetings.profile_for("a", "two") is Profile.WEBRTC
