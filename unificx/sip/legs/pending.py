"""Pending offers and responses of a leg, and headers common to its messages."""

from dataclasses import dataclass

from unificx.core.value import value
from unificx.sdp import rejection_warning
from unificx.sip.fields import ExtraHeaders
from unificx.sip.legs.retransmission import RetransmissionSchedule
from unificx.sip.message import Request, Response
from unificx.sip.multipart import SDP
from unificx.sip.transactions.events import ClientKey, ServerKey

READABLE = [("Accept", SDP), ("Accept-Encoding", "identity")]
"""Of a 415: the only bodies that are read."""


@dataclass(slots=True)
class LocalOffer:
    """A local offer that awaits its answer, or a retry: after glare, or at the time its peer has named."""

    body: bytes
    key: ClientKey | None
    """The re-INVITE, None while a retry is awaited."""
    cseq: int
    retry_at: float | None = None
    refresh: bool = False
    """Whether it repeats the current session; its result is not reported then."""
    next_body: bytes | None = None
    """A later offer, sent as soon as this one is completed."""
    then_refresh: bool = False
    """Whether a refresh is sent as soon as this one is completed."""
    postponed: int = 0
    """How often the peer has asked for a later time."""


@dataclass(slots=True)
class RemoteOffer:
    """A remote offer that awaits the local answer. `previous_sdp`: the latest SDP of the peer before, which is in force
    again if the offer is rejected (RFC 3261 section 14.2). `moves_target`: no later request has changed the target."""

    key: ServerKey
    request: Request
    previous_sdp: bytes
    moves_target: bool = True


@value
class SentAck:
    """Parts of an ACK of a 2xx, to build it again if the 2xx is retransmitted; `number` is that of its INVITE."""

    number: int
    headers: ExtraHeaders
    body: bytes


@dataclass(slots=True)
class RetransmittedResponse:
    """A response retransmitted until acknowledged, and the sequence number of its INVITE.

    `is_offer`: it contains an offer, whose answer is in the ACK."""

    response: Response
    schedule: RetransmissionSchedule
    cseq: int
    is_offer: bool = False


def supports_update(message: Request | Response) -> bool:
    """Whether Allow lists UPDATE, so that it can refresh the session (RFC 3311)."""
    return any("UPDATE" in line for line in message.all("allow"))


def record_routes(request: Request) -> list[tuple[str, str]]:
    """Return the Record-Route headers to copy into responses that create or refresh a dialog (RFC 3261 12.1.1)."""
    return [("Record-Route", value) for value in request.all("record-route")]


def is_readable(message: Request | Response) -> bool:
    """Whether a body is SDP, not encoded (RFC 3261 section 8.2.3)."""
    return message.content_type in (SDP, "") and not message.is_encoded


def answer_in(message: Request | Response) -> bytes:
    """Return the SDP of a response, ACK or PRACK, b"" without one: they are not rejected if another body is in them."""
    return message.body if message.body and is_readable(message) else b""


def offer_rejection_headers(status: int, request: Request) -> ExtraHeaders:
    """Return the headers of the response that rejects the offer of a request: a 488 says why (RFC 3261 13.3.1.3)."""
    warning = rejection_warning(request.body) if status == 488 else None
    return [("Warning", f'{warning[0]} pbx "{warning[1]}"')] if warning else ()
