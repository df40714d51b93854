"""The conductor of all live calls: takes what the legs and the media tell, asks the rules, does what they say."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import structlog

from unificx.calls.concerned import Concerned
from unificx.calls.contracts import CallSettings, LiveCall
from unificx.calls.hands import Hands, Tools
from unificx.calls.hosted import HostedLeg
from unificx.calls.ports import HostsApps, MediaAnchor, NobodyHosts, NobodyWakes, RecordsCalls, Wakes
from unificx.calls.rules import call as rules
from unificx.calls.rules import words
from unificx.calls.rules.causes import Cause
from unificx.calls.rules.identity import Identity, caller_headers, withheld
from unificx.calls.rules.setup import APP_ANSWERS
from unificx.calls.rules.states import Ending, Limits, Over, SettingUp, Talking
from unificx.calls.rules.waking import Sleepers
from unificx.calls.rules.words import CALLER
from unificx.calls.run import Run, Target
from unificx.kernel.agenda import Agenda
from unificx.kernel.clock import Clock
from unificx.media import Profile
from unificx.people import Directory
from unificx.presence import Binding, Caller
from unificx.routing import Hosted, NoSuchNumber, Ring, Routing
from unificx.sip import legs as told
from unificx.sip.endpoint import Event, ServerKey
from unificx.sip.errors import BadPeer, OurMistake
from unificx.sip.flow import Flow
from unificx.sip.legs import IncomingLeg, Invitation, Leg, Legs, refusal_headers
from unificx.sip.message import Request, respond

log = structlog.get_logger()
NO_CALLS_LEFT = 503
MOST_DIALLED = 64
MOST_RUNG = 10
"""Phones rung for one call; each takes media ports of its own."""
APP = "app"
"""The name of an app's leg in its call."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the conductor works with."""

    legs: Legs
    media: MediaAnchor
    records: RecordsCalls
    routing: Routing
    directory: Directory
    clock: Clock
    wakes: Wakes = field(default_factory=NobodyWakes)
    hosts: HostsApps = field(default_factory=NobodyHosts)


