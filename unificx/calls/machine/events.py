"""Events of the call state machine: of phones, of rtpengine, of timers and of other parts of the server.

Legs are named `CALLER`, and "b1", "b2" … for ringing callees. SDP is bytes; b"" means none. A `ticket` correlates a
reply of the media anchor with its request, so that stale replies are ignored.
"""

from unificx.calls.machine.causes import Cause
from unificx.calls.machine.fork_targets import ForkTargets
from unificx.calls.machine.states import SettingUp
from unificx.core.value import value


@value
class MediaOffered:
    """The anchor accepted an offer; `sdp` is for the other side."""

    ticket: str
    sdp: bytes


@value
class MediaAnswered:
    """The anchor accepted an answer; `sdp` is for the offerer."""

    ticket: str
    sdp: bytes


@value
class MediaFailed:
    """A request to the anchor failed; `sdp_at_fault`: because of the SDP."""

    ticket: str
    sdp_at_fault: bool


@value
class MediaReleased:
    """The anchor was deleted and its final statistics are stored."""


@value
class RelayRestarted:
    """rtpengine restarted and lost the call's anchors; `again`: a further attempt, since media were not restored."""

    again: bool = False


@value
class MediaSilent:
    """These legs have sent no RTP or RTCP for too long."""

    legs: tuple[str, ...]


@value
class CalleeProgressed:
    leg: str
    status: int
    sdp: bytes


@value
class CalleeAnswered:
    leg: str
    sdp: bytes


@value
class CalleeRejected:
    """`cause`: why this system did not dial it, None for the answer of the callee."""

    leg: str
    status: int
    cause: Cause | None = None


@value
class DeviceReachable:
    """A device has become reachable or has moved: dial it as `leg`, replacing `replaces_leg` if it was dialled at its
    previous location."""

    leg: str
    device: str
    srtp: bool
    replaces_leg: str = ""
    extension: str = ""


@value
class DeviceRemoved:
    """A device was revoked; `legs` are all its legs: connected, ringing or not dialled yet."""

    device: str
    legs: frozenset[str]


@value
class Declined:
    """The call was declined from a push notification of `device`, "" for all; equivalent to a 603 of that device."""

    device: str = ""


@value
class StepStarted:
    """The targets of the step that `StartStep` has requested, or to which a user deflects the ringing call."""

    targets: ForkTargets


@value
class PickedUp:
    """Another phone takes the ringing call: the ringing ends. `targets`: the app that holds the caller, unless another
    one does already, until `TakeOverRequested`."""

    targets: ForkTargets | None


@value
class CallerCancelled:
    """CANCEL, or BYE before the answer."""


@value
class AckReceived:
    """ACK to our 2xx, with an answer if the 2xx contained an offer."""

    leg: str
    sdp: bytes


@value
class OfferReceived:
    leg: str
    sdp: bytes


@value
class OfferAnswered:
    leg: str
    sdp: bytes


@value
class OfferRejected:
    leg: str
    status: int


@value
class HungUp:
    leg: str


@value
class LegLost:
    """A leg ended without BYE: missing ACK, session timer expired, request timeout."""

    leg: str


@value
class EndRequested:
    """The call is ended by an administrator or by the system."""

    cause: Cause


@value
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


@value
class TransferWithdrawn:
    """The app that keeps the party if its transfer is not answered ends the ringing."""


@value
class JoinRequested:
    """The leg `by` transfers the other party to `leg` of its consultation call, whose latest SDP is `sdp`. `to_app`: an
    app, so that the target of the call is another one."""

    by: str
    leg: str
    sdp: bytes
    to_app: bool = False


@value
class MoveToAppRequested:
    """The leg `by` leaves, and the other party is connected to the app leg `app`."""

    by: str
    app: str


@value
class TakeOverRequested:
    """The new leg `leg`, with the offer `sdp`, replaces the leg `gone`."""

    gone: str
    leg: str
    sdp: bytes


@value
class ReofferRequested:
    """Re-offer the current session to `leg`, to send it changed SDP attributes."""

    leg: str


@value
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
    | CalleeRejected
    | DeviceReachable
    | DeviceRemoved
    | Declined
    | StepStarted
    | PickedUp
    | CallerCancelled
    | AckReceived
    | OfferReceived
    | OfferAnswered
    | OfferRejected
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
