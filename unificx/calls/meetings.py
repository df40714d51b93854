"""Where browsers meet the media: one that goes from one anchor to another has to shake hands anew.

Every anchor has the media engine's one certificate. A browser takes a fingerprint it knows for the association it has
(RFC 8842 section 4), and waits for sound that never comes; so its next anchor shows the same key by another hash.
"""

from dataclasses import dataclass, field, replace

from unificx.media import Profile


@dataclass(frozen=True, slots=True)
class Met:
    """An anchor ("" once that is gone), and the profile by which it was described."""

    anchor: str
    profile: Profile


@dataclass(slots=True)
class Meetings:
    """Of the browsers in one call, by their legs' names."""

    known: dict[str, Met] = field(default_factory=dict[str, Met])
    """What they were told."""
    described: dict[str, Met] = field(default_factory=dict[str, Met])
    """What was worded for them last; not all of it is sent."""

    def describe(self, name: str, anchor: str) -> Profile:
        """How a browser is described an anchor: the one it knows as before, any other so that it begins anew."""
        before = self.known.get(name, Met(anchor, Profile.WEBRTC))
        profile = before.profile
        if before.anchor != anchor:
            profile = Profile.WEBRTC if profile is Profile.WEBRTC_ANEW else Profile.WEBRTC_ANEW
        self.described[name] = Met(anchor, profile)
        return profile

    def told(self, name: str) -> None:
        """It is sent what was worded for it."""
        if name in self.described:
            self.known[name] = self.described.pop(name)

    def left(self, anchor: str) -> None:
        """The anchor is gone; the next of its name is another."""
        for name, met in self.known.items():
            if met.anchor == anchor:
                self.known[name] = replace(met, anchor="")
