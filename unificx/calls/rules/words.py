"""What can happen to a call and what must be done about it: the words of the call's state machine.

Legs go by name: `CALLER`, and "b1", "b2" … for the callees that ring. Descriptions are SDP as bytes; b"" means none.
A `ticket` ties what the media anchor replies to what was asked, so that a late reply is seen as late.
"""

from dataclasses import dataclass
from enum import Enum

from unificx.calls.rules.causes import Cause
from unificx.calls.rules.rung import Rung
from unificx.calls.rules.states import SettingUp

CALLER = "a"


# ---- what can happen


@dataclass(frozen=True, slots=True)
class MediaOffered:
    """The anchor has taken an offer: this goes to the other side."""

    ticket: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class MediaAnswered:
    """The anchor has taken an answer: this goes back to the side that offered."""

    ticket: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class MediaFailed:
    """The anchor could not do it; `theirs`: the description itself was at fault."""

    ticket: str
    theirs: bool


@dataclass(frozen=True, slots=True)
class MediaReleased:
    """The anchor is gone and its last figures are noted."""


@dataclass(frozen=True, slots=True)
class MediaRestarted:
    """The media engine died and came back: it knows nothing of this call any more."""


@dataclass(frozen=True, slots=True)
class MediaSilent:
    """For too long nothing came from one side that should speak (`both`: from neither)."""

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
    """A device can be rung that could not be before, or not there: as `leg`, in the place of `instead` if it was rung
    where it is no more."""

    leg: str
    device: str
    srtp: bool
    instead: str = ""


@dataclass(frozen=True, slots=True)
class DeviceGone:
    """A device may take part no more; `legs` are its own, whether they are in the call, ring, or are still to."""

    device: str
    legs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Declined:
    """A person said no on a device that was woken for the call, without its phone: as good as a phone's 603."""


@dataclass(frozen=True, slots=True)
class CallerCancelled:
    """CANCEL, or BYE before the answer."""


@dataclass(frozen=True, slots=True)
class AckCame:
    """A leg acknowledged our 2xx, with an answer if that 2xx was an offer."""

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
    """A leg ended without a BYE of its peer: no ACK, session expired, no answer to a request."""

    leg: str


@dataclass(frozen=True, slots=True)
class EndAsked:
    """Somebody entitled to it ends the call: an administrator, the system going down."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class TransferAsked:
    """The leg `by` gives the other one to whoever is `rung`, or to the app behind a name in there. Meanwhile the app
    `waiting` is heard; "" if that is `by` itself. `back` are the phones to ring if nobody takes the call and `by` is
    gone. Phones that ring already for another call of his come as the state they are in. `keeps`: if nobody takes the
    call, the app `by` goes on with it."""

    by: str
    rung: Rung | SettingUp
    waiting: str
    back: Rung | None = None
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """The leg `by` gives the other one to `leg`, which was in another call with him, and wrote `sdp` last."""

    by: str
    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class IntoApp:
    """The leg `by` leaves the other one to the app `app`."""

    by: str
    app: str


@dataclass(frozen=True, slots=True)
class TakeOver:
    """`leg` calls, with the offer `sdp`, to take the place of the leg `gone`."""

    gone: str
    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class Restate:
    """`leg` is to be told what it has anew: nobody offers anything, but something is to be said along with it."""

    leg: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """A deadline of the state has come."""


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


# ---- what must be done


class Taker(Enum):
    """How the side that gets a description carries its media."""

    AS_REGISTERED = "as registered"
    PLAIN = "plain"
    """A phone that refused SRTP is asked once more without."""


@dataclass(frozen=True, slots=True)
class OfferMedia:
    """Give the anchor of `branch` an offer by `giver`."""

    ticket: str
    branch: str
    giver: str
    sdp: bytes
    taker: Taker = Taker.AS_REGISTERED


@dataclass(frozen=True, slots=True)
class AnswerMedia:
    """Give the anchor of `branch` the answer by `giver`."""

    ticket: str
    branch: str
    giver: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class ReleaseMedia:
    """End the anchor of `branch`; `final`: MediaReleased is to be told, its figures belong to the record."""

    branch: str
    final: bool


@dataclass(frozen=True, slots=True)
class Dial:
    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class Wake:
    """Tell devices that sleep, or seem to, that there is a call."""

    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LetSleep:
    """Tell devices that were woken that the call is no matter of theirs any more."""

    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CancelCallee:
    """Stop ringing; `elsewhere`: it was answered or declined at another phone, so it is no missed call."""

    leg: str
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Tell the caller how far it is."""

    status: int
    sdp: bytes


@dataclass(frozen=True, slots=True)
class Accept:
    """Answer the caller, or another leg that called."""

    sdp: bytes
    leg: str = CALLER


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse the caller."""

    status: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Answer the offer in the callee's 2xx."""

    leg: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class Offer:
    """Offer a leg a new session."""

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
    """Answer the BYE of a leg: only now, when the record is safe."""

    leg: str


@dataclass(frozen=True, slots=True)
class NoteAnswered:
    """The call is answered: note when and by whom, and journal it, before the caller hears of it."""

    leg: str


@dataclass(frozen=True, slots=True)
class PassOn:
    """Nobody took the call, for this reason: note it, the app `leg` takes it now."""

    leg: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Swap:
    """From here on the caller and this leg go by each other's names: whoever stays is the caller."""

    leg: str


@dataclass(frozen=True, slots=True)
class NoteJoined:
    """`leg` is the one the caller talks with now: note it and journal it. "": there is nobody at the moment."""

    leg: str


@dataclass(frozen=True, slots=True)
class Seek:
    """Somebody else is called now: note whom. `back`: him who gave the call away, for nobody took it."""

    back: bool = False


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell who asked for a transfer how far it is."""

    leg: str
    status: int


@dataclass(frozen=True, slots=True)
class Record:
    """The call is over: write what became of it."""

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
