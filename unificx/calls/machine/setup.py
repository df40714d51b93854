"""Call set-up: the steps of a plan in turn, each forking to phones or to an app; the first 2xx wins."""

from typing import Any, assert_never
from zlib import crc32

from unificx.calls.machine import push_wakeup
from unificx.calls.machine.actions import (
    Action,
    AnswerMedia,
    CancelCallee,
    Dial,
    EndRinging,
    OfferMedia,
    Progress,
    RecipientProfile,
    Reject,
    RejectOffer,
    ReleaseMedia,
    StartStep,
    Transition,
    WriteRecord,
)
from unificx.calls.machine.answering import begin_answering
from unificx.calls.machine.causes import Cause, cause_from_carrier, cause_from_status, most_informative
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
from unificx.calls.machine.states import CALLER, Branch, Ended, SettingUp
from unificx.core.replacing import changed

NO_RESPONSE_STATUSES = (408, 503)
"""Statuses of a phone that does not respond or whose connection is lost."""
PROFILES_AFTER_SRTP = (RecipientProfile.DTLS,)
PROFILES_OF_TRUNKS = (RecipientProfile.PLAIN, RecipientProfile.DTLS)
PROFILES_AFTER_PLAIN = (RecipientProfile.PLAIN, RecipientProfile.SRTP, RecipientProfile.DTLS)
"""Media profiles offered in turn, with all codecs, to a phone that rejects the media offered first. A phone on TLS is
not offered plain RTP, a trunk on TLS is: its operator has chosen the carrier."""
APP_ANSWER_TIMEOUT = 10.0
"""Seconds within which an app must answer."""
STEP_START_TIMEOUT = 10.0
"""Seconds within which the targets of a step must be known."""
EARLY = "early:"


def begin(
    offer: bytes, targets: ForkTargets, now: float, *, last_provisional: int = 100, media_lost: bool = False
) -> Transition:
    """Start a step with the caller's SDP `offer` ("": delayed offer) and send push notifications."""
    names, limits, push_targets = targets.legs, targets.limits, targets.push_targets
    by_leg, outside = push_targets.device_by_leg, targets.outside_legs
    stage = "offering" if offer else "calling"
    branches = tuple(
        Branch(
            name,
            stage,
            name in targets.srtp_legs,
            push_device=by_leg.get(name, ""),
            outside=name in outside,
            extension=targets.extension_by_leg.get(name, ""),
        )
        for name in names
    )
    push_at = now + push_wakeup.UNRESPONSIVE_AFTER if any(name not in outside for name in names) else None
    until = now + limits.ring_seconds
    initial = SettingUp(
        limits,
        offer,
        branches,
        until,
        last_provisional=last_provisional,
        media_lost=media_lost,
        awaiting_push=push_targets.awaiting_push,
        push_at=push_at,
        extension_by_device=push_targets.extension_by_device,
        decline_ends=targets.decline_ends,
        later=targets.later,
    )
    if not names and not push_targets.awaiting_push:
        return _unanswered(initial, targets.cause_if_empty, now)
    state, push_actions = (
        push_wakeup.push_devices(initial, push_targets.awaiting_push) if push_targets.awaiting_push else (initial, [])
    )
    state, progress = (state, []) if names else push_wakeup.report_ringing(state)
    return state, [*(_first_action(state, name) for name in names), *push_actions, *progress]


