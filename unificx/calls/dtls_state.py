"""DTLS state of a browser: a browser that moves to another anchor must do a new DTLS handshake.

All anchors use rtpengine's one certificate. A browser treats a known fingerprint as its existing association
(RFC 8842 section 4) and would wait for media that never comes, so the next anchor presents another hash of the key.
"""

from dataclasses import dataclass, replace

from unificx.rtpengine.ng import Profile


@dataclass(frozen=True, slots=True)
class DtlsAssociation:
    """An anchor ("" after its release) and the profile used in its SDP."""

    anchor: str
    profile: Profile


@dataclass(slots=True)
class DtlsState:
    """Associations of one browser: `sent` as sent to it, `generated` as last generated, not necessarily sent."""

    sent: DtlsAssociation | None = None
    generated: DtlsAssociation | None = None

    def profile_for(self, anchor: str) -> Profile:
        """Return the profile for an anchor: unchanged for the known anchor, else one that forces a new handshake."""
        known = self.sent
        profile = known.profile if known is not None else Profile.WEBRTC
        if known is not None and known.anchor != anchor:
            profile = Profile.WEBRTC if profile is Profile.WEBRTC_ANEW else Profile.WEBRTC_ANEW
        self.generated = DtlsAssociation(anchor, profile)
        return profile

    def mark_sent(self) -> None:
        """The generated SDP is sent to the browser."""
        if self.generated is not None:
            self.sent, self.generated = self.generated, None

    def anchor_released(self, anchor: str) -> None:
        """The anchor was released; a later one of the same name is a different anchor."""
        if self.sent is not None and self.sent.anchor == anchor:
            self.sent = replace(self.sent, anchor="")
