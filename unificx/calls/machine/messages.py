"""Events and actions of the call state machine.

Legs are named `CALLER`, and "b1", "b2" … for ringing callees. SDP is bytes; b"" means none. A `ticket` correlates a
reply of the media anchor with its request, so that stale replies are ignored.
"""

from dataclasses import dataclass
from enum import Enum

from unificx.calls.events import Outcome
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.fork_targets import ForkTargets
from unificx.calls.machine.states import SettingUp

CALLER = "a"


# ---- events


@dataclass(frozen=True, slots=True)
class MediaOffered:
    """The anchor accepted an offer; `sdp` is for the other side."""

    ticket: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class MediaAnswered:
    """The anchor accepted an answer; `sdp` is for the offerer."""

    ticket: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class MediaFailed:
    """A request to the anchor failed; `sdp_at_fault`: because of the SDP."""

    ticket: str
    sdp_at_fault: bool


@dataclass(frozen=True, slots=True)
class MediaReleased:
    """The anchor was deleted and its final statistics are stored."""


@dataclass(frozen=True, slots=True)
class RelayRestarted:
    """rtpengine restarted and lost the call's anchors."""


@dataclass(frozen=True, slots=True)
class MediaSilent:
    """No phone of the call has sent RTP or RTCP for too long."""


@dataclass(frozen=True, slots=True)
class CalleeProgressed:
    leg: str
    status: int
    sdp: bytes


@dataclass(frozen=True, slots=True)
class CalleeAnswered:
    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class CalleeRefused:
    """`cause`: why this system did not dial it, None for the answer of the callee."""

    leg: str
    status: int
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class DeviceReachable:
    """A device has become reachable or has moved: dial it as `leg`, replacing `replaces_leg` if it was dialled at its
    previous location."""

    leg: str
    device: str
    srtp: bool
    replaces_leg: str = ""


@dataclass(frozen=True, slots=True)
class DeviceRemoved:
    """A device was revoked; `legs` are all its legs: connected, ringing or not dialled yet."""

    device: str
    legs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Declined:
    """The call was declined from a push notification of `device`, "" for all; equivalent to a 603."""

    device: str = ""


@dataclass(frozen=True, slots=True)
class StepStarted:
    """The targets of the step that `StartStep` has requested, or to which a ringing phone redirects the call."""

    targets: ForkTargets


@dataclass(frozen=True, slots=True)
class PickedUp:
    """Another phone takes the ringing call: the ringing ends. `targets`: the app that holds the caller, unless another
    one does already, until `TakeOverRequested`."""

    targets: ForkTargets | None


@dataclass(frozen=True, slots=True)
class CallerCancelled:
    """CANCEL, or BYE before the answer."""


@dataclass(frozen=True, slots=True)
class AckReceived:
    """ACK to our 2xx, with an answer if the 2xx contained an offer."""

    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class OfferReceived:
    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class OfferRefused:
    leg: str
    status: int


@dataclass(frozen=True, slots=True)
class HungUp:
    leg: str


@dataclass(frozen=True, slots=True)
class LegLost:
    """A leg ended without BYE: missing ACK, session timer expired, request timeout."""

    leg: str


@dataclass(frozen=True, slots=True)
class EndRequested:
    """The call is ended by an administrator or by the system."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class TransferRequested:
    """The leg `by` transfers the other party to `targets`, which may include app legs. Meanwhile the app leg
    `waiting_app` is heard; "" if `by` is that app. `return_targets` ring if the transfer is not answered and `by` has
    left. Phones that already ring for a consultation call are passed as its `SettingUp` state. `keep_with_app`: if the
    transfer is not answered, the party stays with the app `by`, which is told the outcome."""

    by: str
    targets: ForkTargets | SettingUp
    waiting_app: str
    return_targets: ForkTargets | None = None
    keep_with_app: bool = False


@dataclass(frozen=True, slots=True)
class TransferWithdrawn:
    """The app that keeps the party if its transfer is not answered ends the ringing."""


@dataclass(frozen=True, slots=True)
class JoinRequested:
    """The leg `by` transfers the other party to `leg` of its consultation call, whose latest SDP is `sdp`."""

    by: str
    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class MoveToAppRequested:
    """The leg `by` leaves, and the other party is connected to the app leg `app`."""

    by: str
    app: str


@dataclass(frozen=True, slots=True)
class TakeOverRequested:
    """The new leg `leg`, with the offer `sdp`, replaces the leg `gone`."""

    gone: str
    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class ReofferRequested:
    """Re-offer the current session to `leg`, to send it changed SDP attributes."""

    leg: str


@dataclass(frozen=True, slots=True)
class DeadlineReached:
    """A deadline of the state was reached."""


Event = (
    MediaOffered
    | MediaAnswered
    | MediaFailed
    | MediaReleased
    | RelayRestarted
    | MediaSilent
    | CalleeProgressed
    | CalleeAnswered
    | CalleeRefused
    | DeviceReachable
    | DeviceRemoved
    | Declined
    | StepStarted
    | PickedUp
    | CallerCancelled
    | AckReceived
    | OfferReceived
    | OfferAnswered
    | OfferRefused
    | HungUp
    | LegLost
    | EndRequested
    | TransferRequested
    | TransferWithdrawn
    | JoinRequested
    | MoveToAppRequested
    | TakeOverRequested
    | ReofferRequested
    | DeadlineReached
)


# ---- actions


class RecipientProfile(Enum):
    """Media profile of the SDP's recipient."""

    AS_REGISTERED = "as registered"
    PLAIN = "plain"
    SRTP = "srtp"
    DTLS = "dtls"
    """The alternatives, after the phone refused what was offered. Their values are those of `rtpengine.ng.Profile`."""


