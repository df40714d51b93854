"""Actions that the call state machine orders, for the executor to carry out.

The names of legs, the SDP and the tickets are those of the events.
"""

from enum import Enum

from unificx.calls.events import Outcome
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.states import CALLER, State, Talking
from unificx.core.value import value


class RecipientProfile(Enum):
    """Media profile of the SDP's recipient."""

    AS_REGISTERED = "as registered"
    PLAIN = "plain"
    SRTP = "srtp"
    DTLS = "dtls"
    """The alternatives, after the phone rejected what was offered. Their values are those of `rtpengine.ng.Profile`."""


@value
class OfferMedia:
    """Pass an offer of `sender` to the anchor of `branch`. `all_codecs`: append all codecs that can be transcoded."""

    ticket: str
    branch: str
    sender: str
    sdp: bytes
    recipient_profile: RecipientProfile = RecipientProfile.AS_REGISTERED
    all_codecs: bool = False


@value
class AnswerMedia:
    """Pass an answer of `sender` to the anchor of `branch`."""

    ticket: str
    branch: str
    sender: str
    sdp: bytes


@value
class ReleaseMedia:
    """Delete the anchor of `branch`; `final`: emit MediaReleased once its statistics are stored for the call record."""

    branch: str
    final: bool


@value
class Dial:
    leg: str
    sdp: bytes


@value
class SendPush:
    """Send a push notification of the call to devices."""

    devices: tuple[str, ...]


@value
class CancelPush:
    """Notify pushed devices that the call has ended for them."""

    devices: tuple[str, ...]


@value
class CancelCallee:
    """Stop ringing; `elsewhere`: answered or declined on another phone, so not a missed call."""

    leg: str
    elsewhere: bool


@value
class EndRinging:
    """The called party of `leg` no longer rings, while others may; None: no party rings any more."""

    leg: str | None
    cause: Cause


@value
class Progress:
    """Send a provisional response to the caller. `tentative`: another leg may answer with another SDP."""

    status: int
    sdp: bytes
    tentative: bool = False


@value
class Accept:
    """Send a 2xx to the caller, or to another calling leg."""

    sdp: bytes
    leg: str = CALLER


@value
class Reject:
    """Send a final error response to the caller."""

    status: int
    cause: Cause


@value
class Acknowledge:
    """Answer the offer in the callee's 2xx, in the ACK."""

    leg: str
    sdp: bytes


@value
class Offer:
    """Send a re-INVITE with an offer."""

    leg: str
    sdp: bytes


@value
class ShowPeer:
    """Tell the device of a leg which party it is connected to, by UPDATE or re-INVITE."""

    leg: str


@value
class Probe:
    """Send an OPTIONS to a leg. If it is not answered, the leg is lost."""

    leg: str


@value
class AnswerOffer:
    leg: str
    sdp: bytes


@value
class RejectOffer:
    leg: str
    status: int


@value
class WithdrawOffer:
    """Do not repeat the offer that the leg has rejected for the time being."""

    leg: str


@value
class Bye:
    leg: str
    cause: Cause


@value
class Close:
    """Answer the BYE of a leg, now that the call record is stored."""

    leg: str


@value
class SetAnswered:
    """Store the answer time and leg, and journal the call, before the caller's INVITE is answered."""

    leg: str


@value
class StartStep:
    """The call was not answered so far, for this cause: start the step of the plan at `position`."""

    position: int
    cause: Cause


@value
class SwapCaller:
    """Swap the names of the caller and this leg, so that the remaining party is the caller."""

    leg: str


@value
class SetPeer:
    """Set and journal `leg` as the caller's peer; "" for none at the moment."""

    leg: str


@value
class SetCallee:
    """Set the transfer target as the called party; `back`: set the transferor, since the transfer was not answered."""

    back: bool = False


@value
class Notify:
    """Send transfer progress to the transferor (NOTIFY)."""

    leg: str
    status: int


@value
class ReportOutcome:
    """Tell the app `leg` how its transfer ended: "answered", or why not."""

    leg: str
    outcome: Outcome


@value
class WriteRecord:
    """Write the call record."""

    cause: Cause


LegAction = Offer | ShowPeer | Probe | RejectOffer | WithdrawOffer | Bye | Close | Notify | ReportOutcome
"""Actions on a leg, of which nothing is left to do once it is gone."""
MediaAction = OfferMedia | AnswerMedia | ReleaseMedia
"""Requests to the media anchor."""
CallAction = SetAnswered | StartStep | SwapCaller | SetPeer | SetCallee
"""Changes of the call and its record, without a message."""
Action = (
    LegAction
    | MediaAction
    | CallAction
    | Dial
    | SendPush
    | CancelPush
    | CancelCallee
    | EndRinging
    | Progress
    | Accept
    | Reject
    | Acknowledge
    | AnswerOffer
    | WriteRecord
)
Transition = tuple[State, list[Action]]
"""The next state, and what to execute."""
TalkingTransition = tuple[Talking, list[Action]]
