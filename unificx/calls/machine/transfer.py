"""Changes of a call's peer: transfer to ringing phones, to an app or to another call, and replacement of a leg.

The remaining party becomes the caller. While phones ring, it is connected to an app that plays ringback, so a transfer
runs two state machines side by side: `talking` for the caller, `setup` for the ringing phones.
"""

from dataclasses import replace
from typing import assert_never

from unificx.calls.machine import peer_change
from unificx.calls.machine.actions import (
    Action,
    AnswerMedia,
    Bye,
    Close,
    EndRinging,
    Notify,
    OfferMedia,
    Progress,
    Reject,
    RejectOffer,
    ReleaseMedia,
    ReportOutcome,
    SetCallee,
    SetPeer,
    Transition,
    WriteRecord,
)
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.events import (
    AckReceived,
    CalleeAnswered,
    CalleeProgressed,
    CalleeRejected,
    CallerCancelled,
    DeadlineReached,
    Declined,
    DeviceReachable,
    DeviceRemoved,
    EndRequested,
    Event,
    HungUp,
    JoinRequested,
    LegLost,
    MediaAnswered,
    MediaFailed,
    MediaOffered,
    MediaReleased,
    MediaSilent,
    MoveToAppRequested,
    OfferAnswered,
    OfferReceived,
    OfferRejected,
    PickedUp,
    RelayRestarted,
    ReofferRequested,
    StepStarted,
    TakeOverRequested,
    TransferRequested,
    TransferWithdrawn,
)
from unificx.calls.machine.ice_restart import start_ice_restart
from unificx.calls.machine.setup import begin, setting_up, stop_ringing
from unificx.calls.machine.states import CALLER, Answering, MovingToApp, SettingUp, Talking, Transferring
from unificx.calls.machine.talking import end, talking
from unificx.sdp import without_ice

PeerChangeEvent = TransferRequested | JoinRequested | MoveToAppRequested | TakeOverRequested


def change_peer(state: Talking, event: PeerChangeEvent, now: float) -> Transition:
    """Start a change of peer in an established call."""
    by = event.gone if isinstance(event, TakeOverRequested) else event.by
    if by not in (CALLER, state.callee) or isinstance(state.exchange, MovingToApp):
        return state, []  # no other party is connected yet
    if by == CALLER and not state.callee_sdp:
        return state, []  # the app that held this party is gone, so there is no party to connect
    state, actions = peer_change.prepare(state, by)
    outcome: Transition
    match event:
        case TransferRequested():
            outcome = _transfer(state, event, now)
        case JoinRequested(_, leg, sdp, to_app):
            release = _release_leg(state.callee, Cause.HUNG_UP)
            joined, requests = start_ice_restart(replace(state, callee=leg, callee_sdp=sdp))
            callee = [SetCallee()] if to_app else []
            outcome = joined, [Notify(state.callee, 200), *release, *callee, SetPeer(leg), *requests]
        case MoveToAppRequested(_, app):
            release = _release_leg(state.callee, Cause.HUNG_UP)
            moved, requests = peer_change.move_to_app(state, app)
            outcome = moved, [Notify(state.callee, 200), *release, SetCallee(), SetPeer(app), *requests]
        case TakeOverRequested(_, leg, sdp):
            outcome = peer_change.take_over(state, leg, sdp)
        case _:
            assert_never(event)
    return outcome[0], [*actions, *outcome[1]]


