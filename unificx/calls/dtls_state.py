"""DTLS associations of browsers: a browser that moves to another anchor must do a new DTLS handshake.

All anchors use the media engine's one certificate. A browser treats a known fingerprint as its existing association
(RFC 8842 section 4) and would wait for media that never comes, so the next anchor presents another hash of the key.
"""

from dataclasses import dataclass, field, replace

from unificx.rtpengine.ng import Profile


@dataclass(frozen=True, slots=True)
class DtlsAssociation:
    """An anchor ("" after its release) and the profile used in its SDP."""

    anchor: str
    profile: Profile


@dataclass(slots=True)
class DtlsAssociations:
    """Associations of the browsers in one call, by leg name."""

    sent: dict[str, DtlsAssociation] = field(default_factory=dict[str, DtlsAssociation])
    """As sent to the browser."""
    generated: dict[str, DtlsAssociation] = field(default_factory=dict[str, DtlsAssociation])
    """As last generated, not necessarily sent."""

    def profile_for(self, name: str, anchor: str) -> Profile:
        """Return the profile for an anchor: unchanged for the known anchor, else one that forces a new handshake."""
        known = self.sent.get(name, DtlsAssociation(anchor, Profile.WEBRTC))
        profile = known.profile
        if known.anchor != anchor:
            profile = Profile.WEBRTC if profile is Profile.WEBRTC_ANEW else Profile.WEBRTC_ANEW
        self.generated[name] = DtlsAssociation(anchor, profile)
        return profile

    def mark_sent(self, name: str) -> None:
        """The generated SDP is sent to the browser."""
        if name in self.generated:
            self.sent[name] = self.generated.pop(name)

    def anchor_released(self, anchor: str) -> None:
        """The anchor was released; a later one of the same name is a different anchor."""
        for name, association in self.sent.items():
            if association.anchor == anchor:
                self.sent[name] = replace(association, anchor="")