@dataclass(frozen=True, slots=True)
class OfferMedia:
    """Pass an offer of `sender` to the anchor of `branch`. `all_codecs`: append all codecs that can be transcoded."""

    ticket: str
    branch: str
    sender: str
    sdp: bytes
    recipient_profile: RecipientProfile = RecipientProfile.AS_REGISTERED
    all_codecs: bool = False


@dataclass(frozen=True, slots=True)
class AnswerMedia:
    """Pass an answer of `sender` to the anchor of `branch`."""

    ticket: str
    branch: str
    sender: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class ReleaseMedia:
    """Delete the anchor of `branch`; `final`: emit MediaReleased once its statistics are stored for the call record."""

    branch: str
    final: bool


@dataclass(frozen=True, slots=True)
class Dial:
    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class SendPush:
    """Send a push notification of the call to devices."""

    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CancelPush:
    """Notify pushed devices that the call has ended for them."""

    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CancelCallee:
    """Stop ringing; `elsewhere`: answered or declined on another phone, so not a missed call."""

    leg: str
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Send a provisional response to the caller. `tentative`: another leg may answer with another SDP."""

    status: int
    sdp: bytes
    tentative: bool = False


@dataclass(frozen=True, slots=True)
class Accept:
    """Send a 2xx to the caller, or to another calling leg."""

    sdp: bytes
    leg: str = CALLER


@dataclass(frozen=True, slots=True)
class Reject:
    """Send a final error response to the caller."""

    status: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Answer the offer in the callee's 2xx, in the ACK."""

    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class Offer:
    """Send a re-INVITE with an offer."""

    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class ShowPeer:
    """Tell the device of a leg which party it is connected to, by UPDATE or re-INVITE."""

    leg: str


@dataclass(frozen=True, slots=True)
class Probe:
    """Send an OPTIONS to a leg. If it is not answered, the leg is lost."""

    leg: str


@dataclass(frozen=True, slots=True)
class AnswerOffer:
    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class RefuseOffer:
    leg: str
    status: int


@dataclass(frozen=True, slots=True)
class Bye:
    leg: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Close:
    """Answer the BYE of a leg, now that the call record is stored."""

    leg: str


@dataclass(frozen=True, slots=True)
class SetAnswered:
    """Store the answer time and leg, and journal the call, before the caller's INVITE is answered."""

    leg: str


@dataclass(frozen=True, slots=True)
class StartStep:
    """The call was not answered so far, for this cause: start the step of the plan at `position`."""

    position: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class SwapCaller:
    """Swap the names of the caller and this leg, so that the remaining party is the caller."""

    leg: str


@dataclass(frozen=True, slots=True)
class SetPeer:
    """Set and journal `leg` as the caller's peer; "" for none at the moment."""

    leg: str


@dataclass(frozen=True, slots=True)
class SetCallee:
    """Set the transfer target as the called party; `back`: set the transferor, since the transfer was not answered."""

    back: bool = False


@dataclass(frozen=True, slots=True)
class Notify:
    """Send transfer progress to the transferor (NOTIFY)."""

    leg: str
    status: int


@dataclass(frozen=True, slots=True)
class ReportOutcome:
    """Tell the app `leg` how its transfer ended: "answered", or why not."""

    leg: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class WriteRecord:
    """Write the call record."""

    cause: Cause


Action = (
    OfferMedia
    | AnswerMedia
    | ReleaseMedia
    | Dial
    | SendPush
    | CancelPush
    | CancelCallee
    | Progress
    | Accept
    | Reject
    | Acknowledge
    | Offer
    | ShowPeer
    | Probe
    | AnswerOffer
    | RefuseOffer
    | Bye
    | Close
    | SetAnswered
    | StartStep
    | SwapCaller
    | SetPeer
    | Notify
    | ReportOutcome
    | SetCallee
    | WriteRecord
)
