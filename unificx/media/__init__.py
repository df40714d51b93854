"""The media engine: rtpengine's language, RTP, G.711 and tones; no sockets, no clock.

Its parts are used by module: `from unificx.media import g711, rtp, tones`.
"""

from unificx.media.ng import MediaReport, MediaUnavailable, PartyReport, Profile, profile_of, sends_keys

__all__ = ["MediaReport", "MediaUnavailable", "PartyReport", "Profile", "profile_of", "sends_keys"]
