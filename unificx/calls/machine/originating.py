"""Calls originated by an app: wait for the app's SDP offer, then set up the call as usual."""

from dataclasses import replace
from typing import assert_never

from unificx.calls.machine.actions import Dial, Reject, Transition, WriteRecord
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
from unificx.calls.machine.fork_targets import ForkTargets
from unificx.calls.machine.setup import APP_ANSWER_TIMEOUT, begin
from unificx.calls.machine.states import CALLER, Ended, Originating


def originate_by_app(targets: ForkTargets, now: float) -> Transition:
    """Start the calling app."""
    return Originating(targets, now + APP_ANSWER_TIMEOUT), [Dial(CALLER, b"")]


def originating(state: Originating, event: Event, now: float) -> Transition:
    """Wait for the app's offer."""
    match event:
        case CalleeAnswered("a", sdp):
            return begin(sdp, state.targets, now) if sdp else _fail(Cause.FAULT)
        case CalleeRejected("a") | HungUp("a") | LegLost("a") | CallerCancelled():
            return _fail(Cause.FAULT)
        case EndRequested(cause):
            return _fail(cause)
        case DeviceRemoved(device, legs):
            return replace(state, targets=state.targets.without(device, legs)), []
        case DeadlineReached():
            return _fail(Cause.FAULT) if now >= state.until else (state, [])
        case MediaOffered() | MediaAnswered() | MediaFailed() | MediaReleased() | RelayRestarted() | MediaSilent():
            return state, []
        case (
            CalleeProgressed()
            | CalleeAnswered()
            | CalleeRejected()
            | DeviceReachable()
            | Declined()
            | StepStarted()
            | PickedUp()
            | TransferWithdrawn()
            | HungUp()
            | LegLost()
        ):
            return state, []
        case AckReceived() | OfferReceived() | OfferAnswered() | OfferRejected():
            return state, []
        case TransferRequested() | JoinRequested() | MoveToAppRequested() | TakeOverRequested() | ReofferRequested():
            return state, []
        case _:
            assert_never(event)


def _fail(cause: Cause) -> Transition:
    """End the call before any phone was dialled."""
    return Ended(), [WriteRecord(cause), Reject(480, cause)]
