"""The answer of a call: from the first 2xx until the parties are connected, or the call ends because they cannot be."""

from typing import assert_never

from unificx.calls.machine.actions import (
    Accept,
    Acknowledge,
    Action,
    AnswerMedia,
    Bye,
    Offer,
    OfferMedia,
    Reject,
    RejectOffer,
    ReleaseMedia,
    SetAnswered,
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
from unificx.calls.machine.ice_restart import needs_ice_restart, start_ice_restart
from unificx.calls.machine.states import CALLER, Answering, Ended, MediaReanchor, SettingUp, Talking
from unificx.core.replacing import changed


def begin_answering(setup: SettingUp, leg: str, sdp: bytes) -> Transition:
    """Pass the SDP of the leg that has answered to the anchor: its answer, or its offer if the caller made none."""
    state = Answering(setup.limits, leg, setup.offer, sdp, "answer", delayed=not setup.offer)
    if not sdp:
        return _fail(state, Cause.NO_COMMON_MEDIA)
    if not setup.offer:
        return state, [OfferMedia("answer", leg, leg, sdp)]
    if setup.media_lost:
        return _relay_restarted(state)
    return state, [AnswerMedia("answer", leg, leg, sdp)]


def answering(state: Answering, event: Event, now: float) -> Transition:
    """Process an event while the answer is passed to the anchor and the caller."""
    match event:
        case MediaOffered(state.awaited_ticket, sdp) if (
            state.delayed
        ):  # the callee's offer, for the caller (delayed offer)
            return changed(state, accepted=True, awaited_ticket=""), [SetAnswered(state.callee), Accept(sdp)]
        case MediaOffered(state.awaited_ticket, sdp):
            again = f"again:{state.restarts}"
            request = AnswerMedia(again, state.callee, state.callee, state.callee_sdp)
            return changed(state, awaited_ticket=again, reoffer_sdp=sdp), [request]
        case MediaAnswered(state.awaited_ticket, sdp):
            return _connect(state, sdp, now)
        case AckReceived("a", sdp) if state.accepted and not state.awaited_ticket:
            return _acknowledged(state, sdp)
        case RelayRestarted():
            return _relay_restarted(state)
        case MediaFailed(state.awaited_ticket) | EndRequested() | CallerCancelled():
            return _fail(state, _cause_of_event(event))
        case LegLost(leg) | HungUp(leg) if leg in (CALLER, state.callee):
            return _fail(state, _cause_of_event(event))
        case DeviceRemoved(_, legs) if legs & {CALLER, state.callee}:
            return _fail(state, Cause.ENDED_BY_ADMINISTRATOR)
        case OfferReceived(leg):
            return state, [RejectOffer(leg, 491)]
        case MediaOffered() | MediaAnswered() | MediaFailed() | MediaReleased() | MediaSilent():
            return state, []
        case LegLost() | HungUp() | AckReceived() | DeviceReachable() | DeviceRemoved() | Declined():
            return state, []
        case StepStarted() | PickedUp():
            return state, []
        case TransferRequested() | JoinRequested() | MoveToAppRequested() | TakeOverRequested() | ReofferRequested():
            return state, []
        case (
            CalleeProgressed()
            | CalleeAnswered()
            | CalleeRejected()
            | OfferAnswered()
            | OfferRejected()
            | DeadlineReached()
            | TransferWithdrawn()
        ):
            return state, []
        case _:
            assert_never(event)


def _acknowledged(state: Answering, sdp: bytes) -> Transition:
    """Process the caller's answer to the callee's offer, in the ACK."""
    if not sdp:
        return _fail(state, Cause.NO_COMMON_MEDIA)
    request = AnswerMedia("acknowledged", state.callee, CALLER, sdp)
    return changed(state, caller_sdp=sdp, awaited_ticket="acknowledged"), [request]


def _relay_restarted(state: Answering) -> Transition:
    """Repeat the offer to the anchor after a restart of rtpengine."""
    if state.accepted:
        return _fail(state, Cause.NO_MEDIA)
    number = state.restarts + 1
    ticket = f"redo:{number}"
    offerer, sdp = (state.callee, state.callee_sdp) if state.delayed else (CALLER, state.caller_sdp)
    return changed(state, awaited_ticket=ticket, restarts=number), [OfferMedia(ticket, state.callee, offerer, sdp)]


def _connect(state: Answering, sdp: bytes, now: float) -> Transition:
    """Connect the parties once the anchor has the SDP of both."""
    talking = Talking(state.callee, now + state.limits.call_seconds, state.caller_sdp, state.callee_sdp)
    if state.delayed:
        return talking, [Acknowledge(state.callee, sdp)]
    actions: list[Action] = [SetAnswered(state.callee), Accept(sdp)]
    if state.reoffer_sdp and needs_ice_restart(state.callee_sdp):
        talking, again = start_ice_restart(talking)
        actions += again
    elif state.reoffer_sdp:
        talking = changed(talking, exchange=MediaReanchor(0, "reoffering", pending=(state.callee,)))
        actions.append(Offer(state.callee, state.reoffer_sdp))
    return talking, actions


def _fail(state: Answering, cause: Cause) -> Transition:
    """End a call that was answered but could not be established."""
    done: list[Action] = [Bye(state.callee, cause), ReleaseMedia(state.callee, final=False)]
    if state.accepted:
        return Ended(), [*done, Bye(CALLER, cause), WriteRecord(cause)]
    status = cause.value.status if cause.value.status >= 300 else 480
    return Ended(), [*done, WriteRecord(cause), Reject(status, cause)]


def _cause_of_event(event: Event) -> Cause:
    match event:
        case MediaFailed(_, sdp_at_fault):
            return Cause.NO_COMMON_MEDIA if sdp_at_fault else Cause.NO_MEDIA
        case EndRequested(cause):
            return cause
        case CallerCancelled() | HungUp("a"):
            return Cause.CANCELLED
        case _:
            return Cause.FAILED