@dataclass(slots=True)
class Conductor:
    """All live calls of this process. Single-threaded: every method is called from the event loop."""

    parts: Parts
    settings: CallSettings = field(default_factory=CallSettings)
    answered: Callable[[Run], None] = lambda run: None
    """Called before the caller hears that the call is answered, and when its descriptions change: it is journalled."""
    over: Callable[[Run], None] = lambda run: None
    full: Callable[[], bool] = lambda: False
    """Whether there is no room to keep anything new."""
    wake: Callable[[], None] = lambda: None
    """Called when something has to be sent although nobody called in."""
    changed: Callable[[str], None] = lambda tenant_id: None
    """Called when a call of the tenant has begun, was answered, or is over; what `live` says is new then."""
    runs: dict[str, Run] = field(default_factory=dict[str, Run])
    _of_tenant: Counter[str] = field(default_factory=Counter[str])
    _concerned: Concerned = field(default_factory=Concerned)
    _by_leg: dict[str, tuple[Run, str]] = field(default_factory=dict[str, tuple[Run, str]])
    _agenda: Agenda = field(init=False)
    _hands: Hands = field(init=False)

    def __post_init__(self) -> None:
        self._agenda = Agenda(self._deadlines)
        self.parts.legs.newest = self._newest
        tools = Tools(self.parts.legs, self.parts.media, self.parts.wakes, self.parts.hosts)
        self._hands = Hands(tools, self._record, self._media_said, self._app_told)

    # ---- what the SIP face brings

    def incoming(self, key: ServerKey, request: Request, flow: Flow, caller: Caller, now: float) -> None:
        """An INVITE of a known caller, outside any dialog."""
        endpoint = self.parts.legs.endpoint
        wait = self._no_room(caller.tenant_id)
        if wait:
            answer = respond(request, NO_CALLS_LEFT, to_tag=self.parts.legs.tag(), headers=[("Retry-After", wait)])
            endpoint.respond(key, answer, now)
            return
        try:
            dialled = _printable(request.target.user_text)
            leg = self.parts.legs.incoming(key, request, flow)
        except BadPeer as fault:
            headers, tag = refusal_headers(fault, request), self.parts.legs.tag()
            answer = respond(request, fault.status, fault.reason, to_tag=tag, headers=headers)
            endpoint.respond(key, answer, now)
            return
        clock = self.parts.clock
        run = Run(clock.new_id(), caller, dialled, None, clock.now(), now, {CALLER: leg})
        self._keep(run)
        self._by_leg[leg.id] = (run, CALLER)
        self._guarded(run, now, self._route, run, leg, now)
        self._drain(now)

    def event(self, event: Event, now: float) -> bool:
        """Any other event of the endpoint; False if it belongs to no leg."""
        taken = self.parts.legs.handle(event, now)
        self._drain(now)
        return taken

    def deadline(self) -> float:
        """When `timer` wants to be called."""
        return min(self.parts.legs.deadline(), self._agenda.deadline())

    def timer(self, now: float) -> None:
        """Let legs and calls do what has become due."""
        self.parts.legs.timer(now)
        for call_id in self._agenda.due(now):
            run = self.runs.get(call_id)
            if run is not None:
                self.tell(run, words.TimePassed(), now)
        self._drain(now)

    # ---- what others ask

    def live(self, tenant_id: str | None = None) -> list[LiveCall]:
        """The calls that are going on, of one tenant or of all."""
        runs = [run for run in self.runs.values() if tenant_id in (None, run.caller.tenant_id)]
        return [_shown(run) for run in runs]

    def hang_up(self, call_id: str, tenant_id: str | None = None, cause: Cause = Cause.ENDED_BY_ADMINISTRATOR) -> bool:
        """End a call; False if there is none of this id in this tenant."""
        run = self.runs.get(call_id)
        if run is None or tenant_id not in (None, run.caller.tenant_id):
            return False
        self.tell(run, words.EndAsked(cause), self.parts.clock.monotonic())
        self.wake()
        return True

    def end_all(self, concerns: Callable[[Run], bool], cause: Cause = Cause.ENDED_BY_ADMINISTRATOR) -> None:
        """End the calls that `concerns` picks: of a device that was revoked, of an organisation that was suspended."""
        for run in [run for run in self.runs.values() if concerns(run)]:
            self.hang_up(run.id, cause=cause)

    def media_restarted(self) -> None:
        """The media engine died and came back: every live call is offered again."""
        now = self.parts.clock.monotonic()
        for run in list(self.runs.values()):
            self.tell(run, words.MediaRestarted(), now)
        self.wake()

    async def close(self) -> None:
        """Say goodbye to every live call and wait until it is recorded."""
        for call_id in list(self.runs):
            self.hang_up(call_id, cause=Cause.GOING_DOWN)
        await self._hands.settle()
        for run in list(self.runs.values()):
            self.tell(run, words.MediaReleased(), self.parts.clock.monotonic())
        self.wake()

    def came(self, extension_id: str, device_id: str) -> None:
        """A device has registered that could not be rung, or was elsewhere: what it missed of its calls is said again,
        and calls that ring for its extension ring it too."""
        now = self.parts.clock.monotonic()
        for run in [self.runs[call_id] for call_id in self._concerned.calls(device_id, extension_id)]:
            self._guarded(run, now, self._came, run, extension_id, device_id, now)
        self._drain(now)
        self.wake()

    def adopt(self, run: Run) -> None:
        """Go on with an answered call of an earlier life of this process; its media has to be made anew.

        One that was in an app is ended: the app is gone.
        """
        self._keep(run)
        for name, leg in run.legs.items():
            self._by_leg[leg.id] = (run, name)
        self._rearm(run)
        carried_on = words.MediaRestarted() if not run.apps else words.EndAsked(Cause.GOING_DOWN)
        self.tell(run, carried_on, self.parts.clock.monotonic())
        self.wake()

    def tell(self, run: Run, event: words.Event, now: float) -> None:
        """One step of one call: ask the rules, do what they say."""
        self._guarded(run, now, self._step, run, event, now)

    # ---- inside

    def _keep(self, run: Run) -> None:
        self.runs[run.id] = run
        self._of_tenant[run.caller.tenant_id] += 1
        self._concerned.note(run.id, run.concerned())
        self.changed(run.caller.tenant_id)

    def _no_room(self, tenant_id: str) -> str:
        """Seconds after which to try again, "" if another call may begin."""
        if self.full():
            return "60"
        most = self.settings
        many = len(self.runs) >= most.most_calls or self._of_tenant[tenant_id] >= most.most_of_one_tenant
        return "5" if many else ""

    def _step(self, run: Run, event: words.Event, now: float) -> None:
        run.state, actions = rules.step(run.state, event, now)
        self._do(run, actions, now)

    def _guarded(self, run: Run, now: float, do: Callable[..., None], *given: object) -> None:
        """A fault of ours ends the call it happened in: it must not stay for ever, nor cost other calls anything."""
        try:
            do(*given)
        except Exception as fault:
            log.error("call_failed", call=run.id, kind=type(fault).__name__)
            run.state = Over()
            for action in rules.abandon(run.legs, run.recorded):
                with contextlib.suppress(Exception):
                    self._hands.do(run, action, now)
            self._finish(run, now)

    def _route(self, run: Run, leg: IncomingLeg, now: float) -> None:
        match self.parts.routing.route(run.caller, run.dialled, now):
            case NoSuchNumber():
                self._do(run, [words.Record(Cause.NO_SUCH_NUMBER), _reject(Cause.NO_SUCH_NUMBER)], now)
            case Ring() as ring:
                self._ring(run, leg, ring, now)
            case Hosted() as app:
                run.apps[APP] = app
                limits = Limits(APP_ANSWERS, self.settings.longest_in_app)
                run.state, actions = rules.begin(leg.received, (APP,), frozenset(), limits, now)
                self._do(run, actions, now)

    def _ring(self, run: Run, leg: IncomingLeg, ring: Ring, now: float) -> None:
        extension = run.callee = ring.extension
        limits = Limits(float(extension.ring_seconds), float(extension.max_call_seconds))
        run.only = ring.only
        if ring.instead is not None:
            run.apps[APP] = ring.instead
        bindings = [binding for binding in ring.bindings if _fits(leg, binding)]
        names = [self._add_target(run, leg, binding) for binding in bindings[:MOST_RUNG]]
        behind = {name: run.devices[name] for name in names if run.devices[name] in ring.wakeable}
        sleepers = Sleepers(frozenset(ring.wakeable).difference(behind.values()), behind)
        self._concerned.note(run.id, run.concerned())
        srtp = frozenset(name for name in names if run.targets[name].profile is Profile.SRTP)
        instead = APP if APP in run.apps else ""
        run.state, actions = rules.begin(
            leg.received, tuple(names), srtp, limits, now, sleepers=sleepers, instead=instead
        )
        self._do(run, actions, now)

    def _add_target(self, run: Run, leg: IncomingLeg, binding: Binding) -> str:
        """One more phone to ring; its name."""
        name = f"b{len(run.targets) + 1}"
        headers = caller_headers(self._identity(run), hidden=withheld(leg.invite.all("privacy")))
        run.targets[name] = self._target(run, leg, binding, headers)
        run.devices[name] = binding.device_id
        return name

    def _came(self, run: Run, extension_id: str, device_id: str, now: float) -> None:
        for name, leg in list(run.legs.items()):
            if run.device(name)[1] == device_id:
                leg.moved(now)
        caller = run.legs[CALLER]
        if not isinstance(run.state, SettingUp) or not isinstance(caller, IncomingLeg) or run.callee is None:
            return
        if run.callee.id != extension_id or run.only not in ("", device_id):
            return
        rung = [branch.name for branch in run.state.branches if branch.live and run.devices[branch.name] == device_id]
        for binding in self.parts.routing.ways_to(extension_id, device_id, now):
            same = [name for name in rung if run.targets[name].invitation.flow == binding.flow]
            if same or len(run.targets) >= MOST_RUNG or not _fits(caller, binding):
                continue
            before = next((name for name in rung if run.targets[name].invitation.flow.by_websocket), "")
            if rung and not before:
                continue  # it rings already, by a way that lasts
            name = self._add_target(run, caller, binding)
            srtp = run.targets[name].profile is Profile.SRTP
            self.tell(run, words.DeviceCame(name, device_id, srtp, before), now)
            return

    def _identity(self, run: Run) -> Identity:
        tenant = self.parts.directory.tenant(run.caller.tenant_id)
        return Identity(run.caller.number, run.caller.name, tenant.domain if tenant is not None else "")

    def _target(
        self, run: Run, leg: IncomingLeg, binding: Binding, caller: tuple[str, tuple[tuple[str, str], ...]]
    ) -> Target:
        assert run.callee is not None
        tenant = self.parts.directory.tenant(run.caller.tenant_id)
        callee = Identity(run.callee.number, "", tenant.domain if tenant is not None else "")
        invitation = Invitation(
            uri=binding.contact,
            flow=binding.flow,
            caller=caller[0],
            callee=callee.address,
            routes=binding.path,
            headers=caller[1],
            hops=max((leg.invite.max_forwards or 70) - 1, 0),
        )
        return Target(invitation, _PROFILES.get(binding.flow.transport, Profile.PLAIN))

    def _newest(self, leg: Leg) -> Flow | None:
        """Where the peer of a leg that came by WebSocket is now."""
        found = self._by_leg.get(leg.id)
        if found is None or leg.dialog is None:
            return None
        extension_id, device_id = found[0].device(found[1])
        now = self.parts.clock.monotonic()
        return self.parts.routing.way_to(extension_id, device_id, leg.dialog.target, now)

    def _drain(self, now: float) -> None:
        """Pass on what the legs have told."""
        for leg, event in self.parts.legs.take():
            found = self._by_leg.get(leg.id)
            if found is not None:
                self._leg_told(*found, event, now)

    def _app_told(self, leg: HostedLeg, event: told.LegEvent) -> None:
        """What an app says comes on its own, not out of a message that came in."""
        now = self.parts.clock.monotonic()
        found = self._by_leg.get(leg.id)
        if found is not None:
            self._leg_told(*found, event, now)
            self._drain(now)
            self.wake()

    def _leg_told(self, run: Run, name: str, event: told.LegEvent, now: float) -> None:
        if isinstance(event, told.Informed):
            self._relay_info(run, name, event, now)
        else:
            self.tell(run, _in_words(name, event), now)

    def _relay_info(self, run: Run, name: str, event: told.Informed, now: float) -> None:
        """DTMF by INFO goes on to the other side."""
        if isinstance(run.state, Talking):
            other = run.legs.get(run.state.callee if name == CALLER else CALLER)
            if other is not None:
                other.info(event.content_type, event.body, now)

    def _media_said(self, run: Run, event: words.Event) -> None:
        self.tell(run, event, self.parts.clock.monotonic())
        self._drain(self.parts.clock.monotonic())
        self.wake()

    def _do(self, run: Run, actions: list[words.Action], now: float) -> None:
        for action in actions:
            if isinstance(action, words.Dial):
                refused = run.legs.get(action.leg)
                self._by_leg.pop(refused.id if refused is not None else "", None)
            self._hands.do(run, action, now)
            if isinstance(action, words.Dial):
                self._by_leg[run.legs[action.leg].id] = (run, action.leg)
            elif isinstance(action, words.NoteAnswered):
                run.winner = action.leg
                run.answered = run.at(now)
                self.changed(run.caller.tenant_id)
            elif isinstance(action, words.PassOn):
                run.passed_on = action.cause
            if isinstance(action, (words.NoteAnswered, words.Acknowledge, words.AnswerOffer)):
                self.answered(run)
        if isinstance(run.state, Over):
            self._finish(run, now)
        else:
            self._rearm(run)

    def _rearm(self, run: Run) -> None:
        self._agenda.note(rules.deadline(run.state), run.id)

    def _deadlines(self) -> Iterator[tuple[float, str]]:
        for run in self.runs.values():
            at = rules.deadline(run.state)
            if at is not None:
                yield at, run.id

    def _record(self, run: Run, cause: Cause) -> None:
        run.recorded = True
        try:
            self.parts.records.record(run.ended(cause, self.parts.clock.monotonic()))
        finally:
            if run.answered is not None:
                self.over(run)

    def _finish(self, run: Run, now: float) -> None:
        """Nothing keeps the call any more; what its legs still have to say they say alone."""
        if self.runs.pop(run.id, None) is not None:
            self._of_tenant[run.caller.tenant_id] -= 1
            self.changed(run.caller.tenant_id)
            if not self._of_tenant[run.caller.tenant_id]:
                del self._of_tenant[run.caller.tenant_id]
        self._concerned.drop(run.id, run.concerned())
        for leg in run.legs.values():
            leg.close(now)
            self._by_leg.pop(leg.id, None)


