"""The conductor of all live calls: takes what the legs and the media tell, asks the rules, does what they say."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import structlog

from unificx.calls.concerned import Concerned
from unificx.calls.contracts import CallSettings, LiveCall, Origin, Parked
from unificx.calls.hands import Hands, Tools
from unificx.calls.heard import in_words
from unificx.calls.hosted import HostedLeg
from unificx.calls.noting import JOURNALLED, as_parked, hand_over, leave_to, note, part
from unificx.calls.overhearing import Overhearing
from unificx.calls.parts import Parts
from unificx.calls.ringing import Ringer
from unificx.calls.rules import call as rules
from unificx.calls.rules import turning, words
from unificx.calls.rules.causes import Cause
from unificx.calls.rules.rung import Limits, Rung
from unificx.calls.rules.setup import APP_ANSWERS
from unificx.calls.rules.states import Over, SettingUp, Talking
from unificx.calls.rules.words import CALLER
from unificx.calls.run import APP, Run, manner_of, printable
from unificx.calls.shares import Shares
from unificx.calls.transfers import Means, Transfers
from unificx.kernel.agenda import Agenda
from unificx.kernel.errors import NoRoom, NotFound
from unificx.media.parties import KeyPressed
from unificx.presence import Caller
from unificx.routing import Hosted, NoSuchNumber, Ring
from unificx.sip import legs as told
from unificx.sip.endpoint import Event, ServerKey
from unificx.sip.errors import BadPeer
from unificx.sip.flow import Flow
from unificx.sip.keys import key_in
from unificx.sip.legs import IncomingLeg, Leg, refusal_headers
from unificx.sip.message import Request, respond
from unificx.sip.refer import replaces_of

log = structlog.get_logger()
NO_CALLS_LEFT = 503


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
    _shares: Shares = field(init=False)
    _concerned: Concerned = field(default_factory=Concerned)
    _by_leg: dict[str, tuple[Run, str]] = field(default_factory=dict[str, tuple[Run, str]])
    _agenda: Agenda = field(init=False)
    _ringer: Ringer = field(init=False)
    _hands: Hands = field(init=False)
    _overhearing: Overhearing = field(init=False)
    _transfers: Transfers = field(init=False)

    def __post_init__(self) -> None:
        self._shares = Shares(self.settings)
        self._agenda = Agenda(self._deadlines)
        self._ringer = Ringer(self.parts.routing, self.parts.directory)
        self.parts.legs.newest = self._newest
        tools = Tools(self.parts.legs, self.parts.media, self.parts.wakes, self.parts.hosts)
        self._hands = Hands(tools, self._record, self._media_said, self._app_told)
        self._overhearing = Overhearing(self.parts.overhears)
        found, longest = self._by_leg.get, self.settings.longest_in_app
        means = Means(self.parts, self._ringer, longest, found, self._tell_now, self._absorb, self._divide)
        self._transfers = Transfers(means)
        self.parts.parking.recall = lambda leg: self.transfer(lambda transfers, now: transfers.recall(leg, now))

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
            dialled, replaces = printable(request.target.user_text), replaces_of(request)
            if replaces is not None:
                taken = self._transfers.take_over(replaces, caller)
            else:
                taken = self._transfers.fetched(caller, dialled, now)
            if taken is not None and not request.body:
                raise BadPeer(488, "An Offer Is Needed", request)
            leg = self.parts.legs.incoming(key, request, flow)
        except BadPeer as fault:
            headers, tag = refusal_headers(fault, request), self.parts.legs.tag()
            answer = respond(request, fault.status, fault.reason, to_tag=tag, headers=headers)
            endpoint.respond(key, answer, now)
            return
        if taken is not None:
            self._take_over(*taken, leg, caller, now)
            return
        clock = self.parts.clock
        run = Run(
            clock.new_id(), caller, dialled, None, clock.now(), now, {CALLER: leg}, manner=manner_of(request, caller)
        )
        self._keep(run)
        self._by_leg[leg.id] = (run, CALLER)
        self._guarded(run, now, self._route, run, leg, now)
        self._drain(now)

    def knows(self, request: Request) -> bool:
        """Whether a request inside a dialog belongs to a leg."""
        return self.parts.legs.knows(request)

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

    def originate(self, origin: Origin) -> str:
        """Let an app call an extension; the call's id. Whoever answers is in the app, as if he had dialled it.

        Raises NotFound if the number is no extension's, NoRoom while no call can begin.
        """
        clock, caller = self.parts.clock, origin.caller
        now = clock.monotonic()
        if self._no_room(caller.tenant_id):
            raise NoRoom("There are too many calls at the moment.", hint="Try again in a minute.")
        ring = self.parts.routing.route(caller, origin.to, now)
        if not isinstance(ring, Ring):
            raise NotFound("There is no extension of this number.")
        run = Run(clock.new_id(), caller, origin.onward or origin.to, ring.extension, clock.now(), now, {})
        run.onward, run.himself = origin.onward, bool(origin.onward)
        run.apps[CALLER], run.only = Hosted(origin.app, origin.arguments), origin.device
        self._keep(run)
        self._guarded(run, now, self._open, run, origin.narrowed(ring), origin.shown, now)
        self._drain(now)
        self.wake()
        return run.id

    def transfer(self, decide: Callable[[Transfers, float], Callable[[], None]]) -> None:
        """Let somebody be given away who is asked for by another way than SIP. Raises BadPeer for what cannot be."""
        now = self.parts.clock.monotonic()
        decide(self._transfers, now)()
        self._drain(now)
        self.wake()

    def live(self, tenant_id: str | None = None) -> list[LiveCall]:
        """The calls that are going on, of one tenant or of all."""
        runs = [run for run in self.runs.values() if tenant_id in (None, run.caller.tenant_id)]
        return [run.as_live() for run in runs]

    def parked(self, tenant_id: str) -> list[Parked]:
        """Who is parked, in the order of the places."""
        found = [(place, self._by_leg.get(place.leg)) for place in self.parts.parking.taken(tenant_id)]
        return [as_parked(place, held[0], self.parts.directory) for place, held in found if held is not None]

    def hang_up(self, call_id: str, tenant_id: str | None = None, cause: Cause = Cause.ENDED_BY_ADMINISTRATOR) -> bool:
        """End a call; False if there is none of this id in this tenant."""
        run = self.runs.get(call_id)
        if run is None or tenant_id not in (None, run.caller.tenant_id):
            return False
        self.tell(run, words.EndAsked(cause), self.parts.clock.monotonic())
        self.wake()
        return True

    def decline(self, call_id: str, device_id: str) -> bool:
        """A person declines a call on a device that can be woken, its phone asleep; False if it does not ring there."""
        run = self.runs.get(call_id)
        search = run.search() if run is not None else None
        if run is None or search is None or not search.rings(device_id):
            return False
        self.tell(run, words.Declined(), self.parts.clock.monotonic())
        self.wake()
        return True

    def revoked(self, extension_id: str, device_id: str) -> None:
        """A device may take part no more: it does not ring on, and a call that it is in ends."""
        now = self.parts.clock.monotonic()
        for run in [self.runs[call_id] for call_id in self._concerned.calls(device_id, extension_id)]:
            self.tell(run, words.DeviceGone(device_id, run.legs_of(device_id)), now)
        self._drain(now)
        self.wake()

    def end_all(self, concerns: Callable[[Run], bool], cause: Cause = Cause.ENDED_BY_ADMINISTRATOR) -> None:
        """End the calls that `concerns` picks: of an extension that is gone, of an organisation that was suspended."""
        for run in [run for run in self.runs.values() if concerns(run)]:
            self.hang_up(run.id, cause=cause)

    def media_restarted(self) -> None:
        """The media engine died and came back: every live call is offered again."""
        now = self.parts.clock.monotonic()
        for run in list(self.runs.values()):
            self.tell(run, words.MediaRestarted(), now)
        self.wake()

    def indicate(self, run: Run) -> None:
        """Tell phones of a call that show it how it stands with its recording, where that is new to them."""
        now = self.parts.clock.monotonic()
        self._indicate(run, now)
        self._drain(now)
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

    def pressed(self, key: KeyPressed) -> None:
        """A leg has pressed a key, and the media engine heard it."""
        found = self._by_leg.get(key.tag)
        if found is not None:
            self._overhearing.pressed(found[0], key.tag, key.key)

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
        self._shares.begun(run.caller.tenant_id)
        self._concerned.note(run.id, run.concerned())
        self.changed(run.caller.tenant_id)

    def _no_room(self, tenant_id: str) -> str:
        """Seconds after which to try again, "" if another call may begin."""
        if self.full():
            return "60"
        return "5" if self._shares.full(tenant_id) else ""

    def _step(self, run: Run, event: words.Event, now: float) -> None:
        if isinstance(event, words.MediaRestarted):
            self._overhearing.media_lost(run)
        run.state, actions = rules.step(run.state, event, now)
        self._do(run, actions, now)
        if run.onward and isinstance(run.state, Talking):
            self._onward(run, now)

    def _onward(self, run: Run, now: float) -> None:
        try:
            self._transfers.onward(run, now)()
        except BadPeer:  # the number is not there any more
            self.tell(run, words.EndAsked(Cause.NO_SUCH_NUMBER), now)

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
                self._do(run, [words.Record(Cause.NO_SUCH_NUMBER), words.Reject(404, Cause.NO_SUCH_NUMBER)], now)
            case Ring() as ring:
                self._ring(run, leg.received, ring, now)
            case Hosted() as app:
                run.apps[APP] = app
                limits = Limits(APP_ANSWERS, app.longest or self.settings.longest_in_app)
                run.state, actions = rules.begin(leg.received, Rung((APP,), limits), now)
                self._do(run, actions, now)

    def _open(self, run: Run, ring: Ring, shown: Caller | None, now: float) -> None:
        rung = self._ringer.rung(run, ring, shown)
        self._concerned.note(run.id, run.concerned())
        run.state, actions = rules.open_by_app(rung, now)
        self._do(run, actions, now)

    def _ring(self, run: Run, offer: bytes, ring: Ring, now: float) -> None:
        run.callee, run.only = ring.extension, ring.only
        rung = self._ringer.rung(run, ring)
        self._concerned.note(run.id, run.concerned())
        run.state, actions = rules.begin(offer, rung, now)
        self._do(run, actions, now)

    def _came(self, run: Run, extension_id: str, device_id: str, now: float) -> None:
        for name in run.legs_of(device_id).intersection(run.legs):
            run.legs[name].moved(now)
        came = self._ringer.came(run, extension_id, device_id, now)
        if came is not None:
            self.tell(run, came, now)

    def _newest(self, leg: Leg) -> Flow | None:
        """Where the peer of a leg is now that came by a connection."""
        found, dialog = self._by_leg.get(leg.id), leg.dialog
        if found is None or dialog is None:
            return None
        device, now = found[0].device(found[1]), self.parts.clock.monotonic()
        return self.parts.routing.way_to(*device, dialog.target, dialog.flow.transport, now)

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
        elif isinstance(event, told.Referred):
            self._guarded(run, now, self._transfers.referred, run, name, event.refer, now)
        else:
            self.tell(run, in_words(name, event), now)

    def _take_over(self, run: Run, gone: str, leg: IncomingLeg, caller: Caller, now: float) -> None:
        """A call of a person that one of his devices takes from another."""
        name = run.fresh("b")
        run.legs[name], run.devices[name], run.extensions[name] = leg, caller.device_id, caller.extension_id
        self._by_leg[leg.id] = (run, name)
        self._concerned.note(run.id, run.concerned())
        self.tell(run, words.TakeOver(gone, name, leg.received), now)
        self._drain(now)

    def _tell_now(self, run: Run, event: words.Event) -> None:
        self.tell(run, event, self.parts.clock.monotonic())

    def _absorb(self, run: Run, other: Run, names: dict[str, str]) -> None:
        """Take legs of another call into this one. What is left of the other ends, and has no record of its own."""
        now, anchors, left = self.parts.clock.monotonic(), list(other.legs), other.state
        run.kept = self._overhearing.over(other) or run.kept
        hand_over(run, other, names)
        for name in names.values():
            if name in run.legs:
                self._by_leg[run.legs[name].id] = (run, name)
        self._concerned.note(run.id, run.concerned())
        other.state = Over()
        for name in anchors:
            self._hands.do(other, words.ReleaseMedia(name, final=False), now)
            self._hands.do(other, words.Bye(name, Cause.HUNG_UP), now)
        if not isinstance(left, SettingUp):
            run.absorbed = other.id
        self._finish(other, now)

    def _divide(self, run: Run, name: str) -> Run:
        """A call of his own for one of two who talk, in which he talks with nobody; the other one stays."""
        assert isinstance(run.state, Talking)
        state, turned = turning.turned(run.state, name)
        for action in turned:
            note(run, action, self.parts.clock.monotonic(), self.parts.directory)
        run.state = state
        other = part(run, state.callee, self.parts.clock.new_id())
        other.state = Talking("", state.ends_at, state.callee_sdp, b"")
        self._by_leg[run.legs[CALLER].id] = (run, CALLER)
        self._by_leg[other.legs[CALLER].id] = (other, CALLER)
        self._keep(other)
        return other

    def _relay_info(self, run: Run, name: str, event: told.Informed, now: float) -> None:
        """DTMF by INFO goes on to the other side."""
        for key in key_in(event.content_type, event.body):
            self._overhearing.pressed(run, run.legs[name].id, key)
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
            note(run, action, now, self.parts.directory)
            if isinstance(action, words.Dial):
                self._by_leg[run.legs[action.leg].id] = (run, action.leg)
            elif isinstance(action, words.Swap):
                for name in (CALLER, action.leg):
                    self._by_leg[run.legs[name].id] = (run, name)
            elif isinstance(action, words.NoteAnswered | words.NoteJoined | words.Seek):
                self._concerned.note(run.id, run.concerned())
                self.changed(run.caller.tenant_id)
            if isinstance(action, JOURNALLED):
                self._journal(run)
        if isinstance(run.state, Over):
            self._finish(run, now)
        else:
            self._overhearing.look(run)
            self._indicate(run, now)
            self._rearm(run)

    def _indicate(self, run: Run, now: float) -> None:
        leg = run.indicating.untold(run.state, run.legs, run.said)
        if leg is not None:
            self.tell(run, words.Restate(leg), now)

    def _rearm(self, run: Run) -> None:
        self._agenda.note(rules.deadline(run.state), run.id)

    def _deadlines(self) -> Iterator[tuple[float, str]]:
        for run in self.runs.values():
            at = rules.deadline(run.state)
            if at is not None:
                yield at, run.id

    def _record(self, run: Run, cause: Cause) -> None:
        """One record a call: while a part of it goes on, that part has to say what there is to say."""
        run.recorded = True
        run.kept = self._overhearing.over(run) or run.kept
        run.siblings.discard(run.id)
        rest = next((self.runs[each] for each in run.siblings if each in self.runs), None)
        try:
            if rest is not None:
                leave_to(rest, run)
                self._journal(rest)
            else:
                self.parts.records.record(run.ended(cause, self.parts.clock.monotonic()))
        finally:
            if run.noted:
                self.over(run)

    def _journal(self, run: Run) -> None:
        run.noted = True
        self.answered(run)

    def _finish(self, run: Run, now: float) -> None:
        """Nothing keeps the call any more; what its legs still have to say they say alone."""
        if self.runs.pop(run.id, None) is not None:
            self._shares.over(run.caller.tenant_id)
            self.changed(run.caller.tenant_id)
        self._concerned.drop(run.id)
        for leg in run.legs.values():
            leg.close(now)
            self._by_leg.pop(leg.id, None)
        for name in run.apps:
            self.parts.parking.leave(run.app_leg(name))
