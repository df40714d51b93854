"""Media processing: RTP, G.711, Opus, tones, the mixer and rtpengine's control protocol; no sockets, no clock.

Import the modules themselves: `from unificx.media import g711, rtp, tones`.
"""

from unificx.media.errors import MediaUnavailable

__all__ = ["MediaUnavailable"]
