"""Established calls: re-INVITE (hold etc.), restart of rtpengine, and the end of the call."""

from dataclasses import replace
from typing import assert_never

from unificx.calls.machine import peer_change
from unificx.calls.machine.actions import (
    Action,
    AnswerMedia,
    AnswerOffer,
    Bye,
    Close,
    Offer,
    OfferMedia,
    Probe,
    RejectOffer,
    ReleaseMedia,
    Transition,
    WithdrawOffer,
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
from unificx.calls.machine.ice_restart import (
    continue_ice_restart,
    ice_restart_answered,
    needs_ice_restart,
    restoration_failed,
    start_ice_restart,
)
from unificx.calls.machine.states import (
    CALLER,
    Deferred,
    Ended,
    Ending,
    Exchange,
    IceRestart,
    MediaReanchor,
    MovingToApp,
    TakingOver,
    Talking,
)

RELAYED_REJECTIONS = frozenset((403, 415, 488, 491, 500, 503, 603, 606))
"""Statuses of a rejected offer that are relayed to the offerer; others become 488."""
STATS_TIMEOUT = 0.3
"""Seconds the call record waits for the final media statistics; less than the first retransmission of a BYE (T1)."""


def talking(state: Talking, event: Event, now: float) -> Transition:
    """Process an event of an established call, then what has waited for the end of an exchange."""
    outcome, actions = _process(state, event, now)
    if not isinstance(outcome, Talking) or outcome.exchange is not None or outcome.deferred is None:
        return outcome, actions
    due = outcome.deferred
    started, requests = _start_exchange(replace(outcome, deferred=None), due.leg, due.sdp, silent=due.silent)
    return started, [*actions, *requests]


def _process(state: Talking, event: Event, now: float) -> Transition:
    match event:
        case HungUp(leg) if leg in (CALLER, state.callee):
            return end(state, Cause.HUNG_UP, now, closing=leg)
        case LegLost(leg) if leg in (CALLER, state.callee):
            return end(state, Cause.LEG_LOST, now, lost=leg)
        case DeviceRemoved(_, legs) if legs & {CALLER, state.callee}:
            return end(state, Cause.ENDED_BY_ADMINISTRATOR, now)
        case DeviceRemoved(_, legs) if isinstance(state.exchange, TakingOver) and state.exchange.leg in legs:
            return peer_change.abort_takeover(state, state.exchange, Cause.ENDED_BY_ADMINISTRATOR)
        case CallerCancelled():  # our 2xx was not sent yet, since it awaits the PRACK of an early response
            return end(state, Cause.HUNG_UP, now)
        case EndRequested(cause):
            return end(state, cause, now)
        case MediaSilent(legs):  # muted or listening phones answer, so that only lost ones end the call
            return state, [Probe(leg) for leg in legs if leg in (CALLER, state.callee)]
        case DeadlineReached():
            return end(state, Cause.TOO_LONG, now) if now >= state.ends_at else (state, [])
        case HungUp(leg) | LegLost(leg) if isinstance(state.exchange, TakingOver) and leg == state.exchange.leg:
            restored, actions = peer_change.abort_takeover(state, state.exchange, Cause.CANCELLED)
            return restored, [*actions, Close(leg)]
        case RelayRestarted(again):
            return _reanchor(state if again else replace(state, failed_restorations=0))
        case OfferReceived(leg, sdp):
            return _offer_received(state, leg, sdp)
        case AckReceived(leg, sdp):
            return _answer_in_ack(state, leg, sdp)
        case OfferAnswered(leg, sdp):
            return _offer_answered(state, leg, sdp)
        case OfferRejected(leg, status):
            return _offer_rejected(state, leg, status)
        case CalleeRejected(leg) if leg == state.callee and isinstance(state.exchange, MovingToApp):
            return end(state, Cause.FAULT, now)
        case MediaFailed() if isinstance(state.exchange, MovingToApp) and event.ticket == f"exchange:{state.count}":
            return end(state, Cause.NO_MEDIA, now)
        case MediaOffered() | MediaAnswered() | MediaFailed():
            return _media_reply(state, event)
        case CalleeAnswered(leg, sdp) if leg == state.callee:
            return peer_change.app_answered(state, sdp)
        case ReofferRequested(leg) if leg in (CALLER, state.callee):
            return _reoffer(state, leg)
        case TransferRequested() | JoinRequested() | MoveToAppRequested() | TakeOverRequested() | ReofferRequested():
            return state, []  # handled by `transfer` before
        case HungUp(leg):  # it waits to take the call
            return state, [Close(leg)]
        case LegLost() | MediaReleased() | CalleeProgressed() | CalleeAnswered() | CalleeRejected():
            return state, []
        case DeviceReachable() | DeviceRemoved() | Declined() | StepStarted() | PickedUp() | TransferWithdrawn():
            return state, []
        case _:
            assert_never(event)


def ending(state: Ending, event: Event, now: float) -> Transition:
    """Wait for the final statistics, then write the call record, then answer the BYE."""
    due = isinstance(event, DeadlineReached) and now >= state.until
    if not due and not isinstance(event, MediaReleased):
        return state, []
    actions: list[Action] = [WriteRecord(state.cause)]
    if state.closing is not None:
        actions.append(Close(state.closing))
    return Ended(), actions


def end(state: Talking, cause: Cause, now: float, *, closing: str | None = None, lost: str | None = None) -> Transition:
    """Send BYE to both legs, except to the one that hung up or was lost."""
    actions: list[Action] = peer_change.reject_takeover(state, cause)
    actions += [Bye(leg, cause) for leg in (CALLER, state.callee) if leg not in (closing, lost)]
    actions.append(ReleaseMedia(state.callee, final=True))
    return Ending(cause, closing, now + STATS_TIMEOUT), actions


# ---- offers of a leg


def _offer_received(state: Talking, leg: str, sdp: bytes) -> Transition:
    exchange = state.exchange
    if exchange is None:
        return _start_exchange(state, leg, sdp, silent=False)
    if state.deferred is not None and not state.deferred.silent:
        return state, [RejectOffer(leg, 491)]
    if isinstance(exchange, Exchange) and exchange.stage == "asking" and exchange.offerer != leg:
        # It has rejected the offer of the other leg with 491. Our repetition, later if we own the Call-ID
        # (RFC 3261 section 14.1), would come too late: the offerer has to repeat it.
        actions = [WithdrawOffer(leg), *peer_change.reject_offer(exchange, 491)]
        return _restore(replace(state, deferred=Deferred(leg, sdp)), exchange, actions)
    if _may_offer_to(state, leg):
        return state, [RejectOffer(leg, 491)]
    return replace(state, deferred=Deferred(leg, sdp)), []


def _may_offer_to(state: Talking, leg: str) -> bool:
    """Return whether the exchange has made an offer to the leg, or may still make one: then its own offer collides with
    that (RFC 3261 section 14.2). Any other can wait: phones repeat a rejected offer only once or not at all."""
    match state.exchange:
        case Exchange(_, stage, offerer):
            return leg == offerer or stage == "offering"
        case MediaReanchor(_, stage, _, pending):
            return stage != "reoffering" or leg in pending
        case IceRestart(side=side):
            return leg == CALLER or side != CALLER
        case _:
            return True


def _reoffer(state: Talking, leg: str) -> Transition:
    """Re-offer the other side's current SDP to a leg; the anchor is updated with the answer."""
    if state.exchange is not None:
        return state, []
    other = _other_leg(state, leg)
    return _start_exchange(state, other, state.caller_sdp if other == CALLER else state.callee_sdp, silent=True)


def _answer_in_ack(state: Talking, leg: str, sdp: bytes) -> Transition:
    """Process the SDP in the ACK of a re-INVITE without offer; it is a new session only if it differs. During an
    exchange of the other leg it is only noted: the anchor gets it if it is reset, else the answer to that exchange.
    While media is re-anchored from the session before, it waits; during any other exchange it is ignored."""
    current = state.caller_sdp if leg == CALLER else state.callee_sdp
    if not sdp or sdp == current:
        return state, []
    updated = replace(state, caller_sdp=sdp) if leg == CALLER else replace(state, callee_sdp=sdp)
    match state.exchange:
        case None:
            return _start_exchange(state, leg, sdp, silent=True)
        case Exchange(offerer=offerer) if offerer != leg:
            return updated, []
        case IceRestart() if _may_offer_to(state, leg):  # the answer to that comes later
            return state, []
        case MediaReanchor() | IceRestart():  # an offer of the other leg that waits gets a newer answer of this one
            return replace(updated, deferred=state.deferred or Deferred(leg, sdp, silent=True)), []
        case _:
            return state, []


def _start_exchange(state: Talking, leg: str, sdp: bytes, *, silent: bool) -> Transition:
    number = state.count + 1
    exchange = Exchange(number, "offering", leg, sdp, silent)
    return (
        replace(state, exchange=exchange, count=number),
        [OfferMedia(f"exchange:{number}", state.callee, leg, sdp)],
    )


def _other_leg(state: Talking, leg: str) -> str:
    return state.callee if leg == CALLER else CALLER


def _offer_answered(state: Talking, leg: str, sdp: bytes) -> Transition:
    exchange = state.exchange
    match exchange:
        case Exchange(number, "asking", offerer) if leg == _other_leg(state, offerer):
            request = AnswerMedia(f"exchange:{number}", state.callee, leg, sdp)
            return replace(state, exchange=replace(exchange, stage="answering", answer=sdp)), [request]
        case MediaReanchor(stage="reoffering"):
            return _reanchor_answered(state, exchange, leg), []
        case IceRestart():
            return ice_restart_answered(state, exchange, leg, sdp)
        case TakingOver():
            return peer_change.takeover_answered(state, exchange, leg, sdp)
        case _:
            return state, []


def _offer_rejected(state: Talking, leg: str, status: int) -> Transition:
    exchange = state.exchange
    match exchange:
        case Exchange(_, "asking", offerer) if leg == _other_leg(state, offerer):
            return _restore(
                state, exchange, peer_change.reject_offer(exchange, status if status in RELAYED_REJECTIONS else 488)
            )
        case MediaReanchor(stage="reoffering"):
            return _reanchor_answered(state, exchange, leg), []
        case IceRestart():
            return ice_restart_answered(state, exchange, leg, b"")
        case TakingOver():
            return peer_change.takeover_answered(state, exchange, leg, b"")
        case _:
            return state, []


def _restore(state: Talking, exchange: Exchange, actions: list[Action]) -> Transition:
    """Reset the anchor, which already applied the rejected offer, to the previous session."""
    current = state.caller_sdp if exchange.offerer == CALLER else state.callee_sdp
    request = OfferMedia(f"exchange:{exchange.number}", state.callee, exchange.offerer, current)
    return replace(state, exchange=replace(exchange, stage="restoring")), [*actions, request]


# ---- replies of the anchor


def _media_reply(state: Talking, event: MediaOffered | MediaAnswered | MediaFailed) -> Transition:
    exchange = state.exchange
    if exchange is None or event.ticket != f"exchange:{exchange.number}":
        return state, []
    if isinstance(exchange, MediaReanchor):
        return _continue_reanchor(state, exchange, event)
    if isinstance(exchange, IceRestart):
        return continue_ice_restart(state, exchange, event)
    if isinstance(exchange, MovingToApp):
        return peer_change.continue_move(state, exchange, event)
    if isinstance(exchange, TakingOver):
        return peer_change.continue_takeover(state, exchange, event)
    match exchange.stage, event:
        case "offering", MediaOffered(_, sdp):
            asked = replace(state, exchange=replace(exchange, stage="asking"))
            return asked, [Offer(_other_leg(state, exchange.offerer), sdp)]
        case "offering", MediaFailed(_, sdp_at_fault):
            return replace(state, exchange=None), peer_change.reject_offer(exchange, 488 if sdp_at_fault else 500)
        case "answering", MediaAnswered(_, sdp):
            return _agreed(state, exchange, sdp)
        case "answering", MediaFailed(_, sdp_at_fault):
            return _restore(state, exchange, peer_change.reject_offer(exchange, 488 if sdp_at_fault else 500))
        case "restoring", MediaOffered():
            other = _other_leg(state, exchange.offerer)
            before = state.callee_sdp if other == state.callee else state.caller_sdp
            request = AnswerMedia(f"exchange:{exchange.number}", state.callee, other, before)
            return replace(state, exchange=replace(exchange, stage="restored")), [request]
        case "restored", MediaAnswered():
            return replace(state, exchange=None), []
        case "restoring" | "restored", MediaFailed():
            return restoration_failed(state, event), []
        case _:
            return state, []


def _agreed(state: Talking, exchange: Exchange, sdp: bytes) -> Transition:
    """Pass the answer on. The anchor has new SDP of both sides, so that nothing is left to restore after its restart;
    unless the offerer gets no answer with the new ports."""
    if exchange.offerer == CALLER:
        state = replace(state, caller_sdp=exchange.sdp, callee_sdp=exchange.answer)
    else:
        state = replace(state, caller_sdp=exchange.answer, callee_sdp=exchange.sdp)
    if exchange.silent:
        return replace(state, exchange=None), []
    return replace(state, exchange=None, failed_restorations=0), [AnswerOffer(exchange.offerer, sdp)]


# ---- restart of rtpengine


def _reanchor(state: Talking) -> Transition:
    """Re-anchor media from the last negotiated SDP of both sides, and re-offer it to both: at once, or one after the
    other if their answers have to be passed on."""
    if isinstance(state.exchange, MovingToApp):  # the app makes a new offer on its own
        return state, []
    state, actions = peer_change.abort_exchange(state)
    if not state.callee_sdp:  # it is being transferred, without ringback: the answer of the target restores media
        return state, actions
    if needs_ice_restart(state.caller_sdp, state.callee_sdp):
        restarted, requests = start_ice_restart(state)
        return restarted, [*actions, *requests]
    number = state.count + 1
    request = OfferMedia(f"exchange:{number}", state.callee, CALLER, state.caller_sdp)
    return replace(state, exchange=MediaReanchor(number, "offering"), count=number), [*actions, request]


def _continue_reanchor(
    state: Talking, reanchor: MediaReanchor, event: MediaOffered | MediaAnswered | MediaFailed
) -> Transition:
    match reanchor.stage, event:
        case "offering", MediaOffered(_, sdp):
            request = AnswerMedia(f"exchange:{reanchor.number}", state.callee, state.callee, state.callee_sdp)
            return replace(state, exchange=replace(reanchor, stage="answering", callee_offer=sdp)), [request]
        case "answering", MediaAnswered(_, sdp):
            both = (CALLER, state.callee)
            reoffering = replace(reanchor, stage="reoffering", pending=both)
            offers: list[Action] = [Offer(CALLER, sdp), Offer(state.callee, reanchor.callee_offer)]
            return replace(state, exchange=reoffering, failed_restorations=0), offers
        case _, MediaFailed():
            return restoration_failed(state, event), []
        case _:
            return state, []


def _reanchor_answered(state: Talking, reanchor: MediaReanchor, leg: str) -> Talking:
    waiting = tuple(each for each in reanchor.pending if each != leg)
    return replace(state, exchange=replace(reanchor, pending=waiting) if waiting else None)
