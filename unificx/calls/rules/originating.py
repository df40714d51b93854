"""Calls originated by an app: wait for the app's SDP offer, then set up the call as usual."""

from dataclasses import replace
from typing import assert_never

from unificx.calls.rules.causes import Cause
from unificx.calls.rules.fork_targets import Rung
from unificx.calls.rules.messages import (
    CALLER,
    AckCame,
    Action,
    CalleeAnswered,
    CalleeProgressed,
    CalleeRefused,
    CallerCancelled,
    Declined,
    DeviceCame,
    DeviceGone,
    Dial,
    EndAsked,
    Event,
    HungUp,
    IntoApp,
    Joined,
    LegLost,
    MediaAnswered,
    MediaFailed,
    MediaOffered,
    MediaReleased,
    MediaRestarted,
    MediaSilent,
    OfferAnswered,
    OfferCame,
    OfferRefused,
    Record,
    Reject,
    Restate,
    TakeOver,
    TimePassed,
    TransferAsked,
)
from unificx.calls.rules.setup import APP_ANSWERS, begin
from unificx.calls.rules.states import Opening, Over, State

Outcome = tuple[State, list[Action]]


def open_by_app(targets: Rung, now: float) -> Outcome:
    """Start the calling app."""
    return Opening(targets, now + APP_ANSWERS), [Dial(CALLER, b"")]


def opening(state: Opening, event: Event, now: float) -> Outcome:
    """Wait for the app's offer."""
    match event:
        case CalleeAnswered("a", sdp):
            return begin(sdp, state.rung, now) if sdp else _none(Cause.FAULT)
        case CalleeRefused("a") | HungUp("a") | LegLost("a") | CallerCancelled():
            return _none(Cause.FAULT)
        case EndAsked(cause):
            return _none(cause)
        case DeviceGone(device, legs):
            return replace(state, rung=state.rung.without(device, legs)), []
        case TimePassed():
            return _none(Cause.FAULT) if now >= state.until else (state, [])
        case MediaOffered() | MediaAnswered() | MediaFailed() | MediaReleased() | MediaRestarted() | MediaSilent():
            return state, []
        case CalleeProgressed() | CalleeAnswered() | CalleeRefused() | DeviceCame() | Declined() | HungUp() | LegLost():
            return state, []
        case AckCame() | OfferCame() | OfferAnswered() | OfferRefused():
            return state, []
        case TransferAsked() | Joined() | IntoApp() | TakeOver() | Restate():
            return state, []
        case _:
            assert_never(event)


def _none(cause: Cause) -> Outcome:
    """End the call before any phone was dialled."""
    return Over(), [Record(cause), Reject(480, cause)]
