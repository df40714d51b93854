"""A live call: its state, its participants, and the data of its call record."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from unificx.calls.call_path import CallPath
from unificx.calls.diversion import Diversion
from unificx.calls.events import Direction
from unificx.calls.machine.actions import StartStep
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.identity import requests_privacy
from unificx.calls.machine.states import CALLER, Ended, Ending, SettingUp, State, Talking, Transferring
from unificx.calls.participant import AnyLeg, Participant, SentSdp
from unificx.calls.record_parties import RecordParties
from unificx.calls.recording_indication import RecordingIndication
from unificx.calls.schemas import AppCallContext, ConnectRequest, LiveCall
from unificx.core.value import value
from unificx.identity import DirectoryCache, Extension
from unificx.registrar import Caller
from unificx.routing import CONFERENCE_APP, Fork, Forward, OutsideTarget, Plan, Step
from unificx.rtpengine.ng import MediaReport, Profile
from unificx.sdp import has_recording_attributes, with_origin
from unificx.sip.legs import InfoReceived
from unificx.sip.message import Request

MAX_DIALLED_LENGTH = 64
APP_LEG = "app"
"""Name of the leg of a dialled app."""


@value
class CallOptions:
    """Options of the caller's INVITE."""

    secure: bool = False
    """Whether it is a call by SIPS."""
    withheld: frozenset[str] = frozenset()
    """Ids of the extensions that withhold their identity, of joined calls too."""
    hops: int = 70
    """Remaining Max-Forwards."""
    diversions: tuple[Diversion, ...] = ()
    """Where the call was forwarded before it came here, the latest first."""
    verification: str = ""
    """That of the caller id by its signature, such as "verified A"."""


NO_PLAN = Plan()
NO_OPTIONS = CallOptions()


@value
class CallCourse:
    """The course of a call or transfer: the plan of the dialled number, and the position of its current step."""

    plan: Plan = NO_PLAN
    dialled: str = field(default="", repr=False)
    position: int = 0
    displayed_caller: Caller | None = None
    """The party that the phones show, None for the call's caller."""
    is_recall: bool = False
    """Whether the call returns to the extension that transferred or parked it."""
    further_destinations: int = 0
    """Number of destinations that the plan was led to after the first one."""
    transferred_by: Caller | None = None
    """The transferor, None without one."""
    displayed_name: str = field(default="", repr=False)
    """Shown in place of the caller's name while it rings."""
    by_app: bool = False
    """Whether an app connects the caller, so that the called extension is a party of the call only if it answers."""
    cause: Cause | None = None
    """Why the phones of the step before did not answer, None if there was none."""
    forwards: tuple[Forward, ...] = ()
    """The extensions that forwarded the call, in order."""
    calling_for: str = ""
    """The ring group or queue that leads the call on, "" for none. It ends at an extension that forwards the call,
    which calls in its own name."""

    @property
    def called(self) -> Extension | None:
        """The called extension, for the call record and the displays."""
        return None if self.by_app and self.fork is not None else self.plan.called

    def at_step(self, position: int, cause: Cause) -> "CallCourse":
        """Return this course at a later step of its plan, since the present one ended for `cause`. The failure of a
        carrier does not change why the call was forwarded."""
        at_carrier = self.fork is not None and not self.fork.ring_targets
        return replace(self, position=position, cause=self.cause if at_carrier else cause)

    @property
    def is_plain(self) -> bool:
        """Whether it rings one extension or number, in the first step of its plan."""
        fork = self.fork
        if fork is None or len(fork.targets) != 1:
            return False
        return not (self.position or self.further_destinations or self.plan.path or self.by_app)

    @property
    def step(self) -> Step | None:
        """The current step."""
        steps = self.plan.steps
        return steps[self.position] if self.position < len(steps) else None

    @property
    def fork(self) -> Fork | None:
        """The current step, if it rings devices."""
        step = self.step
        return step.action if step is not None and isinstance(step.action, Fork) else None


NO_COURSE = CallCourse()


