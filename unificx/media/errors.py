"""Errors of media processing."""

from typing import Literal, TypeAlias

Cause: TypeAlias = Literal["silent", "busy", "full", "unknown", "invalid_sdp", "refused"]
"""Why there is no media: no reply; too many pending requests; no free ports or sessions; unknown anchor; unusable SDP;
refused for another reason."""


class MediaUnavailable(Exception):
    """There is no media for this call. `cause` says why; "invalid_sdp" means that the peer's SDP is unusable."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(f"no media: {cause}")
        self.cause: Cause = cause
