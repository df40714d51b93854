"""Pending offers and responses of a leg, and headers common to its messages."""

from collections.abc import Sequence
from dataclasses import dataclass

from unificx.sip.legs.retransmission import RetransmissionSchedule
from unificx.sip.message import Request, Response
from unificx.sip.transactions.events import ClientKey, ServerKey

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, REFER"
SUPPORTED = "100rel, timer, replaces, norefersub"
SDP = "application/sdp"
Headers = Sequence[tuple[str, str]]


@dataclass(slots=True)
class LocalOffer:
    """A local offer that awaits its answer or, with `key` None, a retry after glare.

    `refresh`: the offer repeats the current session, and its result is not reported. `next_body`: a later offer, sent
    as soon as this one is completed.
    """

    body: bytes
    key: ClientKey | None
    cseq: int
    retry_at: float | None = None
    refresh: bool = False
    next_body: bytes | None = None


@dataclass(slots=True)
class RemoteOffer:
    """A remote offer that awaits the local answer."""

    key: ServerKey
    request: Request


@dataclass(slots=True)
class RetransmittedResponse:
    """A response retransmitted until acknowledged, and the sequence number of its INVITE."""

    response: Response
    schedule: RetransmissionSchedule
    cseq: int


def supports_update(message: Request | Response) -> bool:
    """Whether Allow lists UPDATE, so that it can refresh the session (RFC 3311)."""
    return any("UPDATE" in line for line in message.all("allow"))


def is_record_aware(message: Request | Response) -> bool:
    """Whether the sender can indicate recording to its user (RFC 7866)."""
    return any(each.lower() == "record-aware" for each in message.values("supported"))


def record_routes(request: Request) -> list[tuple[str, str]]:
    """Return the Record-Route headers to copy into responses that create or refresh a dialog (RFC 3261 12.1.1)."""
    return [("Record-Route", value) for value in request.all("record-route")]
