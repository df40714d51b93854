"""Data passed into and out of call control."""

from dataclasses import field
from datetime import datetime
from typing import Literal

from unificx.core.value import value
from unificx.identity import Extension
from unificx.registrar import Caller
from unificx.routing import Plan

PARK, PARK_ANNOUNCEMENT, RETRIEVE = "park", "parked", "fetch"
"""Apps: hold the parked party, announce the slot to the parking party, retrieve a parked call."""
PICKUP, PICKED_UP, FLIP = "pickup", "picked-up", "flip"
"""Apps: pick up a ringing call, hold its caller until the phone that picked it up is connected, move one's own
call to another device."""
QUEUE_APP = "queue"
"""The app that holds the callers of a queue while it rings its agents. Its arguments are the queue, the visit of a
caller who is called back, "" for a new one, and the priority of a new one."""
RINGBACK_APP = "waiting"
"""The app that plays ringback to the transferred party."""
MAX_PARKING_SLOTS = 99
"""Parking slots per tenant."""


CreditReply = Literal["granted", "no_credit", "trial_ended", "unpaid"]
"""Whether a leg outside may be dialled, or why not."""


@value
class CreditedLeg:
    """A leg to a number outside that costs the tenant something. `id` is the same as long as it lives, in whatever
    call; `record_id` is the id under which that is recorded; `answered` None while it rings."""

    id: str
    call_id: str
    record_id: str
    tenant_id: str
    answered: datetime | None
    number: str = field(repr=False)


@value
class CallSettings:
    """Limits; times in seconds.

    `silence_timeout`: after this long without media from a phone, it is asked whether it still exists.
    """

    silence_timeout: float = 30.0
    check_interval: float = 5.0
    max_calls: int = 20_000
    """Concurrent calls; further ones are rejected with 503 and Retry-After."""
    max_calls_per_tenant: int = 500
    """Concurrent calls per tenant, so that one tenant cannot use up all of them."""
    max_app_call_seconds: float = 7200.0
    """Maximum length of a call with a dialled app."""


@value
class LiveCall:
    """A live call."""

    id: str
    tenant_id: str
    state: Literal["ringing", "talking", "ending"]
    started: datetime
    answered: datetime | None
    caller: str = field(repr=False)
    """The caller's number; "" if withheld."""
    callee: str = field(repr=False)
    """The dialled number; "" for an app without a number."""
    room: str | None = None
    """Id of the conference room the call is connected to."""


@value
class ParkedCall:
    """A parked call: slot number, start time, and the number of the extension that parked it."""

    place: int
    call_id: str
    since: datetime
    by: str = field(repr=False)
    number: str = field(repr=False)
    name: str = field(repr=False)


@value
class ConversationLeg:
    """One participant of a conversation. `tag` identifies it at the media anchor and is the leg's id."""

    tag: str
    extension_id: str
    device_id: str
    subject: str | None
    """Data subject of the audio; None for an external party."""
    number: str = field(repr=False)
    name: str = field(repr=False)
    sdp: bytes = field(default=b"", repr=False)
    """The participant's latest SDP."""
    is_holding: bool = False
    """Whether the participant has put the other one on hold."""
    is_initiator: bool = False
    """Whether the participant started the call; False for both if both joined later."""


@value
class Conversation:
    """Two connected participants and the anchor of their media."""

    call_id: str
    tenant_id: str
    anchor: str
    caller: ConversationLeg
    callee: ConversationLeg
    media_generation: int = 0
    """Incremented with each re-anchoring: earlier requests to the anchor are void."""
    restored: bool = False
    """Whether the call was restored after a restart."""

    @property
    def legs(self) -> tuple[ConversationLeg, ConversationLeg]:
        return self.caller, self.callee


@value
class AppCallContext:
    """A call as handed to its app. `leg_id` is the globally unique id of the app's leg."""

    call_id: str
    leg_id: str
    app: str
    arguments: tuple[str, ...]
    caller: Caller
    callee: Extension | None
    """The extension that was called before, or that the app answers for."""
    started: datetime
    reason: str
    """Why the app is the fallback: missed, busy, declined, unreachable, failed; "" if the app was dialled."""
    dialled: str = field(repr=False)


@value
class ConnectRequest:
    """A request of an app to connect its party to the destination of a plan; the party stays with the app until
    it answers. `displayed_name` is shown in place of the party's name while the destination rings, "" for that.
    """

    plan: Plan
    displayed_name: str = field(default="", repr=False)


@value
class ConnectWithdrawn:
    """The app no longer wants its party to be connected: the ringing ends."""


@value
class Origination:
    """A call started by an app.

    `caller` is displayed to the callee and owns the call record: for an invitation to a conference room, the room's
    number and name with the inviting user's identity. `to` is an extension's number; `device` is the only device to
    ring, "" for all.
    """

    caller: Caller
    app: str
    arguments: tuple[str, ...] = ()
    to: str = field(default="", repr=False)
    device: str = ""
    next_destination: str = field(default="", repr=False)
    """Number to dial for the answering party, who hears the app until it is answered."""
    is_completion: bool = False
    """The called party asked for this call when it did not reach `next_destination`: no phone may answer by itself."""
    displayed_caller: Caller | None = None
    """Displayed caller, if it is not `caller`."""
    conference_others: int | None = None
    """For an invitation to a conference: participants besides the displayed caller."""
    auto_answer: bool = False
    """Whether the phones are to answer by themselves."""
    recorded_for: str = ""
    """Id of the caller's call to the app, if the record of this call stands for it; "" for none."""
