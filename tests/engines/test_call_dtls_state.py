"""DTLS: a browser that moves to another anchor does a new handshake, one that stays does not."""

from unificx.calls.dtls_state import DtlsState
from unificx.rtpengine import bencode, ng
from unificx.rtpengine.ng import Profile


def met(*anchors: str) -> tuple[DtlsState, list[Profile]]:
    state, profiles = DtlsState(), list[Profile]()
    for anchor in anchors:
        profiles.append(state.profile_for(anchor))
        state.mark_sent()
    return state, profiles


def test_another_anchor_uses_another_hash() -> None:
    first, second = Profile.WEBRTC, Profile.WEBRTC_ANEW
    assert met("one", "one", "two", "two", "three")[1] == [first, first, second, second, first]
    hashes = [bencode.decode(ng.answer("one", "a", "b", b"v=0", each))["DTLS-fingerprint"] for each in (first, second)]
    assert hashes[0] != hashes[1]


def test_unsent_sdp_does_not_count() -> None:
    state, _ = met("one")
    assert state.profile_for("two") is Profile.WEBRTC_ANEW
    assert state.profile_for("three") is Profile.WEBRTC_ANEW


def test_released_anchor_is_a_new_one() -> None:
    state, _ = met("one", "two")
    state.anchor_released("two")
    assert state.profile_for("two") is Profile.WEBRTC