@dataclass(slots=True)
class Call:
    """A live call. `participants` are keyed by their name in the state machine, the caller always among them;
    `dialled` is the number the caller dialled."""

    id: str
    caller: Caller
    dialled: str
    callee: Extension | None
    started: datetime
    started_monotonic: float
    """Monotonic start time: durations must not depend on the wall clock being set."""
    participants: dict[str, Participant] = field(default_factory=dict[str, Participant])
    state: State = field(default_factory=Ended)
    direction: Direction = "internal"
    course: CallCourse = NO_COURSE
    """Where the call leads at present."""
    answered: datetime | None = None
    answered_leg: str | None = None
    """Name of the leg that has answered, None before."""
    path: CallPath | None = None
    """Path for the call record; None while only the dialled extension or number rings or talks."""
    record_parties: RecordParties = field(default_factory=RecordParties)
    """Parties of the call record so far."""
    click_to_dial: bool = False
    """Whether an app first called the caller's own phone, to dial a number for them afterwards."""
    next_destination: str = ""
    """Number to dial once the call from the app is answered."""
    is_completion: bool = False
    """Whether it was asked for some time before (`Origination.is_completion`)."""
    conference_others: int | None = None
    """For an invitation to a conference: participants besides the displayed caller."""
    auto_answer: bool = False
    """Whether the phones are to answer by themselves."""
    transfer_course: CallCourse | None = None
    """Course of the transfer in progress, to its target."""
    return_course: CallCourse | None = None
    """The course to the transferor, called back if the transfer is not answered."""
    peer_changed: bool = False
    """Whether a party was connected to another one than at first: their devices must show it."""
    transferred_by: Caller | None = None
    """The transferor that connected the present parties, None if no transfer did."""
    taken_by: str = ""
    """The leg that picked up the ringing call, or retrieves the parked one, until it is connected."""
    early_info: tuple[tuple[str, InfoReceived], ...] = ()
    """INFO requests of legs that answered, received before media was connected."""
    pending_connect: tuple[str, ConnectRequest] | None = None
    """The id of an app's leg and its request, until the parties are ready."""
    pending_step: StartStep | None = None
    """The step of the plan that must be started."""
    leg_counters: dict[str, int] = field(default_factory=dict[str, int])
    """Number of leg names assigned, by prefix."""
    fallback_cause: Cause | None = None
    """Why no phone answered, once an app takes the call, until a phone answers there."""
    was_missed: bool = False
    """Whether the call had not been answered before: for the called extension it remains a missed call."""
    recording_indication: RecordingIndication = field(default_factory=RecordingIndication)
    record_written: bool = False
    recorded_elsewhere: bool = False
    """Whether the record of another call stands for this one."""
    journalled: bool = False
    """Whether the call is in the journal and must be removed from it."""
    absorbed_call_id: str = ""
    """Id of a call merged into this one that is still in the journal."""
    restored: bool = False
    """Whether the call was restored after a restart."""
    has_recording: bool = False
    """Whether any part of the call was recorded; known at its end."""
    record_id: str = ""
    """Id of its call record, if it shares that of another call."""
    siblings: set[str] | None = None
    """Ids of the calls a call was split into, including itself: they share this set and one call record."""
    options: CallOptions = NO_OPTIONS

    def __post_init__(self) -> None:
        caller = self.participants.setdefault(CALLER, Participant())
        caller.extension_id, caller.device_id = self.caller.extension_id, self.caller.device_id
        if self.caller.is_outside:
            caller.outside = self.caller
            self.direction = "inbound" if self.direction == "internal" else self.direction

    def participant(self, name: str) -> Participant:
        """Return a participant; an empty one if it is unknown or has left the call."""
        return self.participants.get(name) or Participant()

    def leg(self, name: str) -> AnyLeg | None:
        """Return the leg of a participant, None if it is unknown or not dialled yet."""
        one = self.participants.get(name)
        return one.leg if one is not None else None

    def existing_leg(self, name: str) -> AnyLeg:
        """Return the leg of a participant that was dialled. Raises LookupError."""
        leg = self.leg(name)
        if leg is None:
            raise LookupError("this participant does not have a leg")
        return leg

    def legs(self) -> dict[str, AnyLeg]:
        """Return all legs by the name of their participant."""
        return {name: one.leg for name, one in self.participants.items() if one.leg is not None}

    def is_app(self, name: str) -> bool:
        """Whether the participant is an app."""
        one = self.participants.get(name)
        return one is not None and one.app is not None

    def app_legs(self) -> list[str]:
        """Return the ids of the legs of all apps, including those not started yet."""
        return [self.app_leg_id(name) for name, one in self.participants.items() if one.app is not None]

    def anchor_id(self, branch: str) -> str:
        """Return the id of a branch's media anchor."""
        return f"{self.id}.{branch}"

    def all_extensions(self) -> set[str]:
        """Return the extensions of both parties."""
        return {self.caller.extension_id, self.callee.id if self.callee is not None else ""}

    def legs_of(self, device_id: str) -> frozenset[str]:
        """Return the names of a device's legs, including those not dialled yet or already ended."""
        return frozenset(name for name, one in self.participants.items() if one.device_id == device_id)

    def index_keys(self) -> list[str]:
        """Return the ids of involved devices and of the called extensions, for the call index."""
        fork = self.course.fork
        keys = [one.device_id for one in self.participants.values() if one.device_id]
        if self.callee is not None:
            keys.append(self.callee.id)
        if fork is not None:
            keys += [each.extension.id for each in fork.ring_targets]
        if self.direction == "inbound":
            keys.append(inbound_key(self.caller.tenant_id, self.dialled))
        return keys

    def wall_time(self, now: float) -> datetime:
        """Convert monotonic time to wall time."""
        return self.started + timedelta(seconds=now - self.started_monotonic)

    def app_context(self, name: str) -> AppCallContext:
        """Return the call context for an app. For a calling app, the called party is its caller."""
        app = self.participants[name].app
        assert app is not None
        outside = self.participant(self.answered_leg or "").outside or dialled_outside(self)
        if name == CALLER and outside is not None:
            caller, callee = outside, None
        elif name == CALLER and self.callee is not None:
            fork = self.course.fork
            devices = [each.only_device for each in fork.ring_targets] if fork is not None else []
            caller, callee = Caller.of(self.callee, next(iter(devices), "")), None
        else:
            caller, callee = self.caller, self.callee
        if self.is_withheld(caller):
            caller = replace(caller, number="", name="")
        return AppCallContext(
            call_id=self.id,
            leg_id=self.app_leg_id(name),
            app=app.app,
            arguments=app.arguments,
            caller=caller,
            callee=callee,
            started=self.started,
            reason=self.fallback_cause.value.outcome if self.fallback_cause is not None else "",
            dialled=self.dialled,
        )

    def app_leg_id(self, name: str) -> str:
        """Return the id of an app leg."""
        return f"{self.id}.{name}"

    def setup_state(self) -> SettingUp | None:
        """Return the set-up state of ringing phones, of a call or a transfer."""
        state = self.state.setup if isinstance(self.state, Transferring) else self.state
        return state if isinstance(state, SettingUp) else None

    def withholds_identity(self, extension_id: str | None) -> bool:
        """Whether the extension withholds its identity."""
        return extension_id in self.options.withheld

    def is_withheld(self, party: Caller) -> bool:
        """Whether a party withholds its identity: an extension, or a caller outside whose number did not arrive."""
        return not (party.number or party.is_guest) if party.is_outside else self.withholds_identity(party.extension_id)

    def to_live_call(self, own: Collection[str] = ()) -> LiveCall:
        """Return the live call as shown to a user with the extensions `own`."""
        extension_id = self.caller.extension_id
        visible = extension_id in own or not self.is_withheld(self.caller)
        talking, ending = isinstance(self.state, Talking | Transferring), isinstance(self.state, Ending)
        return LiveCall(
            id=self.id,
            tenant_id=self.caller.tenant_id,
            state="talking" if talking else "ending" if ending else "ringing",
            started=self.started,
            answered=self.answered,
            caller=self.caller.number if visible else "",
            callee=called_number(self),
            room=self._room(),
        )

    def _room(self) -> str | None:
        """The id of the conference room one party is connected to, as the caller or by invitation."""
        if not isinstance(self.state, Talking):
            return None
        apps = [self.participant(name).app for name in (self.state.callee, CALLER)]
        return next((app.arguments[0] for app in apps if app is not None and app.app == CONFERENCE_APP), None)

    # ---- changes of participants

    def new_leg_name(self, prefix: str) -> str:
        """Return a new, unused leg name."""
        name = self.next_leg_name(prefix)
        self.leg_counters[prefix] = self.leg_counters.get(prefix, 0) + 1
        return name

    def next_leg_name(self, prefix: str) -> str:
        """Return the name that `new_leg_name` will return next."""
        return f"{prefix}{self.leg_counters.get(prefix, 0) + 1}"

    def add_media_stats(self, report: MediaReport | None) -> None:
        """Store an anchor's media statistics."""
        for stats in report.parties if report is not None else ():
            if any(one.leg is not None and one.leg.id == stats.tag for one in self.participants.values()):
                self.record_parties.add_media_stats(stats)

    def anchor_released(self, anchor: str) -> None:
        """The anchor was released; a later one of the same name is a different anchor."""
        for one in self.participants.values():
            one.dtls.anchor_released(anchor)

    def prepare_sdp(self, name: str, sdp: bytes) -> bytes:
        """Return the SDP to send to a leg: with the recording state and our origin line, whose version is incremented
        on change (RFC 3264 section 8)."""
        if not sdp:
            return b""
        one = self.participants[name]
        one.dtls.mark_sent()
        if self.recording_indication.current or has_recording_attributes(sdp):
            sdp = self.recording_indication.apply_to(one.leg, sdp)
        identity, previous = int(self.id[:13].replace("-", ""), 16), one.sent_sdp
        if previous.sdp and with_origin(sdp, identity, previous.version) == previous.sdp:
            return previous.sdp
        one.sent_sdp = SentSdp(previous.version + 1, with_origin(sdp, identity, previous.version + 1))
        return one.sent_sdp.sdp

    def set_media_profile(self, name: str, profile: Profile) -> None:
        """Change the media profile of a phone before it is dialled again."""
        one = self.participants[name]
        assert one.dial_params is not None
        one.dial_params = replace(one.dial_params, profile=profile)