def transferring(state: Transferring, event: Event, now: float) -> Transition:
    """Process an event while the caller waits and the transfer targets ring."""
    match event:
        case HungUp("a") | CallerCancelled():
            return _end_transfer(state, Cause.HUNG_UP, now, closing=CALLER if isinstance(event, HungUp) else None)
        case LegLost("a"):
            return _end_transfer(state, Cause.LEG_LOST, now, lost=CALLER)
        case EndRequested(cause):
            return _end_transfer(state, cause, now)
        case DeviceRemoved(_, legs) if legs & {CALLER, state.transferor, state.talking.callee}:
            return _end_transfer(state, Cause.ENDED_BY_ADMINISTRATOR, now)
        case DeviceRemoved(device, legs):
            back = state.return_targets.without(device, legs) if state.return_targets is not None else None
            return _apply_setup_step(replace(state, return_targets=back), setting_up(state.setup, event, now), now)
        case DeadlineReached() if now >= state.talking.ends_at:
            return _end_transfer(state, Cause.TOO_LONG, now)
        case TransferWithdrawn():
            if not state.keep_with_app:
                return state, []
            return _apply_setup_step(state, setting_up(state.setup, EndRequested(Cause.CANCELLED), now), now)
        case HungUp(leg) | LegLost(leg) | CalleeRejected(leg) | CalleeAnswered(leg) | OfferReceived(leg) if (
            _is_connected(state, leg)
        ):
            return _connected_leg_event(state, event, leg, now)
        case RelayRestarted():
            waiting, actions = _waiting_caller_event(state, event, now)
            setup, _ = setting_up(state.setup, event, now)
            return (replace(waiting, setup=setup) if isinstance(setup, SettingUp) else waiting), actions
        case MediaOffered(ticket) | MediaAnswered(ticket) | MediaFailed(ticket) if ticket.startswith("exchange:"):
            return _waiting_caller_event(state, event, now)
        case AckReceived(leg) | OfferAnswered(leg) | OfferRejected(leg) | OfferReceived(leg):
            return _waiting_caller_event(state, event, now) if leg in (CALLER, state.talking.callee) else (state, [])
        case (
            MediaSilent()
            | MediaReleased()
            | TransferRequested()
            | JoinRequested()
            | MoveToAppRequested()
            | TakeOverRequested()
            | ReofferRequested()
        ):
            return state, []
        case MediaOffered() | MediaAnswered() | MediaFailed() | DeadlineReached() | DeviceReachable() | Declined():
            return _apply_setup_step(state, setting_up(state.setup, event, now), now)
        case PickedUp():
            return _picked_up(state)
        case StepStarted():
            return _apply_setup_step(state, setting_up(state.setup, event, now), now)
        case CalleeProgressed() | CalleeAnswered() | CalleeRejected() | HungUp() | LegLost():
            return _apply_setup_step(state, setting_up(state.setup, event, now), now)
        case _:
            assert_never(event)


def deadline(state: Transferring) -> float:
    """Return the monotonic time at which `DeadlineReached` is due."""
    setup = state.setup
    return min(at for at in (setup.ring_until, setup.push_at, state.talking.ends_at) if at is not None)


def _transfer(state: Talking, event: TransferRequested, now: float) -> Transition:
    by, targets = state.callee, event.targets
    waiting, requests = (state, []) if not event.waiting_app else peer_change.move_to_app(state, event.waiting_app)
    released = [ReleaseMedia(by, final=False)] if event.waiting_app else []
    if isinstance(targets, SettingUp):
        notifications = [Notify(by, targets.last_provisional)] if targets.last_provisional >= 180 else []
        transferring_ringing = Transferring(
            waiting, targets, by, state.callee_sdp, event.return_targets, from_consultation=True
        )
        return transferring_ringing, [SetCallee(), *released, *requests, *notifications]
    placeholder = SettingUp(targets.limits, b"", (), now)
    # A transferring app is heard by the caller until the target answers.
    transferor = by if event.waiting_app else ""
    transferring = Transferring(
        waiting, placeholder, transferor, state.callee_sdp, event.return_targets, keep_with_app=event.keep_with_app
    )
    outcome, actions = _apply_setup_step(transferring, begin(without_ice(state.caller_sdp), targets, now), now)
    return outcome, [SetCallee(), *released, *requests, *actions]


def _is_connected(state: Transferring, leg: str) -> bool:
    return leg in (state.transferor, state.talking.callee)


def _connected_leg_event(
    state: Transferring,
    event: HungUp | LegLost | CalleeRejected | CalleeAnswered | OfferReceived,
    leg: str,
    now: float,
) -> Transition:
    """Process an event of the transferor or of the ringback app."""
    match event:
        case HungUp() if leg == state.transferor:
            return replace(state, transferor=""), [SetPeer(""), Close(leg)]
        case LegLost() if leg == state.transferor:
            return replace(state, transferor=""), [SetPeer("")]
        case OfferReceived() if leg == state.transferor:
            return state, [RejectOffer(leg, 491)]
        case HungUp() | LegLost() | CalleeRejected() if state.keep_with_app:
            return _end_transfer(state, Cause.HUNG_UP, now, closing=leg)
        case HungUp() | LegLost() | CalleeRejected():  # the caller hears silence until the target answers
            waiting, actions = peer_change.abort_exchange(state.talking)
            return replace(state, talking=replace(waiting, callee_sdp=b"")), actions
        case _:
            return _waiting_caller_event(state, event, now)


def _waiting_caller_event(state: Transferring, event: Event, now: float) -> tuple[Transferring, list[Action]]:
    """Process an event of the waiting caller."""
    waiting, actions = talking(state.talking, event, now)
    if isinstance(waiting, Talking):
        return replace(state, talking=waiting), actions
    waiting, aborted = peer_change.abort_exchange(state.talking)
    return replace(state, talking=waiting), aborted  # the caller hears silence then


