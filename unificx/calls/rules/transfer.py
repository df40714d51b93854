"""Changes of a call's peer: transfer to ringing phones, to an app or to another call, and replacement of a leg.

The remaining party becomes the caller. While phones ring, it is connected to an app that plays ringback, so a transfer
runs two state machines side by side: `talking` for the caller, `setup` for the ringing phones.
"""

from dataclasses import replace
from typing import assert_never

from unificx.calls.rules import redirect
from unificx.calls.rules.causes import Cause
from unificx.calls.rules.ice_restart import renew
from unificx.calls.rules.messages import (
    CALLER,
    AckCame,
    Action,
    AnswerMedia,
    Bye,
    CalleeAnswered,
    CalleeProgressed,
    CalleeRefused,
    CallerCancelled,
    Close,
    Declined,
    DeviceCame,
    DeviceGone,
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
    NoteJoined,
    Notify,
    OfferAnswered,
    OfferCame,
    OfferMedia,
    OfferRefused,
    Progress,
    Record,
    RefuseOffer,
    Reject,
    ReleaseMedia,
    Restate,
    Seek,
    TakeOver,
    TimePassed,
    TransferAsked,
)
from unificx.calls.rules.sdp_inspection import without_ways
from unificx.calls.rules.setup import begin, setting_up
from unificx.calls.rules.states import Answering, Moving, SettingUp, State, Talking, Transferring
from unificx.calls.rules.talking import end, talking

Outcome = tuple[State, list[Action]]
Change = TransferAsked | Joined | IntoApp | TakeOver


def changed(state: Talking, event: Change, now: float) -> Outcome:
    """Start a change of peer in an established call."""
    by = event.gone if isinstance(event, TakeOver) else event.by
    if by not in (CALLER, state.callee) or isinstance(state.exchange, Moving):
        return state, []  # no other party is connected yet
    state, actions = redirect.turned(state, by)
    outcome: Outcome
    match event:
        case TransferAsked():
            outcome = _transfer(state, event, now)
        case Joined(_, leg, sdp):
            release = _goodbye(state.callee, Cause.HUNG_UP)
            joined, requests = renew(replace(state, callee=leg, callee_sdp=sdp))
            outcome = joined, [Notify(state.callee, 200), *release, NoteJoined(leg), *requests]
        case IntoApp(_, app):
            release = _goodbye(state.callee, Cause.HUNG_UP)
            moved, requests = redirect.move(state, app)
            outcome = moved, [Notify(state.callee, 200), *release, Seek(), NoteJoined(app), *requests]
        case TakeOver(_, leg, sdp):
            outcome = redirect.take_over(state, leg, sdp)
        case _:
            assert_never(event)
    return outcome[0], [*actions, *outcome[1]]


def transferring(state: Transferring, event: Event, now: float) -> Outcome:
    """Process an event while the caller waits and the transfer targets ring."""
    match event:
        case HungUp("a") | CallerCancelled():
            return _given_up(state, Cause.HUNG_UP, now, closing=CALLER if isinstance(event, HungUp) else None)
        case LegLost("a"):
            return _given_up(state, Cause.LEG_LOST, now, lost=CALLER)
        case EndAsked(cause):
            return _given_up(state, cause, now)
        case DeviceGone(_, legs) if legs & {CALLER, state.transferor, state.talking.callee}:
            return _given_up(state, Cause.ENDED_BY_ADMINISTRATOR, now)
        case DeviceGone(device, legs):
            back = state.back.without(device, legs) if state.back is not None else None
            return _searched(replace(state, back=back), setting_up(state.search, event, now), now)
        case TimePassed() if now >= state.talking.ends_at:
            return _given_up(state, Cause.TOO_LONG, now)
        case HungUp(leg) | LegLost(leg) | CalleeRefused(leg) | CalleeAnswered(leg) | OfferCame(leg) if _is_in(
            state, leg
        ):
            return _of_those_in(state, event, leg, now)
        case MediaRestarted():
            waiting, actions = _waits(state, event, now)
            setup, _ = setting_up(state.search, event, now)
            return (replace(waiting, search=setup) if isinstance(setup, SettingUp) else waiting), actions
        case MediaOffered(ticket) | MediaAnswered(ticket) | MediaFailed(ticket) if ticket.startswith("exchange:"):
            return _waits(state, event, now)
        case AckCame(leg) | OfferAnswered(leg) | OfferRefused(leg) | OfferCame(leg):
            return _waits(state, event, now) if leg in (CALLER, state.talking.callee) else (state, [])
        case MediaSilent() | MediaReleased() | TransferAsked() | Joined() | IntoApp() | TakeOver() | Restate():
            return state, []
        case MediaOffered() | MediaAnswered() | MediaFailed() | TimePassed() | DeviceCame() | Declined():
            return _searched(state, setting_up(state.search, event, now), now)
        case CalleeProgressed() | CalleeAnswered() | CalleeRefused() | HungUp() | LegLost():
            return _searched(state, setting_up(state.search, event, now), now)
        case _:
            assert_never(event)


def deadline(state: Transferring) -> float:
    """Return the monotonic time at which `DeadlineReached` is due."""
    setup = state.search
    return min(at for at in (setup.ring_until, setup.nudge_at, state.talking.ends_at) if at is not None)