def setting_up(state: SettingUp, event: Event, now: float) -> Transition:
    """Process an event while phones ring."""
    match event:
        case MediaOffered(ticket, sdp):
            return _media_offered(state, ticket, sdp)
        case MediaAnswered(ticket, sdp) if not state.early_answered and _early_sdp_of(state, ticket):
            progress = Progress(183, sdp, tentative=bool(state.later))
            return changed(state, last_provisional=183, early_answered=True), [progress]
        case MediaFailed(ticket) if refused := _early_sdp_of(state, ticket):
            return changed(state, early_sdps=tuple([each for each in state.early_sdps if each != refused])), []
        case MediaFailed(ticket, sdp_at_fault):
            return _media_failed(state, ticket, Cause.NO_COMMON_MEDIA if sdp_at_fault else Cause.NO_MEDIA, now)
        case RelayRestarted():
            return changed(state, media_lost=True), []
        case CalleeProgressed(leg, status, sdp):
            return _progressed(state, leg, status, sdp)
        case CalleeAnswered(leg, sdp):
            return _answered(state, leg, sdp)
        case CalleeRejected(leg, _, cause) if cause is not None:
            return _branch_ended(state, leg, cause, now)
        case CalleeRejected(leg, status):
            return _rejected(state, leg, status, now)
        case DeviceReachable() | Declined() if state.awaits_step:
            return state, []
        case DeviceReachable():
            return _device_reachable(state, event)
        case DeviceRemoved():
            return _device_removed(state, event, now)
        case Declined(device):
            return _declined_from_push(state, device, now)
        case StepStarted(targets) | PickedUp(ForkTargets() as targets):
            given = state.last_provisional, state.media_lost
            outcome, actions = begin(state.offer, targets, now, last_provisional=given[0], media_lost=given[1])
            return outcome, [*stop_ringing(state), *actions]
        case CallerCancelled() | HungUp("a"):
            return _end_unanswered(state, Cause.CANCELLED)
        case LegLost("a"):
            return _end_unanswered(state, Cause.FAILED)
        case LegLost(leg) | HungUp(leg):
            return _branch_ended(state, leg, Cause.FAILED, now)
        case EndRequested(cause):
            return _end_unanswered(state, cause)
        case DeadlineReached():
            return _deadline_reached(state, now)
        case OfferReceived(leg):
            return state, [RejectOffer(leg, 491)]
        case MediaAnswered() | MediaReleased() | MediaSilent() | AckReceived() | OfferAnswered() | OfferRejected():
            return state, []
        case PickedUp() | TransferWithdrawn() | TransferRequested() | JoinRequested() | MoveToAppRequested():
            return state, []
        case TakeOverRequested() | ReofferRequested():
            return state, []
        case _:
            assert_never(event)


def stop_ringing(state: SettingUp) -> list[Action]:
    """End the ringing of all phones, since the call is taken elsewhere."""
    return [*_cancel_others(state, None, elsewhere=True), *push_wakeup.cancel_push(state)]


def _first_action(state: SettingUp, name: str) -> Action:
    if state.offer:
        return OfferMedia(f"offer:{name}", name, CALLER, state.offer)
    return Dial(name, b"")


def _media_offered(state: SettingUp, ticket: str, sdp: bytes) -> Transition:
    name = ticket.removeprefix("offer:")
    branch = _find_branch(state, name)
    if branch is None or branch.stage != "offering":
        return state, []
    return _with_branch(state, changed(branch, stage="calling")), [Dial(name, sdp)]


def _media_failed(state: SettingUp, ticket: str, cause: Cause, now: float) -> Transition:
    branch = _find_branch(state, ticket.removeprefix("offer:"))
    if branch is None or branch.stage != "offering":
        return state, []
    return _branch_ended(state, branch.name, cause, now)


def _progressed(state: SettingUp, leg: str, status: int, sdp: bytes) -> Transition:
    branch = _find_branch(state, leg)
    if branch is None or not branch.live:
        return state, []
    ringing = changed(branch, stage="ringing")
    if sdp and state.offer and len(state.branches) == 1 and sdp != state.early_sdp:
        # Early media only with a single branch: with several, the source would be ambiguous. A carrier may go on from
        # another source, as another fork or gateway: the caller has its answer already, whose ports stay the same.
        latest = (*state.early_sdps[-1:], sdp)
        return _with_branch(state, ringing, early_sdps=latest), [AnswerMedia(_early_ticket(leg, sdp), leg, leg, sdp)]
    provisional = 183 if status == 183 and not sdp and len(state.branches) == 1 else 180
    if provisional <= state.last_provisional:
        return _with_branch(state, ringing), []
    return _with_branch(state, ringing, last_provisional=provisional), [Progress(provisional, b"")]


def _answered(state: SettingUp, leg: str, sdp: bytes) -> Transition:
    branch = _find_branch(state, leg)
    if branch is None or branch.stage not in ("calling", "ringing"):
        return state, []
    actions = [*_cancel_others(state, leg, elsewhere=True), *push_wakeup.cancel_push(state, branch)]
    outcome, requests = begin_answering(state, leg, sdp or state.early_sdp)
    return outcome, [*actions, *requests]


