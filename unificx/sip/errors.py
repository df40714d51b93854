"""Exceptions of the SIP engine: protocol errors of the peer, and misuse by the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unificx.sip.message import Request


class RemoteProtocolError(Exception):
    """The peer sent something unusable.

    `status` and `reason` are for the response. `request` holds as much of the request as `respond` needs: its method
    and top Via are readable, all else may be missing or malformed. It is None if no response may be sent (to a
    response, an ACK, or bytes without a usable Via). The reason is a fixed text and never contains anything the peer
    sent, so it is safe to log.
    """

    def __init__(self, status: int, reason: str, request: Request | None = None) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason
        self.request = request


class LocalProtocolError(Exception):
    """The engine was used in a way it does not allow: a programming error, never caused by a peer."""