def _printable(dialled: str) -> str:
    """What was dialled, as it may be kept and shown."""
    return "".join(char for char in dialled[:MOST_DIALLED] if char.isprintable())


def _fits(caller: IncomingLeg, binding: Binding) -> bool:
    """RFC 3261 section 26.2.2: secure to the last hop, or not at all."""
    return caller.invite.target.scheme != "sips" or binding.flow.secure


_PROFILES = {"ws": Profile.WEBRTC, "wss": Profile.WEBRTC, "tls": Profile.SRTP}
"""How a phone carries media, by the way it registered; see the rules for one that refuses."""


def _in_words(name: str, event: told.LegEvent) -> words.Event:
    """What a leg told, in the words of the rules."""
    match event:
        case told.Progressed(status, body):
            return words.CalleeProgressed(name, status, body)
        case told.Answered(body):
            return words.CalleeAnswered(name, body)
        case told.Refused(status):
            return words.CalleeRefused(name, status)
        case told.Cancelled():
            return words.CallerCancelled()
        case told.Confirmed(body):
            return words.AckCame(name, body)
        case told.Offered(body):
            return words.OfferCame(name, body)
        case told.OfferAnswered(body):
            return words.OfferAnswered(name, body)
        case told.OfferRefused(status):
            return words.OfferRefused(name, status)
        case told.HungUp():
            return words.HungUp(name)
        case told.Lost():
            return words.LegLost(name)
        case told.Informed():
            raise OurMistake("an INFO is no word of the rules")


def _reject(cause: Cause) -> words.Reject:
    return words.Reject(cause.value.status, cause)


def _shown(run: Run) -> LiveCall:
    state = "talking" if isinstance(run.state, Talking) else "ending" if isinstance(run.state, Ending) else "ringing"
    return LiveCall(
        id=run.id,
        tenant_id=run.caller.tenant_id,
        state=state,
        started=run.started,
        answered=run.answered,
        caller=run.caller.number,
        callee=run.dialled,
    )
