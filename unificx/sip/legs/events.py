"""What a leg tells its user. Bodies are session descriptions as received; b"" where the message had none."""

from dataclasses import dataclass

from unificx.sip.message import Response
from unificx.sip.refer import Refer


@dataclass(frozen=True, slots=True)
class Progressed:
    """An outgoing leg got a provisional response above 100."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """An outgoing leg got its 2xx. With an offer of ours the body is the answer and the ACK is sent; without, the
    body is the peer's offer and `acknowledge` must follow."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """An outgoing leg ended before it was answered. 408 stands for no response at all, 487 for our own CANCEL."""

    status: int
    response: Response | None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The caller of an incoming leg gave up. The user records what it must, then calls `reject(487)`."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The peer acknowledged our 2xx; the body is its answer when our 2xx was an offer, b"" otherwise."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Offered:
    """The peer offers a new session inside the dialog: `answer` or `refuse_offer` must follow."""

    body: bytes


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    """The peer answered our offer inside the dialog."""

    body: bytes


@dataclass(frozen=True, slots=True)
class OfferRefused:
    """The peer refused our offer inside the dialog; the session stays as it was (RFC 3261 section 14.1)."""

    status: int


@dataclass(frozen=True, slots=True)
class Informed:
    """An INFO of the peer (RFC 6086), already answered."""

    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Referred:
    """The peer asks for a transfer: `accept_referral` or `refuse_referral` must follow."""

    refer: Refer


@dataclass(frozen=True, slots=True)
class HungUp:
    """The peer sent a BYE. The user records what it must, then calls `close`."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The dialog is over without a BYE of the peer: what we know of the reason."""

    why: str


LegEvent = (
    Progressed
    | Answered
    | Refused
    | Cancelled
    | Confirmed
    | Offered
    | OfferAnswered
    | OfferRefused
    | Informed
    | Referred
    | HungUp
    | Lost
)