def _transfer(state: Talking, event: TransferAsked, now: float) -> Outcome:
    by, targets = state.callee, event.rung
    waiting, requests = (state, []) if not event.waiting else redirect.move(state, event.waiting)
    released = [ReleaseMedia(by, final=False)] if event.waiting else []
    if isinstance(targets, SettingUp):
        notifications = [Notify(by, targets.told)] if targets.told >= 180 else []
        transferring_ringing = Transferring(waiting, targets, by, state.callee_sdp, event.back, borrowed=True)
        return transferring_ringing, [Seek(), *released, *requests, *notifications]
    placeholder = SettingUp(targets.limits, b"", (), now)
    # A transferring app is heard by the caller until the target answers.
    transferor = by if event.waiting else ""
    transferring = Transferring(waiting, placeholder, transferor, state.callee_sdp, event.back, keeps=event.keeps)
    outcome, actions = _searched(transferring, begin(without_ways(state.caller_sdp), targets, now), now)
    return outcome, [Seek(), *released, *requests, *actions]


def _is_in(state: Transferring, leg: str) -> bool:
    return leg in (state.transferor, state.talking.callee)


def _of_those_in(
    state: Transferring,
    event: HungUp | LegLost | CalleeRefused | CalleeAnswered | OfferCame,
    leg: str,
    now: float,
) -> Outcome:
    """Process an event of the transferor or of the ringback app."""
    match event:
        case HungUp() if leg == state.transferor:
            return replace(state, transferor=""), [NoteJoined(""), Close(leg)]
        case LegLost() if leg == state.transferor:
            return replace(state, transferor=""), [NoteJoined("")]
        case OfferCame() if leg == state.transferor:
            return state, [RefuseOffer(leg, 491)]
        case HungUp() | LegLost() | CalleeRefused():  # the caller hears silence until the target answers
            return replace(state, talking=replace(state.talking, exchange=None)), []
        case _:
            return _waits(state, event, now)


def _waits(state: Transferring, event: Event, now: float) -> tuple[Transferring, list[Action]]:
    """Process an event of the waiting caller."""
    waiting, actions = talking(state.talking, event, now)
    if isinstance(waiting, Talking):
        return replace(state, talking=waiting), actions
    return replace(state, talking=replace(state.talking, exchange=None)), []  # the caller hears silence then


def _searched(state: Transferring, outcome: Outcome, now: float) -> Outcome:
    """Apply a step of the set-up state machine. The caller gets ringback from an app, not provisional responses."""
    setup, setup_actions = outcome
    notifications: list[Action] = [
        Notify(state.transferor, each.status) for each in setup_actions if isinstance(each, Progress)
    ]
    actions: list[Action] = [
        each for each in setup_actions if not isinstance(each, Progress | Record | Reject | AnswerMedia)
    ]
    match setup:
        case SettingUp():
            return replace(state, search=setup), [*actions, *(notifications if state.transferor else [])]
        case Answering():
            return _taken(state, setup, [each for each in actions if not isinstance(each, OfferMedia)], now)
        case _:
            cause = next((each.cause for each in setup_actions if isinstance(each, Record)), Cause.FAULT)
            return _not_taken(state, cause, actions, now)


def _taken(state: Transferring, answer: Answering, actions: list[Action], now: float) -> Outcome:
    """Connect the waiting caller to the answering target."""
    waiting = state.talking
    actions += redirect.interrupted(waiting)
    joined = replace(
        waiting,
        callee=answer.callee,
        callee_sdp=answer.callee_sdp,
        ends_at=now + answer.limits.talk,
        exchange=None,
    )
    restart_ice = state.borrowed or state.search.stale
    joined, requests = renew(joined) if restart_ice else redirect.met(joined)
    actions += [*_goodbye(waiting.callee, Cause.HUNG_UP), NoteJoined(answer.callee), *requests]
    if state.transferor:
        actions += [Notify(state.transferor, 200), Bye(state.transferor, Cause.HUNG_UP)]
    return joined, actions


def _not_taken(state: Transferring, cause: Cause, actions: list[Action], now: float) -> Outcome:
    """Return the unanswered call: to the transferor if it is still connected, else ring its phones."""
    waiting = state.talking
    if state.transferor:
        status = cause.value.status if cause.value.status >= 300 else 480
        actions += [Notify(state.transferor, status), *redirect.interrupted(waiting)]
        returned = replace(waiting, callee=state.transferor, callee_sdp=state.before, exchange=None)
        returned, requests = renew(returned)
        return returned, [*actions, *_goodbye(waiting.callee, Cause.HUNG_UP), NoteJoined(state.transferor), *requests]
    if state.keeps:
        return waiting, [*actions, Seek(back=True), NoteJoined(waiting.callee)]
    if state.back is not None:
        return_setup = begin(without_ways(waiting.caller_sdp), state.back, now)
        outcome, more = _searched(replace(state, back=None, borrowed=False), return_setup, now)
        return outcome, [*actions, Seek(back=True), *more]
    outcome, end_actions = end(waiting, cause, now)
    return outcome, [*actions, *end_actions]


def _given_up(
    state: Transferring, cause: Cause, now: float, *, closing: str | None = None, lost: str | None = None
) -> Outcome:
    """End the call and the transfer."""
    _, setup_actions = setting_up(state.search, EndAsked(cause), now)
    actions: list[Action] = [each for each in setup_actions if not isinstance(each, Record | Reject)]
    if state.transferor:
        actions += [Notify(state.transferor, 487), Bye(state.transferor, cause)]
    outcome, end_actions = end(state.talking, cause, now, closing=closing, lost=lost)
    return outcome, [*actions, *end_actions]


def _goodbye(leg: str, cause: Cause) -> list[Action]:
    return [Bye(leg, cause), ReleaseMedia(leg, final=False)]