def _rejected(state: SettingUp, leg: str, status: int, now: float) -> Transition:
    branch = _find_branch(state, leg)
    if branch is None or not branch.live:
        return state, []
    encrypted = PROFILES_OF_TRUNKS if branch.outside else PROFILES_AFTER_SRTP
    profiles = encrypted if branch.srtp else PROFILES_AFTER_PLAIN
    if status in (415, 488, 606) and state.offer and branch.alternatives < len(profiles):
        again = changed(branch, stage="offering", alternatives=branch.alternatives + 1)
        profile = profiles[branch.alternatives]
        offer = OfferMedia(f"offer:{leg}", leg, CALLER, state.offer, profile, all_codecs=True)
        # Released first: rtpengine would go on with the keys of the rejected offer.
        return _with_branch(state, again), [ReleaseMedia(leg, final=False), offer]
    cause = cause_from_carrier(status) if branch.outside else cause_from_status(status)
    if status >= 600 and status != 606 and (branch.extension or state.decline_ends):
        # Declined by the user: a 6xx ends forking (RFC 3261 section 16.7).
        ended = _with_branch(state, changed(branch, stage="over", cause=cause))
        return _declined(ended, branch.extension, cause, now)
    return _branch_ended(state, leg, cause, now, vanished=status in NO_RESPONSE_STATUSES)


def _device_reachable(state: SettingUp, event: DeviceReachable) -> Transition:
    """Add a branch for a device that has registered or moved, unless its user has declined."""
    if _find_branch(state, event.leg) is not None or event.extension in state.declined:
        return state, []
    actions: list[Action] = []
    replaced = _find_branch(state, event.replaces_leg)
    if replaced is not None and replaced.live:
        if replaced.stage != "offering":
            actions.append(CancelCallee(replaced.name, elsewhere=True))
        actions.append(ReleaseMedia(replaced.name, final=False))
        state = _with_branch(state, changed(replaced, stage="over"))
    push_device = (
        event.device if event.device in state.pushed or (replaced is not None and replaced.push_device) else ""
    )
    stage = "offering" if state.offer else "calling"
    branch = Branch(event.leg, stage, event.srtp, push_device=push_device, extension=event.extension)
    state = changed(state, branches=(*state.branches, branch), awaiting_push=state.awaiting_push - {event.device})
    return state, [*actions, _first_action(state, event.leg)]


def _declined_from_push(state: SettingUp, device: str, now: float) -> Transition:
    """Process a rejection from a push notification of this device, "" for all."""
    if not device:
        return _unanswered(state, Cause.DECLINED, now)
    return _declined(state, state.extension_by_device.get(device, ""), Cause.DECLINED, now)


def _declined(state: SettingUp, extension: str, cause: Cause, now: float) -> Transition:
    """End the step, or, if others are to ring on, only the ringing of the user's extension, "" if it is unknown."""
    if state.decline_ends:
        return _unanswered(state, cause, now)
    if not extension:
        return _continue_or_end(state, "", [], now)
    actions: list[Action] = []
    own = [branch for branch in state.branches if branch.extension == extension]
    for branch in own:
        if branch.live:
            if branch.stage != "offering":
                actions.append(CancelCallee(branch.name, elsewhere=True))
            state = _with_branch(state, changed(branch, stage="over", cause=cause))
    state, cancelled = push_wakeup.cancel_push_of(state, extension)
    state = changed(state, declined=state.declined | {extension})
    return _continue_or_end(state, own[0].name if own else "", [*actions, *cancelled], now)


def _device_removed(state: SettingUp, event: DeviceRemoved, now: float) -> Transition:
    """Remove a revoked device; the other branches continue."""
    if CALLER in event.legs:
        return _end_unanswered(state, Cause.ENDED_BY_ADMINISTRATOR)
    actions: list[Action] = []
    leg = ""
    for branch in state.branches:
        if branch.live and branch.name in event.legs:
            leg = branch.name
            if branch.stage != "offering":
                actions.append(CancelCallee(branch.name, elsewhere=False))
            state = _with_branch(state, changed(branch, stage="over", cause=Cause.UNREACHABLE))
    return _continue_or_end(changed(state, awaiting_push=state.awaiting_push - {event.device}), leg, actions, now)


