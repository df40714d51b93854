"""Call set-up: parallel forking to all phones of the callee; the first 2xx wins."""

from dataclasses import replace
from typing import assert_never

from unificx.calls.rules import push_wakeup
from unificx.calls.rules.causes import Cause, cause_of, weightiest
from unificx.calls.rules.fork_targets import Rung
from unificx.calls.rules.ice_restart import renew
from unificx.calls.rules.messages import (
    CALLER,
    Accept,
    AckCame,
    Acknowledge,
    Action,
    AnswerMedia,
    Bye,
    CalleeAnswered,
    CalleeProgressed,
    CalleeRefused,
    CallerCancelled,
    CancelCallee,
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
    NoteAnswered,
    Offer,
    OfferAnswered,
    OfferCame,
    OfferMedia,
    OfferRefused,
    PassOn,
    Progress,
    Record,
    RefuseOffer,
    Reject,
    ReleaseMedia,
    Restate,
    TakeOver,
    Taker,
    TimePassed,
    TransferAsked,
)
from unificx.calls.rules.sdp_inspection import uses_ice
from unificx.calls.rules.states import Answering, Branch, Over, Rebuild, SettingUp, State, Talking

Outcome = tuple[State, list[Action]]
VANISHED = (408, 503)
"""Statuses of a phone that does not respond or whose connection is lost."""
APP_ANSWERS = 10.0
"""Seconds within which an app must answer."""


def begin(offer: bytes, targets: Rung, now: float) -> Outcome:
    """Start forking with the caller's SDP `offer` ("": delayed offer) and send push notifications."""
    names, limits, push_targets, fallback = targets.names, targets.limits, targets.sleepers, targets.instead
    if not names and not push_targets.asleep:
        return _not_taken(SettingUp(limits, offer, (), now, instead=fallback), Cause.UNREACHABLE, now)
    stage = "offering" if offer else "calling"
    branches = tuple(
        Branch(name, stage, name in targets.srtp, sleeper=push_targets.behind.get(name, "")) for name in names
    )
    nudge_at = now + push_wakeup.NUDGE_AFTER if push_targets.behind else None
    until = now + limits.ring
    initial = SettingUp(limits, offer, branches, until, asleep=push_targets.asleep, nudge_at=nudge_at, instead=fallback)
    state, push_actions = push_wakeup.wake(initial, push_targets.asleep) if push_targets.asleep else (initial, [])
    state, progress = (state, []) if names else push_wakeup.hold(state)
    return state, [*(_first_step(state, name) for name in names), *push_actions, *progress]


def setting_up(state: SettingUp, event: Event, now: float) -> Outcome:
    """Process an event while phones ring."""
    match event:
        case MediaOffered(ticket, sdp):
            return _offered(state, ticket, sdp)
        case MediaAnswered("early", sdp):
            return replace(state, told=183), [Progress(183, sdp)]
        case MediaFailed("early"):
            return replace(state, early=b""), []
        case MediaFailed(ticket, theirs):
            return _not_offered(state, ticket, Cause.NO_COMMON_MEDIA if theirs else Cause.NO_MEDIA, now)
        case MediaRestarted():
            return replace(state, stale=True), []
        case CalleeProgressed(leg, status, sdp):
            return _progressed(state, leg, status, sdp)
        case CalleeAnswered(leg, sdp):
            return _answered(state, leg, sdp)
        case CalleeRefused(leg, status):
            return _refused(state, leg, status, now)
        case DeviceCame():
            return _came(state, event)
        case DeviceGone():
            return _gone(state, event, now)
        case Declined():
            return _not_taken(state, Cause.DECLINED, now)
        case CallerCancelled() | HungUp("a"):
            return _give_up(state, Cause.CANCELLED)
        case LegLost("a"):
            return _give_up(state, Cause.FAILED)
        case LegLost(leg) | HungUp(leg):
            return _branch_over(state, leg, Cause.FAILED, now)
        case EndAsked(cause):
            return _give_up(state, cause)
        case TimePassed():
            return _time_passed(state, now)
        case OfferCame(leg):
            return state, [RefuseOffer(leg, 491)]
        case MediaAnswered() | MediaReleased() | MediaSilent() | AckCame() | OfferAnswered() | OfferRefused():
            return state, []
        case TransferAsked() | Joined() | IntoApp() | TakeOver() | Restate():
            return state, []
        case _:
            assert_never(event)


