"""States of a call: one frozen class per phase, with only the data of that phase."""

from dataclasses import field
from typing import Literal

from unificx.calls.machine.causes import Cause, most_informative
from unificx.calls.machine.fork_targets import ForkTargets, LaterStep, Limits
from unificx.core.value import value

CALLER = "a"
"""The leg of the caller. The others are "b1", "b2" … for phones, "app1" … for dialled apps, and "w1" … for apps with
which a party waits. They are names of participants of a call (`Call.participants`)."""

MAX_RESTORATIONS = 20
"""How often in succession it is attempted to restore the media of a call."""

Stage = Literal["offering", "calling", "ringing", "over"]


@value
class Branch:
    """One forked branch. `srtp`: offered SRTP first; `alternatives`: number of other media profiles offered after
    rejections; `cause`: why it has ended.

    `extension`: that of its phone. `push_device`: its device, if that accepts push. `outside`: it leads to a carrier.
    """

    name: str
    stage: Stage
    srtp: bool = False
    cause: Cause | None = None
    push_device: str = ""
    alternatives: int = 0
    outside: bool = False
    extension: str = ""

    @property
    def live(self) -> bool:
        return self.stage != "over"

    @property
    def party(self) -> str:
        """The same for all branches of one called party: their extension, or the name of a leg outside."""
        return self.extension or (self.name if self.outside else "")


@value
class SettingUp:
    """Phones ring."""

    limits: Limits
    offer: bytes
    """The caller's SDP, b"" for a delayed offer."""
    branches: tuple[Branch, ...]
    ring_until: float
    last_provisional: int = 100
    """The latest provisional status sent to the caller."""
    early_sdps: tuple[bytes, ...] = ()
    """The callee's last two SDPs of early media, without those that the anchor refused."""
    early_answered: bool = False
    """Whether the caller has the answer for early media."""
    media_lost: bool = False
    """Whether rtpengine restarted meanwhile."""
    awaiting_push: frozenset[str] = frozenset()
    """Pushed devices that have not registered yet; the call continues while there are any."""
    pushed: frozenset[str] = frozenset()
    push_at: float | None = None
    """When registered but unresponsive devices are pushed and the caller hears ringing."""
    extension_by_device: dict[str, str] = field(default_factory=dict[str, str])
    decline_ends: bool = True
    """Whether a user that declines ends the step; else only the ringing of their extension, one of `declined` then."""
    declined: frozenset[str] = frozenset()
    later: tuple[LaterStep, ...] = ()
    """The steps of the plan that take the call if no phone answers."""
    awaits_step: bool = False
    """Whether the targets of the next step are awaited."""

    @property
    def early_sdp(self) -> bytes:
        """The callee's latest SDP of early media, b"" without any."""
        return self.early_sdps[-1] if self.early_sdps else b""

    def rings(self, device: str) -> bool:
        """Whether the call rings on a device that accepts push, or is about to."""
        return device in self.pushed or any(each.live and each.push_device == device for each in self.branches)

    def end_of_party(self, name: str) -> Cause | None:
        """Why one of several called parties, that of this branch, no longer rings; None if it does."""
        ended = next((each for each in self.branches if each.name == name), None)
        if ended is None:
            return None
        own = [each for each in self.branches if each.party == ended.party]
        awaited = [self.extension_by_device.get(device) for device in self.awaiting_push]
        if any(each.live for each in own) or ended.party in awaited or (len(own) == len(self.branches) and not awaited):
            return None
        return most_informative([each.cause for each in own if each.cause is not None])


@value
class Originating:
    """An app calls: its offer is awaited until `until`, then the targets are dialled."""

    targets: ForkTargets
    until: float


@value
class Answering:
    """`callee` has answered; the SDP is passed to the anchor, then to the caller."""

    limits: Limits
    callee: str
    caller_sdp: bytes
    callee_sdp: bytes
    awaited_ticket: str
    """Ticket of the pending anchor request, "" while the caller's ACK is awaited."""
    delayed: bool = False
    """Whether the callee made the offer."""
    accepted: bool = False
    restarts: int = 0
    reoffer_sdp: bytes = b""
    """SDP to re-offer to the callee once connected, since rtpengine restarted after it was dialled."""


ExchangeStage = Literal["offering", "asking", "answering", "restoring", "restored"]
"""The offer is at the anchor; the other side has it; its answer is at the anchor. Restoring: the other side rejected,
and the anchor is reset to the previous session."""


@value
class Exchange:
    """Offer/answer exchange within the call, started by `offerer`."""

    number: int
    stage: ExchangeStage
    offerer: str
    sdp: bytes
    silent: bool = False
    """Whether the offerer does not wait for an answer: its SDP was in an ACK."""
    answer: bytes = b""


@value
class MediaReanchor:
    """Media is re-anchored from the latest SDP of both sides, and re-offered to both. `pending`: legs yet to answer."""

    number: int
    stage: Literal["offering", "answering", "reoffering"]
    callee_offer: bytes = b""
    pending: tuple[str, ...] = ()


@value
class IceRestart:
    """Media is re-anchored with ICE or SRTP: `side` has the current re-offer, the callee first."""

    number: int
    stage: Literal["offering", "asking", "answering"]
    side: str


@value
class MovingToApp:
    """The caller is connected to an app, over an anchor of its own."""

    number: int
    stage: Literal["offering", "calling"]


@value
class TakingOver:
    """`leg` replaces the callee: the caller gets its offer, over an anchor of its own."""

    number: int
    stage: Literal["offering", "asking", "answering"]
    leg: str
    sdp: bytes
    answer: bytes = b""


@value
class Deferred:
    """A new session of a leg that waits for the end of an exchange: an offer or, `silent`, the answer in an ACK."""

    leg: str
    sdp: bytes
    silent: bool = False


@value
class Talking:
    """Caller and `callee` are connected. The SDP is the last negotiated one, as received from each side."""

    callee: str
    ends_at: float
    caller_sdp: bytes
    callee_sdp: bytes
    exchange: Exchange | MediaReanchor | IceRestart | MovingToApp | TakingOver | None = None
    """The negotiation in progress. The tickets of its requests to the anchor have its number."""
    count: int = 0
    """Number of exchanges begun so far."""
    deferred: Deferred | None = None
    """The new session that waits for the end of the exchange."""
    failed_restorations: int = 0
    """How often in succession restoring the media after a restart of rtpengine has failed."""

    @property
    def awaits_restoration(self) -> bool:
        """Whether the anchor may be incomplete, so that restoring the media is to be repeated."""
        return 0 < self.failed_restorations < MAX_RESTORATIONS


@value
class Transferring:
    """The caller is being transferred by `transferor`, "" once it has left; the phones of `setup` ring while the caller
    is connected to an app that plays ringback."""

    talking: Talking
    setup: SettingUp
    transferor: str
    transferor_sdp: bytes
    """The transferor's latest SDP."""
    return_targets: ForkTargets | None = None
    """Targets to ring if the transfer is not answered and the transferor has left."""
    from_consultation: bool = False
    """Whether the ringing phones got the offer of the consultation call."""
    keep_with_app: bool = False
    """Whether the caller stays connected to the app if the transfer is not answered."""


@value
class Ending:
    """BYE was sent; the anchor's final statistics are awaited until `until`, then the call record is written.

    `closing` is the leg whose BYE is answered once the record is stored.
    """

    cause: Cause
    closing: str | None
    until: float


@value
class Ended:
    """The call has ended."""


State = Originating | SettingUp | Answering | Talking | Transferring | Ending | Ended
