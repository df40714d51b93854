"""A browser that goes from one anchor to another is told to shake hands anew, and one that stays is not."""

from unificx.calls.meetings import Meetings
from unificx.media import Profile, ng


def met(*anchors: str) -> tuple[Meetings, list[Profile]]:
    meetings, profiles = Meetings(), list[Profile]()
    for anchor in anchors:
        profiles.append(meetings.describe("a", anchor))
        meetings.told("a")
    return meetings, profiles


def test_every_other_anchor_shows_itself_by_another_hash() -> None:
    first, second = Profile.WEBRTC, Profile.WEBRTC_ANEW
    assert met("one", "one", "two", "two", "three")[1] == [first, first, second, second, first]
    hashes = [ng.answer("one", "a", "b", b"v=0", each)["DTLS-fingerprint"] for each in (first, second)]
    assert hashes[0] != hashes[1]


def test_what_was_worded_and_never_sent_is_not_known_to_it() -> None:
    meetings, _ = met("one")
    assert meetings.describe("a", "two") is Profile.WEBRTC_ANEW
    assert meetings.describe("a", "three") is Profile.WEBRTC_ANEW


def test_an_anchor_made_again_is_another() -> None:
    meetings, _ = met("one", "two")
    meetings.left("two")
    assert meetings.describe("a", "two") is Profile.WEBRTC