def answering(state: Answering, event: Event, now: float) -> Outcome:
    """Process an event while the answer is passed to the anchor and the caller."""
    match event:
        case MediaOffered(state.awaited, sdp) if state.delayed:  # the callee's offer, for the caller (delayed offer)
            return replace(state, accepted=True, awaited=""), [NoteAnswered(state.callee), Accept(sdp)]
        case MediaOffered(state.awaited, sdp):
            again = f"again:{state.restarts}"
            request = AnswerMedia(again, state.callee, state.callee, state.callee_sdp)
            return replace(state, awaited=again, redo=sdp), [request]
        case MediaAnswered(state.awaited, sdp):
            return _connect(state, sdp, now)
        case AckCame("a", sdp) if state.accepted and not state.awaited:
            return _acknowledged(state, sdp)
        case MediaRestarted():
            return _restarted(state)
        case MediaFailed(state.awaited) | EndAsked() | CallerCancelled():
            return _fail(state, _why(event))
        case LegLost(leg) | HungUp(leg) if leg in (CALLER, state.callee):
            return _fail(state, _why(event))
        case DeviceGone(_, legs) if legs & {CALLER, state.callee}:
            return _fail(state, Cause.ENDED_BY_ADMINISTRATOR)
        case OfferCame(leg):
            return state, [RefuseOffer(leg, 491)]
        case MediaOffered() | MediaAnswered() | MediaFailed() | MediaReleased() | MediaSilent():
            return state, []
        case LegLost() | HungUp() | AckCame() | DeviceCame() | DeviceGone() | Declined():
            return state, []
        case TransferAsked() | Joined() | IntoApp() | TakeOver() | Restate():
            return state, []
        case CalleeProgressed() | CalleeAnswered() | CalleeRefused() | OfferAnswered() | OfferRefused() | TimePassed():
            return state, []
        case _:
            assert_never(event)


def _first_step(state: SettingUp, name: str) -> Action:
    if state.offer:
        return OfferMedia(f"offer:{name}", name, CALLER, state.offer)
    return Dial(name, b"")


def _offered(state: SettingUp, ticket: str, sdp: bytes) -> Outcome:
    name = ticket.removeprefix("offer:")
    branch = _find(state, name)
    if branch is None or branch.stage != "offering":
        return state, []
    return _with(state, replace(branch, stage="calling")), [Dial(name, sdp)]


def _not_offered(state: SettingUp, ticket: str, cause: Cause, now: float) -> Outcome:
    branch = _find(state, ticket.removeprefix("offer:"))
    if branch is None or branch.stage != "offering":
        return state, []
    return _branch_over(state, branch.name, cause, now)


def _progressed(state: SettingUp, leg: str, status: int, sdp: bytes) -> Outcome:
    branch = _find(state, leg)
    if branch is None or not branch.live:
        return state, []
    ringing = replace(branch, stage="ringing")
    if sdp and state.offer and len(state.branches) == 1 and not state.early and not state.instead:
        # Early media only with a single branch: with several, the source would be ambiguous. Not if a fallback app may
        # answer later: early SDP is the answer (RFC 3262 section 5), and the app's SDP differs.
        return replace(_with(state, ringing), early=sdp), [AnswerMedia("early", leg, leg, sdp)]
    provisional = 183 if status == 183 and not sdp and len(state.branches) == 1 else 180
    if provisional <= state.told:
        return _with(state, ringing), []
    return _with(state, ringing, last_provisional=provisional), [Progress(provisional, b"")]


