"""Events of a leg. Bodies are SDP as received, b"" if the message had none."""

from unificx.core.value import value
from unificx.sip.message import Response
from unificx.sip.refer import Refer


@value
class Progressed:
    """An outgoing leg received a provisional response above 100."""

    status: int
    body: bytes


@value
class Answered:
    """An outgoing leg received its 2xx. After a local offer the body is the answer and the ACK is sent; otherwise the
    body is the peer's offer and `acknowledge` must be called."""

    body: bytes


@value
class Rejected:
    """An outgoing leg ended before it was answered. 408 also means no response, 487 a local CANCEL."""

    status: int
    response: Response | None


@value
class Cancelled:
    """The caller of an incoming leg sent CANCEL. Record what is required, then call `reject(487)`."""


@value
class AckReceived:
    """The peer acknowledged the 2xx; the body is the answer if the 2xx contained an offer, b"" otherwise. Or its answer
    to a refresh changes the session (RFC 3264 section 8)."""

    body: bytes


@value
class OfferReceived:
    """The peer made an offer inside the dialog: call `answer` or `reject_offer`."""

    body: bytes


@value
class OfferRequested:
    """The peer wants an offer: call `answer` with one, such as `session`. A peer that holds the call may resume by
    it."""

    session: bytes


@value
class OfferAnswered:
    """The peer answered a local offer inside the dialog."""

    body: bytes


@value
class OfferRejected:
    """The peer rejected a local offer inside the dialog; the session is unchanged (RFC 3261 section 14.1)."""

    status: int


@value
class InfoReceived:
    """The peer sent an INFO (RFC 6086), already answered."""

    content_type: str
    body: bytes


@value
class ReferReceived:
    """The peer requested a transfer: call `accept_refer` or `reject_refer`."""

    refer: Refer


@value
class ByeReceived:
    """The peer sent a BYE. Record what is required, then call `close`."""


@value
class DialogFailed:
    """The dialog ended without a BYE of the peer; `reason` is for logs."""

    reason: str


LegEvent = (
    Progressed
    | Answered
    | Rejected
    | Cancelled
    | AckReceived
    | OfferReceived
    | OfferRequested
    | OfferAnswered
    | OfferRejected
    | InfoReceived
    | ReferReceived
    | ByeReceived
    | DialogFailed
)
