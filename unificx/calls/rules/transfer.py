"""Who talks with whom changes: one side gives the other away, to phones that ring, to an app, or to a call of his own.

Whoever stays is the caller from then on. While phones ring he talks with an app that lets him hear it, so a transfer is
two machines side by side: `talking` for him, `search` for those who ring.
"""

from dataclasses import replace
from typing import assert_never

from unificx.calls.rules import turning
from unificx.calls.rules.causes import Cause
from unificx.calls.rules.descriptions import without_ways
from unificx.calls.rules.renewal import renew
from unificx.calls.rules.setup import begin, setting_up
from unificx.calls.rules.states import Answering, Moving, SettingUp, State, Talking, Transferring
from unificx.calls.rules.talk import end, talking
from unificx.calls.rules.words import (
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

Outcome = tuple[State, list[Action]]
Change = TransferAsked | Joined | IntoApp | TakeOver


def changed(state: Talking, event: Change, now: float) -> Outcome:
    """Two talk, and one of them is to talk with somebody else."""
    by = event.gone if isinstance(event, TakeOver) else event.by
    if by not in (CALLER, state.callee) or isinstance(state.exchange, Moving):
        return state, []  # nobody has come yet who could give anybody away
    state, actions = turning.turned(state, by)
    outcome: Outcome
    match event:
        case TransferAsked():
            outcome = _transfer(state, event, now)
        case Joined(_, leg, sdp):
            goodbye = _goodbye(state.callee, Cause.HUNG_UP)
            joined, asks = renew(replace(state, callee=leg, callee_sdp=sdp))
            outcome = joined, [Notify(state.callee, 200), *goodbye, NoteJoined(leg), *asks]
        case IntoApp(_, app):
            goodbye = _goodbye(state.callee, Cause.HUNG_UP)
            moved, asks = turning.move(state, app)
            outcome = moved, [Notify(state.callee, 200), *goodbye, Seek(), NoteJoined(app), *asks]
        case TakeOver(_, leg, sdp):
            outcome = turning.take_over(state, leg, sdp)
        case _:
            assert_never(event)
    return outcome[0], [*actions, *outcome[1]]


def transferring(state: Transferring, event: Event, now: float) -> Outcome:
    """One waits, others ring."""
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
            waits, actions = _waits(state, event, now)
            search, _ = setting_up(state.search, event, now)
            return (replace(waits, search=search) if isinstance(search, SettingUp) else waits), actions
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
    """When `TimePassed` is next due."""
    search = state.search
    return min(at for at in (search.ring_until, search.nudge_at, state.talking.ends_at) if at is not None)


def _transfer(state: Talking, event: TransferAsked, now: float) -> Outcome:
    by, rung = state.callee, event.rung
    waits, asks = (state, []) if not event.waiting else turning.move(state, event.waiting)
    gone = [ReleaseMedia(by, final=False)] if event.waiting else []
    if isinstance(rung, SettingUp):
        told = [Notify(by, rung.told)] if rung.told >= 180 else []
        borrowed = Transferring(waits, rung, by, state.callee_sdp, event.back, borrowed=True)
        return borrowed, [Seek(), *gone, *asks, *told]
    placeholder = SettingUp(rung.limits, b"", (), now)
    # An app that gives him away is what he hears until somebody is there.
    gives = by if event.waiting else ""
    transferring = Transferring(waits, placeholder, gives, state.callee_sdp, event.back, keeps=event.keeps)
    outcome, actions = _searched(transferring, begin(without_ways(state.caller_sdp), rung, now), now)
    return outcome, [Seek(), *gone, *asks, *actions]


def _is_in(state: Transferring, leg: str) -> bool:
    return leg in (state.transferor, state.talking.callee)


def _of_those_in(
    state: Transferring,
    event: HungUp | LegLost | CalleeRefused | CalleeAnswered | OfferCame,
    leg: str,
    now: float,
) -> Outcome:
    """He who gave the call away, or the app that is heard meanwhile."""
    match event:
        case HungUp() if leg == state.transferor:
            return replace(state, transferor=""), [NoteJoined(""), Close(leg)]
        case LegLost() if leg == state.transferor:
            return replace(state, transferor=""), [NoteJoined("")]
        case OfferCame() if leg == state.transferor:
            return state, [RefuseOffer(leg, 491)]
        case HungUp() | LegLost() | CalleeRefused():  # nothing is heard then until somebody answers
            return replace(state, talking=replace(state.talking, exchange=None)), []
        case _:
            return _waits(state, event, now)


def _waits(state: Transferring, event: Event, now: float) -> tuple[Transferring, list[Action]]:
    """What concerns him who waits."""
    waiting, actions = talking(state.talking, event, now)
    if isinstance(waiting, Talking):
        return replace(state, talking=waiting), actions
    return replace(state, talking=replace(state.talking, exchange=None)), []  # he hears nothing then


def _searched(state: Transferring, outcome: Outcome, now: float) -> Outcome:
    """What became of those who ring: to him who waits it is said by an app, not by provisional responses."""
    search, done = outcome
    told: list[Action] = [Notify(state.transferor, each.status) for each in done if isinstance(each, Progress)]
    actions: list[Action] = [each for each in done if not isinstance(each, Progress | Record | Reject | AnswerMedia)]
    match search:
        case SettingUp():
            return replace(state, search=search), [*actions, *(told if state.transferor else [])]
        case Answering():
            return _taken(state, search, [each for each in actions if not isinstance(each, OfferMedia)], now)
        case _:
            cause = next((each.cause for each in done if isinstance(each, Record)), Cause.FAULT)
            return _not_taken(state, cause, actions, now)


def _taken(state: Transferring, search: Answering, actions: list[Action], now: float) -> Outcome:
    """Somebody answered: whoever waited talks with him."""
    waited = state.talking
    actions += turning.interrupted(waited)
    joined = replace(
        waited,
        callee=search.callee,
        callee_sdp=search.callee_sdp,
        ends_at=now + search.limits.talk,
        exchange=None,
    )
    anew = state.borrowed or state.search.stale
    joined, asks = renew(joined) if anew else turning.met(joined)
    actions += [*_goodbye(waited.callee, Cause.HUNG_UP), NoteJoined(search.callee), *asks]
    if state.transferor:
        actions += [Notify(state.transferor, 200), Bye(state.transferor, Cause.HUNG_UP)]
    return joined, actions


def _not_taken(state: Transferring, cause: Cause, actions: list[Action], now: float) -> Outcome:
    """Nobody took the call: it goes back, to him who gave it away if he is still there, else to his phones."""
    waited = state.talking
    if state.transferor:
        status = cause.value.status if cause.value.status >= 300 else 480
        actions += [Notify(state.transferor, status), *turning.interrupted(waited)]
        again = replace(waited, callee=state.transferor, callee_sdp=state.before, exchange=None)
        again, asks = renew(again)
        return again, [*actions, *_goodbye(waited.callee, Cause.HUNG_UP), NoteJoined(state.transferor), *asks]
    if state.keeps:
        return waited, [*actions, Seek(back=True), NoteJoined(waited.callee)]
    if state.back is not None:
        begun = begin(without_ways(waited.caller_sdp), state.back, now)
        outcome, more = _searched(replace(state, back=None, borrowed=False), begun, now)
        return outcome, [*actions, Seek(back=True), *more]
    outcome, goodbye = end(waited, cause, now)
    return outcome, [*actions, *goodbye]


def _given_up(
    state: Transferring, cause: Cause, now: float, *, closing: str | None = None, lost: str | None = None
) -> Outcome:
    """It is over for all of them."""
    _, done = setting_up(state.search, EndAsked(cause), now)
    actions: list[Action] = [each for each in done if not isinstance(each, Record | Reject)]
    if state.transferor:
        actions += [Notify(state.transferor, 487), Bye(state.transferor, cause)]
    outcome, goodbye = end(state.talking, cause, now, closing=closing, lost=lost)
    return outcome, [*actions, *goodbye]


def _goodbye(leg: str, cause: Cause) -> list[Action]:
    return [Bye(leg, cause), ReleaseMedia(leg, final=False)]