def _answered(state: SettingUp, leg: str, sdp: bytes) -> Outcome:
    branch = _find(state, leg)
    if branch is None or branch.stage not in ("calling", "ringing"):
        return state, []
    callee_sdp = sdp or state.early
    actions = [*_drop_others(state, leg, elsewhere=True), *push_wakeup.let_sleep(state, branch)]
    answer = Answering(state.limits, leg, state.offer, callee_sdp, "answer", delayed=not state.offer)
    if not callee_sdp:
        return _fail(answer, Cause.NO_COMMON_MEDIA, actions)
    if not state.offer:
        return answer, [*actions, OfferMedia("answer", leg, leg, callee_sdp)]
    if state.stale:
        answer, again = _restarted(answer)
        return answer, [*actions, *again]
    return answer, [*actions, AnswerMedia("answer", leg, leg, callee_sdp)]


def _refused(state: SettingUp, leg: str, status: int, now: float) -> Outcome:
    branch = _find(state, leg)
    if branch is None or not branch.live:
        return state, []
    if status in (415, 488, 606) and state.offer and branch.srtp:
        again = replace(branch, stage="offering", srtp=False)
        offer = OfferMedia(f"offer:{leg}", leg, CALLER, state.offer, Taker.PLAIN)
        return _with(state, again), [offer]
    cause = cause_of(status)
    if status >= 600 and status != 606:  # declined by the user: a 6xx ends forking (RFC 3261 section 16.7)
        return _not_taken(_with(state, replace(branch, stage="over", cause=cause)), cause, now)
    return _branch_over(state, leg, cause, now, vanished=status in VANISHED)


def _came(state: SettingUp, event: DeviceCame) -> Outcome:
    """Add a branch for a device that has registered or moved."""
    if _find(state, event.leg) is not None:
        return state, []
    actions: list[Action] = []
    replaced = _find(state, event.instead)
    if replaced is not None and replaced.live:
        if replaced.stage != "offering":
            actions.append(CancelCallee(replaced.name, elsewhere=True))
        actions.append(ReleaseMedia(replaced.name, final=False))
        state = _with(state, replace(replaced, stage="over"))
    push_device = event.device if event.device in state.woken or (replaced is not None and replaced.sleeper) else ""
    branch = Branch(event.leg, "offering" if state.offer else "calling", event.srtp, sleeper=push_device)
    state = replace(state, branches=(*state.branches, branch), asleep=state.asleep - {event.device})
    return state, [*actions, _first_step(state, event.leg)]


def _gone(state: SettingUp, event: DeviceGone, now: float) -> Outcome:
    """Remove a revoked device; the other branches continue."""
    if CALLER in event.legs:
        return _give_up(state, Cause.ENDED_BY_ADMINISTRATOR)
    actions: list[Action] = []
    for branch in state.branches:
        if branch.live and branch.name in event.legs:
            if branch.stage != "offering":
                actions.append(CancelCallee(branch.name, elsewhere=False))
            state = _with(state, replace(branch, stage="over", cause=Cause.UNREACHABLE))
    return _go_on(replace(state, asleep=state.asleep - {event.device}), actions, now)


def _time_passed(state: SettingUp, now: float) -> Outcome:
    if now >= state.ring_until:
        return _not_taken(state, Cause.NO_ANSWER, now)
    return push_wakeup.nudge(state) if state.nudge_at is not None and now >= state.nudge_at else (state, [])


def _branch_over(state: SettingUp, leg: str, cause: Cause, now: float, *, vanished: bool = False) -> Outcome:
    branch = _find(state, leg)
    if branch is None or not branch.live:
        return state, []
    state = _with(state, replace(branch, stage="over", cause=cause))
    actions: list[Action] = []
    if vanished and branch.sleeper:
        state, actions = push_wakeup.fallen_asleep(state, branch)
    return _go_on(state, actions, now)


def _go_on(state: SettingUp, actions: list[Action], now: float) -> Outcome:
    """Continue if a branch rings or a pushed device is awaited, else end the search."""
    if any(each.live for each in state.branches):
        return state, actions
    if state.asleep:
        state, progress = push_wakeup.hold(state)
        return state, [*actions, *progress]
    outcome, over = _not_taken(
        state, weightiest([each.cause for each in state.branches if each.cause is not None]), now
    )
    return outcome, [*actions, *over]


