"""Executes state-machine actions on the call, its SIP legs, apps and the media anchor."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import assert_never

from unificx.calls import call_record, path_tracking
from unificx.calls.answer_keys import end_without_key
from unificx.calls.app_leg import AppLeg, CallingAppLeg
from unificx.calls.call import Call
from unificx.calls.connected_identity import ConnectedIdentity
from unificx.calls.credit import CreditGate
from unificx.calls.machine import actions, events
from unificx.calls.machine.actions import CallAction, LegAction, MediaAction
from unificx.calls.machine.causes import ANSWERED_ELSEWHERE
from unificx.calls.machine.states import CALLER, Transferring
from unificx.calls.media_requests import MediaRequests
from unificx.calls.ports import AnswerKeyRequests, AppEvent, AppHost, OutsideLines, PushWakeup
from unificx.calls.record_keeper import RecordKeeper
from unificx.calls.registry import CallRegistry
from unificx.core.clock import Clock
from unificx.identity import DirectoryCache
from unificx.rtpengine.supervisor import RtpEngine
from unificx.sip.legs import DialogTable, IncomingLeg, Leg, OutgoingLeg


@dataclass(frozen=True, slots=True)
class ExecutorDependencies:
    """Collaborators of the executor."""

    legs: DialogTable
    media: RtpEngine
    push: PushWakeup
    app_host: AppHost
    directory: DirectoryCache
    registry: CallRegistry
    records: RecordKeeper
    outside: OutsideLines
    answer_keys: AnswerKeyRequests
    clock: Clock


class ActionExecutor:
    """Executes actions. `on_media_reply` and `on_app_event` receive replies of the media anchor and events of apps."""

    def __init__(
        self,
        deps: ExecutorDependencies,
        on_media_reply: Callable[[Call, events.Event], None],
        on_app_event: Callable[[AppLeg, AppEvent], None],
    ) -> None:
        self._deps = deps
        self._media = MediaRequests(deps.media, deps.outside, deps.answer_keys, on_media_reply)
        self._registry = deps.registry
        self._journal = deps.records.journal
        self._on_app_event = on_app_event
        self._identities = ConnectedIdentity(deps.directory)
        self._credit = CreditGate(deps.outside, self._dial_now, on_media_reply)

    def request_media(self, call: Call, request: actions.AnswerMedia) -> None:
        """Send a request to the media anchor that the machine has not ordered."""
        self._media.submit(call, request)

    async def wait_idle(self) -> None:
        """Wait until no request to the media anchor is pending."""
        await self._media.wait_idle()

    def prepare_peer_change(self, call: Call) -> None:
        """Note what the devices of a call show before its peers change."""
        self._identities.prepare_change(call)

    def show_peers(self, call: Call, now: float) -> None:
        """Tell the devices of a call that show another party than their peer."""
        self.execute_all(call, self._identities.outdated(call), now)

    def execute_all(self, call: Call, ordered: Iterable[actions.Action], now: float) -> None:
        """Execute actions in order."""
        for action in ordered:
            self.execute(call, action, now)

    def execute(self, call: Call, action: actions.Action, now: float) -> None:
        """Execute one action. A leg whose peer is gone ignores it; that is not an error."""
        if isinstance(action, LegAction):
            self._execute_on_leg(call, action, now)
            return
        if isinstance(action, MediaAction):
            self._media.submit(call, action)
            return
        if isinstance(action, CallAction):
            self._update_call(call, action, now)
            return
        match action:
            case actions.Dial(leg, sdp):
                if call.participant(leg).outside is None or not self._credit.holds(call, leg, sdp):
                    self._dial(call, leg, sdp, now)
            case actions.Progress(status, sdp, tentative):
                _calling_leg(call).progress(status, call.prepare_sdp(CALLER, sdp), now, tentative=tentative)
            case actions.Accept(sdp, leg):
                self._identities.name_answerer(call, leg)
                _calling_leg(call, leg).accept(call.prepare_sdp(leg, sdp), now)
            case actions.WriteRecord(cause):
                self._deps.records.write(call, cause)
            case actions.Reject(status, cause):
                _calling_leg(call).reject(status, now, [("Reason", cause.reason)])
            case actions.CancelCallee(leg, elsewhere):
                callee = call.leg(leg)
                reason = ANSWERED_ELSEWHERE if elsewhere else ""
                if isinstance(callee, OutgoingLeg | AppLeg) and not end_without_key(
                    call, call.participant(leg), now, reason
                ):
                    callee.cancel(now, reason)
            case actions.EndRinging(leg, cause):
                if leg is None:
                    call_record.update_parties(call, unanswered=True)
                path_tracking.party_unanswered(call, leg, cause.value.outcome, self._deps.directory, now)
            case actions.Acknowledge(leg, sdp):
                callee = call.existing_leg(leg)
                if isinstance(callee, OutgoingLeg | AppLeg):
                    callee.acknowledge(call.prepare_sdp(leg, sdp))
                self._journal(call)
            case actions.AnswerOffer(name, sdp):
                leg = call.leg(name)
                if leg is not None:
                    leg.answer(call.prepare_sdp(name, sdp), now)
                self._journal(call)
            case actions.SendPush(devices):
                self._deps.push.notify_call(devices, call.id)
            case actions.CancelPush(devices):
                self._deps.push.notify_end(devices, call.id)
            case _:
                assert_never(action)

    def _execute_on_leg(self, call: Call, action: LegAction, now: float) -> None:
        leg = call.leg(action.leg)
        if leg is None:
            return
        match action:
            case actions.Bye(_, cause):
                leg.notify(200, now)  # ends a pending REFER; a failed transfer was reported before
                leg.bye(now, cause.reason)
            case actions.Close():
                leg.close(now)
            case actions.Offer(name, sdp):
                if not leg.ended:
                    if call.peer_changed:
                        self._identities.name_peer(call, name)
                    leg.offer(call.prepare_sdp(name, sdp), now)
            case actions.ShowPeer(name):
                if self._identities.name_peer(call, name) and isinstance(leg, Leg):
                    leg.refresh(now)
            case actions.Probe():
                leg.probe(now)
            case actions.RejectOffer(_, status):
                leg.reject_offer(status, now)
            case actions.WithdrawOffer():
                if isinstance(leg, Leg):
                    leg.withdraw_offer()
            case actions.Notify(_, status):
                leg.notify(status, now)
            case actions.ReportOutcome(_, outcome):
                if outcome != "answered":
                    path_tracking.unanswered(call, outcome, now)
                if isinstance(leg, AppLeg):
                    leg.report_outcome(outcome)
            case _:
                assert_never(action)

    def _update_call(self, call: Call, action: CallAction, now: float) -> None:
        directory = self._deps.directory
        match action:
            case actions.SetAnswered(leg):
                extension_id = call.participant(leg).extension_id
                if call.callee is not None and call.callee.id == extension_id:
                    call.answered_leg = leg
                else:
                    call_record.set_answerer(call, leg, directory.extension_by_id(extension_id))
                call.answered = call.wall_time(now) if not call.next_destination else None
                call_record.record_answer(call, leg, now)
                if call.path is not None:
                    path_tracking.answered(call, leg, directory, now)
                self._registry.peer_changed(call)
                self._journal(call)
            case actions.StartStep(_, cause):
                call.pending_step = action
                if cause is not None:
                    path_tracking.unanswered(call, cause.value.outcome, now)
            case actions.SwapCaller(leg):
                path_tracking.path_of(call)
                call_record.swap_caller(call, leg, directory.extension_by_id(call.caller.extension_id))
                for name in (CALLER, leg):
                    self._registry.set_leg(call, name)
            case actions.SetCallee(back):
                course = call.return_course if back else call.transfer_course
                path_tracking.retarget(call, now, back=back)
                if course is not None:
                    call_record.set_course(call, course)
                self._registry.peer_changed(call)
            case actions.SetPeer(leg):
                if leg:
                    path_tracking.answered(call, leg, directory, now)
                    extension = directory.extension_by_id(call.participant(leg).extension_id)
                    call_record.set_peer(call, leg, extension if not call.is_app(leg) else call.callee)
                    call_record.record_answer(call, leg, now)
                    call.answered = call.answered or call.wall_time(now)
                else:
                    call_record.update_parties(call)
                self._registry.peer_changed(call)
                self._journal(call)
            case _:
                assert_never(action)

    def _dial_now(self, call: Call, name: str, sdp: bytes) -> None:
        self._dial(call, name, sdp, self._deps.clock.monotonic())

    def _dial(self, call: Call, name: str, sdp: bytes, now: float) -> None:
        self._registry.remove_leg(call, name)
        if not _is_plain(call):
            path_tracking.dialled(call, name, self._deps.directory, now)
        if call.is_app(name):
            context = call.app_context(name)
            leg_class = CallingAppLeg if name == CALLER else AppLeg
            call.participants[name].leg = app = leg_class(context.leg_id, self._on_app_event)
            app.start(self._deps.app_host, context, sdp)
            self._registry.set_leg(call, name)
            return
        dialled = call.participants[name]
        assert dialled.dial_params is not None
        dialled.leg = leg = self._deps.legs.outgoing(dialled.dial_params.invitation)
        leg.call(call.prepare_sdp(name, sdp), now)
        self._registry.set_leg(call, name)


def _is_plain(call: Call) -> bool:
    """Whether only the dialled extension or number is called, and nothing else has happened."""
    return call.path is None and call.course.is_plain and not isinstance(call.state, Transferring)


def _calling_leg(call: Call, name: str = CALLER) -> IncomingLeg | CallingAppLeg:
    """The leg as a calling leg."""
    leg = call.leg(name)
    assert isinstance(leg, IncomingLeg | CallingAppLeg)
    return leg
