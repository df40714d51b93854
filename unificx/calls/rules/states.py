"""Where a call stands. One frozen value per phase, holding only what that phase needs."""

from dataclasses import dataclass
from typing import Literal

from unificx.calls.rules.causes import Cause

Stage = Literal["offering", "calling", "ringing", "over"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: how long it rings, how long it may last."""

    ring: float
    talk: float


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
class Talking:
    """Caller and `callee` talk. The descriptions are the last ones agreed on, as each side sent its own."""

    callee: str
    ends_at: float
    caller_sdp: bytes
    callee_sdp: bytes
    exchange: Exchange | Rebuild | Renewal | None = None
    count: int = 0


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


State = SettingUp | Answering | Talking | Ending | Over