def _deadline_reached(state: SettingUp, now: float) -> Transition:
    if now >= state.ring_until:
        return _end_unanswered(state, Cause.FAULT) if state.awaits_step else _unanswered(state, Cause.NO_ANSWER, now)
    if state.push_at is None or now < state.push_at:
        return state, []
    state, actions = push_wakeup.push_unresponsive(state)
    state, progress = push_wakeup.report_ringing(state)
    return state, [*actions, *progress]


def _branch_ended(state: SettingUp, leg: str, cause: Cause, now: float, *, vanished: bool = False) -> Transition:
    branch = _find_branch(state, leg)
    if branch is None or not branch.live:
        return state, []
    state = _with_branch(state, changed(branch, stage="over", cause=cause))
    actions: list[Action] = []
    if vanished and branch.push_device:
        state, actions = push_wakeup.push_vanished(state, branch)
    return _continue_or_end(state, leg, actions, now)


def _continue_or_end(state: SettingUp, leg: str, actions: list[Action], now: float) -> Transition:
    """The branch `leg` has ended: continue if another rings or a pushed device is awaited, else end the search."""
    if (ended := state.end_of_party(leg)) is not None:
        actions = [EndRinging(leg, ended), *actions]
    if any(each.live for each in state.branches):
        return state, actions
    if state.awaiting_push:
        state, progress = push_wakeup.report_ringing(state)
        return state, [*actions, *progress]
    outcome, over = _unanswered(
        state, most_informative([each.cause for each in state.branches if each.cause is not None]), now
    )
    return outcome, [*actions, *over]


def _unanswered(state: SettingUp, cause: Cause, now: float) -> Transition:
    """End the step unanswered and request the next one that follows this cause; without one, the call ends.

    All branches and push notifications are cancelled.
    """
    following = [number for number, step in enumerate(state.later) if step.follows(cause)]
    if not following:
        return _end_unanswered(state, cause)
    cancelled = [*_cancel_others(state, None, elsewhere=cause is Cause.DECLINED), *push_wakeup.cancel_push(state)]
    step, *later = state.later[following[0] :]
    waiting = SettingUp(
        state.limits,
        state.offer,
        (),
        now + STEP_START_TIMEOUT,
        last_provisional=state.last_provisional,
        media_lost=state.media_lost,
        later=tuple(later),
        awaits_step=True,
    )
    return waiting, [*cancelled, StartStep(step.position, cause)]


def _end_unanswered(state: SettingUp, cause: Cause) -> Transition:
    """End the unanswered call. The call record is written before the final response, which acknowledges it."""
    status = cause.value.status if cause.value.status >= 300 else 480
    cancelled = [*_cancel_others(state, None, elsewhere=cause is Cause.DECLINED), *push_wakeup.cancel_push(state)]
    return Ended(), [*cancelled, WriteRecord(cause), Reject(status, cause)]


def _cancel_others(state: SettingUp, answered_leg: str | None, *, elsewhere: bool) -> list[Action]:
    actions: list[Action] = []
    for branch in state.branches:
        if branch.name == answered_leg:
            continue
        if branch.stage in ("calling", "ringing"):
            actions.append(CancelCallee(branch.name, elsewhere))
        actions.append(ReleaseMedia(branch.name, final=False))
    return actions


def _early_ticket(leg: str, sdp: bytes) -> str:
    """Return the ticket of early media, by which the reply to one description is not taken for that to another."""
    return f"{EARLY}{leg}:{crc32(sdp):08x}"


def _early_sdp_of(state: SettingUp, ticket: str) -> bytes:
    """Return the SDP of early media to which a reply with this ticket belongs, b"" for none of this step."""
    found = [sdp for sdp in state.early_sdps for one in state.branches if _early_ticket(one.name, sdp) == ticket]
    return found[0] if found else b""


def _find_branch(state: SettingUp, name: str) -> Branch | None:
    return next((branch for branch in state.branches if branch.name == name), None)


def _with_branch(state: SettingUp, branch: Branch, **changes: Any) -> SettingUp:
    """Return a copy in which this branch takes the place of that with its name."""
    branches = tuple([branch if each.name == branch.name else each for each in state.branches])
    return changed(state, branches=branches, **changes)
