"""The two ways something can go wrong in the SIP engine: the peer's fault, or ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unificx.sip.message import Request


class BadPeer(Exception):
    """What a peer sent cannot be used.

    `status` and `reason` are what to answer. `request` holds as much of the request as is needed to answer it with
    `respond`: its method and top Via can be read, all else may be missing or broken. It is None where silence is the
    only answer (a response, an ACK, bytes that name nowhere to answer to). The reason is one of our own words, never
    something the peer sent, so it may be logged.
    """

    def __init__(self, status: int, reason: str, request: Request | None = None) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason
        self.request = request


class OurMistake(Exception):
    """The engine was used in a way it does not allow: a programming error, never a peer's doing."""
