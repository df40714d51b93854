"""Events and actions of the call state machine.

Legs are named `CALLER`, and "b1", "b2" … for ringing callees. SDP is bytes; b"" means none. A `ticket` correlates a
reply of the media anchor with its request, so that stale replies are ignored.
"""

from dataclasses import dataclass
from enum import Enum

from unificx.calls.rules.causes import Cause
from unificx.calls.rules.fork_targets import Rung
from unificx.calls.rules.states import SettingUp

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
    theirs: bool


@dataclass(frozen=True, slots=True)
class MediaReleased:
    """The anchor was deleted and its final statistics are stored."""


@dataclass(frozen=True, slots=True)
class MediaRestarted:
    """The media engine restarted and lost the call's anchors."""


@dataclass(frozen=True, slots=True)
class MediaSilent:
    """No media arrived for too long from one side (`both`: from either side)."""

    both: bool


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
    leg: str
    status: int


@dataclass(frozen=True, slots=True)
class DeviceCame:
    """A device has become reachable or has moved: dial it as `leg`, replacing `replaces_leg` if it was dialled at its
    previous location."""

    leg: str
    device: str
    srtp: bool
    instead: str = ""


@dataclass(frozen=True, slots=True)
class DeviceGone:
    """A device was revoked; `legs` are all its legs: connected, ringing or not dialled yet."""

    device: str
    legs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Declined:
    """The call was declined from a push notification; equivalent to a 603."""


@dataclass(frozen=True, slots=True)
class CallerCancelled:
    """CANCEL, or BYE before the answer."""


@dataclass(frozen=True, slots=True)
class AckCame:
    """ACK to our 2xx, with an answer if the 2xx contained an offer."""

    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class OfferCame:
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
class EndAsked:
    """The call is ended by an administrator or by the system."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class TransferAsked:
    """The leg `by` transfers the other party to `targets`, which may include app legs. Meanwhile the app leg
    `waiting_app` is heard; "" if `by` is that app. `return_targets` ring if the transfer is not answered and `by` has
    left. Phones that already ring for a consultation call are passed as its `SettingUp` state. `keep_with_app`: if the
    transfer is not answered, the party stays with the app `by`."""

    by: str
    rung: Rung | SettingUp
    waiting: str
    back: Rung | None = None
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """The leg `by` transfers the other party to `leg` of its consultation call, whose latest SDP is `sdp`."""

    by: str
    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class IntoApp:
    """The leg `by` leaves, and the other party is connected to the app leg `app`."""

    by: str
    app: str


@dataclass(frozen=True, slots=True)
class TakeOver:
    """The new leg `leg`, with the offer `sdp`, replaces the leg `gone`."""

    gone: str
    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class Restate:
    """Re-offer the current session to `leg`, to send it changed SDP attributes."""

    leg: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """A deadline of the state was reached."""


Event = (
    MediaOffered
    | MediaAnswered
    | MediaFailed
    | MediaReleased
    | MediaRestarted
    | MediaSilent
    | CalleeProgressed
    | CalleeAnswered
    | CalleeRefused
    | DeviceCame
    | DeviceGone
    | Declined
    | CallerCancelled
    | AckCame
    | OfferCame
    | OfferAnswered
    | OfferRefused
    | HungUp
    | LegLost
    | EndAsked
    | TransferAsked
    | Joined
    | IntoApp
    | TakeOver
    | Restate
    | TimePassed
)


# ---- actions


class Taker(Enum):
    """Media profile of the SDP's recipient."""

    AS_REGISTERED = "as registered"
    PLAIN = "plain"
    """Plain RTP, after the phone refused SRTP."""


@dataclass(frozen=True, slots=True)
class OfferMedia:
    """Pass an offer of `sender` to the anchor of `branch`."""

    ticket: str
    branch: str
    giver: str
    sdp: bytes
    taker: Taker = Taker.AS_REGISTERED


@dataclass(frozen=True, slots=True)
class AnswerMedia:
    """Pass an answer of `sender` to the anchor of `branch`."""

    ticket: str
    branch: str
    giver: str
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
class Wake:
    """Send a push notification of the call to devices."""

    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LetSleep:
    """Notify pushed devices that the call has ended for them."""

    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CancelCallee:
    """Stop ringing; `elsewhere`: answered or declined on another phone, so not a missed call."""

    leg: str
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Send a provisional response to the caller."""

    status: int
    sdp: bytes


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
class NoteAnswered:
    """Store the answer time and leg, and journal the call, before the caller's INVITE is answered."""

    leg: str


@dataclass(frozen=True, slots=True)
class PassOn:
    """The call was not answered for this cause; pass it to the app leg `leg`."""

    leg: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Swap:
    """Swap the names of the caller and this leg, so that the remaining party is the caller."""

    leg: str


@dataclass(frozen=True, slots=True)
class NoteJoined:
    """Set and journal `leg` as the caller's peer; "" for none at the moment."""

    leg: str


@dataclass(frozen=True, slots=True)
class Seek:
    """Set the transfer target as the called party; `back`: set the transferor, since the transfer was not answered."""

    back: bool = False


@dataclass(frozen=True, slots=True)
class Notify:
    """Send transfer progress to the transferor (NOTIFY)."""

    leg: str
    status: int


@dataclass(frozen=True, slots=True)
class Record:
    """Write the call record."""

    cause: Cause


Action = (
    OfferMedia
    | AnswerMedia
    | ReleaseMedia
    | Dial
    | Wake
    | LetSleep
    | CancelCallee
    | Progress
    | Accept
    | Reject
    | Acknowledge
    | Offer
    | AnswerOffer
    | RefuseOffer
    | Bye
    | Close
    | NoteAnswered
    | PassOn
    | Swap
    | NoteJoined
    | Notify
    | Seek
    | Record
)
