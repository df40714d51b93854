"""DTLS associations of browsers: a browser that moves to another anchor must do a new DTLS handshake.

All anchors use the media engine's one certificate. A browser treats a known fingerprint as its existing association
(RFC 8842 section 4) and would wait for media that never comes, so the next anchor presents another hash of the key.
"""

from dataclasses import dataclass, field, replace

from unificx.rtpengine.ng import Profile


@dataclass(frozen=True, slots=True)
class Met:
    """An anchor ("" after its release) and the profile used in its SDP."""

    anchor: str
    profile: Profile


@dataclass(slots=True)
class Meetings:
    """Associations of the browsers in one call, by leg name."""

    known: dict[str, Met] = field(default_factory=dict[str, Met])
    """As sent to the browser."""
    described: dict[str, Met] = field(default_factory=dict[str, Met])
    """As last generated, not necessarily sent."""

    def describe(self, name: str, anchor: str) -> Profile:
        """Return the profile for an anchor: unchanged for the known anchor, else one that forces a new handshake."""
        known = self.known.get(name, Met(anchor, Profile.WEBRTC))
        profile = known.profile
        if known.anchor != anchor:
            profile = Profile.WEBRTC if profile is Profile.WEBRTC_ANEW else Profile.WEBRTC_ANEW
        self.described[name] = Met(anchor, profile)
        return profile

    def told(self, name: str) -> None:
        """The generated SDP is sent to the browser."""
        if name in self.described:
            self.known[name] = self.described.pop(name)

    def left(self, anchor: str) -> None:
        """The anchor was released; a later one of the same name is a different anchor."""
        for name, association in self.known.items():
            if association.anchor == anchor:
                self.known[name] = replace(association, anchor="")