def dialled_outside(call: Call) -> Caller | None:
    """Return the party outside that was dialled last, unless an extension is called. It does not name a member
    of a group who has not pressed the answer key."""
    if call.callee is not None:
        return None
    others = [one for name, one in call.participants.items() if name != CALLER and not one.awaits_answer_key]
    parties = [one.outside for one in others if one.outside is not None]
    return parties[-1] if parties else None


def called_number(call: Call) -> str:
    """Return the number that a call leads to: of a party outside in E.164, also before it is dialled; otherwise as it
    was dialled."""
    answered = call.participant(call.answered_leg or "").outside
    if answered is not None:
        return answered.number
    course, steps = call.course, call.course.plan.steps
    fork = steps[0].action if steps and not course.further_destinations and course.dialled == call.dialled else None
    first = fork.targets[0] if isinstance(fork, Fork) and fork.targets else None
    return first.number if isinstance(first, OutsideTarget) else call.dialled


def party_of(call: Call, name: str) -> Caller | None:
    """Return a participant as a caller; None for an app, or if only its number is known."""
    one = call.participant(name)
    if name == CALLER or one.outside is not None:
        return one.outside or call.caller
    return Caller.of(call.callee, one.device_id) if call.callee is not None else None


def named_party(call: Call, name: str, directory: DirectoryCache) -> Caller | None:
    """Return a participant as a caller with its present name; None if it is neither an extension nor outside."""
    one = call.participant(name)
    if name == CALLER:
        return call.caller
    if one.outside is not None:
        return one.outside
    extension = directory.extension_by_id(one.extension_id)
    return Caller.of(extension, one.device_id, directory.display_name(extension)) if extension is not None else None


def connected_state(call: Call) -> State:
    """Return the state of the connected parties, also while the caller is being transferred."""
    return call.state.talking if isinstance(call.state, Transferring) else call.state


def inbound_key(tenant_id: str, number: str) -> str:
    """Return the key by which the call index has calls from outside to a number."""
    return f"number:{tenant_id}:{number}"


def call_options(invite: Request, caller: Caller) -> CallOptions:
    """Return the call options of an INVITE."""
    hops = max((invite.max_forwards or 70) - 1, 0)
    return CallOptions(invite.target.scheme == "sips", withheld_by(invite, caller), hops)


def withheld_by(invite: Request, caller: Caller) -> frozenset[str]:
    """Return the caller's extension if the INVITE requests that its identity be withheld."""
    private = requests_privacy(invite.all("privacy"), invite.from_uri.host)
    return frozenset((caller.extension_id,)) if private else NO_OPTIONS.withheld


def sanitize_dialled(dialled: str) -> str:
    """Remove unprintable characters from a dialled string and truncate it."""
    return "".join(filter(str.isprintable, dialled[:MAX_DIALLED_LENGTH]))
