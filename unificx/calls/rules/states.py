"""Where a call stands. One frozen value per phase, holding only what that phase needs."""

from dataclasses import dataclass
from typing import Literal

from unificx.calls.rules.causes import Cause
from unificx.calls.rules.rung import Limits, Rung

Stage = Literal["offering", "calling", "ringing", "over"]


@dataclass(frozen=True, slots=True)
class Branch:
    """One phone that is rung. `srtp`: it is asked with SRTP, once it refuses without; `cause`: why it is over.

    `sleeper`: the device behind it, if that can be woken.
    """

    name: str
    stage: Stage
    srtp: bool = False
    cause: Cause | None = None
    sleeper: str = ""

    @property
    def live(self) -> bool:
        return self.stage != "over"


@dataclass(frozen=True, slots=True)
class SettingUp:
    """Phones ring. `offer` is the caller's description, b"" if the callee has to make one.

    `told` is the last provisional the caller got; `early` the callee's description whose sound the caller already
    hears. `stale`: the media engine was lost meanwhile. `asleep`: devices that were woken and have not come; while
    there are any the call is held. `nudge_at`: when devices that can be woken and do not ring are. `instead`: the leg
    of the app that takes the call if nobody else does.
    """

    limits: Limits
    offer: bytes
    branches: tuple[Branch, ...]
    ring_until: float
    told: int = 100
    early: bytes = b""
    stale: bool = False
    asleep: frozenset[str] = frozenset()
    woken: frozenset[str] = frozenset()
    nudge_at: float | None = None
    instead: str = ""

    def rings(self, device: str) -> bool:
        """Whether it rings at a device that can be woken, or is about to."""
        return device in self.woken or any(each.live and each.sleeper == device for each in self.branches)


@dataclass(frozen=True, slots=True)
class Opening:
    """An app calls: until `until` its description is awaited, with which `rung` are called then."""

    rung: Rung
    until: float


@dataclass(frozen=True, slots=True)
class Answering:
    """`callee` has answered; the anchor is being told, then the caller. `delayed`: the callee made the offer.

    `awaited` is the ticket of the reply the anchor owes us, "" while it is the caller's ACK we wait for. `redo`: the
    media engine was lost since the callee was called, so this has to be offered to it again once we talk.
    """

    limits: Limits
    callee: str
    caller_sdp: bytes
    callee_sdp: bytes
    awaited: str
    delayed: bool = False
    accepted: bool = False
    restarts: int = 0
    redo: bytes = b""


ExchangeStage = Literal["offering", "asking", "answering", "restoring", "restored"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """`giver` offered a new session inside the call. `silent`: nobody waits for an answer (it came in an ACK).

    Restoring: the other side refused, and the anchor is put back to what was agreed before.
    """

    number: int
    stage: ExchangeStage
    giver: str
    sdp: bytes
    silent: bool = False
    answer: bytes = b""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """The anchor is made anew from what both sides last described, and both are told. `waiting`: who has to answer."""

    number: int
    stage: Literal["offering", "answering", "telling"]
    for_callee: bytes = b""
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Renewal:
    """The anchor is made anew for sides that go by ICE: `side` is asked now, the callee first."""

    number: int
    stage: Literal["offering", "asking", "answering"]
    side: str


@dataclass(frozen=True, slots=True)
class Moving:
    """The caller goes to an app: that is dialled, and its answer brought to the anchor of its own."""

    number: int
    stage: Literal["offering", "calling"]


@dataclass(frozen=True, slots=True)
class TakingOver:
    """`leg` comes in the place of the callee: the caller is offered what it sent, over an anchor of its own."""

    number: int
    stage: Literal["offering", "asking", "answering"]
    leg: str
    sdp: bytes
    answer: bytes = b""


@dataclass(frozen=True, slots=True)
class Talking:
    """Caller and `callee` talk. The descriptions are the last ones agreed on, as each side sent its own."""

    callee: str
    ends_at: float
    caller_sdp: bytes
    callee_sdp: bytes
    exchange: Exchange | Rebuild | Renewal | Moving | TakingOver | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Transferring:
    """The caller was given away by `transferor`, "" once he is gone; those of `search` ring. Meanwhile the caller talks
    with an app, which lets him hear that. `before` is the transferor's last description, `back` who is rung if nobody
    takes the call and he is gone. `borrowed`: those who ring were offered somebody else's media. `keeps`: if nobody
    takes the call, the caller goes on with the app."""

    talking: Talking
    search: SettingUp
    transferor: str
    before: bytes
    back: Rung | None = None
    borrowed: bool = False
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """Both legs are told; the anchor's last figures are awaited until `until`, then the record is written.

    `closing` is the leg whose BYE is answered once the record is safe.
    """

    cause: Cause
    closing: str | None
    until: float


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing is left to do."""


State = Opening | SettingUp | Answering | Talking | Transferring | Ending | Over