def _not_taken(state: SettingUp, cause: Cause, now: float) -> Outcome:
    """End the search unanswered: pass the call to the fallback app if there is one, else end it.

    All branches and push notifications are cancelled.
    """
    if not state.instead:
        return _give_up(state, cause)
    cancelled = [*_drop_others(state, None, elsewhere=cause is Cause.DECLINED), *push_wakeup.let_sleep(state)]
    app = Branch(state.instead, "offering" if state.offer else "calling")
    passed_on = SettingUp(state.limits, state.offer, (app,), now + APP_ANSWERS, told=state.told, stale=state.stale)
    return passed_on, [*cancelled, PassOn(app.name, cause), _first_step(passed_on, app.name)]


def _give_up(state: SettingUp, cause: Cause) -> Outcome:
    """End the unanswered call. The call record is written before the final response, which acknowledges it."""
    status = cause.value.status if cause.value.status >= 300 else 480
    cancelled = [*_drop_others(state, None, elsewhere=cause is Cause.DECLINED), *push_wakeup.let_sleep(state)]
    return Over(), [*cancelled, Record(cause), Reject(status, cause)]


def _drop_others(state: SettingUp, answered_leg: str | None, *, elsewhere: bool) -> list[Action]:
    actions: list[Action] = []
    for branch in state.branches:
        if branch.name == answered_leg:
            continue
        if branch.stage in ("calling", "ringing"):
            actions.append(CancelCallee(branch.name, elsewhere))
        actions.append(ReleaseMedia(branch.name, final=False))
    return actions


def _acknowledged(state: Answering, sdp: bytes) -> Outcome:
    """Process the caller's answer to the callee's offer, in the ACK."""
    if not sdp:
        return _fail(state, Cause.NO_COMMON_MEDIA)
    request = AnswerMedia("acknowledged", state.callee, CALLER, sdp)
    return replace(state, caller_sdp=sdp, awaited="acknowledged"), [request]


def _restarted(state: Answering) -> Outcome:
    """Repeat the offer to the anchor after a restart of the media engine."""
    if state.accepted:
        return _fail(state, Cause.NO_MEDIA)
    number = state.restarts + 1
    ticket = f"redo:{number}"
    offerer, sdp = (state.callee, state.callee_sdp) if state.delayed else (CALLER, state.caller_sdp)
    return replace(state, awaited=ticket, restarts=number), [OfferMedia(ticket, state.callee, offerer, sdp)]


def _connect(state: Answering, sdp: bytes, now: float) -> Outcome:
    """Connect the parties once the anchor has the SDP of both."""
    talking = Talking(state.callee, now + state.limits.talk, state.caller_sdp, state.callee_sdp)
    if state.delayed:
        return talking, [Acknowledge(state.callee, sdp)]
    actions: list[Action] = [NoteAnswered(state.callee), Accept(sdp)]
    if state.redo and uses_ice(state.callee_sdp):
        talking, again = renew(talking)
        actions += again
    elif state.redo:
        talking = replace(talking, exchange=Rebuild(0, "reoffering", waiting=(state.callee,)))
        actions.append(Offer(state.callee, state.redo))
    return talking, actions


def _fail(state: Answering, cause: Cause, actions: list[Action] | None = None) -> Outcome:
    """End a call that was answered but could not be established."""
    done: list[Action] = [*(actions or []), Bye(state.callee, cause), ReleaseMedia(state.callee, final=False)]
    if state.accepted:
        return Over(), [*done, Bye(CALLER, cause), Record(cause)]
    status = cause.value.status if cause.value.status >= 300 else 480
    return Over(), [*done, Record(cause), Reject(status, cause)]


def _why(event: Event) -> Cause:
    match event:
        case MediaFailed(_, theirs):
            return Cause.NO_COMMON_MEDIA if theirs else Cause.NO_MEDIA
        case EndAsked(cause):
            return cause
        case CallerCancelled() | HungUp("a"):
            return Cause.CANCELLED
        case _:
            return Cause.FAILED


def _find(state: SettingUp, name: str) -> Branch | None:
    return next((branch for branch in state.branches if branch.name == name), None)


def _with(state: SettingUp, changed: Branch, *, last_provisional: int | None = None) -> SettingUp:
    branches = tuple([changed if each.name == changed.name else each for each in state.branches])
    return replace(state, branches=branches, told=state.told if last_provisional is None else last_provisional)