def _apply_setup_step(state: Transferring, outcome: Transition, now: float) -> Transition:
    """Apply a step of the set-up state machine. The caller gets ringback from an app, not provisional responses."""
    setup, setup_actions = outcome
    notifications: list[Action] = [
        Notify(state.transferor, each.status) for each in setup_actions if isinstance(each, Progress)
    ]
    actions: list[Action] = [
        each for each in setup_actions if not isinstance(each, Progress | WriteRecord | Reject | AnswerMedia)
    ]
    match setup:
        case SettingUp():
            return replace(state, setup=setup), [*actions, *(notifications if state.transferor else [])]
        case Answering():
            return _answered(state, setup, [each for each in actions if not isinstance(each, OfferMedia)], now)
        case _:
            cause = next((each.cause for each in setup_actions if isinstance(each, WriteRecord)), Cause.FAULT)
            return _unanswered(state, cause, actions, now)


def _answered(state: Transferring, answer: Answering, actions: list[Action], now: float) -> Transition:
    """Connect the waiting caller to the answering target."""
    waiting, aborted = peer_change.abort_exchange(state.talking)
    actions += aborted
    joined = replace(
        waiting,
        callee=answer.callee,
        callee_sdp=answer.callee_sdp,
        ends_at=now + answer.limits.call_seconds,
    )
    restart_ice = state.from_consultation or state.setup.media_lost
    joined, requests = start_ice_restart(joined) if restart_ice else peer_change.connect_callee(joined)
    if state.keep_with_app:
        actions.append(ReportOutcome(waiting.callee, "answered"))
    actions += [*_release_leg(waiting.callee, Cause.HUNG_UP), SetPeer(answer.callee), *requests]
    if state.transferor:
        actions += [Notify(state.transferor, 200), Bye(state.transferor, Cause.HUNG_UP)]
    return joined, actions


def _picked_up(state: Transferring) -> Transition:
    """End the ringing: another phone takes over the waiting caller. The app holds the call until then."""
    if isinstance(state.talking.exchange, MovingToApp):
        return state, []
    actions = stop_ringing(state.setup)
    if state.transferor:
        actions += [Notify(state.transferor, 200), Bye(state.transferor, Cause.HUNG_UP)]
    return state.talking, actions


def _unanswered(state: Transferring, cause: Cause, actions: list[Action], now: float) -> Transition:
    """Return the unanswered call: to the transferor if it is still connected, else ring its phones."""
    waiting = state.talking
    if state.transferor:
        status = cause.value.status if cause.value.status >= 300 else 480
        waiting, aborted = peer_change.abort_exchange(waiting)
        actions += [EndRinging(None, cause), Notify(state.transferor, status), *aborted]
        returned, requests = start_ice_restart(
            replace(waiting, callee=state.transferor, callee_sdp=state.transferor_sdp)
        )
        return returned, [*actions, *_release_leg(waiting.callee, Cause.HUNG_UP), SetPeer(state.transferor), *requests]
    if state.keep_with_app:
        report = ReportOutcome(waiting.callee, cause.value.outcome)
        return waiting, [*actions, SetCallee(back=True), SetPeer(waiting.callee), report]
    if state.return_targets is not None:
        return_setup = begin(without_ice(waiting.caller_sdp), state.return_targets, now)
        outcome, more = _apply_setup_step(
            replace(state, return_targets=None, from_consultation=False), return_setup, now
        )
        return outcome, [*actions, EndRinging(None, cause), SetCallee(back=True), *more]
    outcome, end_actions = end(waiting, cause, now)
    return outcome, [*actions, *end_actions]


def _end_transfer(
    state: Transferring, cause: Cause, now: float, *, closing: str | None = None, lost: str | None = None
) -> Transition:
    """End the call and the transfer."""
    _, setup_actions = setting_up(state.setup, EndRequested(cause), now)
    actions: list[Action] = [each for each in setup_actions if not isinstance(each, WriteRecord | Reject)]
    if state.transferor:
        actions += [Notify(state.transferor, 487), Bye(state.transferor, cause)]
    outcome, end_actions = end(state.talking, cause, now, closing=closing, lost=lost)
    return outcome, [*actions, *end_actions]


def _release_leg(leg: str, cause: Cause) -> list[Action]:
    return [Bye(leg, cause), ReleaseMedia(leg, final=False)]
